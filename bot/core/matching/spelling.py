"""Spelling: slips of the finger, repaired towards words that the knowledge base knows."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.text.normalize import CACHED_WORDS

_FEWEST_LETTERS_TO_REPAIR = 5  # below that, one letter away is another word
_TWO_TYPOS_FROM = 9  # letters from which two slips are still a slip
_SHORTEST_OF_COMPOUND = 3  # letters of a word in a compound: Zeit|server, Tür|code


class Spelling:
    """Spelling corrector for the words of one knowledge base."""

    def __init__(self, known: Iterable[str], targets: Iterable[str] = (), exchange_from: int = 5) -> None:
        """`known`: words that need no repair.

        `targets`: those of them that others are repaired to; none given: all. `exchange_from`: letters of a word from
        which one may be exchanged for another: in ordinary speech a short word that differs so is another word (alter,
        after).
        """
        self._known = set(known)
        self._exchange_from = exchange_from
        self._targets: dict[tuple[str, int], list[str]] = defaultdict(list)  # first letter and length → words
        for word in set(targets) or self._known:
            if len(word) >= _FEWEST_LETTERS_TO_REPAIR:
                self._targets[word[0], len(word)].append(word)
        self._cached = lru_cache(CACHED_WORDS)(self._nearest)

    def repair_all(self, words: Iterable[str]) -> list[str]:
        """Words, each as `repair` gives it; most are known."""
        known = self._known
        return [word if word in known else self.repair(word) for word in words]

    def repair(self, word: str) -> str:
        """Known word that was meant: one slip away (two in a long word), same first letter; else the word itself."""
        if word in self._known or len(word) < _FEWEST_LETTERS_TO_REPAIR or not word.isalpha():
            return word
        return self._cached(word)

    def _nearest(self, word: str) -> str:
        slips = 2 if len(word) >= _TWO_TYPOS_FROM else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        targets = [other for length in lengths for other in self._targets.get((word[0], length), ())]
        near = [
            (distance, other)
            for other, distance, _ in process.extract(
                word, targets, scorer=OSA.distance, score_cutoff=slips, limit=None
            )
            if not (_is_exchange(word, other) and (len(word) < self._exchange_from or self._is_compound(word)))
        ]
        return min(near)[1] if near else word

    def _is_compound(self, word: str) -> bool:
        """True if a word is two known ones: "Zeitserver" is no mistaken "Zielserver"."""
        ends = range(_SHORTEST_OF_COMPOUND, len(word) - _SHORTEST_OF_COMPOUND + 1)
        return any(word[:end] in self._known and word[end:] in self._known for end in ends)


def _is_exchange(word: str, other: str) -> bool:
    """True if one letter stands for another, rather than being left out, doubled or swapped."""
    return len(word) == len(other) and sorted(word) != sorted(other)
