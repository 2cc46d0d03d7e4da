"""Middleware: limits for every request, and security headers for every response.

A body is read whole, within a limit and a time, before anything parses it. The headers are the strict ones
(owasp.org/www-project-secure-headers): a page that needs more, such as a script of its own, sets its own policy.
"""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1_048_576  # bytes; Slack's and the helpdesks' bodies stay far below
SLOWEST_BODY = 20.0  # seconds; Slack itself waits for three
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class RequestLimits:
    """ASGI middleware around all routes: bounds the body's size and time, sets the headers."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY, slowest: float = SLOWEST_BODY) -> None:
        """`largest`: bytes; `slowest`: seconds until the body must be there."""
        self._app = app
        self._largest = largest
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_security_headers(MutableHeaders(scope=message))
            await send(message)

        try:
            async with asyncio.timeout(self._slowest):
                body = await self._read(scope, receive)
        except ClientDisconnect:  # nobody reads it, but whatever serves us wants a response
            await PlainTextResponse("the body was cut short\n", 400)(scope, receive, with_headers)
            return
        except TimeoutError:
            refused = PlainTextResponse("the body takes too long\n", 408, {"Connection": "close"})
            await refused(scope, receive, with_headers)
            return
        if body is None:
            await PlainTextResponse("the body is too large\n", 413)(scope, receive, with_headers)
            return
        await self._app(scope, replay_body(body, receive), with_headers)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """Body; None where it is too large. Raises ClientDisconnect where the client went away before its end."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > 12 or int(declared) > self._largest:
            return None
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._largest:
                return None
        return bytes(body)


def _add_security_headers(headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if "frame-ancestors 'none'" not in headers["Content-Security-Policy"]:
        del headers["X-Frame-Options"]  # it allows no pages by name (RFC 7034), and some browsers obey both


def replay_body(body: bytes, receive: Receive) -> Receive:
    """ASGI `receive` that gives a body that was read already, once."""
    replayed = False

    async def receive_again() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
