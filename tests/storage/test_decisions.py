"""Decisions and feedback, on SQLite and PostgreSQL."""

import uuid
from dataclasses import replace

from bot.answering.engine import AnswerEngine
from bot.core.model import Answer, PreviousQuestion, Reply
from bot.storage import Storage
from bot.storage.serialization import to_answer
from tests.storage.conftest import answered, event, told


def test_the_context_of_a_question_is_the_one_before_it_in_its_conversation(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "Welcher Port für POP3 mit SSL?"))
    assert storage.decisions.context_of(event(talk, "2", "und für IMAP?")).before == PreviousQuestion(
        "Welcher Port für POP3 mit SSL?", "de"
    )


def test_a_decision_saved_again_replaces_the_first_and_is_not_its_own_context(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "which port for imap with ssl?"))
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "which port for pop3 with ssl?"))
    assert storage.decisions.context_of(event(talk, "1", "x")).before is None
    assert storage.decisions.context_of(event(talk, "2", "x")).before == PreviousQuestion(
        "which port for pop3 with ssl?", "en"
    )


def test_another_conversation_is_not_mixed_in(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "Welcher Port für POP3 mit SSL?"))
    assert storage.decisions.context_of(event(f"{talk}0", "2", "und für IMAP?")).before is None


def test_of_what_was_not_covered_only_the_language_is_kept(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "How do I reset my mailbox password?"))
    assert storage.decisions.context_of(event(talk, "2", "x")).before == PreviousQuestion("", "en")


def test_the_menu_of_the_reply_before_is_known(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    offered = answered(engine, "Welcher Port für POP3 mit SSL?")
    assert offered.decision is not None
    menu = ("pop3-ssl", "imap-ssl", "ports")
    decision = replace(offered.decision, outcome="suggest", entries=(*menu, "login-name"))
    storage.decisions.save(event(talk, "1", "x"), replace(offered, template="suggest", decision=decision))
    before = storage.decisions.context_of(event(talk, "2", "das zweite")).before
    assert before is not None
    assert before.menu == menu
    storage.decisions.save(event(talk, "2", "das zweite"), offered)
    after = storage.decisions.context_of(event(talk, "3", "2")).before
    assert after is not None
    assert after.menu == ()


def test_addresses_are_not_kept(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "Wie lautet der Benutzername für max@firma.de?"))
    before = storage.decisions.context_of(event(talk, "2", "x")).before
    assert before is not None
    assert "max" not in before.understood


def test_a_decision_can_be_found_by_its_key_its_message_and_its_reply(storage: Storage, engine: AnswerEngine) -> None:
    channel = uuid.uuid4().hex[:10]
    one = told(
        engine, storage, f"T1:{channel}", "1515449522.000016", "Wie richte ich Outlook für max@firma.de ein?", why="w"
    )
    storage.mark_delivered(one.key, "1515449523.000001")
    found = storage.decisions.get(one.key)
    assert found is not None
    assert (found.outcome, found.sent, found.why) == ("decline", "1515449523.000001", "w")
    assert "max" not in found.question
    for ts in ("1515449522.000016", "1515449523.000001"):
        assert storage.decisions.by_message(f"T1:{channel}", ts) == found
        assert storage.decisions.by_message(f"T2:{channel}", ts) is None
    assert storage.decisions.by_message(f"T1:{channel}", "%") is None
    storage.decisions.delete(one.key)
    assert storage.decisions.get(one.key) is None


def test_an_explanation_is_stored_as_it_was_told(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    """It is of a redacted decision (tests/test_privacy.py): what looks like a secret in it is the vocabulary's."""
    text = "Passwort vom Postfach vergessen, was nun?"
    why = engine.explain(answered(engine, text))
    assert "concept password: passwort" in why
    one = told(engine, storage, talk, "1", text, why=why)
    found = storage.decisions.get(one.key)
    assert found is not None
    assert found.why == why


def test_a_reply_is_kept_in_full_until_it_is_delivered(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    text = "Wie lautet der Benutzername für max@firma.de?"
    reply = Reply(answered(engine, text), {"private": "yes"})
    one = told(engine, storage, talk, "1", text, reply=reply)
    found = storage.decisions.undelivered_reply(one.key)
    assert found is not None
    assert to_answer(found["answer"]).facts["email"] == "max@firma.de"
    assert (found["to"], storage.decisions.undelivered_reply(f"{one.key}0")) == ({"private": "yes"}, None)
    storage.mark_delivered(one.key, "1515449523.000001")
    assert storage.decisions.undelivered_reply(one.key) is None
    kept = storage.decisions.get(one.key)
    assert kept is not None
    assert (kept.sent, "max" in kept.question) == ("1515449523.000001", False)


def test_what_json_cannot_hold_is_decided_anew(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, storage, talk, "1", "x", reply=Reply(Answer("odd", "de", {"what": {1, 2}})))
    assert storage.decisions.undelivered_reply(one.key) is None


def test_a_silent_decision_keeps_its_reason_and_not_the_text(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, storage, talk, "1", "Wie richte ich Outlook ein?", reason="not sure")
    found = storage.decisions.get(one.key)
    assert found is not None
    assert (found.outcome, found.reason, found.question) == ("silent", "not sure", "")


def test_of_each_persons_feedback_the_last_counts(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, storage, talk, "1", "Welcher Port für POP3 mit SSL?")
    for person, verdict, expected in [("a", "unhelpful", 1), ("b", "unhelpful", 2), ("a", "helpful", 1)]:
        storage.feedback.record(one.key, person, verdict)
        found = storage.decisions.get(one.key)
        assert found is not None
        assert found.unhelpful == expected
