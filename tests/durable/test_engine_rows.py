"""What the job engine keeps of an ended workflow: the row and the key; nothing that a person wrote.

On the real engine, which is told nothing of it: its own tables are read as a stranger would read them.
"""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from dbos import DBOS

from bot.answering.engine import AnswerEngine
from bot.core.model import Answer, Event, Question, Reply, TryLater
from bot.core.privacy.data_subject import Person
from bot.durable import purge, worker
from bot.ops.erase_person import erase_person
from bot.storage import sqlite_file
from bot.storage.job_rows import JobRows
from tests.channels.slack.conversation import MENTION, Conversation
from tests.channels.slack.running import running as running_slack
from tests.durable.test_workflow import EVENT, Hanging, Room, process
from tests.servers.postgres import DATABASES, new_database
from tests.slow import slow
from tests.stored_text import decoded, stored_text
from tests.tickets.test_workflow import by
from tests.tickets.test_workflow import running as running_tickets
from tests.waiting import until

SECRET = "zwirbelgeheim"  # noqa: S105 - what a person writes
ASKED = replace(EVENT, question=Question(f"Passwort: {SECRET}, welcher Port?"), person="T1:U1")
STATES = "SELECT status, count(*) FROM workflow_status GROUP BY status"


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process itself redacts nothing, so that what is there before can be looked at."""

    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(worker, "purge_regularly", nothing)


def rows(folder: Path) -> list[str]:
    """All values of all tables of the engine, "table: value"; what it has encoded is decoded."""
    with closing(sqlite3.connect(folder / "postbote.sqlite")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = [(table, row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608
    return [f"{table}: {value} {decoded(str(value))}" for table, row in found for value in row]


def with_secret(folder: Path) -> list[str]:
    return [row for row in rows(folder) if SECRET in row]


def states(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "postbote.sqlite")) as database:
        return dict(database.execute(STATES).fetchall())


def jobs(folder: Path) -> JobRows:
    return JobRows(f"sqlite:///{folder / 'postbote.sqlite'}")


def echo(event: Event) -> Reply:
    return Reply(Answer("echo", "de", {"text": event.question.text}))


class Elsewhere(Room):
    """Channel whose engine may be in no file."""

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        self.attempts.append((answer.template if answer else "", again))
        if self.trouble:
            raise self.trouble.pop(0)
        return "post"


ACTS = ("ask", "overheard", "explain", "edited", "deleted", "helpful", "choose", "person", "check", "home", "ticket")


@pytest.mark.usefixtures("by_hand")
async def test_nothing_that_was_written_is_left_of_any_act_that_ended(tmp_path: Path) -> None:
    """With retries, whose steps keep the reply; a ticket's words come with its step."""
    room = Room(tmp_path, trouble=[TryLater("away", 0.01) for _ in ACTS])
    events = [replace(ASKED, key=f"T1:C1:{number}:{act}", act=act) for number, act in enumerate(ACTS)]
    async with process(tmp_path, room, *map(echo, events)) as (running, _):
        for event in events:
            await running.enqueue(event)
        await until(lambda: states(tmp_path) == {"SUCCESS": len(ACTS)}, pause=0.02)
        tables = {row.partition(":")[0] for row in with_secret(tmp_path)}
        assert tables == {"workflow_input", "operation_outputs"}, "the control"
        assert jobs(tmp_path).redact_ended() == len(ACTS)
        assert with_secret(tmp_path) == []
        assert states(tmp_path) == {"SUCCESS": len(ACTS)}
        assert jobs(tmp_path).redact_ended() == 0
        kept = await DBOS.list_workflows_async()
        assert {(one.workflow_id, one.input, one.output) for one in kept} == {(e.key, None, None) for e in events}
        assert {step["output"] for step in await DBOS.list_workflow_steps_async(events[0].key)} == {None}
    assert SECRET.encode() not in (tmp_path / "postbote.sqlite").read_bytes(), "overwritten on disk"


