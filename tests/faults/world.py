"""World of a fault scenario: processes that can be killed, a Slack that repeats until acknowledged, what was posted."""

import asyncio
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import aiohttp

from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import APP_TOKEN, SECRET, TOKEN, FakeSlack
from tests.servers.forked import Forked

SETTLE = 0.3  # seconds; our Slack commits a post at once, the real one needs 4
RESTART = 0.5  # seconds until a process that ended by itself is started again; deploy/postbote.service takes 2
STARTS_WITHIN = 120.0  # seconds; many processes start at once on few cores


def free_port() -> int:
    """Below those that the kernel gives away (ip(7): from 32768 on), so that nobody gets it before it is used."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


class Worker:
    """Worker process that can be killed and started again."""

    running: ClassVar[list[Forked]] = []  # of all; for the end of a scenario that has failed

    def __init__(self, data: Path, slack: FakeSlack, database: str = "", **variables: str) -> None:
        """`database`: postgresql://…, or empty for SQLite. `variables`: more of the environment."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/slack/events"
        self.log = data / f"log-{self.port}"
        self._environment = os.environ | {
            "POSTBOTE_DATA_DIR": str(data),
            "POSTBOTE_DATABASE_URL": database,
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "POSTBOTE_PORT": str(self.port),
            "SETTLE": str(SETTLE),
            **variables,
        }
        self._wanted = False
        self._keeper: asyncio.Task[None] | None = None
        self.exits: list[int] = []  # of processes that ended by themselves

    async def launch(self) -> None:
        """Starts the process; returns before it listens."""
        make = partial(Forked, "tests.faults.worker", [], self._environment, self.log, self.log)
        self._process = await asyncio.to_thread(make)  # the first one waits for the imports
        self.running.append(self._process)
        self._wanted = True

    async def start(self) -> None:
        """Starts the process; returns when it listens."""
        await self.launch()
        await self.listening()

    async def listening(self) -> None:
        """Waits until it listens."""
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            if await self.status("healthz") == 200:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"the worker does not start: {self.log.read_text()[-2_000:]}")

    def supervise(self) -> None:
        """Supervisor: starts it again whenever it ends by itself, as systemd and Kubernetes do."""
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            code = await ended(self._process)
            if self._wanted:
                self.exits.append(code)
                await asyncio.sleep(RESTART)
                await self.launch()
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9."""
        self._wanted = False
        self._process.kill()
        await ended(self._process)

    async def end(self) -> int:
        """Exit code after a SIGTERM."""
        self._wanted = False
        if self._keeper:
            self._keeper.cancel()
        self._process.terminate()
        return await ended(self._process)

    async def ended(self) -> int:
        """Exit code, once it has ended by itself."""
        return await ended(self._process)

    @property
    def pid(self) -> int:
        """Process id of the newest start."""
        return self._process.pid

    async def status(self, path: str = "readyz") -> int:
        """HTTP status of a path; 0 where nobody listens, 1 where no answer comes in time."""
        try:
            timeout = aiohttp.ClientTimeout(8)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"http://127.0.0.1:{self.port}/{path}") as response,
            ):
                return response.status
        except TimeoutError:
            return 1
        except aiohttp.ClientError:
            return 0


def kill_all() -> None:
    """Kills all processes that a scenario has left running."""
    for process in Worker.running:
        process.kill()
        process.wait()
    Worker.running.clear()


async def ended(process: Forked) -> int:
    """Exit code of a process, once it has ended; below 0: the signal that it died of."""
    while (code := process.poll()) is None:
        await asyncio.sleep(0.01)
    return code


@dataclass
class Outcome:
    """Outcome of one scenario: how many events were lost or repeated."""

    events: int
    lost: int
    repeated: int
    faults: int = 0  # how often something was broken
    seconds: float = 0.0  # the whole scenario
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """True if nothing was lost and nothing repeated."""
        return self.lost == self.repeated == 0

    def __add__(self, other: "Outcome") -> "Outcome":
        """Both, one after the other."""
        events, faults = self.events + other.events, self.faults + other.faults
        lost, repeated = self.lost + other.lost, self.repeated + other.repeated
        return Outcome(events, lost, repeated, faults, self.seconds + other.seconds, self.notes | other.notes)


class World:
    """Fake Slack, the worker processes, and the events that were sent."""

    def __init__(self, folder: Path, database: str, **variables: str) -> None:
        self.folder = folder
        self.database = database
        self.slack = FakeSlack()
        self.workers: list[Worker] = []
        self.sent = 0
        self.notes: dict[str, Any] = {}
        self.at = 1_515_449_522  # seconds since the epoch: when the questions were asked
        self._variables = variables
        self._began = time.monotonic()

    async def start(self, processes: int, socket_mode: bool = False) -> None:
        """Starts Slack and so many processes on one database."""
        await self.slack.start()
        variables = self._variables | ({"SLACK_APP_TOKEN": APP_TOKEN} if socket_mode else {})
        self.workers = [Worker(self.folder, self.slack, self.database, **variables) for _ in range(processes)]
        await asyncio.gather(*(worker.start() for worker in self.workers))

    async def burst(self, events: int, seconds: float, times: int = 1) -> None:
        """Sends mentions within some seconds, each until it is acknowledged; `times`: each to so many at once."""
        first, self.sent = self.sent, self.sent + events
        numbers = [n for n in range(first, first + events) for _ in range(times)]
        random.shuffle(numbers)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(3)) as session:
            await asyncio.gather(*(self._one(session, n, random.uniform(0, seconds)) for n in numbers))

    async def _one(self, session: aiohttp.ClientSession, number: int, after: float) -> None:
        await asyncio.sleep(after)
        body = mention(number, self.at)
        for attempt in range(100):
            worker = self.workers[(number + attempt) % len(self.workers)]
            if await self.slack.offer(session, worker.url, body, attempt):
                return
            await asyncio.sleep(random.uniform(0.5, 1.0) * min(10.0, 0.2 * 2**attempt))  # Slack waits for minutes
        raise AssertionError("never acknowledged")

    async def repeat(self) -> None:
        """Redelivers all events, each to any process."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as session:
            for number in random.sample(range(self.sent), self.sent):
                worker = random.choice(self.workers)
                assert await self.slack.offer(session, worker.url, mention(number, self.at), 1)

    async def settled(self, seconds: float = 300.0) -> None:
        """Waits until everything that was sent is answered, and longer, for what must not come."""
        await self.answered(seconds)
        await asyncio.sleep(4 * SETTLE)

    async def answered(self, seconds: float = 300.0) -> None:
        """Waits until everything that was sent is answered, or the time is over."""
        end = time.monotonic() + seconds
        while len(self.posted()) < self.sent and time.monotonic() < end:
            await asyncio.sleep(0.1)

    def posted(self) -> Counter[str]:
        """Number of posts by event key."""
        return Counter(post["metadata"]["event_payload"]["key"] for post in self.slack.posts)

    async def finish(self, faults: int) -> Outcome:
        """Outcome, after everything has been ended."""
        await self.settled()
        codes = await asyncio.gather(*(worker.end() for worker in self.workers))
        await self.slack.stop()
        posted = self.posted()
        if set(codes) != {0}:
            self.notes["ended with"] = codes
        repeated = sum(times - 1 for times in posted.values())
        seconds = time.monotonic() - self._began
        return Outcome(self.sent, self.sent - len(posted), repeated, faults, seconds, self.notes)


