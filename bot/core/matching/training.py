"""Training: examples → the model that ranks questions: weighted features, a linear scorer per owner, an inverted index.

An owner is an entry, or a topic that the FAQ does not cover. The weights were chosen on the development questions
(bot/DECISIONS.md).
"""

import math
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.features import GROUPS, Counts, FeatureExtractor
from bot.core.model import LANGUAGES, Entry, Knowledge, Topic

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

# Concepts alone weigh less than in pairs: a careless word in the vocabulary then does less harm.
GROUP_WEIGHT: Mapping[str, float] = {"word": 1.3, "letters": 1.3, "concept": 0.5, "pair": 0.7}
COLUMNS = 4096  # hashed columns of the linear scorers; 2048 scored 0.04 lower on the development questions
SHRINK = 0.05  # of the weights (L2)
STEP = 0.02
ITERATIONS = 30
MOST_OWNERS_OF_REGRESSION = (
    200  # beyond, learning would take minutes, and an owner's scorer is the mean of its examples
)


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Trained model: plain arrays, so that it can be stored in a file (bot/content/model_cache.py)."""

    features: tuple[str, ...]  # "group:feature", sorted; a feature's number is its index here
    idf: Floats  # inverse document frequency, per feature
    owners: tuple[str, ...]  # entry and topic ids, in the order of the columns of `weights`
    weights: Floats  # COLUMNS × owners
    example_owner: Ints  # per example: number of its owner
    posting_start: Ints  # per feature (and one more): index of its first posting
    posting_example: Ints  # per posting: number of an example that has the feature
    posting_value: Floats  # per posting: the feature's weight there, over the example's length


def training_examples(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Training examples as (owner, text): titles, example questions and error lines, entries before topics.

    Error lines are learnt too: a pasted line that no known line fits must not be taken for a question.
    """
    items: list[Entry | Topic] = [*knowledge.entries.values(), *knowledge.topics.values()]
    asked = [
        (i.id, text) for i in items for language in LANGUAGES for text in (i.title[language], *i.questions[language])
    ]
    explained = [(e.id, text) for e in knowledge.entries.values() for text in (*e.lines, *e.variants)]
    return asked + explained + [(t.id, text) for t in knowledge.topics.values() for text in t.lines]


def train(knowledge: Knowledge, extractor: FeatureExtractor, examples: Sequence[tuple[str, str]]) -> TrainedModel:
    """Trains on (owner, text) pairs; about a second for 5,000 examples."""
    owners = (*knowledge.entries, *knowledge.topics)
    counted = [extractor.counts(extractor.words(text)) for _, text in examples]
    documents: dict[str, int] = defaultdict(int)
    for counts in counted:
        for feature in _names(counts):
            documents[feature] += 1
    features = tuple(sorted(documents))
    idf = np.array([math.log((1 + len(examples)) / (1 + documents[f])) + 1 for f in features], dtype=np.float32)
    number = numbers(features)
    rows = [weighted(counts, number, idf) for counts in counted]
    example_owner = np.array([owners.index(owner) for owner, _ in examples], dtype=np.int32)
    fit = _softmax_regression if len(owners) <= MOST_OWNERS_OF_REGRESSION else _means
    weights = fit(rows, columns(features), example_owner, len(owners))
    return TrainedModel(features, idf, owners, weights, example_owner, *_postings(rows, len(features)))


def _names(counts: Counts) -> list[str]:
    return [f"{group}:{feature}" for group in GROUPS for feature in counts[group]]


def numbers(features: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Numbers of features: group → feature → its index in `features`."""
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    for number, named in enumerate(features):
        group, _, feature = named.partition(":")
        found[group][feature] = number
    return found


def weighted(counts: Counts, number: Mapping[str, Mapping[str, int]], idf: Floats) -> tuple[Ints, Floats]:
    """Numbers and weights of the features that are known, each group brought to its length in GROUP_WEIGHT."""
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
        own *= GROUP_WEIGHT[group] / length(own)
    return ids, values


def length(values: Floats) -> float:
    """Euclidean length; 1 where all are 0. np.linalg.norm takes longer, to find out what it was given."""
    return float(np.sqrt(values.dot(values))) or 1.0


def columns(features: Sequence[str]) -> tuple[Ints, Floats]:
    """Columns and signs of the features, by signed feature hashing (Weinberger et al. 2009)."""
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
    """Means of each owner's examples: a linear scorer that costs one pass over them."""
    column, sign = columns
    weights = np.zeros((owners, COLUMNS), dtype=np.float32)
    for row, (ids, values) in enumerate(rows):
        np.add.at(weights[owner[row]], column[ids], values * sign[ids])
    weights /= np.maximum(np.bincount(owner, minlength=owners), 1)[:, None]
    return np.ascontiguousarray(weights.T)


def _postings(rows: Sequence[tuple[Ints, Floats]], features: int) -> tuple[Ints, Ints, Floats]:
    """Inverted index: for every feature the examples that have it, and its weight there over the example's length."""
    ids = np.concatenate([r[0] for r in rows])
    examples = np.repeat(np.arange(len(rows), dtype=np.int32), [len(r[0]) for r in rows])
    values = np.concatenate([v / length(v) for _, v in rows])
    order = np.argsort(ids, kind="stable")
    start = np.searchsorted(ids[order], np.arange(features + 1)).astype(np.int32)
    return start, examples[order], values[order]
