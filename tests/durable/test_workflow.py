"""Workflow of an event on the real engine: what is checkpointed when, and what a second run delivers.

A process that dies is a worker that stops without waiting for its runs; kill -9 itself is in tests/faults.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.contracts.channel import Channel, ChannelDefaults
from bot.core.model import Answer, DecisionToSave, Event, Question, Reply, TryLater
from bot.core.rate_limit import RateLimiter
from bot.durable import worker
from bot.durable.decide import Handle
from bot.durable.recovery import Recovery
from bot.durable.worker import Worker
from bot.storage import Storage, create_storage
from tests.prepared import prepare
from tests.waiting import until

EVENT = Event("T1:C1:1.5:ask", "room", Question("x"))
STEPS = "SELECT function_name FROM operation_outputs WHERE workflow_uuid = ? ORDER BY function_id"
NEVER = 3_600.0  # seconds: longer than any test


@dataclass
class Room(ChannelDefaults):
    """Channel whose next attempts fail as `trouble` says, and that notes what it was told."""

    folder: Path
    name: str = "room"
    routes: tuple[()] = ()
    trouble: list[TryLater] = field(default_factory=list)
    attempts: list[tuple[str, bool]] = field(default_factory=list)  # (template, `again`)
    steps: list[list[str]] = field(default_factory=list)  # of the workflow, at each attempt
    order: list[str] = field(default_factory=list)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        self.order.append("posting")
        self.attempts.append((answer.template if answer else "", again))
        self.steps.append(steps_of(self.folder, event))
        if self.trouble:
            raise self.trouble.pop(0)
        await asyncio.sleep(0.02)
        self.order.append("posted")
        return f"post-{len(self.attempts)}"


def steps_of(folder: Path, event: Event) -> list[str]:
    """Names of the event's checkpoints, read beside the engine: within a workflow its own look would be one more."""
    with closing(sqlite3.connect(folder / "postbote.sqlite")) as database:
        return [name for (name,) in database.execute(STEPS, (event.key,))]


async def save_row(storage: Storage, decided: DecisionToSave) -> None:
    work = partial(storage.decisions.save, decided.event, decided.answer, reply=decided.undelivered)
    await asyncio.to_thread(work)


@asynccontextmanager
async def process(
    folder: Path,
    room: Room,
    *replies: Reply | TryLater,
    save: Callable[[DecisionToSave], Awaitable[None]] | None = None,
    rate_limiter: RateLimiter | None = None,
    url: str = "",
    handle: Handle | None = None,
) -> AsyncIterator[tuple[Worker, Storage]]:
    """Worker that decides `replies`, one after the other; on SQLite in `folder`, or on the PostgreSQL at `url`.

    `save`: instead of the plain one, which saves the decision and the undelivered reply. `handle`: decides instead.
    """
    left = list(replies)

    async def decide_next(event: Event) -> Reply:
        decided = left.pop(0)
        if isinstance(decided, TryLater):
            raise decided
        return decided

    if not url:
        prepare(folder)
    channels: dict[str, Channel] = {"room": room}
    storage = create_storage(url, folder)
    save = save or partial(save_row, storage)
    running = Worker(url, folder, handle or decide_next, save, channels, storage, rate_limiter=rate_limiter)
    await running.start()
    try:
        yield running, storage
    finally:
        await running.stop()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


def decided(event: Event, template: str) -> Reply:
    """Reply whose decision is to be saved, as the dialogue makes it."""
    answer = Answer(template, "de")
    return Reply(answer, decided=DecisionToSave(event, answer, "mention", undelivered=Reply(answer)))


async def test_a_question_that_is_answered_at_once_writes_no_checkpoint(tmp_path: Path) -> None:
    room = Room(tmp_path)
    async with process(tmp_path, room, Reply(Answer("first", "de"))) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: "posted" in room.order, pause=0.01)
        assert steps_of(tmp_path, EVENT) == []
    assert room.attempts == [("first", False)]


async def test_a_reply_is_checkpointed_before_its_workflow_pauses(tmp_path: Path) -> None:
    room = Room(tmp_path, trouble=[TryLater("away", 0.01, maybe_sent=True), TryLater("away", 0.01)])
    async with process(tmp_path, room, Reply(Answer("first", "de"))) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: "posted" in room.order, pause=0.01)
    assert room.attempts == [("first", False), ("first", True), ("first", True)]
    assert room.steps == [[], ["decide", "DBOS.sleep"], ["decide", "DBOS.sleep", "deliver", "DBOS.sleep"]]


async def test_an_attempt_that_cannot_have_posted_is_not_looked_for(tmp_path: Path) -> None:
    room = Room(tmp_path, trouble=[TryLater("rate limit", 0.01)])
    async with process(tmp_path, room, Reply(Answer("first", "de"))) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: "posted" in room.order, pause=0.01)
    assert room.attempts == [("first", False), ("first", False)]


