"""Statistics of the dashboard, on SQLite and PostgreSQL."""

import time
from dataclasses import replace
from itertools import product

from bot.answering.engine import AnswerEngine
from bot.core.gaps import reason_of
from bot.core.model import Answer, Decision, Outcome
from bot.core.stored_records import QuestionCount
from bot.storage import Storage
from bot.storage.database import DAY
from bot.storage.schema import METADATA
from bot.storage.statistics import EntryCounts, Statistics
from tests.slow import slow
from tests.storage.conftest import answered, event
from tests.storage.generated import fill


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
    storage.feedback.record(f"{talk}:0", "T1:U1", "unhelpful")
    mine = [t for t in insight.daily_counts(since) if t.channel == channel]
    today = int(time.time() // 86_400)
    assert {(t.language, t.outcome): t.count for t in mine if t.day in (today, today - 1)} == {
        ("de", "answer"): 1,
        ("de", "decline"): 1,
        ("en", "answer"): 1,
    }
    assert [k.took - 1_000_000.0 for k in insight.slowest(since, 100) if k.channel == channel] == [2, 1, 0]
    assert [k.key for k in insight.unanswered(since, 100) if k.channel == channel] == [f"{talk}:1", f"{talk}:0"]
    assert insight.verdicts(since)["unhelpful"] >= 1
    assert insight.daily_counts(time.time() + 60) == []
    found = insight.decision(f"{talk}:0")
    assert found
    assert (found.channel, found.unhelpful, found.sent) == (channel, 1, "")


def test_a_weeks_unanswered_questions_are_those_of_its_gaps(storage: Storage, talk: str) -> None:
    """For every outcome, choice and press: the trend and the list of gaps must not contradict each other."""
    now, keys = time.time(), []
    outcomes = ("answer", "suggest", "decline", "failure", "mx")
    for number, (outcome, chosen, pressed) in enumerate(product(outcomes, (False, True), ("", "unhelpful", "helpful"))):
        keys.append(f"{talk}:{number}")
        asked = replace(event(talk, str(number), f"frage {number}"), key=keys[-1], location=talk)
        decision = Decision(outcome, (), "de", 0.5, (), "") if outcome in ("answer", "suggest", "decline") else None  # type: ignore[arg-type]
        storage.decisions.save(asked, Answer(outcome, "de", decision=decision))
        if chosen:
            storage.decisions.record_choice(keys[-1], "ports")
        if pressed:
            storage.feedback.record(keys[-1], "T1:U1", pressed)
    decisions = storage.decisions.recent("T1", since=now - 10)
    gaps = [one for one in decisions if reason_of(one)]
    (this, before) = Statistics(storage.database).weekly_counts("T1", time.time() + 1, 2)
    assert this.unanswered == len(gaps)
    assert this.asked == len([one for one in decisions if one.outcome != "mx" or reason_of(one)])
    assert before == QuestionCount(0, 0)
    assert Statistics(storage.database).weekly_counts("T2", time.time() + 1, 1) == [QuestionCount(0, 0)]
    assert Statistics(storage.database).weekly_counts("", time.time() + 1, 1) == [this]


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
    assert [t.day for t in Statistics(storage.database).daily_counts(0.0) if t.channel == channel] == [20_000]


def test_each_entry_is_counted_with_what_people_said_of_it(storage: Storage, talk: str) -> None:
    insight, since = Statistics(storage.database), time.time() - 60

    def asked(number: int, *entries: str, outcome: Outcome = "answer") -> None:
        decision = Decision(outcome, entries, "de", 1.0, (), "x")
        one = replace(event(f"{talk}{number}", str(number), "x"), key=f"{talk}:{number}", person="T1:U1")
        storage.decisions.save(one, Answer(outcome, "de", {"entries": list(entries)}, decision))

    for number, entries in enumerate([("ports",), ("ports", "login"), ("login",), ("ports",)]):
        asked(number, *entries)
    asked(4, "ports", outcome="suggest")
    for person, key, verdict in (("1", 0, "helpful"), ("2", 0, "unhelpful"), ("3", 1, "helpful"), ("3", 2, "helpful")):
        storage.feedback.record(f"{talk}:{key}", f"T1:U{person}", verdict)
    assert dict(insight.entry_counts(since)) == {"ports": EntryCounts(3, 2, 1, 0), "login": EntryCounts(1, 1, 0, 0)}
    assert dict(insight.entry_counts(time.time() + 60)) == {}
    assert [kept.key for kept in insight.answered_with("ports", since, 10)] == [f"{talk}:0"]
    assert [kept.key for kept in insight.answered_with("port", since, 10)] == []


@slow
def test_entries_are_counted_in_a_moment_at_100_000_questions(storage: Storage) -> None:
    fill(storage, 100_000)
    insight, begun = Statistics(storage.database), time.perf_counter()
    counts = insight.entry_counts(time.time() - 90 * DAY)
    took = time.perf_counter() - begun
    assert counts["imap-server"].asked > 40_000
    assert took < 2.0, took
