"""Questions → ranked entries.

Two views of the same features, added: one linear scorer per entry (logistic regression), which learns what tells the
entries apart, and the mean of the nearest example questions, which knows single turns of phrase. What the FAQ does
not cover is learnt the same way, from examples of its own.
The weights were chosen on the development questions (bot/DECISIONS.md).
"""

import math
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.core.features import GROUPS, Counts, Reader
from bot.core.model import LANGUAGES, Entry, Knowledge, Topic

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

# Concepts alone weigh less than in pairs: a careless word in the vocabulary then does less harm.
GROUP_WEIGHT: Mapping[str, float] = {"word": 1.3, "letters": 1.3, "concept": 0.5, "pair": 0.7}
COLUMNS = 4096  # hashed columns of the linear scorers; 2048 scored 0.04 lower on the development questions
SHRINK = 0.05  # of the weights (L2)
STEP = 0.02
ITERATIONS = 30
LINEAR_WEIGHT = 0.6
NEAREST = 3
NEAREST_WEIGHT = 4.0
# What bounds the time of one message in a large knowledge base (tests/bench/growth.py); without effect on a small one.
MOST_LEARNT_OWNERS = 200  # beyond, learning would take minutes, and an owner's scorer is the mean of its examples
MOST_POSTINGS = 200_000  # looked at, the most telling features first
MOST_NEAR = 1_000  # nearest examples that are told apart by owner
READ = 500_000  # cosines of messages that were read: the decision asks for them more than once, and then its `why`


@dataclass(frozen=True, slots=True)
class Trained:
    """What training leaves: plain arrays, so that it can be kept in a file."""

    features: tuple[str, ...]  # "group:feature", sorted; a feature's number is its place here
    idf: Floats  # per feature
    owners: tuple[str, ...]  # entry and topic ids, in the order of the columns of `weights`
    weights: Floats  # COLUMNS × owners
    example_owner: Ints  # per example: number of its owner
    posting_start: Ints  # per feature (and one more): where its postings begin
    posting_example: Ints
    posting_value: Floats


def examples_of(knowledge: Knowledge) -> list[tuple[str, str]]:
    """(owner, text) of everything that is learnt from: titles, example questions and error lines, entries
    before topics.

    Error lines are learnt too: a pasted line that no known line fits must not be taken for a question.
    """
    items: list[Entry | Topic] = [*knowledge.entries.values(), *knowledge.topics.values()]
    asked = [
        (i.id, text) for i in items for language in LANGUAGES for text in (i.title[language], *i.questions[language])
    ]
    explained = [(e.id, text) for e in knowledge.entries.values() for text in (*e.lines, *e.variants)]
    return asked + explained + [(t.id, text) for t in knowledge.topics.values() for text in t.lines]


def train(knowledge: Knowledge, reader: Reader, examples: Sequence[tuple[str, str]]) -> Trained:
    """Learns from (owner, text) pairs; about a second for 5,000 examples."""
    owners = (*knowledge.entries, *knowledge.topics)
    counted = [reader.counts(reader.words(text)) for _, text in examples]
    documents: dict[str, int] = defaultdict(int)
    for counts in counted:
        for feature in _names(counts):
            documents[feature] += 1
    features = tuple(sorted(documents))
    idf = np.array([math.log((1 + len(examples)) / (1 + documents[f])) + 1 for f in features], dtype=np.float32)
    number = _numbers(features)
    rows = [_weighted(counts, number, idf) for counts in counted]
    example_owner = np.array([owners.index(owner) for owner, _ in examples], dtype=np.int32)
    learn = _softmax_regression if len(owners) <= MOST_LEARNT_OWNERS else _means
    weights = learn(rows, _columns(features), example_owner, len(owners))
    return Trained(features, idf, owners, weights, example_owner, *_postings(rows, len(features)))


def _names(counts: Counts) -> list[str]:
    return [f"{group}:{feature}" for group in GROUPS for feature in counts[group]]


