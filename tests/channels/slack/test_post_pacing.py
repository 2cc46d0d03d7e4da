"""Rate limiter of posts: one a second in a channel, first come first served."""

import asyncio
import time

import pytest

from bot.channels.slack.post_pacing import PostPacer


async def test_posts_that_wait_go_first_come_first_served() -> None:
    pacer, done = PostPacer(0.05), []

    async def post(name: str) -> None:
        await pacer.acquire("C1")
        done.append(name)

    await asyncio.gather(*(post(name) for name in "bcad"))
    assert done == ["b", "c", "a", "d"]


async def test_a_post_that_need_not_wait_goes_without_a_task_switch() -> None:
    pacer = PostPacer(0.02)
    for number in range(500):
        with pytest.raises(StopIteration):  # it ran to its end: nothing else could run meanwhile
            pacer.acquire(f"C{number}").send(None)


async def test_a_hold_also_stops_posts_that_wait_already() -> None:
    pacer, begun = PostPacer(0.05), time.monotonic()
    await pacer.acquire("C1")
    waiting = asyncio.create_task(pacer.acquire("C1"))
    await asyncio.sleep(0)
    pacer.hold("C1", 0.3)
    await waiting
    assert time.monotonic() - begun > 0.29
    await asyncio.wait_for(pacer.acquire("C2"), 0.05)  # another channel


async def test_a_waiting_post_that_is_given_up_keeps_nobody_waiting() -> None:
    pacer = PostPacer(0.05)
    await pacer.acquire("C1")
    given_up = asyncio.create_task(pacer.acquire("C1"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait_for(pacer.acquire("C1"), 1)
