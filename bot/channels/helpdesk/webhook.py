"""What a helpdesk sends when a ticket is new: verified over the raw body, stored, answered at once.

A hook only makes it faster; polling is the truth. So a hook that is lost, late or repeated does no harm, and one that
cannot be stored is refused: most helpdesks send it again.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.core.model import Event

log = structlog.get_logger()


class BadHook(Exception):
    """`status`: 401 where it is not genuine, 400 where it cannot be read."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


Read = Callable[[Mapping[str, str], bytes], Event | None]  # raises BadHook; None: genuine, but of no concern
Save = Callable[[Event], Awaitable[None]]


def route(path: str, read: Read, save: Save, largest: int) -> Route:
    """`largest`: bytes of a body; beyond it 413. `read` gets header names in lower case."""

    async def receive(request: Request) -> Response:
        body = await request.body()
        if len(body) > largest:
            return _says(413, f"the body is larger than {largest} bytes")
        try:
            event = read(request.headers, body)
        except BadHook as wrong:
            log.warning("hook_refused", path=path, why=str(wrong))
            return _says(wrong.status, str(wrong))
        return await _kept(event, save, path)

    return Route(path, receive, methods=["POST"])


async def _kept(event: Event | None, save: Save, path: str) -> Response:
    try:
        if event:
            await save(event)
    except Exception as wrong:  # noqa: BLE001 - whatever kept it from being stored, it must be sent again
        log.error("hook_not_stored", path=path, why=type(wrong).__name__)
        return _says(503, "not stored; send it again")
    return _says(200, "stored" if event else "nothing to do")


def is_genuine(secret: str, signed: bytes, given: str, digest: str) -> bool:
    """`given`: "sha256=…" in hexadecimal digits. In constant time."""
    expected = hmac.new(secret.encode(), signed, getattr(hashlib, digest)).hexdigest()
    return hmac.compare_digest(f"{digest}={expected}".encode(), given.encode("utf-8", "replace"))


def to_object(body: bytes) -> Mapping[str, Any]:
    """Raises BadHook."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadHook(400, "the body is no JSON object")
    return found


def _says(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status)
