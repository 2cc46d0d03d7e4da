"""Parser of raw mails (RFC 5322, MIME): what a mail says, and what its headers claim. Pure.

The standard library takes it apart; what it leaves to the caller is reading bytes that keep to no standard: unknown,
wrong or missing charsets, broken encodings, parts without an end. Nothing here raises for any bytes.
"""

import codecs
import email
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from bot.core.mail import quoted_text

LARGEST = 2_000_000  # bytes that are read of one mail; what is asked stands at its beginning, attachments behind it
LARGEST_PART = 200_000  # bytes of one text
MOST_PARTS = 200  # of one mail that are read
LONGEST_LINE = 998  # characters of a subject that are read (RFC 5322, 2.1.1)
DEEPEST = 20  # multiparts within multiparts
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)  # what odd bytes cause
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FOLD = re.compile(r"\r?\n[ \t]+")  # RFC 5322, 2.2.3
_ID = re.compile(r"<[^<>\s]{1,990}>")
_NO_CHARSET = re.compile(r"escape|idna|punycode|undefined|mbcs|oem|hex|base64|rot|zlib|bz2|quopri|uu")
_LATIN = frozenset({"iso8859-1", "iso8859-15", "cp1252", "ascii"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 3464, RFC 6533


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
    diagnostics: tuple[str, ...] = ()  # Diagnostic-Code of attached delivery reports without its type (RFC 3464, 2.3.6)
    broken: bool = False  # nothing but raw text could be read

    @property
    def is_reply(self) -> bool:
        """True if subject and headers say that it answers another mail."""
        return quoted_text.is_reply(self.subject) and bool(self.references)

    @property
    def text(self) -> str:
        """Text that is asked: the own words, then the diagnostic codes, or where there are none what was forwarded."""
        evidence = "\n".join(self.diagnostics) or self.quoted
        return "\n\n".join(filter(None, (self.own_words, evidence)))[: quoted_text.LONGEST]

    def all(self, name: str) -> tuple[str, ...]:
        """Values of a header, topmost first."""
        return tuple(value for key, value in self.headers if key == name.lower())

    def first(self, name: str) -> str:
        """The topmost value of a header; empty where there is none."""
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
    plain = (
        quoted_text.html_to_text(text) if re.search(r"<(?:p|div|br|html|body|span)\b", text, re.IGNORECASE) else text
    )
    split = quoted_text.split_text(plain, is_reply=quoted_text.is_reply(subject))
    return Mail(subject=one_line(subject)[:LONGEST_LINE], own_words=split.own_words, quoted=split.quoted)


def _parse(message: "Message[str, str]") -> Mail:
    headers = tuple((name.lower(), _header(value)) for name, value in message.raw_items())
    named = {name: [value for key, value in headers if key == name] for name, _ in headers}
    subject = one_line(_words(next(iter(named.get("subject", [])), "")))[:LONGEST_LINE]
    found = _Found()
    _walk(message, found, 0)
    senders = _addresses(named.get("from", []))
    ids = [i for name in ("references", "in-reply-to") for value in named.get(name, []) for i in _ID.findall(value)]
    reply = quoted_text.is_reply(subject) and bool(ids)
    split = quoted_text.split_text("\n\n".join(found.texts), is_reply=reply)
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
        quoted="\n\n".join(filter(None, [split.quoted, *found.attached]))[: quoted_text.LONGEST],
        diagnostics=tuple(dict.fromkeys(found.diagnostics)),
    )


def _walk(part: "Message[str, str]", found: _Found, depth: int) -> None:
    kind = part.get_content_type()
    found.types.append(kind)
    if len(found.types) > MOST_PARTS or depth > DEEPEST:
        return
    if kind in _REPORTS:
        found.diagnostics += _diagnostics(part)
    elif kind == "multipart/alternative":
        _alternative(_parts(part), found, depth)
    elif kind.startswith("message/"):
        for inner in _parts(part):
            _attached(inner, found, depth)
    elif part.is_multipart():
        for inner in _parts(part):
            _walk(inner, found, depth + 1)
    else:
        _leaf(part, kind, found, depth)


def _leaf(part: "Message[str, str]", kind: str, found: _Found, depth: int) -> None:
    is_attached = part.get_content_disposition() == "attachment"
    if kind in ("text/plain", "text/html"):
        text = _text(part, kind)
        (found.attached if is_attached else found.texts).append(text)
    elif str(part.get_filename() or "").lower().endswith(".eml"):  # programs that know no message/rfc822
        _attached(email.message_from_bytes(_bytes(part), policy=policy.compat32), found, depth)


def _alternative(parts: Sequence["Message[str, str]"], found: _Found, depth: int) -> None:
    """Reads the plain one, the other ones where it is empty; calendars and reports are noted in any case."""
    plain = next((p for p in parts if p.get_content_type() == "text/plain" and _text(p, "text/plain").strip()), None)
    for part in parts:
        if plain is None or part is plain or not part.get_content_type().startswith(("text/html", "multipart/")):
            _walk(part, found, depth + 1)
        else:
            found.types.append(part.get_content_type())


def _attached(message: "Message[str, str]", found: _Found, depth: int) -> None:
    """Reads an attached mail: what it says is evidence, its types and headers are not those of the mail around it."""
    inner = _Found()
    _walk(message, inner, depth + 1)
    found.diagnostics += inner.diagnostics
    found.attached += [*inner.texts, *inner.attached]


def _diagnostics(part: "Message[str, str]") -> list[str]:
    """Diagnostic codes, RFC 3464 section 2.3.6: "smtp; 550 5.1.1 …"; the status (2.3.4) where one is missing."""
    found = []
    for group in _parts(part):
        code = one_line(_header(str(group.get("diagnostic-code", "")))).partition(";")[2].strip()
        found.append(code or one_line(str(group.get("status", ""))).partition("(")[0].strip())
    return [code for code in found if code]


def _parts(part: "Message[str, str]") -> list["Message[str, str]"]:
    payload = part.get_payload()
    return [p for p in payload if isinstance(p, Message)] if isinstance(payload, list) else []


def _text(part: "Message[str, str]", kind: str) -> str:
    text = decoded(_bytes(part)[:LARGEST_PART], _charset(part))
    if kind == "text/html":
        return quoted_text.html_to_text(text)
    if str(part.get_param("format", "")).lower() == "flowed":
        return _unflowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    return text.replace("\r\n", "\n")


def _unflowed(text: str, delsp: bool) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one, but for the signature's mark."""
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


def decoded(raw: bytes, charset: str) -> str:
    """Text of bytes. `charset`: what the mail claims; it may be empty, unknown or wrong.

    UTF-8 that was declared as a Latin charset is read as UTF-8: other text is hardly ever valid UTF-8 by chance.
    """
    claimed = _known(charset)
    for name in dict.fromkeys(["utf-8", claimed] if claimed in _LATIN or not claimed else [claimed, "utf-8"]):
        try:
            return raw.decode(name or "utf-8")
        except _BROKEN:
            continue
    return raw.decode("cp1252", "replace")  # what Windows means by iso-8859-1 (encoding.spec.whatwg.org)


def _known(charset: str) -> str:
    """Python's name of a charset; empty where it knows none."""
    name = charset.strip().strip("\"'").lower()
    if not name.isascii() or "\0" in name or _NO_CHARSET.search(name):
        return ""
    try:
        known = codecs.lookup(name).name
    except _BROKEN:
        return ""
    return "cp1252" if known == "iso8859-1" else known


def _header(value: object) -> str:
    """Header as it stands, unfolded; bytes that are no ASCII are read as UTF-8 (RFC 6532), else as Windows does."""
    raw = str(value).encode("utf-8", "surrogateescape")
    return one_line(decoded(raw, ""))


def _words(value: str) -> str:
    """Header with its encoded words (RFC 2047) decoded."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (*_BROKEN, email.errors.MessageError):
        return value
    return "".join(decoded(p, c or "") if isinstance(p, bytes) else p for p, c in pieces)


def one_line(text: str) -> str:
    """Text without line breaks and other control characters."""
    return _CONTROL.sub(" ", _FOLD.sub(" ", text)).strip()


def _addresses(values: Sequence[str]) -> list[tuple[str, str]]:
    """Display name and address, in lower case, of each that has an @; several header fields are read together."""
    found: Iterator[tuple[str, str]] = iter(())
    try:
        found = iter(getaddresses(list(values)))
    except _BROKEN:
        return []
    return [(name, address.strip().lower()) for name, address in found if "@" in address]


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
