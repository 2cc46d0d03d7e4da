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
from bot.storage import DatabaseError, DatabaseUnusable, Storage, create_storage
from bot.storage.database import Database
from bot.storage.schema import META, METADATA, SCHEMA
from bot.storage.serialization import to_answer
from bot.storage.statistics import Statistics


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    url = os.environ.get("POSTBOTE_TEST_POSTGRES", "") if request.param == "postgresql" else ""
    if request.param == "postgresql" and not url:
        pytest.skip("POSTBOTE_TEST_POSTGRES names no PostgreSQL server; .ci/run starts one")
    opened = create_storage(url, tmp_path)
    opened.database.open()
    yield opened
    opened.database.close()


@pytest.fixture
def talk() -> str:
    return f"T1:C1:{uuid.uuid4()}"


def event(talk: str, ts: str, text: str) -> Event:
    return Event(f"{talk}:{ts}", "slack", Question(text), {}, talk)


def answered(engine: AnswerEngine, text: str) -> Answer:
    return answer_question(engine.matcher, Question(text))


def test_the_question_before_is_remembered(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "Welcher Port für POP3 mit SSL?"))
    assert storage.decisions.context_of(event(talk, "2", "und für IMAP?"))[0] == PreviousQuestion(
        "Welcher Port für POP3 mit SSL?", "de"
    )


def test_an_event_that_runs_again_is_kept_once_and_is_not_its_own_past(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "which port for imap with ssl?"))
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "which port for pop3 with ssl?"))
    assert storage.decisions.context_of(event(talk, "1", "x"))[0] is None
    assert storage.decisions.context_of(event(talk, "2", "x"))[0] == PreviousQuestion(
        "which port for pop3 with ssl?", "en"
    )


def test_another_conversation_is_not_mixed_in(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "Welcher Port für POP3 mit SSL?"))
    assert storage.decisions.context_of(event(f"{talk}0", "2", "und für IMAP?"))[0] is None


def test_of_what_was_not_covered_only_the_language_is_kept(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "How do I reset my mailbox password?"))
    assert storage.decisions.context_of(event(talk, "2", "x"))[0] == PreviousQuestion("", "en")


