"""Parsers that RT and Zammad share: account names, time stamps, the poll cursor, an agent's own words. Pure."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.core.mail.html_text import html_to_text
from bot.core.mail.quoted_text import split_text
from bot.core.text.normalize import LONGEST


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """Ticket as a search result tells of it: enough to decide whether an event is enqueued for it."""

    id: str
    queue: str  # name of the queue or group
    position: float  # what the cursor counts: RT the id, Zammad `created`; newer tickets have higher ones
    created: float  # seconds since the epoch; 0.0: not told
    claimed_by: str = ""  # installation that has claimed it; empty: nobody, or the helpdesk's search does not tell
    can_be_claimed: bool = True  # False: RT's queue lacks the custom field that claims are written to


@dataclass(frozen=True, slots=True)
class AskedTicket:
    """Ticket of a handover, as a search result tells of it."""

    changed: str  # when it was changed last, as the helpdesk writes it
    is_closed: bool


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """Public answer that an agent has written in a ticket."""

    id: str  # a number; newer messages have higher ones
    name: str  # the agent's; empty: not known
    text: str  # plain, the agent's own words
    files: tuple[str, ...] = ()  # names of what is attached


@dataclass(frozen=True, slots=True)
class Cursor:
    """Cursor of a polled helpdesk: two positions (see ListedTicket), stored as text "first last"."""

    first: float  # of the newest ticket before the very first start: up to there everything is left to people
    last: float  # of the newest ticket that was seen

    def to_text(self) -> str:
        """Text for the cursor store; `to_cursor` reads it to the last bit."""
        return f"{self.first!r} {self.last!r}"


def to_cursor(text: str) -> Cursor | None:
    """Cursor that was stored as text; None where there is none, or it cannot be read."""
    try:
        first, last = map(float, text.split())
    except ValueError:
        return None
    return Cursor(first, last)


def to_account_name(root: str) -> str:
    """Name of a helpdesk, for event keys: its host, and its port and path where it has them.

    Of "https://rt.example.org/" it is "rt.example.org".
    """
    parts = urlsplit(root)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/").lower()


def to_seconds(stamp: str) -> float:
    """Seconds since the epoch of an ISO 8601 time stamp; 0.0 where it cannot be read."""
    try:
        return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0


def to_own_words(text: str, *, is_html: bool) -> str:
    """Plain text of what an agent wrote, without what it quotes and without the signature."""
    plain = (html_to_text(text) if is_html else text).replace("\r\n", "\n").strip()
    if len(plain) > LONGEST:
        return plain  # of a longer one only an excerpt would be left
    return split_text(plain, is_reply=True).own_words or plain
