"""Training: examples → the model that ranks questions: weighted features, a linear scorer per owner, an inverted index.

An owner is an entry, a topic that the FAQ does not cover, or the look-alikes of an entry. The weights were chosen on
the development questions (bot/DECISIONS.md).
"""

import math
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.features import GROUPS, FeatureExtractor
from bot.core.model import Entry, Knowledge, Topic
from bot.core.text.message_parts import own_sentences
from bot.core.text.normalize import clean

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Hashes = NDArray[np.uint32]
Gradient = Callable[[Floats], Floats]  # errors of a batch's examples → gradient of some columns

# Concepts alone weigh less than in pairs: a careless word in the vocabulary then does less harm.
GROUP_WEIGHT: Mapping[str, float] = {"word": 1.3, "letters": 1.3, "concept": 0.5, "pair": 0.7}
COLUMNS = 16_384  # hashed columns of the linear scorers
COLUMNS_OF_MEANS = 4_096  # of the scorers of more than MOST_OWNERS_OF_REGRESSION, which would need much memory
SHRINK = 0.05  # of the weights (L2)
# Steps on few examples at a time: many small ones, which go further than few on all examples and need no table of them
BATCH = 256  # examples of a step
EPOCHS = 3  # times that each example is learnt from
STEP = 0.3  # of a weight, over the length of all its gradients so far; shrinks to 0
LEAST_SQUARES = 0.01  # keeps the first steps of a weight small
MANY = 12  # examples of a batch that use a column, from which it stands in a table
SEED = 1  # of the order of the examples: the same content gives the same model
MOST_OWNERS_OF_REGRESSION = (
    200  # beyond, learning would take minutes, and an owner's scorer is the mean of its examples
)
MOST_SAID = 50_000  # examples whose sentences are remembered while a base is learnt
NOT = "not "  # begins the owner of an entry's look-alikes: "not error-relay-denied"


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Trained model: plain arrays, so that it can be stored in a file (bot/content/model_cache.py)."""

    features: Mapping[str, tuple[str, ...]]  # group → its features, both sorted; they are numbered in this order
    hashes: Hashes  # CRC-32 of "group:feature", per feature
    idf: Floats  # inverse document frequency, per feature
    owners: tuple[str, ...]  # ids of entries, topics, look-alikes (NOT), in the order of the columns of `weights`
    weights: Floats  # COLUMNS × owners
    example_owner: Ints  # per example: number of its owner
    posting_start: Ints  # per feature (and one more): index of its first posting
    posting_example: Ints  # per posting: number of an example that has the feature
    posting_value: Floats  # per posting: the feature's weight there, over the example's length
    # Per example: its number in `training_examples`; empty: all of them in their order
    example_number: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    # Per entry: how near its examples usually are to each other (example_support.py); empty: not learnt
    usual_nearness: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    # Figures of the decision that were learnt with it (calibration.to_array); empty: FITTED
    figures: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class _Features:
    """Features of all examples, one after the other: a sparse matrix by rows."""

    ids: Ints  # number of the feature
    values: Floats  # its weight
    ends: NDArray[np.int64]  # per example: index behind its last feature

    def of(self, example: int) -> slice:
        """Indexes of an example's features."""
        return slice(int(self.ends[example - 1]) if example else 0, int(self.ends[example]))

    def example(self) -> Ints:
        """Number of the example, per feature."""
        return np.repeat(np.arange(len(self.ends), dtype=np.int32), np.diff(self.ends, prepend=0))


