"""Alignment of error lines: of the knowledge base's known lines with the words of a message.

Each line (known_lines.py) is aligned with the message in order, gaps allowed; the best alignments that do not overlap
are the message's errors.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.known_lines import KnownLine, to_words, weights_of_words, words_of_lines, written_lines
from bot.core.matching.spelling import Spelling
from bot.core.model import Entry, Topic
from bot.core.text.normalize import error_text, glue

Floats = NDArray[np.float64]

# These four were set by judgement, not fitted.
FULL_WEIGHT = 9.0  # matched weight from which an alignment counts in full: about four telling words
GAP = 0.12  # cost of a word between two matching ones, in matched weight
WIDEST_GAP = 12  # words between two matching ones; beyond that they belong to different statements
MOST_ALIGNED = 150  # lines that are aligned with a message, of those with the most words in common
LEAST_SCORE = 0.2  # that an alignment must be able to reach; one below it decides nothing
WORTH_ALIGNING = 0.3  # share of a line's weight (of FULL_WEIGHT for a heavier one) whose words the message must hold
MOST_WORDS = 1_500  # of a message that are aligned; of a longer one, those of the statements that hold the most weight
PIECE = 200  # words of a statement that is longer than that which are weighed together
OVERLAP = 40  # words that two pieces of a statement share, so that no line is cut
BREAK = "\n"  # stands between the words of two statements; no alignment crosses it
CUT_LETTERS = 3  # letters that a word cut off at the end of the paste must keep


class Alignment(NamedTuple):
    """Alignment of a known line with a stretch of the message."""

    known: KnownLine
    score: float  # 0..1: share of the line's weight that was found, less where little was found in all
    weight: float  # of the words that were found, less what gaps cost
    start: int  # position of the first aligned word among the message's words
    end: int  # position of the last one, inclusive


class Span(NamedTuple):
    """Place of a statement, or of a piece of a long one, among a message's words."""

    start: int
    end: int  # exclusive
    statement: int  # its number


class Reading(NamedTuple):
    """Words of a message as lines are aligned with them."""

    words: list[str]  # of all statements, with a BREAK between two
    spans: tuple[Span, ...]


def _pieces(words: Sequence[str]) -> Iterable[Sequence[str]]:
    """The words, in pieces of PIECE words where they are more than MOST_WORDS; none for none."""
    if len(words) <= MOST_WORDS:
        return [words] if words else []
    return [words[begin : begin + PIECE] for begin in range(0, len(words), PIECE - OVERLAP)]


