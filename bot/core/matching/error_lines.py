"""Pasted error lines → entries, by aligning the message with every error line that the knowledge base knows.

Known are the entries' lines and variants, and what must not be taken for them: look-alikes and the lines of
conditions that the FAQ does not explain. A word weighs the more the fewer conditions use it, so scaffolding ("sorry",
"remote host said") carries no meaning. Each line is laid over the message in order, gaps allowed; the best fits that
do not overlap are the message's conditions.
"""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from bot.core.matching.vocabulary import Spelling
from bot.core.model import Entry, Topic
from bot.core.text.normalize import error_text, fold, glue

_ADDRESS = re.compile(r"<?[\w.+=%-]{1,64}@[\w.-]{1,255}>?")
_URL = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")  # RFC 3463
_IP = re.compile(r"\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?(?::\d+)?")
_HOST = re.compile(r"\b(?:[a-z0-9_-]{1,63}\.){1,40}[a-z]{2,24}\b\.?(?:\[[^\]\s]{0,100}\])?", re.IGNORECASE)
_WORD = re.compile(r"\d\.\d{1,3}\.\d{1,3}|[a-z]+|\d+")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_REPLY = re.compile(r"^[245][0-5]\d$")  # RFC 5321 section 4.2

# These four were set by judgement, not fitted.
FULL_WEIGHT = 9.0  # matched weight from which a line's fit counts in full: about four telling words
GAP = 0.12  # what a word between two matching ones costs, in matched weight
WIDEST_GAP = 12  # words between two matching ones; beyond that they belong to different statements
MOST_ALIGNED = 150  # lines that are laid over a message, of those with the most words in common
MOST_WORDS = 1_500  # of a message that are looked at; an error stands at the top of a bounce
CUT_LETTERS = 3  # letters that a word cut off at the end of the paste must keep


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A known line."""

    words: tuple[str, ...]
    owner: str  # id of an entry or topic
    explained: bool  # the owner's own words; False: a look-alike, or a condition that no entry explains
    text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """A known line laid over a stretch of the message."""

    phrase: KnownLine
    score: float  # 0..1: share of the line's weight that was found, less where little was found in all
    weight: float  # of the words that were found
    start: int  # first and last position among the message's words
    end: int


def to_words(text: str) -> tuple[list[str], set[int]]:
    """The words that can carry meaning, and the positions before which a line ended.

    Addresses, hosts and numbers are left out.
    """
    words: list[str] = []
    breaks: set[int] = set()
    for line in text.split("\n"):
        breaks.add(len(words))
        words += [w for w in _WORD.findall(_masked(line)) if _telling(w)]
    return words, breaks


def _masked(line: str) -> str:
    line = _URL.sub(" ", _ADDRESS.sub(" ", line))
    kept = _CODE.sub(lambda code: f" {code.group(1).replace('.', '·')} ", _IP.sub(" ", line))
    return fold(_APOSTROPHE.sub("", _HOST.sub(" ", kept))).replace("·", ".")


def _telling(word: str) -> bool:
    if word.isdigit():
        return bool(_REPLY.match(word)) or (set(word) == {"0"} and len(word) > 3)
    return len(word) > 1


class ErrorLines:
    """All known lines, indexed."""

    def __init__(self, entries: Iterable[Entry], topics: Iterable[Topic]) -> None:
        self._phrases = list(_phrases(entries, topics))
        self._weight = _weights(self._phrases)
        self._total = [sum(self._weight[w] for w in p.words) for p in self._phrases]
        self._enough = 0.3 * np.minimum(np.array(self._total), FULL_WEIGHT)  # per phrase: less is not worth laying
        phrases: dict[str, list[int]] = defaultdict(list)
        for number, phrase in enumerate(self._phrases):
            for word in phrase.words:
                phrases[word].append(number)
        self._having = {
            word: np.array(numbers) for word, numbers in phrases.items()
        }  # once for each time it stands there
        self._spelling = Spelling(self._weight)
        self._sorted_words = sorted(self._weight)

    def read(self, cleaned: str) -> list[str]:
        """The words of a message as the alignment sees them: cut words glued, slips repaired."""
        words, breaks = to_words(error_text(cleaned))
        words = words[:MOST_WORDS]
        return [self._spelling.repair(w) for w in glue(words, breaks, self._weight)]

    def alignments(self, words: Sequence[str]) -> list[Alignment]:
        """Every known line that fits somewhere, best first."""
        last = len(words) - 1
        completions = self._completions(words)
        places: dict[str, list[int]] = defaultdict(list)  # known word → positions in the message
        for position, word in enumerate(words):
            if word in self._weight:
                places[word].append(position)
        for word in completions:
            places[word].append(last)
        found = [self._align(number, places, last) for number in self._worth_aligning(places)]
        return sorted(found, key=_best_first)

    def _completions(self, words: Sequence[str]) -> list[str]:
        """Known words that the last word may be the cut-off beginning of."""
        if not words or len(words[-1]) < CUT_LETTERS or words[-1] in self._weight:
            return []
        first = bisect_left(self._sorted_words, words[-1])
        return list(takewhile(lambda w: w.startswith(words[-1]), self._sorted_words[first:]))

    def _worth_aligning(self, said: Iterable[str]) -> list[int]:
        """Numbers of the phrases whose words are found with enough weight, wherever they stand."""
        found = np.zeros(len(self._phrases))
        for word in said:
            if word in self._having:
                np.add.at(found, self._having[word], self._weight[word])
        worth = np.flatnonzero(found >= self._enough)
        share = found[worth] / self._enough[worth]
        return sorted(worth[np.argsort(-share, kind="stable")[:MOST_ALIGNED]].tolist())

    def _align(self, number: int, said: Mapping[str, Sequence[int]], last: int) -> Alignment:
        """The best chain of matches that runs forward in both; ends of a paste may cut the line short."""
        phrase, weight = self._phrases[number], self._weight
        places = [
            (position, place) for place, word in enumerate(phrase.words) if word in said for position in said[word]
        ]
        places.sort()
        weights, before = _chains(places, [weight[phrase.words[place]] for _, place in places])
        best = max(weights)
        end = start = weights.index(best)
        while before[start] >= 0:
            start = before[start]
        total = self._total[number]
        if places[end][0] == last:  # cut off at the end of the paste: what would have followed cannot be asked for
            total = sum(weight[w] for w in phrase.words[: places[end][1] + 1])
        covered = max(0.0, best) / max(total, 0.1)
        score = min(1.0, covered) * min(1.0, best / min(FULL_WEIGHT, max(self._total[number], FULL_WEIGHT * 0.5)))
        return Alignment(phrase, max(0.0, score), best, places[start][0], places[end][0])


def _chains(places: Sequence[tuple[int, int]], own: Sequence[float]) -> tuple[list[float], list[int]]:
    """Per place the weight of the best chain that ends there, and the index of the place before it, or -1.

    `places`: (position in the message, place in the line), sorted. `own`: the weight of each.
    """
    weights: list[float] = []
    before: list[int] = []
    for index, (position, place) in enumerate(places):
        chain = weight = own[index]
        link = -1
        for earlier in range(index - 1, -1, -1):
            at, other = places[earlier]
            gap = position - at - 1
            if gap > WIDEST_GAP:
                break
            if other < place and gap >= 0:
                longer = weights[earlier] + weight - GAP * gap
                if longer > chain:
                    chain, link = longer, earlier
        weights.append(chain)
        before.append(link)
    return weights, before


def _best_first(fit: Alignment) -> tuple[float, float, bool, str, str]:
    """Of fits that are about as good, the longer line; of the same line in two places, the entry that explains it."""
    return -round(fit.score, 1), -fit.weight, not fit.phrase.explained, fit.phrase.owner, fit.phrase.text


def without_overlap(fits: Sequence[Alignment], least: float) -> list[Alignment]:
    """The best fits of at least this score that do not overlap, in the order of the message."""
    kept: list[Alignment] = []
    for fit in fits:
        free = all(fit.end < other.start or fit.start > other.end for other in kept)
        if fit.score >= least and free:
            kept.append(fit)
    return sorted(kept, key=lambda f: f.start)


def continued_lines(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Entries whose line another entry's line begins with and continues.

    Where both are found, the longer one is meant.
    """
    known = list(entries)
    return {
        short.id: long.id
        for short in known
        for long in known
        if short is not long
        and any(whole != line and whole.startswith(line) for line in short.lines for whole in long.lines)
    }


def _phrases(entries: Iterable[Entry], topics: Iterable[Topic]) -> Iterable[KnownLine]:
    for entry in entries:
        for text in (*entry.lines, *entry.variants):
            yield from _phrase(text, entry.id, explained=True)
        for text in entry.lookalikes:
            yield from _phrase(text, entry.id, explained=False)
    for topic in topics:
        for text in topic.lines:
            yield from _phrase(text, topic.id, explained=False)


def _phrase(text: str, owner: str, *, explained: bool) -> Iterable[KnownLine]:
    words, _ = to_words(error_text(text))
    if words:
        yield KnownLine(tuple(words), owner, explained, text)


def _weights(phrases: Sequence[KnownLine]) -> Mapping[str, float]:
    """Words that few conditions use weigh much: log of the inverse share of conditions."""
    owners: dict[str, set[str]] = defaultdict(set)
    for phrase in phrases:
        for word in phrase.words:
            owners[word].add(f"{phrase.owner}{'' if phrase.explained else '-'}")
    conditions = len(set().union(*owners.values())) if owners else 1
    return {word: math.log((conditions + 1) / len(who)) for word, who in owners.items()}
