"""Parser of raw mails (RFC 5322, MIME): what a mail says, and what its headers claim. Pure.

The standard library takes it apart; what it leaves to the caller is reading bytes that keep to no standard: unknown,
wrong or missing charsets, broken encodings, parts without an end. Nothing here raises for any bytes.
"""

import email
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from bot.core.lazy_regex import lazy_regex
from bot.core.mail import quoted_text
from bot.core.mail.asks_about_quoted import asks_about_quoted
from bot.core.mail.charsets import charset_of_html, decoded, header_text, one_line
from bot.core.mail.delivery_reports import REPORTS, RETURNED, diagnostics_of, exim_causes, has_words, parts_of
from bot.core.mail.html_text import html_to_text
from bot.core.mail.mailboxes import to_mailboxes
from bot.core.text.normalize import LONGEST

LARGEST = 2_000_000  # bytes that are read of one mail; what is asked stands at its beginning, attachments behind it
LARGEST_PART = 200_000  # bytes of one text
MOST_PARTS = 200  # of one mail that are read
LONGEST_LINE = 998  # characters of a subject that are read (RFC 5322, 2.1.1)
DEEPEST = 20  # multiparts within multiparts
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)  # what odd bytes cause
_ID = lazy_regex(r"<[^<>\s]{1,990}>")


@dataclass(frozen=True, slots=True)
class Mail:
    """Parsed mail. Addresses are in lower case; texts are decoded, headers unfolded."""

    headers: tuple[tuple[str, str], ...] = ()  # of the mail itself, in their order; names in lower case
    message_id: str = ""  # with its brackets; empty: none
    references: tuple[str, ...] = ()  # ids in References and In-Reply-To, oldest first, each once
    senders: tuple[str, ...] = ()  # in From; a proper mail has one
    sender_name: str = ""  # the first one's display name; empty: none
    reply_to: tuple[str, ...] = ()
    return_path: str | None = None  # None: no such header; empty: the null path, <>
    recipients: tuple[str, ...] = ()  # in To and Cc
    subject: str = ""
    types: tuple[str, ...] = ()  # content types of its parts, the mail's own first; not those within attached mails
    own_words: str = ""  # the writer's own words
    quoted: str = ""  # what was quoted, forwarded or attached as text or mail; of a reply empty
    cut: str = ""  # the other lines: signatures, what programs add, an earlier conversation
    diagnostics: tuple[str, ...] = ()  # Diagnostic-Code of attached delivery reports without its type (RFC 3464, 2.3.6)
    broken: bool = False  # nothing but raw text could be read

    @property
    def is_reply(self) -> bool:
        """True if subject and headers say that it answers another mail."""
        return quoted_text.is_reply(self.subject) and bool(self.references)

    @property
    def evidence(self) -> str:
        """Evidence that the mail shows: diagnostic codes; where none are, what was quoted, forwarded or attached."""
        return "\n".join(self.diagnostics) or self.quoted

    @property
    def text(self) -> str:
        """Text that is asked: the own words, then the evidence."""
        return "\n\n".join(filter(None, (self.own_words, self.evidence)))[:LONGEST]

    @property
    def asks_about_quoted(self) -> bool:
        """True if the own words say nothing but "What does this mean?": then the evidence alone is asked."""
        return asks_about_quoted(self.own_words)

    def all(self, name: str) -> tuple[str, ...]:
        """Values of a header, topmost first."""
        return tuple(value for key, value in self.headers if key == name.lower())

    def first(self, name: str) -> str:
        """Topmost value of a header; empty where there is none."""
        return next(iter(self.all(name)), "")


@dataclass
class _Found:
    """Collector of what a walk through the parts finds."""

    types: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    diagnostics: list[str] = field(default_factory=list)


def parse(raw: bytes) -> Mail:
    """Parsed mail. Never raises; what cannot be read as one is `broken`, with its bytes as text."""
    try:
        return _parse(email.message_from_bytes(raw[:LARGEST], policy=policy.compat32))
    except _BROKEN:
        return Mail(quoted=decoded(raw[:LARGEST_PART], ""), broken=True)


