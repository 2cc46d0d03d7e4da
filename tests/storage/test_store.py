"""The memory of conversations, on the database that POSTBOTE_TEST_POSTGRES names, else on SQLite."""

import os
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.model import Answer, Event, PreviousQuestion, Question, Reply
from bot.storage.schema import META, METADATA, SCHEMA
from bot.storage.serialization import to_answer
from bot.storage.statistics import Statistics
from bot.storage.store import DatabaseError, DatabaseUnusable, Store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = os.environ.get("POSTBOTE_TEST_POSTGRES", "") if request.param == "postgresql" else ""
    if request.param == "postgresql" and not url:
        pytest.skip("POSTBOTE_TEST_POSTGRES names no PostgreSQL server; .ci/run starts one")
    opened = Store(url, tmp_path)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def talk() -> str:
    return f"T1:C1:{uuid.uuid4()}"


def event(talk: str, ts: str, text: str) -> Event:
    return Event(f"{talk}:{ts}", "slack", Question(text), {}, talk)


def answered(engine: AnswerEngine, text: str) -> Answer:
    return answer_question(engine.matcher, Question(text))


def test_the_question_before_is_remembered(store: Store, engine: AnswerEngine, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(engine, "Welcher Port für POP3 mit SSL?"))
    assert store.conversation(event(talk, "2", "und für IMAP?"))[0] == PreviousQuestion(
        "Welcher Port für POP3 mit SSL?", "de"
    )


def test_an_event_that_runs_again_is_kept_once_and_is_not_its_own_past(
    store: Store, engine: AnswerEngine, talk: str
) -> None:
    store.remember(event(talk, "1", "x"), answered(engine, "which port for imap with ssl?"))
    store.remember(event(talk, "1", "x"), answered(engine, "which port for pop3 with ssl?"))
    assert store.conversation(event(talk, "1", "x"))[0] is None
    assert store.conversation(event(talk, "2", "x"))[0] == PreviousQuestion("which port for pop3 with ssl?", "en")


def test_another_conversation_is_not_mixed_in(store: Store, engine: AnswerEngine, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(engine, "Welcher Port für POP3 mit SSL?"))
    assert store.conversation(event(f"{talk}0", "2", "und für IMAP?"))[0] is None


def test_of_what_was_not_covered_only_the_language_is_kept(store: Store, engine: AnswerEngine, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(engine, "How do I reset my mailbox password?"))
    assert store.conversation(event(talk, "2", "x"))[0] == PreviousQuestion("", "en")


def test_addresses_are_not_kept(store: Store, engine: AnswerEngine, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(engine, "Wie lautet der Benutzername für max@firma.de?"))
    before, _ = store.conversation(event(talk, "2", "x"))
    assert before is not None
    assert "max" not in before.understood


def test_opening_twice_is_harmless(store: Store) -> None:
    store.open()


def told(engine: AnswerEngine, store: Store, talk: str, ts: str, text: str, **more: Any) -> Event:
    """A question that was answered, in a place of its own."""
    location = ":".join(talk.split(":")[:2])
    one = Event(f"{talk}:{ts}:question", "slack", Question(text), {}, talk, location=location, person="T1:U1")
    store.remember(one, answered(engine, text), **more)
    return one


def test_a_decision_can_be_found_by_its_key_its_message_and_its_reply(store: Store, engine: AnswerEngine) -> None:
    channel = uuid.uuid4().hex[:10]
    one = told(
        engine, store, f"T1:{channel}", "1515449522.000016", "Wie richte ich Outlook für max@firma.de ein?", why="w"
    )
    store.sent(one.key, "1515449523.000001")
    found = store.decision(one.key)
    assert found is not None
    assert (found.outcome, found.sent, found.why) == ("decline", "1515449523.000001", "w")
    assert "max" not in found.question
    for ts in ("1515449522.000016", "1515449523.000001"):
        assert store.find(f"T1:{channel}", ts) == found
        assert store.find(f"T2:{channel}", ts) is None
    assert store.find(f"T1:{channel}", "%") is None
    store.forget(one.key)
    assert store.decision(one.key) is None