@slow
@pytest.mark.usefixtures("by_hand")
async def test_nothing_that_was_written_is_left_after_slack_and_tickets(engine: AnswerEngine, tmp_path: Path) -> None:
    """Mentions, direct messages, what is overheard in mode listen, a command and a press on it; a ticket's mail."""
    async with running_slack(tmp_path / "slack", engine) as bot:
        bot.storage.modes.set("T0001:CL", "listen", "T0001:U1")
        for start, place in ((f"{MENTION} ", "CC"), ("", "DD"), ("", "CL")):
            await Conversation(bot, place).say(f"{start}Welcher Port für IMAP? {ASKED.question.text}")
        await until(lambda: set(states(tmp_path / "slack")) == {"SUCCESS"}, pause=0.05)
        assert with_secret(tmp_path / "slack"), "the control"
        assert jobs(tmp_path / "slack").redact_ended() == 3
        assert with_secret(tmp_path / "slack") == []
    async with running_tickets(engine, tmp_path) as desk:
        await desk.through(
            desk.helpdesk.add(
                "1", by("customer@zwirbelkunde.de", f"Welcher Port für IMAP mit SSL? {ASKED.question.text}")
            )
        )
        await until(lambda: set(states(tmp_path)) == {"SUCCESS"}, pause=0.05)
        assert with_secret(tmp_path) or "zwirbelkunde" in str(rows(tmp_path)), "the control"
        assert jobs(tmp_path).redact_ended() > 0
        assert with_secret(tmp_path) == []
        assert "zwirbelkunde" not in str(rows(tmp_path))


@slow
@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize("kind", DATABASES)
async def test_both_databases_redact_what_ended(tmp_path: Path, kind: str) -> None:
    url = new_database(kind)
    room = Elsewhere(tmp_path, trouble=[TryLater("away", 0.01)])
    async with process(tmp_path, room, echo(ASKED), url=url) as (running, _):
        await running.enqueue(ASKED)
        await until(lambda: "SUCCESS" in stored_text(url, tmp_path), pause=0.05)
        assert SECRET in stored_text(url, tmp_path)
        redacted = JobRows(url) if url else jobs(tmp_path)
        assert redacted.redact_ended() == 1
        redacted.shrink()
        assert SECRET not in stored_text(url, tmp_path)
        await running.enqueue(ASKED)
        await asyncio.sleep(0.2)
        assert SECRET not in stored_text(url, tmp_path)
    assert room.attempts == [("echo", False), ("echo", False)]


@pytest.mark.usefixtures("by_hand")
async def test_a_redelivery_of_a_redacted_event_starts_nothing_and_stores_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path)
    async with process(tmp_path, room, echo(ASKED)) as (running, _):
        await running.enqueue(ASKED)
        await until(lambda: states(tmp_path) == {"SUCCESS": 1}, pause=0.02)
        jobs(tmp_path).redact_ended()
        await running.enqueue(ASKED)
        await asyncio.sleep(0.2)
        assert (len(room.attempts), with_secret(tmp_path)) == (1, [])
    async with process(tmp_path, room) as (running, _):  # a later process, which recovers what is unfinished
        await running.enqueue(ASKED)
        await asyncio.sleep(0.2)
        assert (len(room.attempts), with_secret(tmp_path)) == (1, [])
        assert await running.queue_depth() == 0.0


@pytest.mark.usefixtures("by_hand")
async def test_a_workflow_that_is_under_way_keeps_its_event_and_is_answered_by_a_later_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    room, hanging = Room(tmp_path), Hanging(tmp_path)
    async with process(tmp_path, hanging, echo(ASKED)) as (running, _):
        await running.enqueue(ASKED)
        await until(lambda: hanging.attempts, pause=0.01)
        assert jobs(tmp_path).redact_ended() == 0
    assert jobs(tmp_path).redact_ended() == 0
    async with process(tmp_path, room, echo(ASKED)):
        await until(lambda: "posted" in room.order, pause=0.01)
    assert room.attempts == [("echo", True)]


