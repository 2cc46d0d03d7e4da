"""The quick part of the fault tests: a kill -9 in a burst, a process that never comes back. The rest: test_faults.py.

Events come as from Slack: repeated until they are acknowledged.
"""

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests import waiting
from tests.faults.scenarios import SHORT, Database, kill_one, take_over
from tests.faults.world import Worker, kill_all, mention
from tests.servers.fake_slack import FakeSlack
from tests.slow import slow

SAVED = "SELECT 1 FROM postbote_decisions WHERE reply != ''"
RECORDED = "SELECT sent, reply FROM postbote_decisions WHERE sent != ''"
until = partial(waiting.until, seconds=10, pause=0.02)
QUICK = replace(SHORT, events=15, kills=1)  # two seconds of them: the kill comes within the first


async def test_kill_9_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    outcome = await kill_one(tmp_path, Database(""), QUICK)
    assert (outcome.events, outcome.lost, outcome.repeated) == (15, 0, 0)
    assert outcome.notes == {}  # every process has ended well


@slow
async def test_the_work_of_a_process_that_never_comes_back_is_taken_over(tmp_path: Path) -> None:
    outcome = await take_over(tmp_path, Database(""), QUICK)
    assert (outcome.events, outcome.lost, outcome.repeated) == (20, 0, 0)


@slow
async def test_the_saved_reply_is_posted_after_a_kill_while_it_was_posted(tmp_path: Path) -> None:
    """Even where the next start would decide otherwise: another content, another version."""
    slack = FakeSlack()
    await slack.start()
    slack.trouble = ["hold"]
    first, second = (Worker(tmp_path, slack, WORD=word) for word in ("first ", "second "))
    try:
        await first.start()
        assert await slack.deliver(first.url, mention(1, 1_515_449_522))
        with closing(sqlite3.connect(tmp_path / "store.sqlite")) as database:
            await until(lambda: bool(database.execute(SAVED).fetchall()))
        assert not slack.trouble  # the post is under way, and never arrives
        await first.kill()
        await second.start()
        await until(lambda: bool(slack.posts))
        assert [post["text"] for post in slack.posts] == ["first question 1"]
        assert await slack.deliver(second.url, mention(2, 1_515_449_522))
        await until(lambda: len(slack.posts) > 1)
        assert slack.posts[1]["text"] == "second question 2"
    finally:
        await _end(slack)


@slow
async def test_a_post_waits_for_no_write_lock_and_a_kill_before_its_commit_repeats_nothing(tmp_path: Path) -> None:
    slack = FakeSlack()
    await slack.start()
    first, second = Worker(tmp_path, slack), Worker(tmp_path, slack)
    try:
        await first.start()
        with closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # another process writes, and takes its time
            assert await slack.deliver(first.url, mention(1, 1_515_449_522))
            await until(lambda: bool(slack.posts), seconds=2)  # SQLite would wait for five
            await first.kill()
            other.execute("ROLLBACK")
            await second.start()
            await until(lambda: bool(other.execute(RECORDED).fetchall()))
            assert other.execute(RECORDED).fetchall() == [(slack.posts[0]["ts"], "")]
        assert [post["text"] for post in slack.posts] == ["question 1"]
    finally:
        await _end(slack)


async def _end(slack: FakeSlack) -> None:
    kill_all()
    await slack.stop()
