"""`postbote forget USER` against what a real process left in its database."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sql

from bot.core.model import Answer, Event, Question
from bot.core.privacy.data_subject import Person
from bot.ops.erase_person import erase_person
from bot.storage import create_storage
from bot.storage.schema import METADATA
from bot.storage.ticket_ledger import hashed
from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import SECRET, TEAM, TOKEN, FakeSlack
from tests.servers.postbote import ForkedPostbote, run_command, serving
from tests.servers.postgres import DATABASES, new_database
from tests.slow import slow
from tests.stored_text import stored_text

ADA, BOB = "U0ADA0001", "U0BOB0001"
ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))


def forget(data: Path, database: str, who: str) -> tuple[int, str]:
    done = run_command(data, "forget", who, POSTBOTE_DATABASE_URL=database)
    return done.returncode, done.stdout + done.stderr


@slow
@pytest.mark.parametrize("kind", DATABASES)
async def test_nothing_is_left_of_a_person_and_all_of_the_others(data: Path, kind: str) -> None:
    database = new_database(kind)
    slack = FakeSlack(locale="de-DE")
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}
    text = "<@U0BOT0001> Welcher Port für POP3 mit SSL?"
    async with serving(ForkedPostbote(data, POSTBOTE_DATABASE_URL=database, **tokens)) as (_, url):
        for number, user in enumerate((ADA, BOB, ADA)):
            body = recorded("app_mention", text=text, user=user, ts=f"1515449700.00000{number}")
            await slack.deliver(f"{url}slack/events", body)
        asked = recorded("app_mention", text=f"{text} sagt <@{ADA}>", user=BOB, ts="1515449700.000009")
        await slack.deliver(f"{url}slack/events", asked)
        await slack.command(f"{url}slack/events", "login", "ada.lovelace@firma.de")
        await slack.until(posts=5)
        await asyncio.sleep(0.3)
    await slack.stop()
    before = stored_text(database, data)
    assert ADA in before
    assert "ada.lovelace" in before
    code, printed = forget(data, database, f"{TEAM}:{ADA}")
    assert (code, "decisions: 2 deleted" in printed, "jobs: 3 deleted" in printed) == (0, True, True), printed
    code, printed = forget(data, database, "Ada.Lovelace@firma.de")
    assert "jobs: 1 deleted" in printed
    after = stored_text(database, data)
    assert ADA not in after
    assert "lovelace" not in after
    assert BOB in after
    assert forget(data, database, ADA)[1] == f"nothing is kept about {ADA}\n"
    if not database:
        assert not [file for file in data.glob("*.sqlite*") if ADA.encode() in file.read_bytes()], "overwritten on disk"


@pytest.mark.integration
@pytest.mark.skipif(not ASKED, reason="starts three processes: POSTBOTE_INTEGRATION=1 runs it")
async def test_the_job_engine_keeps_nothing_beyond_the_days_that_are_set(data: Path) -> None:
    slack = FakeSlack()
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}
    async with serving(ForkedPostbote(data, **tokens)) as (_, url):
        body = recorded("app_mention", text="<@U0BOT0001> Ada Lovelace fragt: POP3?", ts="1515449800.000001")
        await slack.deliver(f"{url}slack/events", body)
        await slack.until(posts=1)
    with closing(sqlite3.connect(data / "postbote.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE workflow_status SET completed_at = completed_at - 27 * 3600 * 1000")
    async with serving(ForkedPostbote(data, **tokens, POSTBOTE_KEEP_DAYS="90")):
        await asyncio.sleep(1)
    assert rows_of_jobs(data) > 3, "the control: seven days"
    async with serving(ForkedPostbote(data, **tokens, POSTBOTE_KEEP_DAYS="1")):
        for _ in range(100):
            if not rows_of_jobs(data):
                break
            await asyncio.sleep(0.1)
    await slack.stop()
    assert rows_of_jobs(data) == 0


def rows_of_jobs(data: Path) -> int:
    with closing(sqlite3.connect(data / "postbote.sqlite")) as database:
        tables = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
        return sum(int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables)  # noqa: S608


@pytest.mark.parametrize("kind", DATABASES)
def test_a_row_that_only_names_the_person_stays_without_the_name(tmp_path: Path, kind: str) -> None:
    database = new_database(kind)
    storage = create_storage(database, tmp_path)
    storage.database.open()
    event = Event("T1:C1:1:question", "slack", Question("?"), location="T1:C1", person="T1:U0BOB0001")
    storage.decisions.save(event, Answer("echo", "de"), why=f"as {ADA} said")
    storage.feedback.record("T1:C1:1:question", f"T1:{ADA}", "helpful")
    storage.feedback.record("T1:C1:1:question", f"T1:{ADA}X", "unhelpful")
    storage.modes.set("T1:C1", "listen", f"T1:{ADA}")
    storage.threads.touch("T1:C1:1", f"T1:{ADA}")
    storage.threads.touch("T2:C1:1", f"T2:{ADA}")
    lines = list(erase_person(Person(ADA, "T1"), database, tmp_path))
    assert lines == [
        "decisions: name taken out of 1",
        "feedback: 1 deleted",
        "modes: name taken out of 1",
        "threads: 1 deleted",
    ]
    kept = storage.decisions.get("T1:C1:1:question")
    assert kept is not None
    assert (kept.why, kept.unhelpful) == ("as <person> said", 1)
    assert storage.modes.get("T1:C1") == "listen"
    assert storage.threads.get("T1:C1:1") is None
    assert storage.threads.get("T2:C1:1") is not None
    storage.database.close()


@pytest.mark.parametrize("kind", DATABASES)
def test_an_address_that_a_decision_has_split_is_found(tmp_path: Path, kind: str) -> None:
    """As the first release has stored it: `why` held the words of a question, parted by blanks."""
    database = new_database(kind)
    storage = create_storage(database, tmp_path)
    storage.database.open()
    why = "part        der login ada lovelace2 firma beispiel example geht nicht"
    storage.decisions.save(Event("T1:C1:1:question", "slack", Question("?")), Answer("echo", "de"), why=why)
    person = Person("ada.lovelace2@firma-beispiel.example")
    assert list(erase_person(person, database, tmp_path)) == ["decisions: name taken out of 1"]
    kept = storage.decisions.get("T1:C1:1:question")
    assert kept is not None
    assert kept.why == "part        der login <person> geht nicht"
    assert list(erase_person(person, database, tmp_path)) == []
    storage.database.close()


PERSONAL = [
    (table.name, column.name, column.info["personal"])
    for table in METADATA.sorted_tables
    for column in table.columns
    if column.info.get("personal", "none") != "none"
]


@pytest.mark.parametrize("kind", DATABASES)
def test_a_person_is_erased_from_every_column_that_may_name_them(tmp_path: Path, kind: str) -> None:
    """From the declarations: a column that is added is tested as well."""
    database = new_database(kind)
    storage = create_storage(database, tmp_path)
    storage.database.open()
    name = "ada@firma.example"
    kept = {"mentions": f"<{name}>", "owner": name, "sender-hash": hashed(name), "from-sender": hashed("firma.example")}
    with storage.database.engine.begin() as connection:
        for table_name, column_name, role in PERSONAL:
            table = METADATA.tables[table_name]
            row = {c.name: kept["sender-hash"] for c in table.columns if c.info.get("personal") == "sender-hash"}
            row |= {c.name: column_name for c in table.columns if c.primary_key} | (
                {"language": "de"} if "language" in table.c else {}
            )
            connection.execute(sql.insert(table), [row | {column_name: kept[role]}])
    lines = list(erase_person(Person(name), database, tmp_path))
    assert lines
    with storage.database.engine.connect() as connection:
        for table_name, column_name, role in PERSONAL:
            values = connection.execute(sql.select(METADATA.tables[table_name].c[column_name])).scalars().all()
            assert kept[role] not in values, f"{table_name}.{column_name}"
            redacted = role == "mentions" and not METADATA.tables[table_name].c[column_name].primary_key
            assert ("<<person>>" in values) is redacted, f"{table_name}.{column_name}"
    storage.database.close()
