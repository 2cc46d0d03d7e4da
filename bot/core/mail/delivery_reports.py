"""Reader of delivery reports (RFC 3464) and of Exim's bounces, which are none: why a mail came back. Pure."""

import itertools
from collections.abc import Sequence
from email.message import Message

from bot.core.mail.charsets import header_text, one_line

REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 3464, RFC 6533
RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})


def parts_of(part: "Message[str, str]") -> list["Message[str, str]"]:
    """Parts of a multipart; of any other part none."""
    payload = part.get_payload()
    return [p for p in payload if isinstance(p, Message)] if isinstance(payload, list) else []


def diagnostics_of(part: "Message[str, str]") -> list[str]:
    """Diagnostic codes, RFC 3464 section 2.3.6: "smtp; 550 5.1.1 …"; the status (2.3.4) where one is missing."""
    found = []
    for group in parts_of(part):
        code = header_text(group.get("diagnostic-code", "")).partition(";")[2].strip()
        found.append(code or one_line(str(group.get("status", ""))).partition("(")[0].strip())
    return [code for code in found if code]


def has_words(diagnostic: str) -> bool:
    """True for a diagnostic code that says more than a bare status."""
    return any(c.isalpha() for c in diagnostic)


def exim_causes(text: str, failed: Sequence[str]) -> list[str]:
    """Causes in Exim's bounce, indented below each failed recipient; empty where there is no such list."""
    found: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.strip().lower() in failed and line.startswith("  "):
            below = itertools.takewhile(lambda text: text.startswith("    ") and text.strip(), lines[number + 1 :])
            found.append(" ".join(text.strip() for text in below))
    return [cause for cause in found if cause]
