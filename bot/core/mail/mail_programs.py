"""Lines that mail programs write: above quotations and forwarded mails, and as signatures. Pure.

The words are data, with their sources: mail_programs.tsv. The form is here: such a line has a date or an address, its
dashes, its place. A sentence that merely begins like one ("Am Montag schrieb der Server:") is a person's.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.core.lazy_regex import lazy_regex

TABLE = Path(__file__).with_name("mail_programs.tsv")
ANYTHING = "…"
LONGEST_HEAD = 300  # characters of the line above a quotation
HEAD_LINES = 3  # that a program may have broken it into
LONGEST_SIGNATURE = 90  # characters of a line that a program adds
MOST_WORDS = 12  # of it
LONGEST_BLOCK = 30  # lines of repeated headers
_MARK = lazy_regex(r"^[ \t]{0,3}(?:>[ \t]?)+")
_DATE = lazy_regex(
    r"\d{1,4}[./-] ?\d{1,2}|\d{1,2}\.? (?:de )?[^\W\d_]{3,12}\.?,? (?:de )?\d{4}|[^\W\d_]{3,12}\.? \d{1,2}, \d{4}"
)
_TIME = lazy_regex(r"\d{1,2}[:.]\d{2}\b")
_ADDRESS = lazy_regex(r"[^\s<>@\[(]{1,64}@[^\s<>@\])]{3,253}")
_DASHED = lazy_regex(r"^[ \t>]{0,6}-{2,40}[ \t]{0,3}(?P<text>[^-].{0,80}?)[ \t:]{0,3}-{2,40}[ \t]{0,3}$")
_HEADER = lazy_regex(
    r"^[ \t]{0,4}\*{0,2}(?P<name>[^\W\d_][^:*\n]{0,30}?)\*{0,2}[ \t\u00a0]{0,2}:\*{0,2}(?P<value>(?:[ \t\u00a0].*)?)$"
)


@cache
def _texts(kind: str) -> Sequence[str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(row[1] for row in rows if row[0] == kind)


def is_marked(line: str) -> bool:
    """True for a line with a quotation's mark, ">"."""
    return bool(_MARK.match(line))


def without_mark(line: str) -> str:
    """Line without a quotation's marks."""
    return _MARK.sub("", line)


def end_of_reply_head(lines: Sequence[str], place: int) -> int:
    """Position behind the line "On …, … wrote:" that begins at `place`, which may be broken into three; 0: it is none.

    It ends with a colon, has one of the words that programs write, and a date or an address.
    """
    for end in range(place + 1, min(place + HEAD_LINES, len(lines)) + 1):
        if not lines[end - 1].strip() or is_marked(lines[end - 1]):
            return 0
        if lines[end - 1].rstrip().endswith(":"):
            joined = " ".join(line.strip() for line in lines[place:end])
            return end if _is_reply_head(joined) and not end_of_later_head(lines, place, end) else 0
        if lines[end - 1].rstrip()[-1:] in "?!":
            return 0
    return 0


def end_of_later_head(lines: Sequence[str], place: int, end: int) -> int:
    """Position behind a head that begins below `place` and ends at `end`; 0: only the whole is one."""
    later = (" ".join(line.strip() for line in lines[begin:end]) for begin in range(place + 1, end))
    return end if any(_is_reply_head(text) and _DATE.search(text) for text in later) else 0


def is_dated(head: Sequence[str]) -> bool:
    """True if the lines above a quotation tell date and time, or an address: then the text below needs no marks."""
    text = " ".join(head)
    return bool((_DATE.search(text) and _TIME.search(text)) or _ADDRESS.search(text))


def _is_reply_head(text: str) -> bool:
    return len(text) <= LONGEST_HEAD and bool(
        (_DATE.search(text) or _ADDRESS.search(text)) and _reply_words().search(text)
    )


