"""End of a worker: what its runs use is there until the last of them has ended. Processes that end: tests/faults."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.core.model import Answer, Event, Language, Question, Reply
from bot.core.rate_limit import RateLimiter
from bot.durable import worker
from tests.durable.test_workflow import EVENT, NEVER, Room, process
from tests.waiting import until


@dataclass
class Slow(Room):
    """Channel whose posts take until the run is cancelled, and whose look meets a bug once `over` is set."""

    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        self.attempts.append((answer.template if answer else "", again))
        if answer and answer.template == "failure":
            return "post"
        try:
            await asyncio.sleep(NEVER)
        except asyncio.CancelledError:
            self.order.append("cancelled")
            raise
        return ""

    async def language_hint(self, event: Event) -> Language | None:
        self.order.append("looking")
        await self.over.wait()
        raise ValueError("a bug of ours")


async def test_no_run_goes_on_once_the_worker_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease is free then: another process may post what this run was about to (test_workflow.py)."""
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    slow = Slow(tmp_path)
    async with process(tmp_path, slow, Reply(Answer("first", "de"))) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: slow.attempts, pause=0.01)
    assert slow.order == ["cancelled"]


async def test_a_bug_while_the_process_ends_is_answered_like_any_other(tmp_path: Path) -> None:
    """It would end the workflow for good, without a word to anybody."""
    slow = Slow(tmp_path)
    async with process(tmp_path, slow, rate_limiter=RateLimiter(burst=0, every=NEVER)) as (running, _):
        await running.enqueue(replace(EVENT, person="T1:U1"))
        await until(lambda: slow.order, pause=0.01)
        asyncio.get_running_loop().call_later(0.1, slow.over.set)
    assert slow.attempts == [("failure", True)]


async def test_what_a_run_enqueues_while_the_process_ends_is_stored(tmp_path: Path) -> None:
    """As the alarm of the breaker, which the last ticket may trip."""
    alarm = Event("breaker:tripped:1", "room", Question(""), act="breaker")
    begun, ending = asyncio.Event(), asyncio.Event()
    room = Room(tmp_path)

    async def handle(event: Event) -> Reply:
        if event.act == "breaker":
            return Reply(Answer("breaker", "de"))
        begun.set()
        await ending.wait()
        await running.enqueue(alarm)
        return Reply(None)

    async with process(tmp_path, room, handle=handle) as (running, _):
        await running.enqueue(EVENT)
        await begun.wait()
        asyncio.get_running_loop().call_later(0.1, ending.set)
    with closing(sqlite3.connect(tmp_path / "postbote.sqlite")) as database:
        found = database.execute("SELECT status FROM workflow_status WHERE workflow_uuid = ?", (alarm.key,)).fetchone()
    assert found in [("SUCCESS",), ("PENDING",)]  # sent, or taken up by the next start