def mail_of_text(text: str, subject: str = "") -> Mail:
    """Mail made of a text from a system without mails (a web form, a note), plain or HTML."""
    plain = html_to_text(text) if re.search(r"<(?:p|div|br|html|body|span)\b", text, re.IGNORECASE) else text
    split = quoted_text.split_text(plain, is_reply=quoted_text.is_reply(subject))
    return Mail(subject=one_line(subject)[:LONGEST_LINE], own_words=split.own_words, quoted=split.quoted, cut=split.cut)


def _parse(message: "Message[str, str]") -> Mail:
    headers = tuple((name.lower(), header_text(value)) for name, value in message.raw_items())
    named = {name: [value for key, value in headers if key == name] for name, _ in headers}
    subject = one_line(_words(next(iter(named.get("subject", [])), "")))[:LONGEST_LINE]
    found = _Found()
    _walk(message, found, 0)
    senders = _addresses(named.get("from", []))
    ids = [i for name in ("references", "in-reply-to") for value in named.get(name, []) for i in _ID.findall(value)]
    reply = quoted_text.is_reply(subject) and bool(ids)
    split = quoted_text.split_text("\n\n".join(found.texts), is_reply=reply)
    quoted = "\n\n".join(filter(None, [split.quoted, *found.attached]))
    diagnostics = tuple(dict.fromkeys(found.diagnostics))
    if quoted.strip() and not any(map(has_words, diagnostics)):  # a bare status says less than the report's text
        quoted, diagnostics = "\n".join([*diagnostics, quoted]), ()
    return Mail(
        headers=headers,
        message_id=next(iter(_ID.findall(next(iter(named.get("message-id", [])), ""))), ""),
        references=tuple(dict.fromkeys(ids)),
        senders=tuple(address for _, address in senders),
        sender_name=one_line(_words(senders[0][0])) if senders else "",
        reply_to=tuple(address for _, address in _addresses(named.get("reply-to", []))),
        return_path=_return_path(named.get("return-path", [])),
        recipients=tuple(a for _, a in _addresses([*named.get("to", []), *named.get("cc", [])])),
        subject=subject,
        types=tuple(found.types),
        own_words=split.own_words,
        quoted=quoted[:LONGEST],
        cut=split.cut,
        diagnostics=diagnostics,
    )


def _walk(part: "Message[str, str]", found: _Found, depth: int) -> None:
    kind = part.get_content_type()
    found.types.append(kind)
    if len(found.types) > MOST_PARTS or depth > DEEPEST:
        return
    if kind in REPORTS:
        found.diagnostics += diagnostics_of(part)
    elif kind.startswith("message/"):
        for inner in parts_of(part):
            _attached(inner, found, depth)
    elif part.is_multipart():
        read = {"multipart/alternative": _alternative, "multipart/report": _report}.get(kind, _mixed)
        read(parts_of(part), found, depth)
    else:
        _leaf(part, kind, found, depth)


def _mixed(parts: Sequence["Message[str, str]"], found: _Found, depth: int) -> None:
    for part in parts:
        _walk(part, found, depth + 1)


def _leaf(part: "Message[str, str]", kind: str, found: _Found, depth: int) -> None:
    is_attached = part.get_content_disposition() == "attachment"
    if kind in ("text/plain", "text/html"):
        text = _text(part, kind)
        (found.attached if is_attached else found.texts).append(text)
    elif str(part.get_filename() or "").lower().endswith(".eml"):  # programs that know no message/rfc822
        _attached(email.message_from_bytes(_bytes(part), policy=policy.compat32), found, depth)


def _report(parts: Sequence["Message[str, str]"], found: _Found, depth: int) -> None:
    """Reads a report; the message that it returns tells no cause (RFC 6522, 3)."""
    for part in parts:
        if part.get_content_type() in RETURNED:
            found.types.append(part.get_content_type())
        else:
            _walk(part, found, depth + 1)


