"""Serialisation: a reply that was stored is delivered as it was decided."""

import json
from dataclasses import replace
from pathlib import Path

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.model import Answer, Event, Question, Reply
from bot.ops.evaluate import read_set
from bot.storage.serialization import reply_to_text, to_event, to_json, to_reply
from tests.slow import one_in

SETS = Path(__file__).parents[1] / "eval"


@one_in(160, more=6)
def test_a_reply_that_was_stored_as_json_is_rendered_alike(engine: AnswerEngine, every: int) -> None:
    texts = [line.text for file in sorted(SETS.glob("*.jsonl")) for line in read_set(file)][::every]
    assert len(texts) > 2_400 // every
    for text in texts:
        answer = answer_question(engine.matcher, Question(text))
        kept = to_reply(json.loads(reply_to_text(Reply(answer, {"private": "yes"}))))
        assert kept.answer is not None
        assert engine.renderer.render(kept.answer) == engine.renderer.render(answer)
        assert kept.to == {"private": "yes"}


def test_a_reply_that_json_cannot_hold_is_stored_as_empty_text() -> None:
    assert reply_to_text(Reply(Answer("odd", "de", {"what": {1, 2}}))) == ""
    assert reply_to_text(Reply(None)) == '{"answer": null, "to": {}}'


def test_a_stored_event_is_read_back_and_keys_of_a_newer_version_are_ignored() -> None:
    event = Event("k", "slack", Question("x", language_hint="de"), {"ts": "1"}, facts={"direct": True})
    assert to_event(to_json(event) | {"newer": 1}) == event
    assert to_event(to_json(replace(event, received=2.5))).received == 2.5