class LineAligner:
    """Index of all known lines, by their words."""

    def __init__(
        self,
        entries: Collection[Entry],
        topics: Collection[Topic],
        words: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """`words`: as of words_of_lines; None: found now."""
        found = words_of_lines(entries, topics) if words is None else words
        self._lines = [
            KnownLine(found[text], owner, explains, text)
            for text, owner, explains in written_lines(entries, topics)
            if found[text]
        ]
        self._weight = weights_of_words(self._lines)
        self._total = [sum(self._weight[w] for w in line.words) for line in self._lines]
        totals: Floats = np.array(self._total)
        self._totals = np.maximum(totals, 0.1)
        self._full = np.minimum(FULL_WEIGHT, np.maximum(totals, FULL_WEIGHT * 0.5))
        self._enough = WORTH_ALIGNING * np.minimum(np.array(self._total), FULL_WEIGHT)  # per line
        having: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self._lines):
            for word in line.words:
                having[word].append(number)
        # Word → numbers of the lines that have it, once for each time it stands there
        self._having = lru_cache(None)(lambda word: np.array(having.get(word, ()), dtype=np.intp))
        self._spelling = Spelling(self._weight)
        self._sorted_words = sorted(self._weight)

    def read(self, cleaned: str) -> list[str]:
        """Words of a cleaned message as lines are aligned with them: cut words glued, slips repaired."""
        return self.read_all([cleaned]).words

    def read_all(self, statements: Sequence[str]) -> Reading:
        """Words of statements, those of a long message that tell the most; a statement said twice is read once."""
        pieces: dict[tuple[str, ...], int] = {}  # words → number of the statement
        for number, text in enumerate(statements):
            words, breaks = to_words(error_text(text))
            for piece in _pieces(glue(words, breaks, self._weight) if len(breaks) > 1 else words):
                pieces.setdefault(tuple(piece), number)
        kept = pieces if sum(map(len, pieces)) <= MOST_WORDS else self._most_telling(pieces)
        joined: list[str] = []
        spans: list[Span] = []
        for words_of, number in kept.items():
            joined += [BREAK] if joined else []
            spans.append(Span(len(joined), len(joined) + len(words_of), number))
            joined += self._spelling.repair_all(words_of)
        return Reading(joined, tuple(spans))

    def _most_telling(self, pieces: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
        """The pieces whose known words weigh the most, in their order, with at most MOST_WORDS words."""
        weigh = {piece: sum(self._weight.get(w, 0.0) for w in set(piece)) for piece in pieces}
        left, kept = MOST_WORDS, set()
        for piece in sorted(pieces, key=lambda one: -weigh[one]):
            left -= len(piece)
            if left < 0:
                break
            kept.add(piece)
        return {piece: number for piece, number in pieces.items() if piece in kept}

    def alignments(self, words: Sequence[str]) -> list[Alignment]:
        """Alignments of every known line that can be aligned, best first. `words`: as `read` gives them."""
        found: list[Alignment] = []
        begin = 0
        while begin <= len(words):
            end = next((n for n in range(begin, len(words)) if words[n] == BREAK), len(words))
            for one in self._alignments_of(words[begin:end], cut_off=end == len(words)):
                found.append(one._replace(start=one.start + begin, end=one.end + begin) if begin else one)
            begin = end + 1
        return sorted(found, key=_best_first)

    def _alignments_of(self, words: Sequence[str], *, cut_off: bool) -> list[Alignment]:
        """Alignments with one statement. `cut_off`: True if its last word may be the beginning of a longer one."""
        last = len(words) - 1 if cut_off else len(words) + WIDEST_GAP
        positions: dict[str, list[int]] = defaultdict(list)  # known word → its positions in the message
        for position, word in enumerate(words):
            if word in self._weight:
                positions[word].append(position)
        for word in self._completions(words) if cut_off else ():
            positions[word].append(last)
        if not positions:
            return []
        return [
            self._align(number, positions, last)
            for number in self._worth_aligning(positions, [w for w in positions if positions[w][-1] == last])
        ]

    def _completions(self, words: Sequence[str]) -> list[str]:
        """Known words that the last word may be the cut-off beginning of."""
        if not words or len(words[-1]) < CUT_LETTERS or words[-1] in self._weight:
            return []
        first = bisect_left(self._sorted_words, words[-1])
        return list(takewhile(lambda w: w.startswith(words[-1]), self._sorted_words[first:]))

    def _most(self, found: Floats, lines: NDArray[np.intp]) -> Floats:
        """Score, per line, that it has at most, if the weight `found` of its words stands in its order."""
        totals, full = self._totals.take(lines), self._full.take(lines)
        most: Floats = np.minimum(1.0, found / totals) * np.minimum(1.0, found / full)
        return most

    def _with(self, words: Iterable[str]) -> NDArray[np.bool_]:
        """True, per line, if it has one of the words."""
        having = np.zeros(len(self._lines), dtype=bool)
        for word in words:
            having[self._having(word)] = True
        return having

    def _worth_aligning(self, said: Iterable[str], last: Iterable[str]) -> list[int]:
        """Numbers of the lines whose words are found with enough weight, in whatever order they stand.

        `last`: words that the text may be cut off at; of a line that has one, less need be found.
        """
        known = [word for word in said if word in self._weight]
        having = [self._having(word) for word in known]
        weights = np.array([self._weight[word] for word in known]).repeat([len(lines) for lines in having])
        found = np.bincount(np.concatenate(having), weights, len(self._lines)).astype(np.float64, copy=False)
        enough = np.flatnonzero(found >= self._enough)
        if not len(enough):
            return []
        worth = enough[(self._most(found.take(enough), enough) >= LEAST_SCORE) | self._with(last).take(enough)]
        share = found.take(worth) / self._enough.take(worth)
        return sorted(worth[np.argsort(-share, kind="stable")[:MOST_ALIGNED]].tolist())

    def _align(self, number: int, said: Mapping[str, Sequence[int]], last: int) -> Alignment:
        """The heaviest chain of matches that runs forward in message and line. `last`: position of the last word."""
        line, weight = self._lines[number], self._weight
        matches = [
            (position, index) for index, word in enumerate(line.words) if word in said for position in said[word]
        ]
        matches.sort()
        weights, previous = _chains(matches, [weight[line.words[index]] for _, index in matches])
        best = max(weights)
        end = start = weights.index(best)
        while previous[start] >= 0:
            start = previous[start]
        total = self._total[number]
        if matches[end][0] == last:  # cut off at the end of the paste: what would have followed cannot be asked for
            total = sum(weight[w] for w in line.words[: matches[end][1] + 1])
        covered = max(0.0, best) / max(total, 0.1)
        score = min(1.0, covered) * min(1.0, best / min(FULL_WEIGHT, max(self._total[number], FULL_WEIGHT * 0.5)))
        return Alignment(line, max(0.0, score), best, matches[start][0], matches[end][0])


def _chains(matches: Sequence[tuple[int, int]], own: Sequence[float]) -> tuple[list[float], list[int]]:
    """Per match the weight of the heaviest chain that ends there, and the number of the match before it, or -1.

    `matches`: (position in the message, index in the line), sorted. `own`: the weight of each one's word.
    """
    weights: list[float] = []
    previous: list[int] = []
    for number, (position, index) in enumerate(matches):
        chain = weight = own[number]
        link = -1
        for earlier in range(number - 1, -1, -1):
            earlier_position, earlier_index = matches[earlier]
            gap = position - earlier_position - 1
            if gap > WIDEST_GAP:
                break
            if earlier_index < index and gap >= 0:
                longer = weights[earlier] + weight - GAP * gap
                if longer > chain:
                    chain, link = longer, earlier
        weights.append(chain)
        previous.append(link)
    return weights, previous


def _best_first(found: Alignment) -> tuple[float, float, bool, str, str]:
    """Sort key: of alignments about as good, the heavier; of the same line twice, the entry that explains it."""
    return -round(found.score, 1), -found.weight, not found.known.explains, found.known.owner, found.known.text


def without_overlap(alignments: Sequence[Alignment], least: float) -> list[Alignment]:
    """Alignments that do not overlap, in the order of the message.

    `alignments`: best first; of two that overlap the earlier is taken. `least`: score below which none is taken.
    """
    taken: list[Alignment] = []
    for one in alignments:
        free = all(one.end < other.start or one.start > other.end for other in taken)
        if one.score >= least and free:
            taken.append(one)
    return sorted(taken, key=lambda a: a.start)


def longer_lines(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Id of an entry → id of another one whose line begins with its line and continues it.

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
