"""A knowledge base of some hundred entries takes another way: it must still find what it knows."""

from bot.core.answer import Core
from bot.core.features import Reader
from bot.core.model import Question
from bot.core.questions import MOST_LEARNT_OWNERS, examples_of, train
from tests.bench.growth import grown


def test_a_known_question_is_found_among_many_entries() -> None:
    knowledge = grown(MOST_LEARNT_OWNERS + 20)
    reader = Reader(knowledge)
    core = Core(knowledge, reader, train(knowledge, reader, examples_of(knowledge)))
    made = [e for e in knowledge.entries.values() if e.id.startswith("made-")][:40]
    found = [core.first(e.questions["de"][0]) == e.id for e in made]
    assert sum(found) >= 36
    assert core.decide(Question(made[0].questions["de"][0])).score <= 1.0
