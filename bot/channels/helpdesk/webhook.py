"""Webhook route of a helpdesk: verified over the raw body, stored, answered at once.

A webhook only makes it faster; polling is the truth. So one that is lost, late or repeated does no harm, and one that
cannot be stored is refused: most helpdesks send it again.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.core.model import Event
from bot.core.text.untrusted_json import parse_json

log = structlog.get_logger()


class BadHook(Exception):
    """Refusal of a webhook. `status`: 401 where it is not genuine, 400 where it cannot be read."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


ParseWebhook = Callable[[Mapping[str, str], bytes], Event | None]  # raises BadHook; None: genuine, nothing to do
Enqueue = Callable[[Event], Awaitable[None]]


def webhook_path(system: str) -> str:
    """Path that a helpdesk posts to: "/hooks/rt"."""
    return f"/hooks/{system}"


def webhook_route(path: str, parse: ParseWebhook, enqueue: Enqueue, largest: int) -> Route:
    """Route for POST requests: 200 once the event is stored, 503 where it cannot be, 4xx where it is refused.

    `parse` gets header names in lower case. `largest`: bytes of a body; beyond it 413.
    """

    async def receive(request: Request) -> Response:
        body = await request.body()
        if len(body) > largest:
            return _response(413, f"the body is larger than {largest} bytes")
        try:
            event = parse(request.headers, body)
        except BadHook as wrong:
            log.warning("webhook_refused", path=path, why=str(wrong))
            return _response(wrong.status, str(wrong))
        return await _enqueued(event, enqueue, path)

    return Route(path, receive, methods=["POST"])


async def _enqueued(event: Event | None, enqueue: Enqueue, path: str) -> Response:
    try:
        if event:
            await enqueue(event)
    except Exception as wrong:  # noqa: BLE001 - whatever kept it from being stored, it must be sent again
        log.error("webhook_not_stored", path=path, why=type(wrong).__name__)
        return _response(503, "not stored; send it again")
    return _response(200, "stored" if event else "nothing to do")


def is_genuine(secret: str, signed: bytes, signature: str, digest: Literal["sha1", "sha256"]) -> bool:
    """True if `signature` is the digest's name, "=", and the HMAC of `signed` in hexadecimal digits.

    Compared in constant time.
    """
    expected = hmac.new(secret.encode(), signed, getattr(hashlib, digest)).hexdigest()
    return hmac.compare_digest(f"{digest}={expected}".encode(), signature.encode("utf-8", "replace"))


def to_object(body: bytes) -> Mapping[str, Any]:
    """JSON object of a webhook's body. Raises BadHook."""
    try:
        found = parse_json(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadHook(400, "the body is no JSON object")
    return found


def to_ticket_id(value: Any, field: str) -> str:
    """Id of the ticket that a webhook names. `field`: where it stood, for the message. Raises BadHook."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise BadHook(400, f"`{field}` is no ticket's number")
    return str(value)


def _response(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status)
