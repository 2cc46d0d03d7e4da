"""What is stored is what is said."""

import json
from dataclasses import replace
from pathlib import Path

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.model import Answer, Event, Question, Reply
from bot.ops.evaluate import read_set
from bot.storage.serialization import from_reply, to_answer, to_event, to_json, to_reply

SETS = Path(__file__).parents[1] / "eval"


def test_an_answer_that_was_kept_as_json_is_worded_alike(engine: AnswerEngine) -> None:
    texts = [line.text for file in sorted(SETS.glob("*.jsonl")) for line in read_set(file)][::5]
    assert len(texts) > 100
    for text in texts:
        answer = answer_question(engine.matcher, Question(text))
        kept = to_reply(json.loads(from_reply(Reply(answer, {"private": "yes"}))))
        assert engine.renderer.render(to_answer(kept["answer"])) == engine.renderer.render(answer)
        assert kept["to"] == {"private": "yes"}


def test_what_json_has_no_word_for_is_not_kept() -> None:
    assert from_reply(Reply(Answer("odd", "de", {"what": {1, 2}}))) == ""
    assert from_reply(Reply(None)) == '{"answer": null, "to": {}}'


def test_an_event_comes_back_as_it_was_and_what_a_newer_version_adds_is_left_out() -> None:
    event = Event("k", "slack", Question("x", language_hint="de"), {"ts": "1"}, facts={"direct": True})
    assert to_event(to_json(event) | {"by": "a", "form": 2, "newer": 1}) == event
    assert to_event(to_json(replace(event, received=2.5))).received == 2.5
