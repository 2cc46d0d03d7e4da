"""kill -9 at random moments in a burst of events: nothing is lost, nothing is answered twice.

Short by default; POSTBOTE_FAULT_ROUNDS=50 and POSTBOTE_FAULT_EVENTS=500 make it the full one. Events come as from
Slack: repeated until they are acknowledged.
"""

import asyncio
import os
import random
import socket
import sys
import uuid
from collections import Counter
from contextlib import suppress
from pathlib import Path

import aiohttp
import psycopg
import pytest
from psycopg import sql

from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack

ROUNDS = int(os.environ.get("POSTBOTE_FAULT_ROUNDS", "1"))
EVENTS = int(os.environ.get("POSTBOTE_FAULT_EVENTS", "30"))
SETTLE = 0.3  # seconds; our Slack commits a post at once, the real one needs 4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Worker:
    """One process that can be killed and started again."""

    def __init__(self, data: Path, slack: FakeSlack, database: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/slack/events"
        self._environment = os.environ | {
            "POSTBOTE_DATA_DIR": str(data),
            "POSTBOTE_DATABASE_URL": database,
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "POSTBOTE_PORT": str(self.port),
            "SETTLE": str(SETTLE),
        }

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.worker", env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )
        async with aiohttp.ClientSession() as session:
            for _ in range(500):
                with suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{self.port}/healthz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.02)
        raise AssertionError("the worker does not start")

    async def kill(self) -> None:
        self._process.kill()
        await self._process.wait()

    async def end(self) -> int:
        self._process.terminate()
        return await self._process.wait()


async def burst(slack: FakeSlack, workers: list[Worker], number: int) -> None:
    """Mentions, each sent until it is acknowledged."""

    async def one(n: int) -> None:
        await asyncio.sleep(random.uniform(0, 1.0))
        body = recorded("app_mention", ts=f"1515449522.{n:06d}", text=f"question {n}", user=f"U{n:04d}")
        for attempt in range(200):
            if await slack.deliver(workers[(n + attempt) % len(workers)].url, body, pauses=()):
                return
            await asyncio.sleep(0.1)
        raise AssertionError("never acknowledged")

    await asyncio.gather(*(one(n) for n in range(number)))


async def killed_again_and_again(workers: list[Worker], done: asyncio.Event) -> None:
    for _ in range(ROUNDS):
        await asyncio.sleep(random.uniform(0.2, 0.7))
        victim = random.choice(workers)
        await victim.kill()
        await victim.start()
    done.set()


def counted(slack: FakeSlack) -> Counter[str]:
    return Counter(post["metadata"]["event_payload"]["key"] for post in slack.posts)


async def survive(data: Path, database: str, processes: int) -> None:
    slack = FakeSlack()
    await slack.start()
    workers = [Worker(data, slack, database) for _ in range(processes)]
    for worker in workers:
        await worker.start()
    done = asyncio.Event()
    killing = asyncio.create_task(killed_again_and_again(workers, done))
    await burst(slack, workers, EVENTS)
    await killing
    await slack.until(posts=EVENTS, seconds=60)
    await asyncio.sleep(2 * SETTLE)
    codes = [await worker.end() for worker in workers]
    await slack.stop()
    times = counted(slack)
    assert len(times) == EVENTS, "lost"
    assert set(times.values()) == {1}, "repeated"
    assert codes == [0] * processes, "a clean end"


@pytest.mark.parametrize("processes", [1, 2] if ROUNDS > 1 else [2])
async def test_kill_9_loses_nothing_and_repeats_nothing_on_sqlite(tmp_path: Path, processes: int) -> None:
    await survive(tmp_path, "", processes)


POSTGRES = os.environ.get("POSTBOTE_TEST_POSTGRES", "")


@pytest.mark.integration
@pytest.mark.skipif(not POSTGRES, reason="POSTBOTE_TEST_POSTGRES names no PostgreSQL server; .ci/run starts one")
@pytest.mark.parametrize("processes", [1, 2])
async def test_kill_9_loses_nothing_and_repeats_nothing_on_postgresql(tmp_path: Path, processes: int) -> None:
    name = f"postbote_{uuid.uuid4().hex}"  # a database of its own: keys that were answered once stay answered
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    await survive(tmp_path, f"{POSTGRES.rsplit('/', 1)[0]}/{name}", processes)


async def test_what_a_process_left_that_never_comes_back_is_taken_over(tmp_path: Path) -> None:
    slack = FakeSlack(trouble=["500"] * 4)
    await slack.start()
    one, other = Worker(tmp_path, slack), Worker(tmp_path, slack)
    await one.start()
    await other.start()
    body = recorded("app_mention")
    assert await slack.deliver(one.url, body) == 1
    while "chat.postMessage" not in slack.calls:
        await asyncio.sleep(0.01)
    await one.kill()
    slack.trouble.clear()
    await slack.until(posts=1, seconds=30)
    assert await other.end() == 0
    await slack.stop()
    assert list(counted(slack).values()) == [1]