def _alternative(parts: Sequence["Message[str, str]"], found: _Found, depth: int) -> None:
    """Reads the plain one, the others where it says less; calendars and reports are noted in any case."""
    plain = next((p for p in parts if p.get_content_type() == "text/plain"), None)
    html = next((p for p in parts if p.get_content_type() == "text/html"), None)
    if plain and _says_less(_text(plain, "text/plain"), _text(html, "text/html") if html else ""):
        plain = None
    for part in parts:
        kind = part.get_content_type()
        says_the_same = kind == "text/plain" if plain is None else kind.startswith(("text/", "multipart/"))
        if part is plain or not says_the_same:
            _walk(part, found, depth + 1)
        else:
            found.types.append(kind)


def _says_less(plain: str, html: str) -> bool:
    """True for a plain part that is empty, a third of the HTML one at most, or only says that one should see HTML."""
    words, others = ({w.lower() for w in re.findall(r"[^\W_]+", text)} for text in (plain, html))
    if not words or not others:
        return not words
    return 3 * len(words) < len(others) or ("html" in words and 2 * len(words & others) < len(words))


def _attached(message: "Message[str, str]", found: _Found, depth: int) -> None:
    """Reads an attached mail: what it says is evidence, its types and headers are not those of the mail around it."""
    inner = _Found()
    _walk(message, inner, depth + 1)
    failed = [address for _, address in to_mailboxes(message.get_all("x-failed-recipients", []))]
    found.diagnostics += inner.diagnostics or exim_causes("\n".join(inner.texts), failed)
    found.attached += [*inner.texts, *inner.attached]


def _text(part: "Message[str, str]", kind: str) -> str:
    raw = _bytes(part)[:LARGEST_PART]
    if kind == "text/html":
        return html_to_text(decoded(raw, _charset(part) or charset_of_html(raw)))
    text = decoded(raw, _charset(part))
    if str(part.get_param("format", "")).lower() == "flowed":
        return _unflowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    return text.replace("\r\n", "\n")


def _unflowed(text: str, delsp: bool) -> str:
    """Text whose lines are joined (RFC 3676): one that ends in a space goes on, but for the signature's mark.

    `delsp`: True if that space is none of the text's.
    """
    lines: list[str] = []
    joins = False
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line[1:] if line.startswith(" ") else line  # space-stuffed, section 4.4
        flows = line.endswith(" ") and line != "-- "
        shown = line[:-1] if flows and delsp else line
        if joins and line != "-- " and not line.startswith(">"):
            lines[-1] += shown
        else:
            lines.append(shown)
        joins = flows and not line.startswith(">")
    return "\n".join(lines)


def _bytes(part: "Message[str, str]") -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _charset(part: "Message[str, str]") -> str:
    try:
        return str(part.get_content_charset() or "")
    except _BROKEN:
        return ""


def _words(value: str) -> str:
    """Header with its encoded words (RFC 2047) decoded."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (*_BROKEN, email.errors.MessageError):
        return value
    return "".join(decoded(p, c or "") if isinstance(p, bytes) else p for p, c in pieces)


def _addresses(values: Sequence[str]) -> list[tuple[str, str]]:
    """Display name and address, in lower case, of each; where programs have encoded the address, too, decoded first."""
    return to_mailboxes(values) or to_mailboxes([_words(value) for value in values])


def _return_path(values: Sequence[str]) -> str | None:
    """Return path; None where there is none. Any null path counts: a relay on the way may have noted it."""
    if not values:
        return None
    paths = [value.strip().strip("<>").strip().lower() for value in values]
    return "" if not all(paths) else paths[0]


def date_of(mail: Mail) -> float:
    """Seconds since the epoch of the Date header; 0.0 where it tells none."""
    try:
        return parsedate_to_datetime(mail.first("date")).timestamp()
    except (*_BROKEN, OverflowError, OSError):
        return 0.0
