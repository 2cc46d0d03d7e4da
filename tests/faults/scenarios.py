"""Fault scenarios: something is broken while events arrive. Nothing may be lost or repeated, /readyz stays honest.

Every scenario is an async function of a folder, a database and a size, and returns what became of the events. The
short size is for `.ci/run`, the full one for `python -m tests.faults`.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.faults.away import AWAY, PATIENCES, QUICK, SHORT_AWAY, AwayWorld
from tests.faults.disk import Disk
from tests.faults.proxy import Proxy
from tests.faults.world import Outcome, Readiness, Worker, World, again_and_again, free_port, mention
from tests.servers.postgres import Postgres

OLD = "key VARCHAR(200) PRIMARY KEY, conversation VARCHAR(200), at FLOAT, language VARCHAR(2), understood TEXT"


RATE = 8.3  # events a second: the most that Slack sends for one workspace, 30,000 an hour


@dataclass(frozen=True)
class Size:
    """Size of a scenario."""

    events: int  # of one burst
    bursts: int  # with kills in each
    kills: int  # in one burst
    rounds: int  # of what is broken once in a burst
    down: float  # seconds that the database is away


FULL = Size(events=500, bursts=1, kills=50, rounds=3, down=30.0)
SHORT = Size(events=40, bursts=1, kills=2, rounds=1, down=4.0)


@dataclass(frozen=True)
class Database:
    """Database that the processes of a scenario share."""

    url: str  # empty: SQLite
    server: Postgres | None = None

    @property
    def name(self) -> str:
        """Name of the database, for tables and logs."""
        return "PostgreSQL" if self.url else "SQLite"


async def kill(folder: Path, database: Database, size: Size, processes: int) -> Outcome:
    """kill -9 at random moments, and a start at once."""
    world = World(folder, database.url)
    await world.start(processes)

    async def one() -> None:
        victim = random.choice(world.workers)
        await victim.kill()
        await victim.start()

    for _ in range(size.bursts):
        await asyncio.gather(world.burst(size.events, size.events / RATE), again_and_again(one, size.kills, 0.1, 0.8))
        await world.settled()
    return await world.finish(size.bursts * size.kills)


async def kill_one(folder: Path, database: Database, size: Size) -> Outcome:
    """One process is killed again and again."""
    return await kill(folder, database, size, 1)


async def kill_two(folder: Path, database: Database, size: Size) -> Outcome:
    """Two processes share the database, and either may be killed."""
    return await kill(folder, database, size, 2)


async def take_over(folder: Path, database: Database, size: Size) -> Outcome:
    """A process dies with work in hand and does not come back: the other one answers within 30 s."""
    world = World(folder, database.url)
    await world.start(2)
    slowest = 0.0
    for _ in range(size.rounds):
        victim = random.choice(world.workers)
        world.slack.trouble[:] = ["500"] * 10_000  # nothing gets out, so that there is work in hand
        await world.burst(20, 0.5)
        await victim.kill()
        died = time.monotonic()
        world.slack.trouble.clear()
        while len(world.posted()) < world.sent:
            assert time.monotonic() - died < 60, "nobody takes it over"
            await asyncio.sleep(0.05)
        slowest = max(slowest, time.monotonic() - died)
        await victim.start()
    world.notes["all answered after"] = f"{slowest:.1f} s at most"
    assert slowest < 30, world.notes
    return await world.finish(size.rounds)


async def cut_off(folder: Path, database: Database, size: Size) -> Outcome:
    """A process whose connection to the database is silent: it stops by itself, so that nothing is answered twice.

    Also one that was told to end, and finishes its work: others take that over meanwhile.
    """
    world = World(folder, database.url)
    await world.start(2)
    port = urlsplit(database.url).port or 5432
    proxy = Proxy(port)
    await proxy.start()
    await world.workers[0].end()
    cut = world.workers[0] = Worker(folder, world.slack, database.url.replace(f":{port}/", f":{proxy.port}/"))
    longest = 0.0
    for ending in (False, True):
        await cut.start()
        world.slack.trouble[:] = ["500"] * 10_000
        await world.burst(20, 0.5)
        exited = asyncio.create_task(cut.end() if ending else cut.ended())
        await asyncio.sleep(0.5 if ending else 0.0)
        proxy.silent = True
        began = time.monotonic()
        world.slack.trouble.clear()
        assert await asyncio.wait_for(exited, 30) == 70, "it goes on"
        longest = max(longest, time.monotonic() - began)
        await proxy.heal()
        await world.settled()
    world.notes["stopped by itself after"] = f"{longest:.1f} s at most"
    await cut.start()
    outcome = await world.finish(2)
    await proxy.stop()
    return outcome


async def database_down(folder: Path, database: Database, size: Size) -> Outcome:
    """The server is gone at once and comes back later; the processes are started again by their supervisor."""
    assert database.server
    world = World(folder, database.url)
    await world.start(2)
    for worker in world.workers:
        worker.supervise()
    readiness = Readiness(world.workers)
    readiness.start_polling()
    sending = asyncio.create_task(world.burst(size.events // 2, size.down + 3))
    await asyncio.sleep(1.0)
    await asyncio.to_thread(database.server.stop)
    down = time.monotonic()
    await asyncio.sleep(size.down)
    up = time.monotonic()
    await asyncio.to_thread(database.server.start)
    world.notes["last said to be ready"] = f"{readiness.last_ready(down, up)} s after the database was gone"
    world.notes["ready again after"] = f"{await readiness.all_ready()} s"
    await readiness.stop()
    await sending
    return await world.finish(1)


async def web_api(folder: Path, database: Database, size: Size) -> Outcome:
    """Slack answers 429, 500, not at all, and half; what it stored is not posted again."""
    world = World(folder, database.url)
    await world.start(2)
    kinds = ["429", "500", "cut", "lost", "half"]
    faults = size.events // 2
    world.slack.trouble[:] = [random.choice(["", *kinds]) for _ in range(2 * faults)]
    faults = sum(map(bool, world.slack.trouble))
    await world.burst(size.events, size.events / RATE)
    return await world.finish(faults)


async def disk_full(folder: Path, database: Database, size: Size) -> Outcome:
    """Nothing can be written: nothing is acknowledged, /readyz says so, and all is answered when there is room."""
    disk = Disk(folder / "disk")
    world = World(disk.folder, "")
    world.notes["disk"] = disk.kind
    try:
        await world.start(1)
        worker = world.workers[0]
        worker.supervise()
        await world.burst(size.events // 4, 0.5)
        await world.settled()
        disk.fill(worker.pid)
        sending = asyncio.create_task(world.burst(size.events // 4, 1.0))
        full = time.monotonic()
        while await worker.status() == 200:
            assert time.monotonic() - full < 20, "ready, with a full disk"
            await asyncio.sleep(0.1)
        world.notes["not ready after"] = f"{time.monotonic() - full:.1f} s"
        await asyncio.sleep(5.0)
        assert await worker.status() != 200
        disk.free(worker.pid)
        room = time.monotonic()
        await sending
        await Readiness(world.workers).all_ready()
        world.notes["ready again after"] = f"{time.monotonic() - room:.1f} s"
        outcome = await world.finish(1)
        outcome.notes["ended by itself"] = worker.exits or "never"
    finally:
        disk.remove()
    return outcome


async def clock_jumps(folder: Path, database: Database, size: Size) -> Outcome:
    """The clock jumps two hours ahead and back, and two hours back, with events and retries under way."""
    clock = folder / "clock"
    clock.write_text("0")
    world = World(folder, database.url, CLOCK=str(clock))
    await world.start(2)
    for jump in (7_200, -7_200) * size.rounds:
        world.slack.trouble[:] = ["500"] * 10
        before = asyncio.create_task(world.burst(size.events // 8, 1.0))
        await asyncio.sleep(0.5)
        clock.write_text(str(jump))
        during = asyncio.create_task(world.burst(size.events // 8, 1.0))  # refused as replays while the clock is wrong
        await asyncio.sleep(2.5)
        clock.write_text("0")
        await before
        await during
    return await world.finish(2 * size.rounds)


async def deliveries(folder: Path, database: Database, size: Size) -> Outcome:
    """Every event three times at once, in any order, to two processes, two hours late; and again after a restart."""
    world = World(folder, database.url)
    world.at = int(time.time()) - 7_200
    await world.start(2)
    await world.burst(size.events, size.events / RATE, times=3)
    await world.settled()
    for worker in world.workers:
        await worker.end()
        await worker.start()
    await world.repeat()
    world.notes["deliveries"] = 4 * size.events
    return await world.finish(3 * size.events)


async def sigterm(folder: Path, database: Database, size: Size) -> Outcome:
    """SIGTERM under load, and a start: it ends cleanly."""
    world = World(folder, database.url)
    await world.start(1)
    codes: list[int] = []

    async def one() -> None:
        codes.append(await world.workers[0].end())
        await world.workers[0].start()

    for _ in range(size.rounds):
        await asyncio.gather(world.burst(size.events, size.events / RATE), again_and_again(one, 4, 0.3, 5.0))
        await world.settled()
    assert set(codes) == {0}, codes
    return await world.finish(len(codes))


async def ended_while_away(folder: Path, database: Database, size: Size) -> Outcome:
    """A process is told to end, or killed, while helpdesk, Slack or both are away (away.py); then one of two.

    In short one of the two: one process on SQLite, two on PostgreSQL.
    """
    short = size.rounds == 1
    total = Outcome(0, 0, 0)
    for processes in ((2 if database.url else 1),) if short else (1, 2):
        here = folder / str(processes)
        here.mkdir()
        world = AwayWorld(
            here, database.server.database() if database.server else "", QUICK if short else PATIENCES[processes]
        )
        await world.start(processes)
        total += await world.run(SHORT_AWAY[processes] if short else AWAY, max(3, size.events // 40))
    return total


async def rolling_restart(folder: Path, database: Database, size: Size) -> Outcome:
    """Three processes are restarted one after the other under load."""
    world = World(folder, database.url)
    await world.start(3)
    sending = asyncio.create_task(world.burst(size.events, 4.0 * size.rounds))
    longest = 0.0
    for _ in range(size.rounds):
        for worker in world.workers:
            began = time.monotonic()
            assert await worker.end() == 0
            longest = max(longest, time.monotonic() - began)
            await worker.start()
    await sending
    world.notes["longest stop"] = f"{longest:.1f} s"
    return await world.finish(3 * size.rounds)


async def socket_mode(folder: Path, database: Database, size: Size) -> Outcome:
    """Two Socket Mode connections of two processes, one of which is killed."""
    world = World(folder, database.url)
    await world.start(2, socket_mode=True)
    while world.slack.connections() < 2:
        await asyncio.sleep(0.05)

    async def one(number: int) -> None:
        await asyncio.sleep(random.uniform(0, 3.0))
        while not await world.slack.push(mention(number, world.at), over=random.randrange(2)):
            await asyncio.sleep(0.2)

    async def killed() -> None:
        victim = random.choice(world.workers)
        await victim.kill()
        await victim.start()

    for _ in range(size.rounds):
        numbers = range(world.sent, world.sent + size.events // 2)
        world.sent += len(numbers)
        await asyncio.gather(*(one(n) for n in numbers), again_and_again(killed, 2, 0.3, 1.0))
        await world.settled()
    return await world.finish(2 * size.rounds)


async def started_at_once(folder: Path, database: Database, size: Size) -> Outcome:
    """Four processes start at the same moment on a database that is empty, and on one of an older version."""
    total = Outcome(0, 0, 0)
    for kind in ("empty", "old") * size.rounds:
        here = folder / f"{kind}-{random.getrandbits(32):x}"
        here.mkdir()
        url = database.server.database() if database.server else ""
        if kind == "old":
            make_old(here, url)
        world = World(here, url)
        await world.start(4)
        await world.burst(8, 0.2)
        outcome = await world.finish(2 * size.rounds)
        if not outcome.good:
            return outcome
        total = Outcome(total.events + 8, 0, 0, total.faults + 1, total.seconds + outcome.seconds)
    return total


def make_old(folder: Path, url: str) -> None:
    """The first table of the first version that had one."""
    statement = f"CREATE TABLE postbote_decisions ({OLD})"
    if url:
        with psycopg.connect(url) as server:
            server.execute(statement)
    else:
        with closing(sqlite3.connect(folder / "store.sqlite")) as file:
            file.execute(statement)


Scenario = Callable[[Path, Database, Size], Awaitable[Outcome]]
ON_BOTH: Mapping[str, Scenario] = {
    f.__name__: f
    for f in (
        *(kill_one, kill_two, take_over, web_api, deliveries, sigterm, rolling_restart, socket_mode, clock_jumps),
        *(started_at_once, ended_while_away),
    )
}
ON_SQLITE: Mapping[str, Scenario] = {**ON_BOTH, "disk_full": disk_full}
ON_POSTGRESQL: Mapping[str, Scenario] = {**ON_BOTH, "cut_off": cut_off, "database_down": database_down}


def new_server(folder: Path) -> Postgres:
    """PostgreSQL server that runs."""
    server = Postgres(folder, free_port())
    server.create()
    server.start()
    return server
