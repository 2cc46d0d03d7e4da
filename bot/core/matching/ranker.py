"""Ranking: a question → raw scores of all entries and topics.

Three views, added: one linear scorer per entry (softmax regression), which learns what tells the entries apart; the
mean cosine to the nearest example questions, which knows single turns of phrase; and the evidence of pairs of words
(word_pairs.py), which knows their order. Topics, which the FAQ does not cover, are learnt the same way, from examples
of their own. The weights were chosen on the development questions (bot/DECISIONS.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.example_features import Floats, Ints
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.message_features import MessageFeatures
from bot.core.matching.training import TrainedModel, columns, length
from bot.core.text.normalize import CACHED_MESSAGES

LINEAR_WEIGHT = 0.45
PAIRS_WEIGHT = 0.25  # of the evidence of word pairs
NEAREST = 3  # examples of an owner whose cosines are averaged
NEAREST_WEIGHT = 6.0
# Bounds on the time of one message (tests/bench/understanding.py, growth.py).
MOST_POSTINGS = 20_000
MOST_SORTED = 500  # scores that are sorted as a whole; for so few np.partition takes longer
MOST_NEAR = 1_000  # nearest examples that are told apart by owner
SAMPLED = 2_000  # cosines of a sample, by which the nearest are found
FIRST = 3  # entries that nearly every caller asks for, found once for a ranking
# Cosines that are cached, over all messages: the decision asks for a message's more than once, and then its `why`
CACHED_COSINES = 500_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """Raw scores of one message: higher is likelier; without a scale, but comparable between messages."""

    owners: tuple[str, ...]  # sorted entry ids, then those of what is not covered
    entries: int  # how many of the owners are entries
    scores: Floats  # per owner
    _best: list[int] = field(default_factory=list, repr=False, compare=False)  # the FIRST entries; empty: not yet known

    def first(self) -> str:
        """Id of the likeliest entry or topic."""
        return self.owners[int(self.scores.argmax())]

    def best_entries(self, count: int) -> list[str]:
        """Ids of the likeliest entries, best first; topics are passed over."""
        return [self.owners[n] for n in self._best_numbers(count)]

    def _best_numbers(self, count: int) -> list[int]:
        if count > FIRST:
            return _highest(self.scores[: self.entries], count)
        if not self._best:
            self._best.extend(_highest(self.scores[: self.entries], FIRST))
        return self._best[:count]

    def without(self, vetoed: frozenset[str]) -> "Ranking":
        """Ranking in which entries that the message cannot be about come last."""
        if not vetoed:
            return self
        out = _places_of(vetoed, self.owners)
        return Ranking(self.owners, self.entries, np.where(out, self.scores.min() - 1, self.scores))

    def margins(self) -> tuple[float, float]:
        """Margins of the first entry's score: over the likeliest topic's, and over the second entry's."""
        first = self._best_numbers(2)
        topic = float(self.scores[self.entries :].max(initial=-1.0))
        best = float(self.scores[first[0]])
        second = float(self.scores[first[1]]) if len(first) > 1 else -1.0
        return best - topic, best - second

    def shares(self, count: int) -> list[tuple[str, float]]:
        """The likeliest entries and topics, best first, each with its softmax share of the whole, 0..1."""
        likely = np.exp(self.scores - self.scores.max())
        likely /= likely.sum()
        return [(self.owners[n], float(likely[n])) for n in _highest(self.scores, count)]

    def lead(self, owner: str) -> float:
        """Lead of an owner's score over the likeliest other one's; below 0 where it is not the first."""
        number = self.owners.index(owner)
        others = max(self.scores[:number].max(initial=0.0), self.scores[number + 1 :].max(initial=0.0))
        return float(self.scores[number] - others)


@lru_cache(CACHED_MESSAGES)
def _places_of(vetoed: frozenset[str], owners: tuple[str, ...]) -> NDArray[np.bool_]:
    """True, per owner, if it is vetoed: nearly always the same ones are."""
    return np.fromiter(map(vetoed.__contains__, owners), dtype=bool, count=len(owners))


def _highest(scores: Floats, count: int) -> list[int]:
    """Indexes of the highest scores, highest first; of equal ones, the first."""
    if len(scores) <= MOST_SORTED or not 0 < count < len(scores):
        highest = np.negative(scores).argsort(kind="stable")[:count]
    else:
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        candidates = (scores >= least).nonzero()[0]
        highest = candidates.take(np.negative(scores.take(candidates)).argsort(kind="stable"))[:count]
    found: list[int] = highest.tolist()
    return found


class _Vector(NamedTuple):
    """Feature vector of a message, and its similarity to the examples."""

    ids: Ints  # numbers of its known features
    values: Floats  # weight of each
    cosine: Floats  # per example
    known: bool  # True if the examples use any of its words


