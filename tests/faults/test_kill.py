"""The quick part of the fault tests: a kill -9 in a burst, a process that never comes back. The rest: test_faults.py.

Events come as from Slack: repeated until they are acknowledged.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.faults.scenarios import SHORT, Database, kill_two, take_over
from tests.faults.world import Worker, kill_all, mention
from tests.faults.world import free_port as free_port  # others import it from here
from tests.servers.fake_slack import FakeSlack
from tests.slow import slow

QUICK = replace(SHORT, events=30, kills=1)


async def test_kill_9_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    outcome = await kill_two(tmp_path, Database(""), QUICK)
    assert (outcome.events, outcome.lost, outcome.repeated) == (30, 0, 0)
    assert outcome.notes == {}  # every process has ended well


@slow
async def test_what_a_process_left_that_never_comes_back_is_taken_over(tmp_path: Path) -> None:
    outcome = await take_over(tmp_path, Database(""), QUICK)
    assert (outcome.events, outcome.lost, outcome.repeated) == (20, 0, 0)


async def test_what_was_decided_is_said_also_after_a_kill_before_it_was_said(tmp_path: Path) -> None:
    """Even where the next start would decide otherwise: another content, another version."""
    slack = FakeSlack()
    await slack.start()
    slack.trouble = ["hold"]
    first, second = (Worker(tmp_path, slack, WORD=word) for word in ("first ", "second "))
    try:
        await first.start()
        assert await slack.deliver(first.url, mention(1, 1_515_449_522))
        await asyncio.wait_for(_until(lambda: not slack.trouble), 10)  # the post is under way, and never arrives
        await first.kill()
        await second.start()
        await asyncio.wait_for(_until(lambda: bool(slack.posts)), 10)
        assert [post["text"] for post in slack.posts] == ["first question 1"]
        assert await slack.deliver(second.url, mention(2, 1_515_449_522))
        await asyncio.wait_for(_until(lambda: len(slack.posts) > 1), 10)
        assert slack.posts[1]["text"] == "second question 2"
    finally:
        kill_all()
        await slack.stop()


async def _until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.02)