def _numbers(features: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Group → feature → its number."""
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    for number, named in enumerate(features):
        group, _, feature = named.partition(":")
        found[group][feature] = number
    return found


def _weighted(counts: Counts, number: Mapping[str, Mapping[str, int]], idf: Floats) -> tuple[Ints, Floats]:
    """Numbers and values of the known features, each group at its weight."""
    known, times, ends = [], [], []
    for group in GROUPS:
        of = number[group]
        for feature, said in counts[group].items():
            if (found := of.get(feature)) is not None:
                known.append(found)
                times.append(said)
        ends.append(len(known))
    ids = np.array(known, dtype=np.int32)
    values = np.array(times, dtype=np.float32) * idf[ids]
    for group, begin, end in zip(GROUPS, [0, *ends], ends, strict=False):
        own = values[begin:end]
        own *= GROUP_WEIGHT[group] / (_length(own) or 1.0)
    return ids, values


def _length(values: Floats) -> float:
    """As np.linalg.norm has it, which takes longer to find out what it was given."""
    return float(np.sqrt(values.dot(values)))


def _columns(features: Sequence[str]) -> tuple[Ints, Floats]:
    """Signed feature hashing (Weinberger et al. 2009): column and sign of every feature."""
    hashes = np.array([zlib.crc32(f.encode()) for f in features], dtype=np.int64)
    return (hashes % COLUMNS).astype(np.int32), np.where(hashes & (1 << 31), 1, -1).astype(np.float32)


def _softmax_regression(
    rows: Sequence[tuple[Ints, Floats]], columns: tuple[Ints, Floats], owner: Ints, owners: int
) -> Floats:
    """Multinomial logistic regression, by accelerated gradient descent (Nesterov 1983), not to the end.

    With twice the iterations it scored the same.
    """
    column, sign = columns
    x = np.zeros((len(rows), COLUMNS), dtype=np.float32)
    for row, (ids, values) in enumerate(rows):
        np.add.at(x[row], column[ids], values * sign[ids])
    weights = np.zeros((COLUMNS, owners), dtype=np.float32)
    ahead, momentum = weights.copy(), 1.0
    for _ in range(ITERATIONS):
        odds = x @ ahead
        chances = np.exp(odds - odds.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(rows)), owner] -= 1.0  # now the error
        better = ahead - STEP * (x.T @ chances + SHRINK * ahead)
        grown = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = (better + ((momentum - 1) / grown) * (better - weights)).astype(np.float32)
        weights, momentum = better.astype(np.float32), grown
    return weights


def _means(rows: Sequence[tuple[Ints, Floats]], columns: tuple[Ints, Floats], owner: Ints, owners: int) -> Floats:
    """The mean of each owner's examples: a linear scorer that costs one pass over them."""
    column, sign = columns
    weights = np.zeros((owners, COLUMNS), dtype=np.float32)
    for row, (ids, values) in enumerate(rows):
        np.add.at(weights[owner[row]], column[ids], values * sign[ids])
    weights /= np.maximum(np.bincount(owner, minlength=owners), 1)[:, None]
    return np.ascontiguousarray(weights.T)


def _postings(rows: Sequence[tuple[Ints, Floats]], features: int) -> tuple[Ints, Ints, Floats]:
    """An inverted index: for every feature the examples that have it, and its value there over the example's length."""
    ids = np.concatenate([r[0] for r in rows])
    examples = np.repeat(np.arange(len(rows), dtype=np.int32), [len(r[0]) for r in rows])
    values = np.concatenate([v / (float(np.linalg.norm(v)) or 1.0) for _, v in rows])
    order = np.argsort(ids, kind="stable")
    start = np.searchsorted(ids[order], np.arange(features + 1)).astype(np.int32)
    return start, examples[order], values[order]


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

    def __init__(self, reader: Reader, trained: Trained, entries: int) -> None:
        self._entries = entries
        self._reader = reader
        self._trained = trained
        self._number = _numbers(trained.features)
        self._column, self._sign = _columns(trained.features)
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
        """Number of the owner's example that is nearest to the message, in the order of `examples_of`."""
        cosine = self._remembered(tuple(words)).cosine
        own = np.flatnonzero(self._trained.example_owner == self._trained.owners.index(owner))
        return int(own[np.argmax(cosine[own])])

    def knows(self, words: Sequence[str]) -> bool:
        """Is any word of the message one that the examples use?"""
        return self._remembered(tuple(words)).known

    def _features(self, words: tuple[str, ...]) -> _Read:
        counts = self._reader.counts(words)
        ids, values = _weighted(counts, self._number, self._trained.idf)
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
        return (sums / (_length(values) or 1.0)).astype(np.float32)


def _mean_of_top(cosine: Floats, owner: Ints, owners: int) -> Floats:
    """Examples that are not among `cosine` count as 0."""
    order = np.argsort(-cosine)
    order = order[np.argsort(owner[order], kind="stable")]
    owner, cosine = owner[order], cosine[order]
    top = np.ones(len(order), dtype=bool)
    top[NEAREST:] = owner[NEAREST:] != owner[:-NEAREST]
    return (np.bincount(owner[top], weights=cosine[top], minlength=owners) / NEAREST).astype(np.float32)