async def test_a_later_process_looks_for_the_post_of_the_checkpointed_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although it would decide otherwise."""
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    room = Room(tmp_path, trouble=[TryLater("away", NEVER)])
    async with process(tmp_path, room, Reply(Answer("first", "de"))) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: len(room.attempts) == 1, pause=0.01)
        await asyncio.sleep(0.2)  # the checkpoint
    async with process(tmp_path, room, Reply(Answer("second", "de"))):
        await until(lambda: "posted" in room.order, pause=0.01)
    assert room.attempts == [("first", False), ("first", True)]


async def test_a_later_process_delivers_what_the_decision_row_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one ended while it was posting: on the fast path there is no checkpoint then."""
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    room, hanging = Room(tmp_path), Hanging(tmp_path)
    storage = create_storage("", tmp_path)
    async with process(tmp_path, hanging, decided(EVENT, "first")) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: hanging.attempts and storage.decisions.undelivered_reply(EVENT.key), pause=0.01)
        assert steps_of(tmp_path, EVENT) == []
    async with process(tmp_path, room, Reply(Answer("second", "de"))) as (_, second):
        await until(lambda: "posted" in room.order, pause=0.01)
        await until(lambda: (kept := second.decisions.get(EVENT.key)) and kept.sent == "post-1", pause=0.01)
        assert second.decisions.undelivered_reply(EVENT.key) is None
    assert room.attempts == [("first", True)]
    storage.database.close()


async def test_a_notice_of_the_rate_limit_is_looked_for_by_a_later_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    room, hanging = Room(tmp_path), Hanging(tmp_path)
    async with process(tmp_path, hanging, rate_limiter=RateLimiter(burst=0, every=0.1)) as (running, _):
        await running.enqueue(replace(EVENT, person="T1:U1"))
        await until(lambda: hanging.attempts, pause=0.01)
    async with process(tmp_path, room, Reply(Answer("first", "de"))):
        await until(lambda: len(room.attempts) == 2, pause=0.01)
    assert hanging.attempts == [("slow", False)]
    assert room.attempts == [("slow", True), ("first", True)]


class Hanging(Room):
    """Channel whose post is never confirmed."""

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        self.attempts.append((answer.template if answer else "", again))
        await asyncio.sleep(NEVER)
        return ""


async def test_a_press_is_checkpointed_before_its_reply_is_delivered_and_a_wait_before_its_end(tmp_path: Path) -> None:
    room, press = Room(tmp_path), Event("T1:C1:1.5:press", "room", Question(""), act="helpful")
    replies = (Reply(Answer("feedback", "de")), TryLater("away", 0.01), Reply(Answer("first", "de")))
    async with process(tmp_path, room, *replies) as (running, _):
        await running.enqueue(press)
        await until(lambda: "posted" in room.order, pause=0.01)
        await running.enqueue(EVENT)
        await until(lambda: room.order.count("posted") == 2, pause=0.01)
    assert room.steps == [["decide"], ["decide", "DBOS.sleep", "decide"]]
    assert room.attempts == [("feedback", False), ("first", False)]


async def test_a_post_starts_before_its_decision_is_saved_and_is_recorded_after_both(tmp_path: Path) -> None:
    room, storage = Room(tmp_path), create_storage("", tmp_path)

    async def save(decided: DecisionToSave) -> None:
        room.order.append("saving")
        await asyncio.sleep(0.2)
        await save_row(storage, decided)
        room.order.append("saved")

    async with process(tmp_path, room, decided(EVENT, "first"), save=save) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: (kept := storage.decisions.get(EVENT.key)) and kept.sent, pause=0.01)
        assert storage.decisions.undelivered_reply(EVENT.key) is None
    assert room.order == ["posting", "saving", "posted", "saved"]
    storage.database.close()


async def test_a_decision_is_saved_once_before_its_checkpoint_or_where_nothing_is_said(tmp_path: Path) -> None:
    room, press = Room(tmp_path), replace(EVENT, key="T1:C1:1.5:press", act="helpful")
    overheard, deleted = (replace(EVENT, key=f"T1:C1:1.6:{act}", act=act) for act in ("overheard", "ask"))

    async def save(decided: DecisionToSave) -> None:
        room.order.append(f"{decided.event.act} saved at {steps_of(tmp_path, decided.event)}")

    said = (decided(press, "feedback"), *(replace(decided(of, ""), answer=None) for of in (overheard, deleted)))
    async with process(tmp_path, room, *said, save=save) as (running, _):
        for number, event in zip((3, 4, 5), (press, overheard, deleted), strict=True):
            await running.enqueue(event)
            await until(lambda number=number: len(room.order) >= number, pause=0.01)  # type: ignore[misc]
    assert room.order == ["helpful saved at []", "posting", "posted", "overheard saved at []", "ask saved at []"]


async def test_a_reply_goes_out_although_its_decision_cannot_be_saved(tmp_path: Path) -> None:
    async def save(_: DecisionToSave) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    room = Room(tmp_path)
    async with process(tmp_path, room, decided(EVENT, "first"), save=save) as (running, _):
        await running.enqueue(EVENT)
        await until(lambda: "posted" in room.order, pause=0.01)
    assert room.attempts == [("first", False)]


def test_a_run_may_have_posted_if_this_process_attempted_it_or_another_one_stored_it() -> None:
    recovery = Recovery(lambda: pytest.fail("no lease is taken"))
    own, other = recovery.process_id, "of another process"
    assert [recovery.mark_attempted("key", own) for _ in range(2)] == [False, True]
    assert recovery.mark_attempted("another key", own) is False
    assert recovery.mark_attempted("a third key", other) is True