def test_a_reply_is_kept_in_full_until_it_is_delivered(store: Store, engine: AnswerEngine, talk: str) -> None:
    text = "Wie lautet der Benutzername für max@firma.de?"
    reply = Reply(answered(engine, text), {"private": "yes"})
    one = told(engine, store, talk, "1", text, reply=reply)
    found = store.reply(one.key)
    assert found is not None
    assert to_answer(found["answer"]).facts["email"] == "max@firma.de"
    assert (found["to"], store.reply(f"{one.key}0")) == ({"private": "yes"}, None)
    store.sent(one.key, "1515449523.000001")
    assert store.reply(one.key) is None
    kept = store.decision(one.key)
    assert kept is not None
    assert (kept.sent, "max" in kept.question) == ("1515449523.000001", False)


def test_a_reply_that_could_never_be_delivered_is_forgotten_after_a_week(
    store: Store, engine: AnswerEngine, talk: str
) -> None:
    text = "Welcher Port für POP3 mit SSL?"
    one = told(engine, store, talk, "1", text, reply=Reply(answered(engine, text)))
    store.forget_old()
    assert store.reply(one.key)
    with store.engine.begin() as connection:
        connection.execute(
            sql.text("UPDATE postbote_decisions SET at = at - 8 * 86400 WHERE key = :key"), {"key": one.key}
        )
    store.forget_old()
    assert store.reply(one.key) is None
    assert store.decision(one.key)


def test_what_json_cannot_hold_is_decided_anew(store: Store, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, store, talk, "1", "x", reply=Reply(Answer("odd", "de", {"what": {1, 2}})))
    assert store.reply(one.key) is None


def test_a_silence_is_kept_with_its_reason_and_without_the_text(store: Store, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, store, talk, "1", "Wie richte ich Outlook ein?", reason="not sure")
    found = store.decision(one.key)
    assert found is not None
    assert (found.outcome, found.reason, found.question) == ("silent", "not sure", "")


def test_of_each_persons_feedback_the_last_counts(store: Store, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, store, talk, "1", "Welcher Port für POP3 mit SSL?")
    for person, verdict, expected in [("a", "unhelpful", 1), ("b", "unhelpful", 2), ("a", "helpful", 1)]:
        store.feedback(one.key, person, verdict)
        found = store.decision(one.key)
        assert found is not None
        assert found.unhelpful == expected


def test_a_thread_keeps_its_first_asker_and_changes_its_state_once(store: Store, talk: str) -> None:
    store.spoke(talk, "T1:A")
    store.spoke(talk, "T1:B")
    thread = store.thread(talk)
    assert thread is not None
    assert (thread.asker, thread.state) == ("T1:A", "open")
    assert store.change(talk, "taken")
    assert not store.change(talk, "taken")
    assert store.change(f"{talk}0", "taken", "T1:A")


def test_a_person_is_asked_for_once_and_a_press_that_is_considered_again_is_still_the_first(
    store: Store, talk: str
) -> None:
    assert store.hand_over(talk, "T1:A", "press 1")
    assert store.hand_over(talk, "T1:A", "press 1")  # the process died before the decision was kept
    assert not store.hand_over(talk, "T1:B", "press 2")
    thread = store.thread(talk)
    assert thread is not None
    assert thread.state == "handed"
    assert store.change(talk, "solved")
    assert store.hand_over(talk, "T1:B", "press 3")


def test_a_mode_and_a_secret_are_replaced(store: Store, talk: str) -> None:
    assert store.mode(talk) == "mention"
    for mode in ("listen", "off"):
        store.set_mode(talk, mode, "T1:A")
        assert store.mode(talk) == mode
    assert store.secret(talk) == ""
    store.keep_secret(talk, "x")
    assert store.secret(talk) == "x"
    assert store.drop_secret(talk)
    assert not store.drop_secret(talk)


def test_what_is_too_old_is_forgotten(store: Store, engine: AnswerEngine, talk: str, tmp_path: Path) -> None:
    one = told(engine, store, talk, "1", "Welcher Port für POP3 mit SSL?")
    store.forget_old()
    assert store.decision(one.key)
    store.keep = -1.0
    store.forget_old()
    assert store.decision(one.key) is None


