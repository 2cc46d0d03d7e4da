"""Machine signs: headers, sender names and subjects by which mails of machines are known. Pure.

The signs are data, with their sources: machine_signs.tsv, whose head says how each kind is written.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from bot.core.lazy_regex import lazy_regex
from bot.core.text.normalize import fold

TABLE = Path(__file__).with_name("machine_signs.tsv")
ANYTHING = "…"
_NO = frozenset({"", "no", "false", "0", "none", "never", "off", "n"})  # values by which a header denies itself
_COMMENT = lazy_regex(r"\([^()]*\)")
_PREFIX = lazy_regex(r"(?:re|aw) ?: ?|\[[^\]]{1,60}\] ?")  # before a subject; an evened one
MOST_PREFIXES = 4


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign of a machine: a row of the table."""

    code: str  # of the rule that it belongs to
    sign: str
    verdict: Literal["silent", "note"]
    language: str  # ISO 639-1; empty: of none
    source: str


@cache
def read_signs() -> Sequence[Sign]:
    """Signs of the table, in its order."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return [Sign(r[0], r[1], cast("Literal['silent', 'note']", r[2]), r[3], r[4]) for r in rows]


def has_header(headers: Iterable[tuple[str, str]], code: str, verdict: str) -> bool:
    """True if one of the headers (name in lower case, value) is a sign of this rule and verdict.

    Of the signs of one name those that tell a value come first: the name alone stands for all other values.
    """
    signs = _header_signs(code)
    return any(_verdict_of(signs[name], value) == verdict for name, value in headers if name in signs)


def is_machine_name(local_part: str) -> bool:
    """True for a local part behind which no person reads, like no-reply, bitte-nicht-antworten or MAILER-DAEMON."""
    return bool(_sender_pattern().fullmatch(fold(local_part)))


def is_automatic_subject(subject: str) -> bool:
    """True for a subject that begins as those of vacation programs, bounces, receipts and acknowledgements do.

    At its start alone, and as a whole or with a mark behind it: customers write about such mails in their own words.
    """
    text = _even(subject)
    for _ in range(MOST_PREFIXES):
        if _begins(text):
            return True
        text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else ""
    return _begins(text)


def is_automatic_text(text: str) -> bool:
    """True if a line of a text begins as those of vacation programs and acknowledgements do.

    Headers may be missing; a person hardly begins a line of their own with such words.
    """
    return any(_even(line).startswith(_automatic_texts()) for line in text.split("\n"))


def has_own_words(text: str) -> bool:
    """True if a text has words of templates/ticket.md by which our reply says that a machine wrote it."""
    return any(words in _even(text) for words in _own_words())


@cache
def _own_words() -> tuple[str, ...]:
    return tuple(_even(sign.sign) for sign in read_signs() if sign.code == "quotes-us")


@cache
def _automatic_texts() -> tuple[str, ...]:
    return tuple(_even(sign.sign) for sign in read_signs() if sign.code == "automatic-text")


@cache
def _header_signs(code: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Names in lower case → (how the value begins, verdict), those with a value first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for sign in read_signs():
        if sign.code == code:
            name, _, value = sign.sign.partition(":")
            found.setdefault(name.lower(), []).append((_even_value(value), sign.verdict))
    return {name: sorted(values, reverse=True) for name, values in found.items()}


def _verdict_of(signs: Sequence[tuple[str, str]], value: str) -> str:
    value = _even_value(value)
    if value in _NO:
        return ""
    return next((verdict for begin, verdict in signs if value.startswith(begin)), "")


def _even_value(value: str) -> str:
    return _COMMENT.sub("", value).strip().lower().replace("_", "-")


@cache
def _sender_pattern() -> re.Pattern[str]:
    names = [_name_pattern(sign.sign) for sign in read_signs() if sign.code == "nobody"]
    return re.compile("|".join(names))


def _name_pattern(name: str) -> str:
    pieces = []
    for piece in name.split(ANYTHING):
        inner = "[-_.]?".join(map(re.escape, fold(piece).strip("-").split("-")))
        pieces.append(f"{'[-_.]' * piece.startswith('-')}{inner}{'[-_.]' * piece.endswith('-')}")
    return ".+".join(pieces) + ("" if name.endswith(ANYTHING) else r"\d{0,3}(?:[-+_.=].*)?")


@cache
def _beginnings() -> tuple[Mapping[str, Sequence[str]], tuple[str, ...]]:
    """(beginning of a subject → what has to stand somewhere behind it, the beginnings alone)."""
    found: dict[str, list[str]] = {}
    for sign in read_signs():
        if sign.code == "automatic-subject":
            begin, _, rest = _even(sign.sign).partition(ANYTHING)
            ends_there = ANYTHING not in sign.sign and not begin.endswith(":")
            found.setdefault(begin, []).append("" if ends_there else rest.rstrip(ANYTHING) or ANYTHING)
    return found, tuple(found)


def _begins(subject: str) -> bool:
    signs, beginnings = _beginnings()
    if not subject.startswith(beginnings):
        return False
    return any(_goes_on(subject[len(b) :], wanted) for b in signs if subject.startswith(b) for wanted in signs[b])


def _goes_on(behind: str, wanted: str) -> bool:
    """True if what stands behind a beginning is as wanted: anything, words, or (empty) an end or a mark."""
    if wanted == ANYTHING:
        return True
    if wanted:
        return wanted in behind
    next_word = behind.lstrip(" ,")
    return behind[:1] in (":", "(", "[") or not (next_word[:1].isalnum() or behind[1:2].isalpha())


def _even(subject: str) -> str:
    """Subject in lower case, with plain blanks and apostrophes and none before a colon."""
    text = " ".join(subject.casefold().replace("’", "'").split())
    return text.replace(" :", ":")
