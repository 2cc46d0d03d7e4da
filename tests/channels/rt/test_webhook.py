"""RT's webhook: only what was signed lately, with the right secret, is read."""

import hashlib
import hmac
import time

import pytest

from bot.channels.helpdesk.webhook import BadHook
from bot.channels.rt.webhook import to_ticket_and_queue
from tests.rows import each_row

SECRET = "the-secret-of-the-scrip"  # noqa: S105 - a test's own
NOW = 1_795_600_000.0
BODY = b'{"event":"ticket.created","queue":"Support","ticket":17,"transaction":93}'


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """As deploy/rt_setup.pl signs."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-rt-timestamp": stamp, "x-rt-signature": f"sha256={digest}"}


GENUINE = signed(BODY, at=NOW)


@each_row("late", [-299, 0, 299])
def test_a_webhook_signed_within_five_minutes_is_accepted(late: float) -> None:
    assert to_ticket_and_queue(SECRET, signed(BODY, at=NOW + late), BODY, lambda: NOW) == ("17", "Support")


@each_row(
    ("headers", "body", "status"),
    [
        ({}, BODY, 401),
        ({"x-rt-timestamp": GENUINE["x-rt-timestamp"]}, BODY, 401),
        ({**GENUINE, "x-rt-signature": "sha256=" + "0" * 64}, BODY, 401),
        ({**GENUINE, "x-rt-signature": GENUINE["x-rt-signature"].removeprefix("sha256=")}, BODY, 401),
        ({**GENUINE, "x-rt-signature": "größe"}, BODY, 401),
        ({**GENUINE, "x-rt-timestamp": str(int(NOW) + 1)}, BODY, 401),  # the time is signed too
        ({**GENUINE, "x-rt-timestamp": "now"}, BODY, 401),
        ({**GENUINE, "x-rt-timestamp": "１７"}, BODY, 401),
        (GENUINE, BODY + b" ", 401),
        (signed(BODY, at=NOW - 301), BODY, 401),
        (signed(BODY, at=NOW + 301), BODY, 401),
        (signed(BODY, "another secret", at=NOW), BODY, 401),
        (signed(b"[]", at=NOW), b"[]", 400),
        (signed(b"\xff", at=NOW), b"\xff", 400),
        (signed(b"{}", at=NOW), b"{}", 400),
        (signed(b'{"ticket":"17"}', at=NOW), b'{"ticket":"17"}', 400),
        (signed(b'{"ticket":true}', at=NOW), b'{"ticket":true}', 400),
        (signed(b'{"ticket":-1}', at=NOW), b'{"ticket":-1}', 400),
        (signed(b'{"ticket":1e400}', at=NOW), b'{"ticket":1e400}', 400),
    ],
)
def test_a_wrong_signature_time_or_body_is_refused(headers: dict[str, str], body: bytes, status: int) -> None:
    with pytest.raises(BadHook) as refused:
        to_ticket_and_queue(SECRET, headers, body, lambda: NOW)
    assert refused.value.status == status


def test_a_deeply_nested_body_is_refused() -> None:
    body = b'{"a":' + b"[" * 100_000
    with pytest.raises(BadHook):
        to_ticket_and_queue(SECRET, signed(body, at=NOW), body, lambda: NOW)