def test_a_workspace_is_forgotten_as_a_whole_and_alone(store: Store, engine: AnswerEngine) -> None:
    team = f"T{uuid.uuid4().hex[:8]}"
    for name in (team, f"{team}X"):
        told(engine, store, f"{name}:C1", "1", "Welcher Port für POP3 mit SSL?")
        store.set_mode(f"{name}:C1", "off", "x")
    store.forget_team(team)
    assert (store.decisions(team), store.mode(f"{team}:C1")) == ([], "mention")
    assert len(store.decisions(f"{team}X")) == 1
    assert store.mode(f"{team}X:C1") == "off"


def test_a_database_of_an_older_version_gets_the_new_columns(tmp_path: Path) -> None:
    columns = "key VARCHAR(200) PRIMARY KEY, conversation VARCHAR(200), at FLOAT, language VARCHAR(2), understood TEXT"
    with sqlite3.connect(tmp_path / "store.sqlite") as old:
        old.execute(f"CREATE TABLE postbote_decisions ({columns})")
        old.execute("INSERT INTO postbote_decisions VALUES ('k', 'c', 1, 'de', 'Welcher Port?')")
    old.close()
    opened = Store("", tmp_path)
    opened.open()
    found = opened.decision("k")
    opened.close()
    assert found is not None
    assert (found.understood, found.outcome, found.entries) == ("Welcher Port?", "", ())


def test_what_was_decided_is_counted_by_day_and_the_slowest_and_the_gaps_are_found(
    store: Store, engine: AnswerEngine, talk: str
) -> None:
    insight, channel, since = Statistics(store), talk[-12:], time.time() - 60
    for number, text in enumerate(
        ["Welcher Port für POP3 mit SSL?", "Wie ändere ich mein Passwort?", "which port for imap?"]
    ):
        key = f"{talk}:{number}"
        store.remember(replace(event(talk, str(number), text), key=key, channel=channel), answered(engine, text))
        store.sent(key, "", 1_000_000.0 + number)
    store.feedback(f"{talk}:0", "T1:U1", "unhelpful")
    mine = [t for t in insight.tallies(since) if t.channel == channel]
    today = int(time.time() // 86_400)
    assert {(t.language, t.outcome): t.count for t in mine if t.day in (today, today - 1)} == {
        ("de", "answer"): 1,
        ("de", "decline"): 1,
        ("en", "answer"): 1,
    }
    assert [k.took - 1_000_000.0 for k in insight.slowest(since, 100) if k.channel == channel] == [2, 1, 0]
    assert [k.key for k in insight.unanswered(since, 100) if k.channel == channel] == [f"{talk}:1", f"{talk}:0"]
    assert insight.verdicts(since)["unhelpful"] >= 1
    assert insight.tallies(time.time() + 60) == []
    found = insight.decision(f"{talk}:0")
    assert found
    assert (found.channel, found.unhelpful, found.sent) == (channel, 1, "")


def test_the_day_begins_at_midnight_utc(store: Store, engine: AnswerEngine, talk: str) -> None:
    """Cut off, not rounded: PostgreSQL's cast would count an afternoon as the next day."""
    channel = talk[-12:]
    key = f"{talk}:late"
    store.remember(
        replace(event(talk, "late", "x"), key=key, channel=channel), answered(engine, "which port for imap?")
    )
    table = METADATA.tables["postbote_decisions"]
    with store.engine.begin() as connection:
        connection.execute(table.update().where(table.c.key == key).values(at=20_000 * 86_400 + 86_399.0))
    assert [t.day for t in Statistics(store).tallies(0.0) if t.channel == channel] == [20_000]


def test_a_database_of_a_newer_version_is_refused_where_this_one_cannot_use_it(store: Store) -> None:
    def number(name: str, value: int) -> None:
        with store.engine.begin() as connection:
            connection.execute(sql.update(META).where(META.c.key == name).values(value=str(value)))

    number("schema", SCHEMA + 1)  # what was added does not disturb: a rolling restart, a roll-back
    store.open()
    try:
        number("usable_from", SCHEMA + 1)
        with pytest.raises(
            DatabaseUnusable, match=f"schema {SCHEMA + 1}, this version knows {SCHEMA}.*install that version"
        ):
            store.open()
    finally:
        number("schema", SCHEMA)
        number("usable_from", 1)


def test_what_cannot_be_written_is_noticed(tmp_path: Path) -> None:
    opened = Store("", tmp_path)
    opened.open()
    opened.beat()
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")  # of the pooled connection, as on a full disk
    with pytest.raises(DatabaseError):
        opened.beat()
    opened.close()
