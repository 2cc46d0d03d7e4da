"""Training: examples → the model that ranks questions: weighted features, a linear scorer per owner, an inverted index.

An owner is an entry, a topic that the FAQ does not cover, or the look-alikes of an entry. The weights were chosen on
the development questions (bot/DECISIONS.md).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.example_features import (
    ExampleFeatures,
    Floats,
    Hashes,
    Ints,
    Longs,
    indexes_of,
    weighted_features,
)
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.parallel import Member, in_step, shared_array
from bot.core.matching.word_pairs import PairEvidence, learn_pairs
from bot.core.model import Entry, Knowledge, Topic

Unsigned = NDArray[np.unsignedinteger]
Gradient = Callable[[Floats], Floats]  # errors of a batch's examples → gradient of some columns

COLUMNS = 16_384  # hashed columns of the linear scorers
COLUMNS_OF_MEANS = 4_096  # of the scorers of more than MOST_OWNERS_OF_REGRESSION, which would need much memory
SHRINK = 0.05  # of the weights (L2)
# Steps on few examples at a time: many small ones, which go further than few on all examples and need no table of them
BATCH = 256  # examples of a step
EPOCHS = 3  # times that each example is learnt from
STEP = 0.3  # of a weight, over the length of all its gradients so far; shrinks to 0
LEAST_SQUARES = 0.01  # keeps the first steps of a weight small
BLOCK = 256  # columns that are worked on at a time
MANY = 12  # examples of a batch that use a column, from which it stands in a table
ORDERS = 1  # of the examples, with the seeds 1, 2 …: the weights are the mean of what is learnt in each of them
# Beyond, a regression would take minutes; then an owner's scorer is the mean of its examples
MOST_OWNERS_OF_REGRESSION = 200
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
    posting_example: Unsigned  # per posting: number of an example that has the feature
    posting_value: Floats  # per posting: the feature's weight there, over the example's length
    word_users: NDArray[np.uint8]  # per word × 8 entries: a bit for each entry whose examples use the word
    pairs: PairEvidence
    # Per example: its number in `training_examples`; empty: all of them in their order
    example_number: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    # Per entry: how near its examples usually are to each other (example_support.py); empty: not learnt
    usual_nearness: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    # Figures of the decision that were learnt with it (calibration.to_array); empty: FITTED
    figures: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


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
    """Trains on (owner, text) pairs; the same pairs give the same model, on any number of cores.

    `scorers`: False: only the index of similar examples is built, in a small part of the time.
    """
    alike = sorted({owner for owner, _ in examples if owner.startswith(NOT)})
    owners = (*knowledge.entries, *knowledge.topics, *alike)
    number = {owner: place for place, owner in enumerate(owners)}
    example_owner = np.array([number[owner] for owner, _ in examples], dtype=np.int32)
    read = extractor.read([text for _, text in examples])
    features, hashes, idf, rows = weighted_features(extractor, read)
    none = np.zeros((1, len(owners)), dtype=np.float32)
    weights = _scorers(rows, hashes, example_owner, len(owners)) if scorers else none
    # What the few examples of a young base's entries say side by side is nothing beside what the general layer knows
    paired = scorers and knowledge.figures == "fitted"
    names = [list(map(extractor.name_hash, words)) for words, _ in read] if paired else []
    pairs = learn_pairs(names, example_owner[: len(names)], len(owners))
    start, example, values = _postings(rows, len(hashes))
    of_words = start[len(hashes) - len(features["word"]) :]  # the last group
    users = _users(of_words, example, example_owner, len(knowledge.entries))
    return TrainedModel(features, hashes, idf, owners, weights, example_owner, start, example, values, users, pairs)


def length(values: Floats) -> float:
    """Euclidean length, rounded as the values are; 1 where all are 0. NumPy's functions take longer for one number."""
    return float(np.float32(math.sqrt(values.dot(values)))) or 1.0


def columns(hashes: Hashes, count: int) -> tuple[Ints, Floats]:
    """Columns (of `count`) and signs of the features, by signed feature hashing (Weinberger et al. 2009)."""
    return (hashes % np.uint32(count)).astype(np.int32), np.where(hashes >> 31, 1, -1).astype(np.float32)


