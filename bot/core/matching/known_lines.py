"""Known lines of the knowledge base: their words, and what each word weighs.

A known line is an entry's own, verbatim from the FAQ or in another mail server's words, and then it explains; or it
looks alike and means something else: an entry's look-alike, or a condition that the FAQ does not explain. A word weighs
the more, the fewer conditions use it, so that scaffolding ("sorry", "remote host said") carries no meaning.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.scaffolding import without_log_fields
from bot.core.model import Entry, Topic
from bot.core.text.normalize import error_text, fold

_ADDRESS = lazy_regex(r"<?[\w.+=%-]{1,64}@[\w.-]{1,255}>?", needs="@")
_URL = lazy_regex(r"\bhttps?://\S+", re.IGNORECASE, needs=["://"])
_CODE = lazy_regex(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])", needs=["2.", "4.", "5."])  # RFC 3463
_IP = lazy_regex(r"\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?(?::\d+)?", needs=".")
_HOST = lazy_regex(r"\b(?:[a-z0-9_-]{1,63}\.){1,40}[a-z]{2,24}\b\.?(?:\[[^\]\s]{0,100}\])?", re.IGNORECASE, needs=".")
_WORD = lazy_regex(r"\d\.\d{1,3}\.\d{1,3}|[a-z]+|\d+")
_APOSTROPHE = lazy_regex(r"(?<=\w)'(?=\w)", needs="'")
_REPLY = lazy_regex(r"^[245][0-5]\d$")  # RFC 5321 section 4.2


class KnownLine(NamedTuple):
    """Known line of the knowledge base."""

    words: tuple[str, ...]  # that can carry meaning, as `to_words` gives them; never empty
    owner: str  # id of an entry or topic
    explains: bool  # True: a line of the entry itself; False: a look-alike, or a condition that no entry explains
    text: str  # as it stands in the knowledge base


def to_words(text: str) -> tuple[list[str], set[int]]:
    """Words of a text that can carry meaning, and the positions before which a line ended.

    Addresses, hosts and numbers are left out, but for reply codes, status codes and rows of zeros.
    """
    words: list[str] = []
    breaks: set[int] = set()
    for line in text.split("\n"):
        breaks.add(len(words))
        words += [w for w in _WORD.findall(_without_names(line)) if _can_tell(w)]
    return words, breaks


def _without_names(line: str) -> str:
    """The line, folded, without addresses, URLs and hosts. Status codes are hidden meanwhile: they look like hosts."""
    line = _URL.sub(" ", _ADDRESS.sub(" ", without_log_fields(line)))
    hidden = _CODE.sub(lambda code: f" {code.group(1).replace('.', '·')} ", _IP.sub(" ", line))
    return fold(_APOSTROPHE.sub("", _HOST.sub(" ", hidden))).replace("·", ".")


def _can_tell(word: str) -> bool:
    if word.isdigit():
        return bool(_REPLY.match(word)) or (set(word) == {"0"} and len(word) > 3)
    return len(word) > 1


def words_of_lines(entries: Iterable[Entry], topics: Iterable[Topic]) -> Mapping[str, tuple[str, ...]]:
    """Words of all known lines, by the line as it is written; empty where no word of it can carry meaning."""
    return {text: tuple(to_words(error_text(text))[0]) for text, _, _ in written_lines(entries, topics)}


def written_lines(entries: Iterable[Entry], topics: Iterable[Topic]) -> Iterator[tuple[str, str, bool]]:
    """Known lines as (text, id of the entry or topic, True if the entry explains it)."""
    for entry in entries:
        yield from ((text, entry.id, True) for text in (*entry.lines, *entry.variants))
        yield from ((text, entry.id, False) for text in entry.lookalikes)
    for topic in topics:
        yield from ((text, topic.id, False) for text in topic.lines)


def weights_of_words(lines: Sequence[KnownLine]) -> Mapping[str, float]:
    """Weight of each word: log of the inverse share of the conditions that use it.

    An entry's own lines are one condition, its look-alikes another, each topic's lines one.
    """
    conditions: dict[tuple[str, bool], set[str]] = defaultdict(set)  # → its words
    for line in lines:
        conditions[line.owner, line.explains].update(line.words)
    users = Counter(chain.from_iterable(conditions.values()))
    return {word: math.log((len(conditions) + 1) / having) for word, having in users.items()}
