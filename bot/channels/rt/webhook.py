"""What the scrip in deploy/rt/ sends: {"event", "queue", "ticket", "transaction"}, signed with the time."""

import time
from collections.abc import Callable, Mapping

from bot.channels.helpdesk.webhook import BadHook, is_genuine, to_object

OLDEST = 300  # seconds between RT's clock and ours; older requests may be replays
LARGEST = 65_536  # bytes; the scrip sends about 100


def to_number(
    secret: str, headers: Mapping[str, str], body: bytes, clock: Callable[[], float] = time.time
) -> tuple[str, str]:
    """(The ticket's number, its queue). Raises BadHook.

    The signature is over timestamp, ".", body: hexadecimal HMAC-SHA256 behind "sha256=".
    """
    stamp = headers.get("x-rt-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadHook(401, "X-RT-Timestamp is missing or no number")
    if not is_genuine(secret, stamp.encode() + b"." + body, headers.get("x-rt-signature", ""), "sha256"):
        raise BadHook(401, "wrong signature")
    if abs(clock() - int(stamp)) > OLDEST:
        raise BadHook(401, "X-RT-Timestamp is too old; are both clocks right?")
    found = to_object(body)
    number = found.get("ticket")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**53:
        raise BadHook(400, "`ticket` is no ticket's number")
    return str(number), str(found.get("queue") or "")