def _scorers(rows: ExampleFeatures, hashes: Hashes, owner: Ints, owners: int) -> Floats:
    """Weights of the linear scorers, columns × owners."""
    if owners > MOST_OWNERS_OF_REGRESSION:
        return _means(rows, columns(hashes, COLUMNS_OF_MEANS), owner, owners)
    column, sign = columns(hashes, COLUMNS)
    signed = ExampleFeatures(column.astype(np.intp)[rows.ids], rows.values * sign[rows.ids], rows.ends)
    learnt = [
        in_step(partial(_Regression.begin, owners), partial(_learn, signed, owner, seed), len(owner)).weights
        for seed in range(1, ORDERS + 1)
    ]
    weights: Floats = np.mean(learnt, axis=0)
    return weights


@dataclass(frozen=True, slots=True)
class _Regression:
    """Regression that several processes learn in step."""

    weights: Floats  # columns × owners
    squares: Floats  # sums of the squares of all gradients so far, for each weight
    errors: Floats  # of a batch's examples: likelihood of each owner, less 1 for the right one

    @classmethod
    def begin(cls, owners: int) -> "_Regression":
        """Regression that has learnt nothing."""
        begun = cls(*(shared_array(rows, owners) for rows in (COLUMNS, COLUMNS, BATCH)))
        begun.squares.fill(LEAST_SQUARES)
        return begun


@dataclass(frozen=True, slots=True)
class _Batch:
    """Batch of examples, as one member learns from it."""

    size: int  # examples, of all members
    examples: Sequence[tuple[Ints | Longs, Floats]]  # columns and values of the member's share of them
    owner: Ints  # of each of these
    gradients: Sequence[tuple[Longs, Gradient]]  # the member's share of the columns, and what finds their gradient


def _learn(signed: ExampleFeatures, owner: Ints, seed: int, regression: _Regression, member: Member) -> None:
    """Learns a multinomial logistic regression, by AdaGrad (Duchi, Hazan, Singer 2011) on small batches.

    It is not learnt to the end. `signed`: columns instead of numbers. `seed`: of the order of the examples. Members
    find the errors of some examples each, and then change the weights of some columns each.
    """
    weights, squares = regression.weights, regression.squares
    random = np.random.default_rng(seed)
    batches = list(_batches(signed, owner, random.permutation(len(owner)), member.share))
    turns = [place for _ in range(EPOCHS) for place in random.permutation(len(batches))]
    for done, place in enumerate(turns):
        batch = batches[place]
        error = regression.errors[: batch.size]
        error[member.share] = _errors(batch, weights)
        member.wait()
        shrink, step = np.float32(SHRINK * batch.size / len(owner)), np.float32(STEP * (1 - done / len(turns)))
        for used, gradient_of in batch.gradients:
            gradient, own, squared = gradient_of(error), weights.take(used, axis=0), squares.take(used, axis=0)
            gradient += shrink * own
            squared += gradient * gradient
            squares[used] = squared
            gradient /= np.sqrt(squared, out=squared)
            gradient *= step
            own -= gradient
            weights[used] = own
        member.wait()


def _errors(batch: _Batch, weights: Floats) -> Floats:
    """Errors of the member's examples: likelihood of each owner, less 1 for the right one."""
    error = np.empty((len(batch.owner), weights.shape[1]), dtype=np.float32)
    for of_example, (column, value) in zip(error, batch.examples, strict=True):
        value.dot(weights.take(column, axis=0), out=of_example)
    np.exp(error - error.max(axis=1, keepdims=True), out=error)
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(error)), batch.owner] -= 1.0
    return error


