"""Training: what is learnt, from which examples, and that it is the same each time."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.core.matching import training
from bot.core.matching.example_features import GROUP_WEIGHT
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.message_features import MessageFeatures
from bot.core.matching.ranker import Ranker
from bot.core.matching.training import NOT, TrainedModel, train, training_examples
from bot.core.model import Entry, Knowledge, Topic
from bot.core.text.message_parts import without_courtesy
from tests.project import knowledge as whole_knowledge
from tests.servers.postbote import PROJECT

ENTRIES = ("error-badmailfrom", "message-size", "pop3-ssl")
TOPICS = ("password", "line-ip-blocked")


Taught = TypeVar("Taught", Entry, Topic)


def with_fewer_questions(item: Taught) -> Taught:
    return replace(item, questions={language: texts[::3] for language, texts in item.questions.items()})


@pytest.fixture(scope="module")
def small() -> Knowledge:
    """Three entries and two topics of the project's own, with a third of their questions: learnt in a moment."""
    own = whole_knowledge()
    entries = {name: with_fewer_questions(own.entries[name]) for name in ENTRIES}
    return replace(own, entries=entries, topics={name: with_fewer_questions(own.topics[name]) for name in TOPICS})


@pytest.fixture(scope="module")
def trained(small: Knowledge) -> TrainedModel:
    return train(small, FeatureExtractor(small), training_examples(small))


def test_the_same_examples_give_the_same_model(small: Knowledge, trained: TrainedModel) -> None:
    again = train(small, FeatureExtractor(small), training_examples(small))
    for one, other in ((trained, again), (trained.pairs, again.pairs)):
        for name in {field.name for field in fields(one)} - {"pairs"}:
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


@pytest.mark.skipif(not Path("/proc/self/task").exists() or os.cpu_count() == 1, reason="needs Linux and two cores")
def test_products_are_not_shared_out_among_cores() -> None:
    """Else these wait for each other, and what is learnt may depend on how many there are."""
    script = "import os, bot.core.matching.training; print(len(os.listdir('/proc/self/task')))"
    own = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, env=own, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"


def test_an_example_weighs_in_training_what_it_weighs_as_a_message(small: Knowledge, trained: TrainedModel) -> None:
    """The index is built for all examples at once, a message's features one by one."""
    extractor = FeatureExtractor(small)
    examples = training_examples(small)
    message = MessageFeatures(extractor, trained)
    example_of = trained.posting_example
    feature_of = np.repeat(np.arange(len(trained.hashes)), np.diff(trained.posting_start))
    for example in range(0, len(examples), 37):
        ids, values, _ = message.weigh(extractor.words(without_courtesy(examples[example][1])))
        own = example_of == example
        assert sorted(ids) == list(feature_of[own])
        expected = values[np.argsort(ids)] / np.linalg.norm(values)
        assert np.allclose(trained.posting_value[own], expected, atol=1e-5)


def test_the_model_knows_which_entries_use_a_word(small: Knowledge, trained: TrainedModel) -> None:
    extractor, examples = FeatureExtractor(small), training_examples(small)
    used = np.unpackbits(trained.word_users, axis=1, count=len(ENTRIES), bitorder="little").astype(bool)
    stems: dict[str, set[str]] = {entry: set() for entry in small.entries}
    for owner, text in examples:
        if owner in stems:
            stems[owner].update(*map(extractor.stems, extractor.words(without_courtesy(text))))
    for number, stem in enumerate(trained.features["word"]):
        users = {entry for entry, said in stems.items() if stem in said}
        assert {entry for entry, uses in zip(small.entries, used[number], strict=True) if uses} == users, stem


def test_the_numbers_of_examples_take_no_more_bytes_than_they_need(trained: TrainedModel) -> None:
    """There are millions of them, and every start reads all."""
    assert trained.posting_example.dtype == np.min_scalar_type(len(trained.example_owner))
    assert trained.posting_example.max() == len(trained.example_owner) - 1


def test_the_scorers_are_those_of_whole_tables(trained: TrainedModel) -> None:
    """Learning passes over what is 0, which is nearly all of a table of examples and columns; here nothing is."""
    weights = np.mean([_of_whole_tables(trained, seed) for seed in range(1, training.ORDERS + 1)], axis=0)
    assert np.abs(trained.weights - weights).max() < 1e-5
    assert np.abs(weights).max() > 0.1


def _of_whole_tables(trained: TrainedModel, seed: int) -> NDArray[np.float64]:
    x, owners = _table(trained), np.eye(len(trained.owners))[trained.example_owner]
    weights = np.zeros(trained.weights.shape)
    squares = np.full_like(weights, training.LEAST_SQUARES)
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(x))
    batches = [shuffled[begin : begin + training.BATCH] for begin in range(0, len(x), training.BATCH)]
    order = [place for _ in range(training.EPOCHS) for place in random.permutation(len(batches))]
    for done, place in enumerate(order):
        batch = batches[place]
        used = x[batch].any(axis=0)
        likely = np.exp(x[batch] @ weights)
        gradient = x[batch].T @ (likely / likely.sum(axis=1, keepdims=True) - owners[batch])
        gradient += training.SHRINK * len(batch) / len(x) * weights
        squares[used] += gradient[used] ** 2
        weights[used] -= training.STEP * (1 - done / len(order)) * (gradient / np.sqrt(squares))[used]
    return weights


def _table(trained: TrainedModel) -> NDArray[np.float64]:
    """Examples × columns: what the scorers learn from."""
    feature = np.repeat(np.arange(len(trained.hashes)), np.diff(trained.posting_start))
    column, sign = training.columns(trained.hashes, training.COLUMNS)
    table = np.zeros((len(trained.example_owner), training.COLUMNS))
    np.add.at(table, (trained.posting_example, column[feature]), sign[feature] * trained.posting_value)
    group = np.repeat(np.arange(len(trained.features)), [len(names) for names in trained.features.values()])
    weights = np.array([GROUP_WEIGHT[name] for name in trained.features])
    has = np.zeros((len(table), len(weights)), dtype=bool)
    has[trained.posting_example, group[feature]] = True  # postings are of length 1, and the scorers' features longer
    table *= np.sqrt(has @ weights**2)[:, None]
    return table


def test_nearly_every_example_is_ranked_to_its_owner(small: Knowledge, trained: TrainedModel) -> None:
    extractor = FeatureExtractor(small)
    ranker = Ranker(extractor, trained, len(small.entries))
    examples = training_examples(small)[::4]
    assert len(examples) > 100
    assert np.mean([ranker.rank(extractor.words(text)).first() == owner for owner, text in examples]) > 0.98


def test_look_alikes_are_learnt_as_not_covered(small: Knowledge, trained: TrainedModel) -> None:
    examples = training_examples(small)
    entry = small.entries["error-badmailfrom"]
    assert [text for owner, text in examples if owner == NOT + entry.id] == list(entry.lookalikes)
    assert trained.owners == (*ENTRIES, *TOPICS, NOT + entry.id)
