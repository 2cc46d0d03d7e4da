"""Training: what is learnt, from which examples, and that it is the same each time."""

from dataclasses import fields, replace

import numpy as np
import pytest

from bot.answering.engine import AnswerEngine
from bot.content.loader import load
from bot.core.matching.decision import Matcher
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import NOT, said, train, training_examples, weighted
from bot.core.matching.training import numbers as numbers_of
from bot.core.model import Knowledge, Question
from tests.conftest import PROJECT

ENTRIES = ("error-badmailfrom", "message-size", "pop3-ssl")
TOPICS = ("password", "line-ip-blocked")
MOST_ALIKE = 0.02  # share of the look-alikes that may be explained by the very entry that they are listed against


@pytest.fixture(scope="module")
def small() -> Knowledge:
    """Three entries and two topics of the project's own."""
    own = load(PROJECT / "knowledge")
    return replace(own, entries={e: own.entries[e] for e in ENTRIES}, topics={t: own.topics[t] for t in TOPICS})


def test_the_same_examples_give_the_same_model(small: Knowledge) -> None:
    one, two = (train(small, FeatureExtractor(small), training_examples(small)) for _ in range(2))
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(two, field.name)), field.name


def test_an_example_weighs_in_training_what_it_weighs_as_a_message(small: Knowledge) -> None:
    """The index is built for all examples at once, a message's features one by one."""
    extractor = FeatureExtractor(small)
    examples = training_examples(small)
    trained = train(small, extractor, examples)
    numbers = numbers_of(trained.features)
    example_of = trained.posting_example
    feature_of = np.repeat(np.arange(len(trained.features)), np.diff(trained.posting_start))
    for example in range(0, len(examples), 37):
        ids, values = weighted(extractor.counts(extractor.words(said(examples[example][1]))), numbers, trained.idf)
        own = example_of == example
        assert sorted(ids) == list(feature_of[own])
        expected = values[np.argsort(ids)] / np.linalg.norm(values)
        assert np.allclose(trained.posting_value[own], expected, atol=1e-5)


def test_nearly_every_example_is_ranked_to_its_owner(small: Knowledge) -> None:
    extractor = FeatureExtractor(small)
    examples = training_examples(small)
    matcher = Matcher(small, extractor, train(small, extractor, examples))
    assert np.mean([matcher.top_ranked(text) == owner for owner, text in examples]) > 0.98


def test_look_alikes_are_learnt_as_not_covered(small: Knowledge) -> None:
    examples = training_examples(small)
    entry = small.entries["error-badmailfrom"]
    assert [text for owner, text in examples if owner == NOT + entry.id] == list(entry.lookalikes)
    trained = train(small, FeatureExtractor(small), examples)
    assert trained.owners == (*ENTRIES, *TOPICS, NOT + entry.id)


def test_hardly_any_look_alike_of_the_content_is_answered_with_its_entry(engine: AnswerEngine) -> None:
    entries = engine.knowledge.entries.values()
    told = [(e.id, engine.matcher.decide(Question(text))) for e in entries for text in e.lookalikes]
    wrong = [decision for entry, decision in told if decision.outcome == "answer" and entry in decision.entries]
    assert len(wrong) <= MOST_ALIKE * len(told)
