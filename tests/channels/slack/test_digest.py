"""Weekly digest of gaps: posted once a week by one of several processes, names nobody, and only where there is one."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from pydantic import ValidationError

from bot.answering.engine import AnswerEngine
from bot.channels.slack.digest_schedule import WEEK, DigestSchedule, last_due
from bot.channels.slack.doctor import run_doctor_checks
from bot.core.model import Answer, Decision, Event, Language, Question
from bot.storage import Cursors, Storage, create_storage
from bot.storage.decisions import DECISIONS
from tests.channels.slack.running import running, started, to_settings
from tests.faults.world import Worker, kill_all
from tests.prepared import prepare
from tests.rows import each_row
from tests.servers.fake_slack import TEAM, FakeSlack
from tests.slow import slow
from tests.waiting import until

DIGEST = "C0DIGEST"
LAST_WEEK = last_due(time.time()) - WEEK / 2


def decline(language: Language) -> Answer:
    return Answer("decline", language, decision=Decision("decline", (), language, 0.1, (), ""))


def keep(storage: Storage, text: str, language: Language = "de", at: float = LAST_WEEK, channel: str = "C0001") -> str:
    """Keeps a declined question as it is stored."""
    key = f"{TEAM}:{channel}:{abs(hash((text, at)))}:question"
    event = Event(key, "slack", Question(text), location=f"{TEAM}:{channel}", person=f"{TEAM}:U0ASKER")
    storage.decisions.save(event, decline(language), link="https://example.slack.com/archives/C0001/p1")
    storage.database.execute(sql.update(DECISIONS).where(DECISIONS.c.key == key).values(at=at))
    return key


def fill(folder: Path, *texts: str, language: Language = "de") -> None:
    prepare(folder)
    storage = create_storage("", folder)
    storage.database.open()
    for text in texts:
        keep(storage, text, language)
    storage.database.close()


async def digests(slack: FakeSlack, number: int = 1) -> list[dict[str, Any]]:
    """Digests that were posted: waits for so many, and a little longer for those that must not come."""
    if number:
        await until(lambda: len(slack.posts) >= number, pause=0.02)
    await asyncio.sleep(0.3)
    assert all(post["channel"] == DIGEST for post in slack.posts)
    return slack.posts


async def test_a_weeks_gaps_are_posted_once_through_restarts(engine: AnswerEngine, tmp_path: Path) -> None:
    fill(tmp_path, "Wie richte ich Outlook ein?", "wie richte ich outlook ein", "Gibt es einen Kalender?")
    slack = FakeSlack()
    await slack.start()
    try:
        for _ in range(3):
            async with started(slack, tmp_path, engine, postbote_slack_digest=DIGEST):
                (digest,) = await digests(slack)
        text = digest["text"]
        assert text.startswith("Was letzte Woche offen blieb")
        assert "3 Fragen, davon 3 nicht oder nicht gut beantwortet" in text
        assert text.index("2× (de)") < text.index("1× (de) Gibt es einen Kalender?")
        assert not [block for block in digest["blocks"] if block["type"] in ("actions", "context_actions")]
    finally:
        await slack.stop()


async def test_a_process_that_ends_before_the_post_leaves_it_to_the_next_one(
    engine: AnswerEngine, tmp_path: Path
) -> None:
    """Slack is down at first; the next process finds what is queued, and queues nothing itself."""
    fill(tmp_path, "Wie richte ich Outlook ein?")
    slack = FakeSlack(trouble=["500"] * 2)
    await slack.start()
    try:
        async with started(slack, tmp_path, engine, postbote_slack_digest=DIGEST):
            await until(lambda: "chat.postMessage" in slack.calls, pause=0.02)
        async with started(slack, tmp_path, engine, postbote_slack_digest=DIGEST):
            assert len(await digests(slack)) == 1
    finally:
        await slack.stop()


@slow
async def test_of_several_processes_on_one_database_one_posts(tmp_path: Path) -> None:
    """Three start at once, so that their schedules see the same empty cursor; later another one joins them."""
    fill(tmp_path, "Wie richte ich Outlook ein?")
    slack = FakeSlack()
    await slack.start()
    processes = [Worker(tmp_path, slack, POSTBOTE_SLACK_DIGEST=DIGEST) for _ in range(4)]
    try:
        await asyncio.gather(*(process.start() for process in processes[:3]))
        await digests(slack)
        await processes[3].start()
        await asyncio.sleep(1)
        assert len(await digests(slack)) == 1
        assert [await process.end() for process in processes] == [0] * 4
    finally:
        kill_all()
        await slack.stop()


async def test_where_nothing_stayed_open_nothing_is_posted(engine: AnswerEngine, tmp_path: Path) -> None:
    async with running(tmp_path, engine, postbote_slack_digest=DIGEST) as bot:
        await until(lambda: Cursors(bot.storage.database).read(f"slack-digest:{DIGEST}"), pause=0.02)
        assert await digests(bot.slack, 0) == []


PERSONAL = [
    # what was typed, what must not be read in a channel
    ("Meine Adresse ist max@firma.de, wie geht Outlook?", "max@"),
    ("<@U0OTHER> weiß jemand, wie Outlook geht?", "U0OTHER"),
    ("<!channel> wie geht Outlook?", "<!channel>"),
    ("<!subteam^S0HELP|@team> wie geht Outlook?", "S0HELP"),
    ("im <#C0SECRET|geheim> steht nicht, wie Outlook geht", "C0SECRET"),
    ("*fett* <https://evil.example|hier> klicken, wie geht Outlook?", "<https://evil"),
]


async def test_no_person_no_mention_and_no_link_stands_in_it(engine: AnswerEngine, tmp_path: Path) -> None:
    fill(tmp_path, *(text for text, _ in PERSONAL))
    async with running(tmp_path, engine, postbote_slack_digest=DIGEST) as bot:
        (digest,) = await digests(bot.slack)
    said = json.dumps({name: digest[name] for name in ("text", "blocks")}, ensure_ascii=False)
    assert said.count("Outlook") >= len(PERSONAL)
    assert [hidden for _, hidden in PERSONAL if hidden in said] == []
    assert "U0ASKER" not in said
    assert "/archives/" not in said


async def test_what_people_missed_in_an_answer_stands_beside_it(engine: AnswerEngine, tmp_path: Path) -> None:
    storage = create_storage("", tmp_path)
    storage.database.open()
    key = keep(storage, "Wie richte ich Outlook ein?")
    storage.feedback.record_reason(key, f"{TEAM}:U0ASKER", "die Schritte in Outlook, schreibt an max@firma.de")
    storage.database.close()
    async with running(tmp_path, engine, postbote_slack_digest=DIGEST, postbote_slack_editors="UED") as bot:
        (digest,) = await digests(bot.slack)
        assert "es fehlte: „die Schritte in Outlook, schreibt an" in digest["text"]
        assert "max@" not in digest["text"]
        bot.slack.locale = "de-DE"
        await bot.slack.command(bot.url, "faq", "gaps", user="UED")
        listed = await until(lambda: bot.slack.ephemeral and bot.slack.ephemeral[-1], pause=0.02)
        assert "es fehlte: „die Schritte in Outlook" in listed["text"]


MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC).timestamp()
DUE = [
    # hours after Monday, 23 November 2026, 7:00 UTC; weeks after it at which the last digest was due
    (-0.01, -1),
    (0, 0),
    (1, 0),
    (24 * 6, 0),
    (24 * 7 - 0.01, 0),
    (24 * 7, 1),
]


@each_row(("hours", "weeks"), DUE)
def test_a_digest_is_due_on_mondays(hours: float, weeks: int) -> None:
    assert last_due(MONDAY + hours * 3_600) == MONDAY + weeks * WEEK


async def test_several_processes_store_the_same_event_and_later_ones_none(tmp_path: Path) -> None:
    """The queue takes a key once; a cursor remembers it longer than the queue does."""
    storage = create_storage("", tmp_path)
    storage.database.open()
    stored: list[Event] = []

    async def enqueue(event: Event) -> None:
        await asyncio.sleep(0)
        stored.append(event)

    clocks = [MONDAY, MONDAY + 30.0, MONDAY + 2 * 86_400.0]
    schedules = [DigestSchedule(DIGEST, Cursors(storage.database), enqueue, lambda at=at: at) for at in clocks]  # type: ignore[misc]
    await asyncio.gather(*(schedule.enqueue_due() for schedule in schedules[:2]))
    assert {event.key for event in stored} == {f"digest:{DIGEST}:{MONDAY:.0f}"}
    known = len(stored)
    await schedules[2].enqueue_due()
    assert len(stored) == known
    storage.database.close()


async def test_an_event_that_could_not_be_stored_is_stored_at_the_next_look(tmp_path: Path) -> None:
    storage = create_storage("", tmp_path)
    storage.database.open()
    faults: list[Exception | None] = [OSError(28, "No space left on device"), None]

    async def enqueue(event: Event) -> None:
        if fault := faults.pop(0):
            raise fault

    schedule = DigestSchedule(DIGEST, Cursors(storage.database), enqueue, lambda: MONDAY)
    with pytest.raises(OSError, match="space"):
        await schedule.enqueue_due()
    await schedule.enqueue_due()
    assert faults == []
    storage.database.close()


def test_the_settings_take_one_channel_of_one_workspace(tmp_path: Path) -> None:
    slack = FakeSlack(url="https://slack.example/api/")
    assert to_settings(slack, tmp_path, postbote_slack_digest=" C0123ABCD ").postbote_slack_digest == "C0123ABCD"
    for wrong in ("#allgemein", "U0123ABCD", "C1, C2"):
        with pytest.raises(ValidationError, match="no channel's id"):
            to_settings(slack, tmp_path, postbote_slack_digest=wrong)
    with pytest.raises(ValidationError, match="POSTBOTE_SLACK_DIGEST needs SLACK_BOT_TOKEN"):
        to_settings(slack, tmp_path, postbote_slack_digest="C1A2", slack_bot_token=None, slack_signing_secret=None)


CHANNELS: list[tuple[Mapping[str, Any], bool, str]] = [
    # what conversations.info says (docs.slack.dev/reference/methods/conversations.info), well?, what the line says
    ({"name": "redaktion", "is_member": True, "is_private": True}, True, "redaktion"),
    ({"name": "allgemein", "is_member": True, "is_private": False}, True, "everybody in the workspace can read"),
    ({"name": "redaktion", "is_member": False, "is_private": True}, False, "invite the bot to C0DIGEST"),
]


@pytest.mark.parametrize(("about", "ok", "says"), CHANNELS)
async def test_doctor_looks_at_the_digests_channel(
    tmp_path: Path, about: Mapping[str, Any], ok: bool, says: str
) -> None:
    slack = FakeSlack(channels={DIGEST: about})
    await slack.start()
    try:
        found = await run_doctor_checks(to_settings(slack, tmp_path, postbote_slack_digest=DIGEST))
    finally:
        await slack.stop()
    (line,) = [one for one in found if one.name == "slack digest's channel"]
    assert (line.ok, says in line.says) == (ok, True), line.says
