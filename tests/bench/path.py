"""The whole path: a signed event, sent over a socket, until its reply stands at the fake Web API.

`postbote run` on SQLite, as operators start it, against a bare Bolt app that only echoes (tests/bench/echo.py); each in
a process of its own, one after the other in every round; flat out Postbote also as two processes on one data folder,
since one process uses one core. What 50 a second are to a quiet machine, fewer are to a slower one: the same load is
measured at 50 times its speed (tests/bench/yardstick.py). Every event comes from a channel of its own, because Slack
takes one message a second in each and Postbote keeps to it; that pace is part of no figure here. The load and the fake
Web API run on the same machine and take the same from all. Postbote acknowledges what is durable; the echo does not.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from statistics import median

import aiohttp

from bot.ops.evaluate import read_set
from tests.bench.figures import Figure, middle, quantile
from tests.bench.folders import data_folder
from tests.bench.system import cpu_seconds
from tests.bench.yardstick import QUIET, yardstick
from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import BOT, SECRET, TOKEN, FakeSlack, signed
from tests.servers.postbote import started

PROJECT = Path(__file__).parents[2]
RATE = 50  # events a second
AT_ONCE = 40  # events that are sent and not acknowledged, flat out
EACH = 5  # questions of one person: fewer than from which Postbote slows them down
WARM = 20  # events before anything is timed
PATIENCE = 60.0  # seconds for the last reply
FACTOR, DURABLE = 2.0, 200.0  # the targets: times the echo's p50; events a second, on two quiet cores
TWO = "postbote, two processes"
SYSTEMS: Mapping[str, tuple[tuple[str, ...], bool]] = {  # name → module and arguments, is the signature checked?
    "echo": (("tests.bench.echo",), False),
    "echo, signed": (("tests.bench.echo",), True),
    "postbote": (("bot", "run"), True),
}


def figures(rounds: int, seconds: float) -> Iterator[Figure]:
    """At 50 events a second for so many seconds, and then the same number flat out; the medians of the rounds."""
    yard = median(yardstick() for _ in range(5))
    rate = RATE * QUIET / yard
    found = [
        {name: asyncio.run(_one(name, seconds, rate)) for name in SYSTEMS} | {TWO: asyncio.run(_two(seconds))}
        for _ in range(rounds)
    ]
    of = {name: middle(one[name] for one in found) for name in (*SYSTEMS, TWO)}
    for name in SYSTEMS:
        yield from _at_rate(name, of)
    yield from _at_same_load(of, yard, rate)
    for name in (*SYSTEMS, TWO):
        yield from _flat_out(name, of)


def _at_rate(name: str, of: Mapping[str, Mapping[str, float]]) -> Iterator[Figure]:
    bench, own = f"{RATE} events/s", of[name]
    yield Figure(bench, f"{name}: acknowledged, p50", own["ack p50"], "ms", _to(of, name, "ack p50"), "echo, signed")
    for share in ("p50", "p99"):
        target = f"≤ {FACTOR:g} ×" if name == "postbote" and share == "p50" else ""
        ratio = _to(of, name, share)
        met = ratio <= FACTOR if target else None
        yield Figure(bench, f"{name}: replied, {share}", own[share], "ms", ratio, "echo, signed", target, met)
    if name == "postbote":
        ratio = own["p50"] / of["echo"]["p50"]
        yield Figure(
            bench, f"{name}: replied, p50", own["p50"], "ms", ratio, "echo", f"≤ {FACTOR:g} ×", ratio <= FACTOR
        )


def _at_same_load(of: Mapping[str, Mapping[str, float]], yard: float, rate: float) -> Iterator[Figure]:
    """At the share of this machine's speed that RATE is of a quiet one's."""
    bench = "same load"
    yield Figure(bench, "five million additions", yard, "s CPU", yard / QUIET, "a quiet machine")
    yield Figure(bench, "rate", rate, "/s", rate / RATE, f"{RATE}/s")
    yield Figure(bench, "echo, signed: replied, p50", of["echo, signed"]["same p50"], "ms", 1.0, "echo, signed")
    ratio = _to(of, "postbote", "same p50")
    value, target = of["postbote"]["same p50"], f"≤ {FACTOR:g} ×"
    yield Figure(bench, "postbote: replied, p50", value, "ms", ratio, "echo, signed", target, ratio <= FACTOR)


def _flat_out(name: str, of: Mapping[str, Mapping[str, float]]) -> Iterator[Figure]:
    speed = of[name]["speed"]
    target = f"≥ {DURABLE:g}/s" if name == TWO else ""
    met = speed >= DURABLE if target else None
    yield Figure("flat out", f"{name}: replies", speed, "/s", _to(of, name, "speed"), "echo, signed", target, met)
    yield Figure(
        "flat out", f"{name}: CPU of an event", of[name]["cpu"], "ms CPU", _to(of, name, "cpu"), "echo, signed"
    )


def _to(of: Mapping[str, Mapping[str, float]], name: str, what: str) -> float:
    return of[name][what] / of["echo, signed"][what]


async def _one(name: str, seconds: float, rate: float) -> dict[str, float]:
    slack = FakeSlack()
    await slack.start()
    module, checks = SYSTEMS[name]
    given = variables(slack) | ({} if checks else {"SLACK_SIGNING_SECRET": ""})
    number = round(RATE * seconds)
    with data_folder() as data, started(data, *module, **given) as process:
        async with open_load(slack, f"{process.url}slack/events") as load:
            await load.at_rate(WARM, RATE)
            acknowledged, replied = await load.at_rate(number, RATE)
            _, same = await load.at_rate(number, rate)
            used = cpu_seconds(process.pid)
            speed = await load.flat_out(number)
            cpu = 1000 * (cpu_seconds(process.pid) - used) / number
    await slack.stop()
    return {
        "ack p50": quantile(acknowledged, 0.5),
        "p50": quantile(replied, 0.5),
        "p99": quantile(replied, 0.99),
        "same p50": quantile(same, 0.5),
        "speed": speed,
        "cpu": cpu,
    }


async def _two(seconds: float) -> dict[str, float]:
    """Two processes that share the work, flat out: events a second, and ms of CPU an event of both together."""
    slack = FakeSlack()
    await slack.start()
    number = round(RATE * seconds)
    async with AsyncExitStack() as stack:
        data, *own = [stack.enter_context(data_folder()) for _ in range(3)]
        given = variables(slack) | {"POSTBOTE_DATA_DIR": str(data)}
        processes = [stack.enter_context(started(one, "bot", "run", **given)) for one in own]
        load = await stack.enter_async_context(
            open_load(slack, *(f"{process.url}slack/events" for process in processes))
        )
        await load.at_rate(WARM, RATE)
        used = sum(cpu_seconds(process.pid) for process in processes)
        speed = await load.flat_out(number)
        cpu = 1000 * (sum(cpu_seconds(process.pid) for process in processes) - used) / number
    await slack.stop()
    return {"speed": speed, "cpu": cpu}


def variables(slack: FakeSlack) -> dict[str, str]:
    return {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET}


class Load:
    """Sends events, each until it is acknowledged, and waits for their replies; to several processes in turn."""

    def __init__(self, slack: FakeSlack, urls: Sequence[str], session: aiohttp.ClientSession) -> None:
        self._slack, self._urls, self._session = slack, urls, session
        sets = sorted((PROJECT / "tests/eval").glob("questions-*.jsonl"))
        self._texts = [line.text for file in sets for line in read_set(file)]
        self._sent = 0

    async def at_rate(self, number: int, rate: float) -> tuple[Sequence[float], Sequence[float]]:
        """Evenly spaced, however long the answers take: ms until acknowledged, and until replied."""
        begun = time.monotonic()
        first = self._sent
        self._sent += number
        sending = [asyncio.create_task(self._at(begun + n / rate, first + n)) for n in range(number)]
        took = await asyncio.gather(*sending)
        stood = await self._replied(first, number)
        return [1000 * t for t in took], [1000 * (stood[first + n] - begun - n / rate) for n in range(number)]

    async def flat_out(self, number: int) -> float:
        """As fast as they are acknowledged: replies a second, from the first event to the last reply."""
        first = self._sent
        self._sent += number
        begun = time.monotonic()
        left = iter(range(first, first + number))

        async def sender() -> None:
            for event in left:
                await self._deliver(event)

        await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
        stood = await self._replied(first, number)
        return number / (max(stood.values()) - begun)

    async def _at(self, moment: float, event: int) -> float:
        await asyncio.sleep(moment - time.monotonic())
        await self._deliver(event)
        return time.monotonic() - moment

    async def _deliver(self, event: int) -> None:
        text = f"<@{BOT}> {self._texts[event % len(self._texts)]}"
        user = f"U{event // EACH:06d}"
        body = json.dumps(
            recorded("app_mention", ts=f"1515449522.{event:06d}", text=text, user=user, channel=f"C{event:06d}")
        )
        while True:
            headers = {"Content-Type": "application/json", **signed(body)}
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._session.post(
                    self._urls[event % len(self._urls)], data=body, headers=headers
                ) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.1)

    async def _replied(self, first: int, number: int) -> Mapping[int, float]:
        """Event → when its reply came; raises TimeoutError where one does not come."""
        end = time.monotonic() + PATIENCE
        while True:
            posts = zip(self._slack.posts, self._slack.times, strict=True)
            stood = {int(post["channel"][1:]): at for post, at in posts}
            if all(event in stood for event in range(first, first + number)):
                return {event: stood[event] for event in range(first, first + number)}
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self._slack.posts)} replies to {self._sent} events")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def open_load(slack: FakeSlack, *urls: str) -> AsyncIterator[Load]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Load(slack, urls, session)