class Ranker:
    """Ranker of entries and topics for the words of a message."""

    def __init__(self, extractor: FeatureExtractor, trained: TrainedModel, entries: int) -> None:
        """`entries`: how many of the trained owners are entries; they come before the topics."""
        self._entries = entries
        self._extractor = extractor
        self._trained = trained
        self._features = MessageFeatures(extractor, trained)
        self._column, self._sign = columns(trained.hashes, len(trained.weights))
        self._words = trained.features["word"]
        self._first_word = len(trained.hashes) - len(self._words)  # the last group
        owner = trained.example_owner
        self._owner = owner
        self._postings = np.diff(trained.posting_start)  # how many, per feature
        self._vector = lru_cache(2 + min(100, CACHED_COSINES // len(trained.example_owner)))(self._to_vector)
        # An error is ranked with what is asked beside it, and then that
        self._ranked = lru_cache(CACHED_MESSAGES)(self._rank)
        self._own_examples = lru_cache(CACHED_MESSAGES)(self._find_own_examples)

    def rank(self, words: Sequence[str]) -> Ranking:
        """Scores of all entries and topics. `words`: as the FeatureExtractor gives them."""
        return self._ranked(tuple(words))

    def evidence(self, words: Sequence[str], owner: str, most: int) -> list[str]:
        """Stems of the message that speak for an owner in the linear scorer, the strongest first; at most `most`."""
        trained, vector = self._trained, self._vector(tuple(words))
        weights = trained.weights[self._column[vector.ids], trained.owners.index(owner)]
        share = vector.values * self._sign[vector.ids] * weights
        stems = [
            (-float(share[index]), self._words[vector.ids[index] - self._first_word])
            for index in np.flatnonzero((share > 0) & (vector.ids >= self._first_word))
        ]
        return [stem for _, stem in sorted(stems)[:most]]

    def nearest_example(self, words: Sequence[str], owner: str) -> int:
        """Index in `training_examples` of the owner's example that is nearest to the message."""
        cosine = self._vector(tuple(words)).cosine
        own = self._own_examples(owner)
        return int(own[cosine.take(own).argmax()])

    def cosines(self, words: Sequence[str]) -> Floats:
        """Similarity of a message to each example, 0..1."""
        return self._vector(tuple(words)).cosine

    def knows(self, words: Sequence[str]) -> bool:
        """True if the examples use any word of the message."""
        return self._vector(tuple(words)).known

    def _rank(self, words: tuple[str, ...]) -> Ranking:
        trained, vector = self._trained, self._vector(words)
        weights = trained.weights.take(self._column.take(vector.ids), axis=0)
        linear = (vector.values * self._sign.take(vector.ids)).dot(weights)
        near = self._nearest(vector.cosine)
        paired = trained.pairs.of([self._extractor.name_hash(word) for word in words])
        scores = LINEAR_WEIGHT * linear + NEAREST_WEIGHT * near + PAIRS_WEIGHT * paired
        return Ranking(trained.owners, self._entries, scores)

    def _find_own_examples(self, owner: str) -> NDArray[np.intp]:
        """Indexes in `training_examples` of an owner's examples."""
        return np.flatnonzero(self._trained.example_owner == self._trained.owners.index(owner))

    def _to_vector(self, words: tuple[str, ...]) -> _Vector:
        ids, values, known = self._features.weigh(words)
        return _Vector(ids, values, self._cosines(ids, values), known)

    def _nearest(self, cosine: Floats) -> Floats:
        """Mean cosine of the nearest examples, per owner."""
        owner = self._owner
        if len(cosine) > MOST_NEAR:
            near = places_of_nearest(cosine)
            cosine, owner = cosine.take(near), owner.take(near)
        return _mean_of_top(cosine, owner, len(self._trained.owners))

    def _cosines(self, ids: Ints, values: Floats) -> Floats:
        """Cosine to the message, per example; of more than MOST_POSTINGS, those of the most telling features."""
        trained = self._trained
        order = np.negative(values).argsort(kind="stable")
        ids, ordered = ids.take(order), values.take(order)
        counts = self._postings.take(ids)
        within = int(counts.cumsum().searchsorted(MOST_POSTINGS, side="right"))
        if not within:
            return np.zeros(len(trained.example_owner), dtype=np.float32)
        begins, counts = trained.posting_start.take(ids[:within]), counts[:within]
        places = list(map(slice, begins.tolist(), (begins + counts).tolist()))
        products = np.concatenate([trained.posting_value[place] for place in places])
        products *= ordered[:within].repeat(counts)
        examples = np.concatenate([trained.posting_example[place] for place in places], dtype=np.intp)
        sums = np.bincount(examples, products, len(trained.example_owner))
        return (sums / length(values)).astype(np.float32)


def places_of_nearest(cosine: Floats) -> NDArray[np.intp]:
    """Places of the MOST_NEAR highest of more cosines, and of those that are equal to the last of them; not of 0.

    A sample says above what about half as many again are. Those are sorted, or all where they are fewer than MOST_NEAR.
    """
    step = len(cosine) // SAMPLED + 1
    sample = np.sort(cosine[::step])
    near: NDArray[np.intp] = (cosine > sample[-min(len(sample), 3 * MOST_NEAR // (2 * step))]).nonzero()[0]
    if len(near) < MOST_NEAR:
        near = cosine.nonzero()[0]
    if len(near) <= MOST_NEAR:
        return near
    values = cosine.take(near)
    found: NDArray[np.intp] = near[values >= np.sort(values)[-MOST_NEAR]]
    return found


def _mean_of_top(cosine: Floats, owner: Ints, owners: int) -> Floats:
    """Mean of each owner's NEAREST highest cosines; examples that are not in `cosine` count as 0."""
    # By owner, and then the highest first: both as one number, which is sorted the fastest. No cosine is below 0, and
    # then what its bits are as a number has the same order
    keys = owner.astype(np.uint64) << np.uint64(32) | ~cosine.view(np.uint32)
    keys.sort()
    owner, cosine = (keys >> np.uint64(32)).astype(np.intp), (~keys.astype(np.uint32)).view(np.float32)
    top = np.ones(len(keys), dtype=bool)
    np.not_equal(owner[NEAREST:], owner[:-NEAREST], out=top[NEAREST:])
    places = top.nonzero()[0]
    return (np.bincount(owner.take(places), cosine.take(places), owners) / NEAREST).astype(np.float32)
