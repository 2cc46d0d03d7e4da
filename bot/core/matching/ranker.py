"""Questions → ranked entries.

Two views of the same features, added: one linear scorer per entry (logistic regression), which learns what tells the
entries apart, and the mean of the nearest example questions, which knows single turns of phrase. What the FAQ does
not cover is learnt the same way, from examples of its own.
The weights were chosen on the development questions (bot/DECISIONS.md).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import Floats, Ints, TrainedModel, columns, length, numbers, weighted

LINEAR_WEIGHT = 0.6
NEAREST = 3
NEAREST_WEIGHT = 4.0
# What bounds the time of one message in a large knowledge base (tests/bench/growth.py); without effect on a small one.
MOST_POSTINGS = 200_000  # looked at, the most telling features first
MOST_NEAR = 1_000  # nearest examples that are told apart by owner
READ = 500_000  # cosines of messages that were read: the decision asks for them more than once, and then its `why`


@dataclass(frozen=True, slots=True)
class Ranking:
    """The raw scores of one message: higher is likelier; comparable between messages."""

    owners: tuple[str, ...]  # sorted entry ids, then sorted topic ids
    entries: int  # how many of the owners are entries
    scores: Floats  # per owner

    def first(self) -> str:
        """Id of the likeliest of all."""
        return self.owners[int(np.argmax(self.scores))]

    def best_entries(self, count: int) -> list[str]:
        """Ids of the likeliest entries."""
        return [self.owners[n] for n in _highest(self.scores[: self.entries], count)]

    def margins(self) -> tuple[float, float]:
        """Of the first entry over the likeliest topic, and over the second entry."""
        first = _highest(self.scores[: self.entries], 2)
        rival = float(self.scores[self.entries :].max(initial=-1.0))
        second = float(self.scores[first[1]]) if len(first) > 1 else -1.0
        return float(self.scores[first[0]]) - rival, float(self.scores[first[0]]) - second

    def shares(self, count: int) -> list[tuple[str, float]]:
        """The likeliest of all and what each has of the whole, 0..1."""
        likely = np.exp(self.scores - self.scores.max())
        return [(self.owners[n], float(likely[n] / likely.sum())) for n in _highest(self.scores, count)]

    def lead(self, owner: str) -> float:
        """Of an owner over the likeliest other one; below 0 where it is not the first."""
        number = self.owners.index(owner)
        return float(self.scores[number] - np.delete(self.scores, number).max(initial=0.0))


def _highest(scores: Floats, count: int) -> list[int]:
    """Places of the highest scores, highest first; of equal ones, the first."""
    if not 0 < count < len(scores):
        return [int(n) for n in np.argsort(-scores, kind="stable")[:count]]
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    among = np.flatnonzero(scores >= least)
    return [int(n) for n in among[np.argsort(-scores[among], kind="stable")][:count]]


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of a message as the ranker sees them."""

    ids: Ints  # of its features
    values: Floats
    cosine: Floats  # per example
    known: bool  # is any of the words one that the examples use?


class Ranker:
    """Ranks entries and topics for a message."""

    def __init__(self, extractor: FeatureExtractor, trained: TrainedModel, entries: int) -> None:
        self._entries = entries
        self._extractor = extractor
        self._trained = trained
        self._number = numbers(trained.features)
        self._column, self._sign = columns(trained.features)
        self._first_word = bisect_left(trained.features, "word:")  # the last group of the sorted features
        owner = trained.example_owner
        self._owner = owner.astype(np.min_scalar_type(len(trained.owners)))  # short integers are sorted the fastest
        self._places = np.arange(min(MOST_POSTINGS, len(trained.posting_value)), dtype=np.intp)
        self._remembered = lru_cache(2 + min(100, READ // len(trained.example_owner)))(self._features)

    def rank(self, words: Sequence[str]) -> Ranking:
        """All entries and topics for the words of a message."""
        trained, read = self._trained, self._remembered(tuple(words))
        linear = (read.values * self._sign[read.ids]) @ trained.weights[self._column[read.ids]]
        near = self._nearest(read.cosine)
        return Ranking(trained.owners, self._entries, LINEAR_WEIGHT * linear + NEAREST_WEIGHT * near)

    def evidence(self, words: Sequence[str], owner: str, most: int) -> list[str]:
        """Stems of the message that speak for an owner in the linear scorer, the strongest first; for `--why`."""
        trained, read = self._trained, self._remembered(tuple(words))
        weights = trained.weights[self._column[read.ids], trained.owners.index(owner)]
        share = read.values * self._sign[read.ids] * weights
        stems = [
            (-float(share[place]), trained.features[read.ids[place]].removeprefix("word:"))
            for place in np.flatnonzero((share > 0) & (read.ids >= self._first_word))
        ]
        return [stem for _, stem in sorted(stems)[:most]]

    def nearest_example(self, words: Sequence[str], owner: str) -> int:
        """Number of the owner's example that is nearest to the message, in the order of `training_examples`."""
        cosine = self._remembered(tuple(words)).cosine
        own = np.flatnonzero(self._trained.example_owner == self._trained.owners.index(owner))
        return int(own[np.argmax(cosine[own])])

    def knows(self, words: Sequence[str]) -> bool:
        """Is any word of the message one that the examples use?"""
        return self._remembered(tuple(words)).known

    def _features(self, words: tuple[str, ...]) -> _Read:
        counts = self._extractor.counts(words)
        ids, values = weighted(counts, self._number, self._trained.idf)
        known = not self._number["word"].keys().isdisjoint(counts["word"])
        return _Read(ids, values, self._cosines(ids, values), known)

    def _nearest(self, cosine: Floats) -> Floats:
        """Per owner the mean cosine of its nearest examples."""
        owner = self._owner
        if len(cosine) > MOST_NEAR:
            near = np.argpartition(-cosine, MOST_NEAR)[:MOST_NEAR]
            cosine, owner = cosine[near], owner[near]
        return _mean_of_top(cosine, owner, len(self._trained.owners))

    def _cosines(self, ids: Ints, values: Floats) -> Floats:
        """Per example the cosine to the message; of many postings, those of the most telling features."""
        trained = self._trained
        order = np.argsort(-values, kind="stable")
        ids, ordered = ids[order], values[order]
        begins = trained.posting_start[ids]
        counts = trained.posting_start[ids + 1] - begins
        ends = counts.cumsum()
        within = int(ends.searchsorted(MOST_POSTINGS, side="right"))
        begins, counts, ends = begins[:within], counts[:within], ends[:within]
        postings = (begins - (ends - counts)).repeat(counts)  # of all features, in one row
        postings += self._places[: len(postings)]
        products = trained.posting_value.take(postings)
        products *= ordered[:within].repeat(counts)
        sums = np.bincount(trained.posting_example.take(postings), products, len(trained.example_owner))
        return (sums / length(values)).astype(np.float32)


def _mean_of_top(cosine: Floats, owner: Ints, owners: int) -> Floats:
    """Examples that are not among `cosine` count as 0."""
    order = np.argsort(-cosine)
    order = order[np.argsort(owner[order], kind="stable")]
    owner, cosine = owner[order], cosine[order]
    top = np.ones(len(order), dtype=bool)
    top[NEAREST:] = owner[NEAREST:] != owner[:-NEAREST]
    return (np.bincount(owner[top], weights=cosine[top], minlength=owners) / NEAREST).astype(np.float32)
