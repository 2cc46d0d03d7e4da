"""Splitter of a mail's text: what its writer says, what they quote or forward, and what a program adds. Pure.

Parts are told by place and form (mail_programs.py), never by how a sentence begins, and every line is in one of them.
quotequail, which did this before, takes "On Monday our partner wrote:" for a quotation and everything below it, and
loses the line above pasted headers; mail-parser-reply took more than 8 s for 20,000 line breaks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.core.lazy_regex import lazy_regex
from bot.core.mail import mail_programs
from bot.core.text.excerpt import excerpt
from bot.core.text.message_parts import says_something
from bot.core.text.normalize import LONGEST

SIGNATURE_LINES = 12  # below "-- "
LONGEST_LINE = 100  # characters of a signature's lines
LONG = 400  # characters of own words that surely say something
LEAD = 3  # lines between "Begin forwarded message:" and the headers
_REPLY = lazy_regex(r"(?:re|aw|antw|antwort|sv|vs|odp|wg: ?aw|fwd: ?re) ?(?:\[\d{1,4}\] ?)?:", re.IGNORECASE)
_PREFIX = lazy_regex(
    r"(?:(?:re|aw|antw|antwort|wg|fwd?|tr|sv|vs|odp|vl) ?(?:\[\d{1,4}\] ?)?:|\[[^\]]{1,40}\]) ?", re.IGNORECASE
)
_REFERENCE = lazy_regex(  # a number of a customer, a contract …, and nothing else
    r"(?:(?:meine?|unsere?|ihre?|my|our|your) )?(?:kunden?|vertrags?|rechnungs?|auftrags?|bestell|beleg|vorgangs?|akten"
    r"|customer|client|account|contract|invoice|order|case|ticket|reference|ref)"
    r"[ -]?(?:nummer|nr|zeichen|number|no|id)?[ .:#]{0,4}[\w/-]{0,10}\d[\w/-]{0,20}\W{0,3}",
    re.IGNORECASE,
)
_RULE = lazy_regex(r"^[ \t]{0,8}[_=*-]{5,200}[ \t]{0,8}$", re.MULTILINE)  # a line that programs put between parts
_SIGNATURE = lazy_regex(r"^[ \t]{0,2}(?:--|—)[ \t]{0,2}$")  # "-- " alone (RFC 3676, 4.3), which many write as "--"
_OF_SERVER = lazy_regex(  # what a mail server says: never a signature, and worth reading in a quotation
    r"\b[245]\d\d[ -](?:#?[245]\.\d{1,3}\.\d{1,3}|\w+ )|(?<![\d.])#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])"
    r"|^<[^<>\s]+@[^<>\s]+>:"
    r"|\b(?:error|fehler\w*|denied|rejected|refused|failed|unknown|unable|undeliver\w*|timed out)\b",
    re.IGNORECASE | re.MULTILINE,
)
Kind = Literal["own", "forwarded", "conversation", "marked", "cut"]
QUOTING: Sequence[Kind] = ("forwarded", "conversation", "marked")


@dataclass(frozen=True, slots=True)
class SplitText:
    """Text of a mail, split. Each part may be empty; together they hold every line, without quotation marks."""

    own_words: str  # the writer's own words, without quotation, forwarded message and signature
    quoted: str = ""  # what was forwarded or quoted, without its marks
    cut: str = ""  # the rest: lines of programs, signatures, disclaimers, an earlier conversation


@dataclass
class _Parts:
    """Collector of lines by their kind, in their order."""

    lines: list[tuple[Kind, str]] = field(default_factory=list)

    def add(self, kind: Kind, lines: Sequence[str]) -> None:
        self.lines += [(kind, line) for line in lines]

    def text(self, *kinds: Kind) -> str:
        """Lines of these kinds, without quotation marks and the rules that programs draw."""
        found = (
            line if kind == "own" else mail_programs.without_mark(line) for kind, line in self.lines if kind in kinds
        )
        return re.sub(r"\n{3,}", "\n\n", _RULE.sub("", "\n".join(found))).strip()


def split_text(text: str, *, is_reply: bool = False) -> SplitText:
    """Plain text, split; of one that is longer than LONGEST, its excerpt.

    `is_reply`: the mail answers another one, so what it quotes is an earlier conversation and no evidence. Where the
    writer said nothing of their own, the quotation is all there is; where all that is left says nothing, nothing is cut
    but the lines of programs above quotations.
    """
    lines = excerpt(text.replace("\r\n", "\n").replace("\r", "\n"), LONGEST).split("\n")
    parts = _without_signatures(_split_quotations(lines))
    own = parts.text("own")
    kinds: tuple[Kind, ...] = ("forwarded", "marked")
    if not own or _OF_SERVER.search(parts.text("conversation")):
        kinds += ("conversation",)
    if is_reply and own:
        kinds = ()
    quoted = parts.text(*kinds)
    if not (quoted or is_reply or len(own) > LONG or says_something(own)):
        parts = _split_quotations(lines)
        own = parts.text("own")
    return SplitText(own, quoted, parts.text(*(kind for kind in QUOTING if kind not in kinds), "cut"))


def bare_subject(subject: str) -> str:
    """Subject without "Re:", "WG:" and a ticket's tag in brackets."""
    subject = subject.strip()
    while found := _PREFIX.match(subject):
        subject = subject[found.end() :].lstrip()
    return subject


