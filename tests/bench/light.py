"""Memory and CPU of a running system that has little to do, and of one that has nothing to do."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Iterator

from tests.bench.figures import Figure
from tests.bench.folders import data_folder
from tests.bench.system import cpu_seconds, memory
from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.postbote import started

EVERY = 10.0  # seconds between two questions
IDLE = 0.1  # of the time, in which nothing is asked
WARM = 4  # questions before anything is measured: what is loaded with the first ones is no growth
QUESTIONS = (
    "Welcher Port ist für POP3 mit SSL?",
    "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
    "what is the maximum size of a mail?",
    "Wie wird das Wetter morgen?",
)


def figures(seconds: float) -> Iterator[Figure]:
    """Over so many seconds, in the first tenth of which nothing is asked."""
    found = asyncio.run(_measured(seconds))
    first = found["memory at first"]
    for name, value in found.items():
        unit = "MB" if name.startswith("memory") else "% of a core" if name.startswith("CPU") else ""
        ratio = value / first if unit == "MB" else None
        yield Figure("light traffic", name, value, unit, ratio, "first" if ratio else "")


async def _measured(seconds: float) -> dict[str, float]:
    slack = FakeSlack()
    await slack.start()
    variables = {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET}
    numbers = itertools.count(1)
    with data_folder() as data, started(data, **variables) as process:
        pid, url = process.pid, process.url
        for _ in range(WARM):
            await _ask(slack, url, next(numbers))
        await slack.until(posts=WARM)
        first = memory(pid)[0]
        idle = await _share(pid, asyncio.sleep(seconds * IDLE))
        light = await _share(pid, _ask_for(slack, url, numbers, seconds * (1 - IDLE)))
        last, peak = memory(pid)
        asked = next(numbers) - 1
        await slack.until(posts=asked)
    await slack.stop()
    return {
        "seconds": seconds,
        "questions": asked - WARM,
        "replies": len(slack.posts) - WARM,
        "CPU, idle": 100 * idle,
        "CPU, a question every 10 s": 100 * light,
        "memory at first": first,
        "memory at last": last,
        "memory at most": peak,
    }


async def _share(pid: int, work: Awaitable[None]) -> float:
    """Of one core, while the work is awaited."""
    used, begun = cpu_seconds(pid), time.monotonic()
    await work
    return (cpu_seconds(pid) - used) / (time.monotonic() - begun)


async def _ask(slack: FakeSlack, url: str, number: int) -> None:
    body = recorded(
        "app_mention",
        ts=f"1515449522.{number:06d}",
        text=f"<@U0BOT0001> {QUESTIONS[number % len(QUESTIONS)]}",
        user=f"U{number:05d}",
        channel=f"C{number % 50:05d}",
    )
    await slack.deliver(f"{url}slack/events", body)


async def _ask_for(slack: FakeSlack, url: str, numbers: Iterator[int], seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        await _ask(slack, url, next(numbers))
        await asyncio.sleep(min(EVERY, left))