async def test_a_running_process_redacts_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert purge.REDACT_EVERY <= 300, "minutes"
    monkeypatch.setattr(purge, "REDACT_EVERY", 0.1)
    async with process(tmp_path, Room(tmp_path), echo(ASKED)) as (running, _):
        await running.enqueue(ASKED)
        await until(lambda: states(tmp_path) == {"SUCCESS": 1} and not with_secret(tmp_path), pause=0.02)


@slow
@pytest.mark.usefixtures("by_hand")
async def test_workflows_that_failed_for_good_are_redacted_too(tmp_path: Path) -> None:
    """Also what an older version of the engine kept in the status itself."""
    failed = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
    events = [replace(ASKED, key=status) for status in failed]
    async with process(tmp_path, Room(tmp_path), *map(echo, events)) as (running, _):
        for event in events:
            await running.enqueue(event)
        await until(lambda: states(tmp_path) == {"SUCCESS": 3}, pause=0.02)
    with closing(sqlite3.connect(tmp_path / "postbote.sqlite")) as database, database:
        database.execute("UPDATE workflow_status SET status = workflow_uuid, inputs = ?, error = ?", (SECRET, SECRET))
        database.execute("UPDATE workflow_output SET error = ?, output = ?", (SECRET, SECRET))
    assert jobs(tmp_path).redact_ended() == 3
    assert with_secret(tmp_path) == []


@slow
@pytest.mark.usefixtures("by_hand")
async def test_a_clock_that_was_set_back_leaves_nothing_for_longer_than_the_next_full_look(tmp_path: Path) -> None:
    seen = jobs(tmp_path)
    events = [replace(ASKED, key=f"T1:C1:{number}:ask") for number in range(2)]
    async with process(tmp_path, Room(tmp_path), *map(echo, events)) as (running, _):
        await running.enqueue(events[0])
        await until(lambda: states(tmp_path) == {"SUCCESS": 1}, pause=0.02)
        assert seen.redact_ended() == 1
        await running.enqueue(events[1])
        await until(lambda: states(tmp_path) == {"SUCCESS": 2}, pause=0.02)
    with closing(sqlite3.connect(tmp_path / "postbote.sqlite")) as database, database:
        database.execute("UPDATE workflow_status SET completed_at = completed_at - 86400000")
    assert seen.redact_ended() == 0
    assert seen.redact_ended(all_rows=True) == 1


@slow
@pytest.mark.usefixtures("by_hand")
async def test_a_redacted_job_is_found_by_its_key_when_somebody_is_forgotten(tmp_path: Path) -> None:
    press = replace(ASKED, key="T1:C1:1.5:U0ADA0001:helpful", act="helpful", person="T1:U0ADA0001")
    async with process(tmp_path, Room(tmp_path), echo(press)) as (running, _):
        await running.enqueue(press)
        await until(lambda: states(tmp_path) == {"SUCCESS": 1}, pause=0.02)
    jobs(tmp_path).redact_ended()
    assert "jobs: 1 deleted" in list(erase_person(Person("U0ADA0001"), "", tmp_path))
    assert not [row for row in rows(tmp_path) if "U0ADA0001" in row]


@slow
@pytest.mark.usefixtures("by_hand")
async def test_the_engines_file_shrinks_when_workflows_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "KEPT_FREE", 50)
    async with process(tmp_path, Room(tmp_path), echo(ASKED)) as (running, _):
        await running.enqueue(ASKED)
        await until(lambda: states(tmp_path) == {"SUCCESS": 1}, pause=0.02)
        file = tmp_path / "postbote.sqlite"
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                " INSERT INTO workflow_input SELECT 'old:' || i, hex(randomblob(2000)), 0 FROM n"
            )
        before = file.stat().st_size
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("DELETE FROM workflow_input WHERE workflow_uuid LIKE 'old:%'")
        jobs(tmp_path).shrink()
        assert file.stat().st_size < before / 3
        await running.enqueue(replace(ASKED, key="T1:C1:1.6:ask"))
