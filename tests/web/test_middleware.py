"""What every request passes before anything of ours reads it."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from bot.web.middleware import HEADERS, RequestLimits
from tests.rows import each_row


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how much it was sent, with a policy of its own for /page."""
    message = await receive()
    own = [(b"content-security-policy", b"script-src 'self'")] if scope["path"] == "/page" else []
    await send({"type": "http.response.start", "status": 200, "headers": own})
    await send({"type": "http.response.body", "body": str(len(message["body"])).encode()})


async def asked(
    *pieces: Message, path: str = "/", pause: float = 0.0, length: str = ""
) -> tuple[int, dict[str, str], bytes]:
    sent: list[Message] = []
    left = list(pieces)

    async def receive() -> Message:
        await asyncio.sleep(pause)
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    named = [(b"content-length", length.encode())] if length else []
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "headers": named}
    await RequestLimits(app, largest=10, slowest=0.2)(scope, receive, send)
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent)


def piece(body: bytes, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


ROWS = [
    ("what fits", [piece(b"12345", more=True), piece(b"67890")], "", 200),
    ("a piece too much", [piece(b"12345", more=True), piece(b"678901", more=True)], "", 413),
    ("more than it says", [piece(b"12345678901")], "1", 413),
    ("what says that it is too large", [], "11", 413),
    ("a length that is none", [], "-1", 413),
    ("a length without end", [], "9" * 5_000, 413),
    ("who goes away", [piece(b"12", more=True)], "", 400),
]


@each_row(("pieces", "length", "status"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
async def test_a_body_is_read_within_a_limit(pieces: list[Message], length: str, status: int) -> None:
    said, found, _ = await asked(*pieces, length=length)
    assert said == status
    assert {name.lower() for name in HEADERS} <= set(found)


async def test_a_body_that_does_not_come_is_given_up() -> None:
    pieces = [piece(b"1", more=True)] * 9
    assert (await asked(*pieces, pause=0.05))[0] == 408
    assert (await asked(*pieces, piece(b""), pause=0.0))[0] == 200, "the control"


async def test_a_page_may_set_its_own_policy() -> None:
    _, found, _ = await asked(piece(b""), path="/page")
    assert found["content-security-policy"] == "script-src 'self'"
    _, found, _ = await asked(piece(b""))
    assert found["content-security-policy"].startswith("default-src 'none'")
