"""Parser of the webhook that the scrip of deploy/rt_setup.pl posts, signed with the time. Pure.

Shape: {"event", "queue", "ticket", "transaction"}.
"""

import time
from collections.abc import Callable, Mapping

from bot.channels.helpdesk.webhook import BadHook, is_genuine, to_object, to_ticket_id

OLDEST = 300  # seconds between RT's clock and ours; older requests may be replays
LARGEST = 65_536  # bytes; the scrip sends about 100


def to_ticket_and_queue(
    secret: str, headers: Mapping[str, str], body: bytes, clock: Callable[[], float] = time.time
) -> tuple[str, str]:
    """Ticket of a webhook, as (number, name of its queue). Raises BadHook.

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
    return to_ticket_id(found.get("ticket"), "ticket"), str(found.get("queue") or "")