def _batches(signed: ExampleFeatures, owner: Ints, order: Longs, share: slice) -> Iterator[_Batch]:
    """Batches of the examples in this order, for a member's share of the examples and of the columns.

    Nearly all of a table of examples × columns would be 0, so it is made of the columns alone that many examples use;
    of the others those that as many use are summed up together.
    """
    sizes = signed.sizes()
    for begin in range(0, len(order), BATCH):
        examples = order[begin : begin + BATCH]
        cells = indexes_of((signed.ends - sizes)[examples], sizes[examples])
        column = signed.ids[cells]
        by_column = np.argsort(column.astype(np.uint16), kind="stable")  # 16 bits take a fifth of the time
        row = np.arange(len(examples), dtype=np.int32).repeat(sizes[examples])[by_column]
        value = signed.values[cells][by_column]
        times = np.bincount(column, minlength=COLUMNS)
        start = times.cumsum() - times
        yield _Batch(
            len(examples),
            [(signed.ids[of], signed.values[of]) for of in map(signed.of, examples[share])],
            owner[examples[share]],
            [(used, _gradient(times[used], start[used], row, value, len(examples))) for used in _blocks(times)[share]],
        )


def _blocks(times: NDArray[np.intp]) -> list[Longs]:
    """Columns in blocks whose weights and gradients the processor's cache holds: a quarter less time in all.

    `times`: examples that use each column. Those of a block are equally often used, or all by MANY.
    """
    of_kinds = [np.flatnonzero(times == count) for count in range(1, MANY)] + [np.flatnonzero(times >= MANY)]
    return [kind[begin : begin + BLOCK] for kind in of_kinds for begin in range(0, len(kind), BLOCK)]


def _gradient(times: Longs, start: Longs, row: Ints, value: Floats, examples: int) -> Gradient:
    """Gradient of a block's columns. `row`, `value`: of all cells, by column; `start`: of the column's first one."""
    if times[0] < MANY:
        cells = start + np.arange(times[0])[:, None]  # the first of each column, the second …
        return partial(_sum_of_products, row[cells], value[cells][:, :, None])
    cells = indexes_of(start, times)
    table = np.zeros((len(times), examples), dtype=np.float32)
    np.add.at(table, (np.repeat(np.arange(len(times)), times), row[cells]), value[cells])
    return table.__matmul__


def _sum_of_products(rows: Ints, values: Floats, error: Floats) -> Floats:
    """Gradient of columns that equally many examples use. `rows`, `values`: of the first of each, of the second …"""
    total: Floats = error.take(rows[0], axis=0) * values[0]
    for row, value in zip(rows[1:], values[1:], strict=True):
        total += error.take(row, axis=0) * value
    return total


def _means(rows: ExampleFeatures, columns: tuple[Ints, Floats], owner: Ints, owners: int) -> Floats:
    """Means of each owner's examples: a linear scorer that costs one pass over them."""
    column, sign = columns
    weights = np.zeros((COLUMNS_OF_MEANS, owners), dtype=np.float32)
    np.add.at(weights, (column[rows.ids], owner[rows.example()]), rows.values * sign[rows.ids])
    weights /= np.maximum(np.bincount(owner, minlength=owners), 1)
    return weights


def _postings(rows: ExampleFeatures, features: int) -> tuple[Ints, Unsigned, Floats]:
    """Inverted index: for every feature the examples that have it, and its weight there over the example's length."""
    example = rows.example()
    squares = np.square(rows.values, dtype=np.float64)
    lengths = np.sqrt(np.bincount(example, squares, minlength=len(rows.ends)))
    values = rows.values.copy()
    values /= np.where(lengths > 0, lengths, 1)[example]
    # By the lower half of the numbers, then by the upper: 16 bits are sorted by counting, in a third of the time
    order = rows.ids.astype(np.uint16).argsort(kind="stable")
    order = order[(rows.ids >> 16).astype(np.uint16)[order].argsort(kind="stable")]
    start = np.append(0, np.bincount(rows.ids, minlength=features).cumsum()).astype(np.int32)
    number = np.min_scalar_type(len(rows.ends))  # two bytes for most bases: every start reads millions
    return start, example[order].astype(number), values[order]


def _users(start: Ints, example: Unsigned, owner: Ints, entries: int) -> NDArray[np.uint8]:
    """Users of features: a bit for each entry whose examples have it. `start`: of their postings, and one more."""
    feature = np.arange(len(start) - 1).repeat(np.diff(start))
    owner = owner[example[start[0] : start[-1]]]
    used = np.zeros((len(start) - 1, entries), dtype=bool)
    used[feature[owner < entries], owner[owner < entries]] = True
    return np.packbits(used, axis=1, bitorder="little")