@cache
def _reply_words() -> re.Pattern[str]:
    words = sorted(map(re.escape, _texts("reply")), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def is_forward_mark(line: str) -> bool:
    """True for "-----Original Message-----", with its dashes."""
    found = _DASHED.match(line)
    return bool(found) and _is_forward(found["text"]) if found else False


def is_forward_lead(line: str) -> bool:
    """True for "Begin forwarded message:", which counts above repeated headers alone."""
    text = without_mark(line).strip()
    return text.endswith(":") and _is_forward(text[:-1])


def _is_forward(text: str) -> bool:
    plain = " ".join(text.split()).casefold()
    return any(plain == known or plain.startswith(f"{known} ") for known in _forwards())


@cache
def _forwards() -> Sequence[str]:
    return tuple(text.casefold() for text in _texts("forward"))


@cache
def _fields() -> Mapping[str, str]:
    """Name of a header in lower case → "from", "to", "date", "subject" or "other"."""
    found: dict[str, str] = {}
    for field in ("from", "to", "date", "subject", "other"):
        for name in _texts(f"header {field}"):
            found.setdefault(name.casefold(), field)
    return found


def header_of(line: str) -> tuple[str, str]:
    """(field, value) of a repeated header, "Von: Max <max@firma.example>"; two empty texts where it is none."""
    found = _HEADER.match(line)
    field = _fields().get(found["name"].strip().casefold(), "") if found else ""
    return (field, found["value"].strip()) if found and field else ("", "")


def header_block(lines: Sequence[str], place: int) -> tuple[int, str]:
    """(position behind repeated headers that begin at `place`, their subject); (0, ""): there are none.

    Sender and another one, or three different ones; a long one may go on in the next line, and empty lines may part
    them, as in mails that were HTML.
    """
    if not header_of(lines[place])[0]:
        return 0, ""
    fields: dict[str, str] = {}
    end = place
    for number in range(place, min(place + LONGEST_BLOCK, len(lines))):
        field, value = header_of(lines[number])
        if field:
            fields.setdefault(field, value)
            end = number + 1
        elif number > end + 1:
            break
    telling = fields.keys() - {"other"}
    enough = (len(telling) > 1 and "from" in telling) or len(telling) > 2
    return (end, fields.get("subject", "")) if enough else (0, "")


def is_program_signature(line: str) -> bool:
    """True for a line that a program adds ("Sent from my iPhone"): short, whole, no lead-in and no question."""
    text = " ".join(line.split()).strip("*_ ").rstrip(".!")
    if not text or len(text) > LONGEST_SIGNATURE or len(text.split()) > MOST_WORDS or text[-1] in ":?":
        return False
    names_program = not _devices().isdisjoint(re.findall(r"[^\W_]+", text.casefold()))
    return bool(_signatures("signature").fullmatch(text)) or (
        names_program and bool(_signatures("signature of").fullmatch(text))
    )


@cache
def _devices() -> frozenset[str]:
    return frozenset(text.casefold() for text in _texts("device"))


@cache
def _signatures(kind: str) -> re.Pattern[str]:
    """Pattern of a kind's texts: "…" within one is a few words without a comma, right behind its end anything."""
    patterns = []
    for text in _texts(kind):
        anything = text.endswith(ANYTHING) and not text.endswith(f" {ANYTHING}")
        pieces = text.rstrip(".").removesuffix(ANYTHING if anything else "").split(ANYTHING)
        patterns.append(r"[^,;:]{1,50}?".join(map(re.escape, pieces)) + (".{0,80}" if anything else ""))
    return re.compile("|".join(patterns))


def is_disclaimer(paragraph: str) -> bool:
    """True for a paragraph with two legal words, one of them a telling one, that neither asks nor leads in."""
    words = set(re.findall(r"[^\W_][\w-]*", paragraph.casefold()))
    telling = words & set(_texts("legal"))
    text = paragraph.rstrip()
    return (
        bool(telling) and len(telling | words & set(_texts("legal too"))) > 1 and text[-1:] != ":" and "?" not in text
    )