def training_examples(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Training examples as (owner, text): titles, example questions and error lines, entries before topics.

    Error lines are learnt too: a pasted line that no known line fits must not be taken for a question. An entry's
    look-alikes have an owner of their own, NOT and its id: they are near to it, and not covered.
    """
    items: list[Entry | Topic] = [*knowledge.entries.values(), *knowledge.topics.values()]
    asked = [
        (i.id, text)
        for i in items
        for language in knowledge.languages
        for text in (*filter(None, (i.title.get(language),)), *i.questions.get(language, ()))
    ]
    explained = [(e.id, text) for e in knowledge.entries.values() for text in (*e.lines, *e.variants)]
    alike = [(NOT + e.id, text) for e in knowledge.entries.values() for text in e.lookalikes]
    return asked + explained + alike + [(t.id, text) for t in knowledge.topics.values() for text in t.lines]


def example_texts(knowledge: Knowledge, trained: TrainedModel) -> list[str]:
    """Texts of the examples that a model learnt from, in its order."""
    texts = [text for _, text in training_examples(knowledge)]
    return [texts[number] for number in trained.example_number] or texts


def train(
    knowledge: Knowledge, extractor: FeatureExtractor, examples: Sequence[tuple[str, str]], *, scorers: bool = True
) -> TrainedModel:
    """Trains on (owner, text) pairs; the same pairs give the same model. About 6 s of CPU for 18,000 examples.

    `scorers`: False: only the index of similar examples is built, in a small part of the time.
    """
    alike = sorted({owner for owner, _ in examples if owner.startswith(NOT)})
    owners = (*knowledge.entries, *knowledge.topics, *alike)
    number = {owner: place for place, owner in enumerate(owners)}
    example_owner = np.array([number[owner] for owner, _ in examples], dtype=np.int32)
    features, hashes, idf, rows = _features(extractor, (extractor.words(said(text)) for _, text in examples))
    few = len(owners) <= MOST_OWNERS_OF_REGRESSION
    count, fit = (COLUMNS, _softmax_regression) if few else (COLUMNS_OF_MEANS, _means)
    if not scorers:
        count, fit = 1, _means
    weights = fit(rows, columns(hashes, count), example_owner, np.zeros((count, len(owners)), dtype=np.float32))
    return TrainedModel(features, hashes, idf, owners, weights, example_owner, *_postings(rows, len(hashes)))


@lru_cache(MOST_SAID)
def said(text: str) -> str:
    """Sentences of an example, as a message is read: greetings must not speak for the entries at which they stand."""
    return " ".join(own_sentences(clean(text)))


def _features(
    extractor: FeatureExtractor, read: Iterable[Sequence[str]]
) -> tuple[Mapping[str, tuple[str, ...]], Hashes, Floats, _Features]:
    """Names of all features, sorted; hashes of them; inverse document frequency; the examples' features, weighted.

    `read`: words of each example. A word comes again and again: its stems and letters are numbered once.
    """
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}

    def numbered_in(group: str, features: Iterable[str]) -> "array[int]":
        of = found[group]
        return array("i", [of.setdefault(feature, len(of)) for feature in features])

    @cache
    def of_word(word: str) -> "tuple[array[int], array[int]]":
        return numbered_in("word", extractor.stems(word)), numbered_in("letters", extractor.letters(word))

    ids, ends = array("i"), array("q")  # behind an example's features of one group, in the order of GROUPS
    for words in read:
        of_words = [of_word(word) for word in words]
        concepts = extractor.concepts(words)
        pairs = [f"{a}+{b}" for a, b in combinations(concepts, 2)]
        named = [[numbered_in("concept", concepts)], [numbered_in("pair", pairs)]]
        for of_group in ([stems for stems, _ in of_words], [letters for _, letters in of_words], *named):
            for numbered in of_group:
                ids.extend(numbered)
            ends.append(len(ids))
    names = {group: tuple(sorted(found[group])) for group in sorted(GROUPS)}
    hashes = np.array(
        [zlib.crc32(f"{g}:{name}".encode()) for g, of_group in names.items() for name in of_group], np.uint32
    )
    segment = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))  # an example's features of one group
    keys, times = np.unique(segment << 32 | np.array(ids), return_counts=True)
    segment = keys >> 32
    group_of = segment % len(GROUPS)
    number = numbers(names)
    sorted_number = np.array([number[group][feature] for group in GROUPS for feature in found[group]], dtype=np.int32)
    begin = np.cumsum([0, *(len(found[group]) for group in GROUPS)])
    place = sorted_number[(keys & 0xFFFFFFFF) + begin[group_of]]
    documents = np.bincount(place, minlength=len(hashes))
    idf = (np.log((1 + len(ends) // len(GROUPS)) / (1 + documents)) + 1).astype(np.float32)
    values = (1 + np.log(times)).astype(np.float32) * idf[place]
    lengths = np.sqrt(np.bincount(segment, values.astype(np.float64) ** 2, minlength=len(ends)))
    weight = np.array([GROUP_WEIGHT[group] for group in GROUPS], dtype=np.float32)
    values *= weight[group_of] / np.where(lengths > 0, lengths, 1)[segment]
    of_example = np.bincount(segment // len(GROUPS), minlength=len(ends) // len(GROUPS))
    return names, hashes, idf, _Features(place, values, of_example.cumsum())


def numbers(features: Mapping[str, Sequence[str]]) -> Mapping[str, Mapping[str, int]]:
    """Numbers of features: group → feature → its number."""
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    begin = 0
    for group, names in features.items():
        found[group] = dict(zip(names, range(begin, begin + len(names)), strict=True))
        begin += len(names)
    return found


def length(values: Floats) -> float:
    """Euclidean length, rounded as the values are; 1 where all are 0. NumPy's functions take longer for one number."""
    return float(np.float32(math.sqrt(values.dot(values)))) or 1.0


def columns(hashes: Hashes, count: int) -> tuple[Ints, Floats]:
    """Columns (of `count`) and signs of the features, by signed feature hashing (Weinberger et al. 2009)."""
    return (hashes % np.uint32(count)).astype(np.int32), np.where(hashes >> 31, 1, -1).astype(np.float32)


def _softmax_regression(rows: _Features, columns: tuple[Ints, Floats], owner: Ints, weights: Floats) -> Floats:
    """Multinomial logistic regression, by AdaGrad (Duchi, Hazan, Singer 2011) on small batches, not to the end.

    `weights`: where it begins, columns × owners; changed.
    """
    squares = np.full_like(weights, LEAST_SQUARES)
    random = np.random.default_rng(SEED)
    signed = _Features(columns[0][rows.ids], rows.values * columns[1][rows.ids], rows.ends)
    batches = list(_batches(signed, random.permutation(len(owner))))
    order = [place for _ in range(EPOCHS) for place in random.permutation(len(batches))]
    for done, place in enumerate(order):
        examples, gradients = batches[place]
        slices = [signed.of(example) for example in examples]
        error = np.stack([signed.values[of] @ weights.take(signed.ids[of], axis=0) for of in slices])
        error = np.exp(error - error.max(axis=1, keepdims=True))
        error /= error.sum(axis=1, keepdims=True)
        error[np.arange(len(examples)), owner[examples]] -= 1.0
        shrink, step = np.float32(SHRINK * len(examples) / len(owner)), np.float32(STEP * (1 - done / len(order)))
        for used, gradient_of in gradients:
            gradient, own, squared = gradient_of(error), weights.take(used, axis=0), squares.take(used, axis=0)
            gradient += shrink * own
            squared += gradient * gradient
            squares[used] = squared
            gradient /= np.sqrt(squared, out=squared)
            gradient *= step
            own -= gradient
            weights[used] = own
    return weights


def _batches(
    signed: _Features, order: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], list[tuple[Ints, Gradient]]]]:
    """Batches as (examples, [(columns, their gradient)]).

    `signed`: columns instead of numbers. Nearly all of a table of examples × columns would be 0, so it is made of the
    columns alone that many examples use; of the others those that as many use are summed up together.
    """
    for begin in range(0, len(order), BATCH):
        examples = order[begin : begin + BATCH]
        slices = [signed.of(example) for example in examples]
        column = np.concatenate([signed.ids[of] for of in slices])
        value = np.concatenate([signed.values[of] for of in slices])
        row = np.repeat(np.arange(len(examples), dtype=np.int32), [of.stop - of.start for of in slices])
        by_column = np.argsort(column, kind="stable")
        used, start, times = np.unique(column[by_column], return_index=True, return_counts=True)
        gradients: list[tuple[Ints, Gradient]] = []
        for count in range(1, MANY):
            of_count = times == count
            cells = by_column[start[of_count] + np.arange(count)[:, None]]  # the first of each column, the second …
            gradients.append((used[of_count], partial(_sum_of_products, row[cells], value[cells][:, :, None])))
        of_many = times >= MANY
        cells = by_column[np.repeat(of_many, times)]
        table = np.zeros((np.count_nonzero(of_many), len(examples)), dtype=np.float32)
        np.add.at(table, (np.repeat(np.arange(len(table)), times[of_many]), row[cells]), value[cells])
        gradients.append((used[of_many], table.__matmul__))
        yield examples, gradients