def mention(number: int, at: int) -> Mapping[str, Any]:
    """Payload of a mention: a question of its own, by a person of its own."""
    ts = f"{at}.{number:06d}"
    return recorded("app_mention", ts=ts, text=f"question {number}", user=f"U{number:05d}")


@dataclass
class Readiness:
    """Poller of /readyz, ten times a second, of every process at once."""

    workers: Sequence[Worker]
    said: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None

    def start_polling(self) -> None:
        """Polls until `stop`."""
        self._task = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while True:
            asked = time.monotonic()
            found = await asyncio.gather(*(worker.status() for worker in self.workers))
            self.said.append((asked, tuple(found)))
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Ends the polling."""
        if self._task:
            self._task.cancel()

    def last_ready(self, since: float, until: float) -> float:
        """Seconds after `since` at which some process said last that it is ready, asked before `until`; 0: none."""
        found = [at for at, codes in self.said if since <= at < until and 200 in codes]
        return round(max(found) - since, 1) if found else 0.0

    async def all_ready(self, seconds: float = 60.0) -> float:
        """Seconds until all processes are ready; fails after `seconds`."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if set(await asyncio.gather(*(worker.status() for worker in self.workers))) == {200}:
                return round(time.monotonic() - began, 1)
            await asyncio.sleep(0.1)
        raise AssertionError("not ready again")


async def again_and_again(work: Callable[[], Awaitable[None]], times: int, low: float, high: float) -> None:
    """Does `work` so many times, each after a random pause between `low` and `high` seconds."""
    for _ in range(times):
        await asyncio.sleep(random.uniform(low, high))
        await work()
