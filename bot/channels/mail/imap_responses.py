"""IMAP responses as imaplib gives them, parsed: the mail of a FETCH, the words of a SEARCH. Pure but for the clock."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredMail:
    """Mail as the mailbox holds it."""

    uid: int
    raw: bytes  # its beginning: LARGEST bytes at most
    flags: frozenset[str]  # with keywords, in lower case
    modseq: str  # number of its last change (RFC 7162); empty: the server knows no CONDSTORE
    at: float  # when it came, in seconds since the epoch


def to_stored_mail(uid: int, found: Any) -> StoredMail | None:
    """Mail of a FETCH response, None where it holds none.

    imaplib gives pairs of (text, literal), and text that stands after them.
    """
    typ, data = found
    pieces = [piece for piece in data or [] if piece]
    raw = next((piece[1] for piece in pieces if isinstance(piece, tuple)), None)
    if typ != "OK" or raw is None:
        return None
    text = b" ".join(piece[0] if isinstance(piece, tuple) else piece for piece in pieces).decode("ascii", "replace")
    flags = re.search(r"FLAGS \(([^()]*)\)", text)
    modseq = re.search(r"MODSEQ \((\d+)\)", text)
    return StoredMail(
        uid,
        raw,
        frozenset(flags.group(1).lower().split()) if flags else frozenset(),
        modseq.group(1) if modseq else "",
        _received_at(text),
    )


def _received_at(text: str) -> float:
    """Seconds since the epoch at which a mail came; 0.0: the response does not say, now: it cannot be read."""
    found = re.search(r'INTERNALDATE "([^"]{1,40})"', text)
    try:
        return datetime.strptime(found.group(1).strip(), "%d-%b-%Y %H:%M:%S %z").timestamp() if found else 0.0
    except ValueError:
        return datetime.now(UTC).timestamp()


def to_words(found: Any) -> list[bytes]:
    """Words of a SEARCH response: UIDs; empty where the server refuses the search or finds nothing."""
    typ, data = found
    return [word for line in data or [] if line for word in line.split()] if typ == "OK" else []
