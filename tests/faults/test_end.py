"""End of a process whose database is held by somebody else: a backup that hangs, a shell that forgot its transaction.

The engine's threads wait for it, half a minute at a time and for ever again; the process ends all the same.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest_asyncio

from bot.durable.stop_deadline import LATE
from tests.faults.world import Worker, kill_all, mention
from tests.servers.fake_slack import FakeSlack
from tests.slow import slow

WITHIN = 20.0  # seconds; it takes six to twelve, and half a minute or for ever without the deadlines


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    await slack.start()
    yield slack
    kill_all()
    await slack.stop()


@contextmanager
def held(file: Path) -> Iterator[None]:
    """The file's write lock is another's."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@slow
async def test_a_process_ends_while_somebody_holds_the_engines_file(tmp_path: Path, slack: FakeSlack) -> None:
    worker = Worker(tmp_path, slack)
    await worker.start()
    with held(tmp_path / "postbote.sqlite"):
        await asyncio.sleep(1.5)  # the engine looks every second for what has timed out
        assert await asyncio.wait_for(worker.end(), WITHIN) == 0


@slow
async def test_an_event_that_cannot_be_stored_keeps_no_process_from_its_end(tmp_path: Path, slack: FakeSlack) -> None:
    """It is not acknowledged, so Slack sends it again: it is answered by the next start."""
    first, second = (Worker(tmp_path, slack, STOP_WITHIN="2") for _ in range(2))
    await first.start()
    with held(tmp_path / "postbote.sqlite"):
        offered = asyncio.create_task(slack.deliver(first.url, mention(1, 1_515_449_522), pauses=()))
        await asyncio.sleep(1.0)
        assert await asyncio.wait_for(first.end(), WITHIN) == LATE
        assert await offered == 0
    await second.start()
    assert await slack.deliver(second.url, mention(1, 1_515_449_522))
    await slack.until(posts=1)
    assert [post["text"] for post in slack.posts] == ["question 1"]