def _sum_of_products(rows: Ints, values: Floats, error: Floats) -> Floats:
    """Gradient of columns that equally many examples use. `rows`, `values`: of the first of each, of the second …"""
    total: Floats = error.take(rows[0], axis=0) * values[0]
    for row, value in zip(rows[1:], values[1:], strict=True):
        total += error.take(row, axis=0) * value
    return total


def _means(rows: _Features, columns: tuple[Ints, Floats], owner: Ints, weights: Floats) -> Floats:
    """Means of each owner's examples: a linear scorer that costs one pass over them. `weights`: of 0; changed."""
    column, sign = columns
    np.add.at(weights, (column[rows.ids], owner[rows.example()]), rows.values * sign[rows.ids])
    weights /= np.maximum(np.bincount(owner, minlength=weights.shape[1]), 1)
    return weights


def _postings(rows: _Features, features: int) -> tuple[Ints, Ints, Floats]:
    """Inverted index: for every feature the examples that have it, and its weight there over the example's length."""
    example = rows.example()
    lengths = np.sqrt(np.bincount(example, rows.values.astype(np.float64) ** 2, minlength=len(rows.ends)))
    values = (rows.values / np.where(lengths > 0, lengths, 1)[example]).astype(np.float32)
    order = np.argsort(rows.ids, kind="stable")
    start = np.searchsorted(rows.ids[order], np.arange(features + 1)).astype(np.int32)
    return start, example[order], values[order]
