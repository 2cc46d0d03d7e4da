"""Support of an answer by the examples of its entry: nearness, what is not covered, and what they never speak of."""

from dataclasses import replace

import pytest

from bot.core.matching.example_support import MOST_LEARNT, ExampleSupport, Support, usual_nearness
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.ranker import Ranker
from bot.core.matching.training import TrainedModel, train, training_examples
from tests.project import knowledge as whole_knowledge

ENTRY = "pop3-ssl"
EXAMPLES = ("Welcher Port für POP3 mit SSL?", "Welchen Port hat POP3 über SSL?", "POP3 mit SSL, welcher Port ist das?")


@pytest.fixture(scope="module")
def supports() -> dict[str, Support]:
    """Text → its support by an entry of three examples, beside one topic."""
    index, extractor, _ = small_base()
    asked = (*EXAMPLES, "Port bei POP3 mit SSL?", "Port?", "Passwort vergessen", "IMAP mit SSL, welcher Port?")
    return {text: index.of(extractor.words(text), ENTRY) for text in asked}


def small_base(learn_nearness: bool = False) -> tuple[ExampleSupport, FeatureExtractor, TrainedModel]:
    whole = whole_knowledge()
    entry = replace(whole.entries[ENTRY], title={"de": EXAMPLES[0]}, questions={"de": EXAMPLES, "en": ()})
    topic = replace(whole.topics["password"], title={}, questions={"de": ("Passwort vergessen, was nun?",)}, lines=())
    small = replace(whole, entries={ENTRY: entry}, topics={topic.id: topic})
    extractor, examples = FeatureExtractor(small), training_examples(small)
    trained = train(small, extractor, examples, scorers=False)
    texts = [text for _, text in examples]
    if learn_nearness:
        trained = replace(trained, usual_nearness=usual_nearness(extractor, trained, 1, texts))
    return ExampleSupport(extractor, Ranker(extractor, trained, 1), trained, 1, lambda: texts), extractor, trained


def test_an_example_is_as_near_as_can_be_and_a_word_of_it_less_than_usual(supports: dict[str, Support]) -> None:
    assert all(supports[example].nearest > 1.0 for example in EXAMPLES)
    assert supports["Port bei POP3 mit SSL?"].nearest > supports["Port?"].nearest
    assert supports["Port?"].nearest < 1.0, "copies of an example do not make its entry's examples look alike"


def test_what_is_not_covered_is_near_to_its_topic(supports: dict[str, Support]) -> None:
    assert supports["Passwort vergessen"].topic > 0.5 > supports["Port bei POP3 mit SSL?"].topic


def test_a_concept_of_which_no_example_of_the_entry_speaks_is_noticed(supports: dict[str, Support]) -> None:
    assert supports["IMAP mit SSL, welcher Port?"].unused_concept
    assert supports["Passwort vergessen"].unused_concept
    assert not any(supports[example].unused_concept for example in EXAMPLES)


def test_usual_nearness_is_learnt_with_the_model_or_found_at_the_first_answer(supports: dict[str, Support]) -> None:
    index, extractor, trained = small_base(learn_nearness=True)
    assert len(trained.usual_nearness) == 1
    asked = "Port bei POP3 mit SSL?"
    assert index.of(extractor.words(asked), ENTRY) == supports[asked]
    assert len(usual_nearness(extractor, trained, MOST_LEARNT + 1, ())) == 0