def test_addresses_are_not_kept(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    storage.decisions.save(event(talk, "1", "x"), answered(engine, "Wie lautet der Benutzername für max@firma.de?"))
    before, _ = storage.decisions.context_of(event(talk, "2", "x"))
    assert before is not None
    assert "max" not in before.understood


def test_opening_twice_is_harmless(storage: Storage) -> None:
    storage.database.open()


def told(engine: AnswerEngine, storage: Storage, talk: str, ts: str, text: str, **more: Any) -> Event:
    """A question that was answered, in a place of its own."""
    location = ":".join(talk.split(":")[:2])
    one = Event(f"{talk}:{ts}:question", "slack", Question(text), {}, talk, location=location, person="T1:U1")
    storage.decisions.save(one, answered(engine, text), **more)
    return one


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


def test_a_reply_that_could_never_be_delivered_is_forgotten_after_a_week(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    text = "Welcher Port für POP3 mit SSL?"
    one = told(engine, storage, talk, "1", text, reply=Reply(answered(engine, text)))
    storage.purge_expired()
    assert storage.decisions.undelivered_reply(one.key)
    with storage.database.engine.begin() as connection:
        connection.execute(
            sql.text("UPDATE postbote_decisions SET at = at - 8 * 86400 WHERE key = :key"), {"key": one.key}
        )
    storage.purge_expired()
    assert storage.decisions.undelivered_reply(one.key) is None
    assert storage.decisions.get(one.key)


def test_what_json_cannot_hold_is_decided_anew(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, storage, talk, "1", "x", reply=Reply(Answer("odd", "de", {"what": {1, 2}})))
    assert storage.decisions.undelivered_reply(one.key) is None


def test_a_silence_is_kept_with_its_reason_and_without_the_text(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    one = told(engine, storage, talk, "1", "Wie richte ich Outlook ein?", reason="not sure")
    found = storage.decisions.get(one.key)
    assert found is not None
    assert (found.outcome, found.reason, found.question) == ("silent", "not sure", "")


def test_of_each_persons_feedback_the_last_counts(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, storage, talk, "1", "Welcher Port für POP3 mit SSL?")
    for person, verdict, expected in [("a", "unhelpful", 1), ("b", "unhelpful", 2), ("a", "helpful", 1)]:
        storage.decisions.record_feedback(one.key, person, verdict)
        found = storage.decisions.get(one.key)
        assert found is not None
        assert found.unhelpful == expected


def test_a_thread_keeps_its_first_asker_and_changes_its_state_once(storage: Storage, talk: str) -> None:
    storage.threads.touch(talk, "T1:A")
    storage.threads.touch(talk, "T1:B")
    thread = storage.threads.get(talk)
    assert thread is not None
    assert (thread.asker, thread.state) == ("T1:A", "open")
    assert storage.threads.set_state(talk, "taken")
    assert not storage.threads.set_state(talk, "taken")
    assert storage.threads.set_state(f"{talk}0", "taken", "T1:A")


def test_a_person_is_asked_for_once_and_a_press_that_is_considered_again_is_still_the_first(
    storage: Storage, talk: str
) -> None:
    assert storage.threads.hand_over(talk, "T1:A", "press 1")
    assert storage.threads.hand_over(talk, "T1:A", "press 1")  # the process died before the decision was kept
    assert not storage.threads.hand_over(talk, "T1:B", "press 2")
    thread = storage.threads.get(talk)
    assert thread is not None
    assert thread.state == "handed"
    assert storage.threads.set_state(talk, "solved")
    assert storage.threads.hand_over(talk, "T1:B", "press 3")


def test_a_mode_and_a_secret_are_replaced(storage: Storage, talk: str) -> None:
    assert storage.modes.get(talk) == "mention"
    for mode in ("listen", "off"):
        storage.modes.set(talk, mode, "T1:A")
        assert storage.modes.get(talk) == mode
    assert storage.secrets.get(talk) == ""
    storage.secrets.save(talk, "x")
    assert storage.secrets.get(talk) == "x"
    assert storage.secrets.delete(talk)
    assert not storage.secrets.delete(talk)


def test_what_is_too_old_is_forgotten(storage: Storage, engine: AnswerEngine, talk: str, tmp_path: Path) -> None:
    one = told(engine, storage, talk, "1", "Welcher Port für POP3 mit SSL?")
    storage.purge_expired()
    assert storage.decisions.get(one.key)
    replace(storage, retention=-1.0).purge_expired()
    assert storage.decisions.get(one.key) is None


def test_a_workspace_is_forgotten_as_a_whole_and_alone(storage: Storage, engine: AnswerEngine) -> None:
    team = f"T{uuid.uuid4().hex[:8]}"
    for name in (team, f"{team}X"):
        told(engine, storage, f"{name}:C1", "1", "Welcher Port für POP3 mit SSL?")
        storage.modes.set(f"{name}:C1", "off", "x")
    storage.erase_team(team)
    assert (storage.decisions.recent(team), storage.modes.get(f"{team}:C1")) == ([], "mention")
    assert len(storage.decisions.recent(f"{team}X")) == 1
    assert storage.modes.get(f"{team}X:C1") == "off"


def test_a_database_of_an_older_version_gets_the_new_columns(tmp_path: Path) -> None:
    columns = "key VARCHAR(200) PRIMARY KEY, conversation VARCHAR(200), at FLOAT, language VARCHAR(2), understood TEXT"
    with sqlite3.connect(tmp_path / "store.sqlite") as old:
        old.execute(f"CREATE TABLE postbote_decisions ({columns})")
        old.execute("INSERT INTO postbote_decisions VALUES ('k', 'c', 1, 'de', 'Welcher Port?')")
    old.close()
    opened = create_storage("", tmp_path)
    opened.database.open()
    found = opened.decisions.get("k")
    opened.database.close()
    assert found is not None
    assert (found.understood, found.outcome, found.entries) == ("Welcher Port?", "", ())


def test_what_was_decided_is_counted_by_day_and_the_slowest_and_the_gaps_are_found(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    insight, channel, since = Statistics(storage.database), talk[-12:], time.time() - 60
    for number, text in enumerate(
        ["Welcher Port für POP3 mit SSL?", "Wie ändere ich mein Passwort?", "which port for imap?"]
    ):
        key = f"{talk}:{number}"
        storage.decisions.save(
            replace(event(talk, str(number), text), key=key, channel=channel), answered(engine, text)
        )
        storage.mark_delivered(key, "", 1_000_000.0 + number)
    storage.decisions.record_feedback(f"{talk}:0", "T1:U1", "unhelpful")
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


def test_the_day_begins_at_midnight_utc(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    """Cut off, not rounded: PostgreSQL's cast would count an afternoon as the next day."""
    channel = talk[-12:]
    key = f"{talk}:late"
    storage.decisions.save(
        replace(event(talk, "late", "x"), key=key, channel=channel), answered(engine, "which port for imap?")
    )
    table = METADATA.tables["postbote_decisions"]
    with storage.database.engine.begin() as connection:
        connection.execute(table.update().where(table.c.key == key).values(at=20_000 * 86_400 + 86_399.0))
    assert [t.day for t in Statistics(storage.database).tallies(0.0) if t.channel == channel] == [20_000]


def test_a_database_of_a_newer_version_is_refused_where_this_one_cannot_use_it(storage: Storage) -> None:
    def number(name: str, value: int) -> None:
        with storage.database.engine.begin() as connection:
            connection.execute(sql.update(META).where(META.c.key == name).values(value=str(value)))

    number("schema", SCHEMA + 1)  # what was added does not disturb: a rolling restart, a roll-back
    storage.database.open()
    try:
        number("usable_from", SCHEMA + 1)
        with pytest.raises(
            DatabaseUnusable, match=f"schema {SCHEMA + 1}, this version knows {SCHEMA}.*install that version"
        ):
            storage.database.open()
    finally:
        number("schema", SCHEMA)
        number("usable_from", 1)


def test_what_cannot_be_written_is_noticed(tmp_path: Path) -> None:
    opened = Database("", tmp_path)
    opened.open()
    opened.check_writable()
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")  # of the pooled connection, as on a full disk
    with pytest.raises(DatabaseError):
        opened.check_writable()
    opened.close()