def asking_subject(subject: str) -> str:
    """Bare subject; empty where it only names a customer, a contract, an invoice or the like by a number."""
    bare = bare_subject(subject)
    return "" if _REFERENCE.fullmatch(bare) else bare


def is_reply(subject: str) -> bool:
    """True if the subject says that the mail answers another one ("Re:", "AW:" …)."""
    return bool(_REPLY.match(subject.strip()))


def _split_quotations(lines: Sequence[str]) -> _Parts:
    parts = _Parts()
    place = 0
    while place < len(lines):
        end, kind = _head(lines, place)
        if end and kind == "marked":  # a head with marked lines below it; what is not marked is the writer's again
            parts.add("cut", lines[place:end])
            place = _end_of_marked(lines, end)
            parts.add("conversation", lines[end:place])
        elif end:
            parts.add("cut", lines[place:end])
            parts.add(kind, lines[end:])
            break
        else:
            parts.add("marked" if mail_programs.is_marked(lines[place]) else "own", [lines[place]])
            place += 1
    return parts


def _head(lines: Sequence[str], place: int) -> tuple[int, Kind]:
    """(position behind a head above a quotation or a forwarded mail, kind of what follows); position 0: none."""
    line = lines[place]
    if not line.strip() or mail_programs.is_marked(line):
        return 0, "own"
    end, subject = mail_programs.header_block(lines, place)
    if not end and (mail_programs.is_forward_mark(line) or mail_programs.is_forward_lead(line)):
        end, subject = _headers_below(lines, place + 1)
        end = end or (place + 1 if mail_programs.is_forward_mark(line) else 0)
    if end:
        return end, "conversation" if _REPLY.match(subject) else "forwarded"
    end = mail_programs.end_of_reply_head(lines, place)
    if end and mail_programs.is_marked(_next(lines, end)):
        return end, "marked"
    return (end, "conversation") if end and mail_programs.is_dated(lines[place:end]) else (0, "own")


def _headers_below(lines: Sequence[str], place: int) -> tuple[int, str]:
    for number in range(place, min(place + LEAD, len(lines))):
        if lines[number].strip():
            return mail_programs.header_block(
                [mail_programs.without_mark(line) for line in lines[: number + 30]], number
            )
    return 0, ""


def _next(lines: Sequence[str], place: int) -> str:
    """Next line that is not empty, of the few below; empty where there is none."""
    return next((line for line in lines[place : place + LEAD] if line.strip()), "")


def _end_of_marked(lines: Sequence[str], place: int) -> int:
    """Position behind the marked lines, and the empty ones between them."""
    end = place
    for number in range(place, len(lines)):
        if mail_programs.is_marked(lines[number]):
            end = number + 1
        elif lines[number].strip():
            break
    return end


def _without_signatures(parts: _Parts) -> _Parts:
    """Parts with the signatures and disclaimers at the end of each stretch of own lines cut."""
    changed = _Parts()
    stretch: list[str] = []
    for kind, line in [*parts.lines, ("cut", "")]:
        if kind == "own":
            stretch.append(line)
            continue
        if not stretch:
            changed.add(kind, [line])
            continue
        begin = _begin_of_signature(stretch, behind_words=bool(changed.text("own")))
        changed.add("own", stretch[:begin])
        changed.add("cut", stretch[begin:])
        changed.add(kind, [line])
        stretch = []
    return changed


def _begin_of_signature(lines: Sequence[str], *, behind_words: bool) -> int:
    """Position of the signature at the end of own lines; their number where there is none.

    `behind_words`: own words stand before these lines; without any, a signature is all that is said, and stays.
    """
    end = len(lines)
    while True:
        begin = _begin_of_last(lines[:end])
        if begin == end or not (behind_words or "".join(lines[:begin]).strip()):
            return end
        end = begin


def _begin_of_last(lines: Sequence[str]) -> int:
    """Position of the last signature, program's line or disclaimer; their number where there is none."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if not filled:
        return len(lines)
    if mail_programs.is_program_signature(lines[filled[-1]]):
        return filled[-1]
    for number in reversed(filled[-SIGNATURE_LINES - 1 :]):
        if _SIGNATURE.match(lines[number]):
            return number if _is_signature(lines[number + 1 :]) else len(lines)
    begin = next((n + 1 for n in range(filled[-1], -1, -1) if not lines[n].strip()), 0)
    paragraph = "\n".join(lines[begin:])
    return begin if mail_programs.is_disclaimer(paragraph) and not _OF_SERVER.search(paragraph) else len(lines)


def _is_signature(lines: Sequence[str]) -> bool:
    """True for what may stand below "-- ": short lines that neither ask nor tell of an error."""
    text = "\n".join(lines)
    return "?" not in text and not _OF_SERVER.search(text) and all(len(line) <= LONGEST_LINE for line in lines)
