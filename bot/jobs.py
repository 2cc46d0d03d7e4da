"""Durable execution: an event that is stored is answered exactly once, through retries, kill -9 and restarts.

On DBOS Transact, which keeps every step's result in SQLite or PostgreSQL and runs an unfinished workflow again. What
it leaves to us, each measured before (bot/DECISIONS.md): the key of an event is its workflow's id; a post is not
idempotent, so a workflow that runs again says so to the channel, which looks for its own post first; a dead process's
work is taken over through its slot's lock.
"""

import asyncio
import math
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import structlog
from dbos import DBOS, SetWorkflowID

from bot.channels import Channel
from bot.core.model import Answer, Event, Language, Reply, TryLater
from bot.engine import config, forget_old, open_slots, opened, pause_durably
from bot.store import DATABASE_TROUBLE, Store
from bot.stored import failure, reply_to_json, to_answer, to_event, to_json, to_reply
from bot.sweeper import TROUBLE, Sweeper
from bot.turns import Turns
from bot.watch import Watch, took

T = TypeVar("T")
log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 1_800.0  # seconds between attempts, doubled from one to the next
LONGEST_LOOK = 60.0  # seconds between attempts to decide: each is kept as a step, and a helpdesk may be down for long
GIVE_UP_AFTER = 24 * 3_600.0  # seconds of pauses
SUSPECT = 30.0  # seconds for which a process that could not store an event is not ready, unless it stores another one
KEPT = frozenset({"ask", "explain"})  # acts whose reply the desk keeps before it is delivered (Store.reply)
LATE = 2  # of the input's "form": a first run that needs no second attempt notes no step
PATIENCE = 25.0  # seconds that a stop waits for work under way; systemd kills after 30

Consider = Callable[[Event], Awaitable[Reply]]
Workflow = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Jobs:
    """The engine. One per process."""

    def __init__(
        self,
        database_url: str,
        data_dir: Path,
        consider: Consider,
        channels: Mapping[str, Channel],
        store: Store,
        watch: Watch | None = None,
    ) -> None:
        """`database_url`: postgresql://….

        Empty for a SQLite file in `data_dir`. `channels` may be filled until `start`.
        """
        self._store = store
        self._url = database_url or f"sqlite:///{data_dir / 'postbote.sqlite'}"
        self._data_dir = data_dir
        self._consider = consider
        self._watch = watch or Watch()
        self._turns = Turns()
        self._channels = channels
        self._instance = uuid.uuid4().hex
        self._under_way: list[str] = []  # keys, each of which is stored
        self._not_stored = -math.inf  # when an event could not be stored, and none was since
        self._sweeper = Sweeper(lambda: open_slots(self._url, self._data_dir))
        self._launched = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Launches the engine; what an earlier process left unfinished is taken up.

        Waits for a database that is away. Raises Unusable where it cannot be used, or does not come.
        """
        self._loop = asyncio.get_running_loop()
        DBOS(config=config(self._url, self._data_dir, await opened(self._store, self._sweeper)))
        self._workflow = DBOS.workflow(name="answer")(self._workflow_function())
        await asyncio.to_thread(DBOS.launch)
        self._launched = True
        self._tasks = [asyncio.create_task(self._sweeper.sweep()), asyncio.create_task(forget_old(self._store))]

    async def stop(self) -> None:
        """Takes no new work and finishes what is under way.

        What does not finish in time is taken up by the next start.
        """
        self._launched = False
        for task in self._tasks:
            task.cancel()
        deadline = self._loop.time() + PATIENCE
        while self._under_way and self._loop.time() < deadline:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        self._sweeper.close()
        self._store.close()

    async def store(self, event: Event) -> None:
        """Returns when the event is durable.

        A key that is known is no error and does nothing. Raises if it cannot be stored.
        """
        if not self._launched:
            raise TryLater("the engine is not running")
        self._watch.received(event)
        if event.key in self._under_way:
            return  # sent again, because the machine is busy: this must not keep it busier
        event = replace(event, received=time.time())
        try:
            with SetWorkflowID(event.key):
                await DBOS.start_workflow_async(self._workflow, to_json(event) | {"by": self._instance, "form": LATE})
        except Exception:
            self._not_stored = self._loop.time()
            raise
        self._not_stored = -math.inf
        self._watch.stored(event, took(event))

    async def depth(self) -> float:
        """How many events in the database are not finished, of all processes; NaN where it does not answer."""
        try:
            left = DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
            return float(len(await asyncio.wait_for(left, 5)))
        except (OSError, RuntimeError, TimeoutError, ValueError):
            return math.nan

    async def trouble(self) -> str:
        """Empty, or one line for /readyz."""
        if not self._launched:
            return "the engine is not running"
        try:
            look = DBOS.list_workflows_async(limit=1, load_input=False, load_output=False)
            await asyncio.wait_for(asyncio.gather(look, asyncio.to_thread(self._store.beat)), 5)
        except (TimeoutError, *TROUBLE) as wrong:
            return f"the database cannot be used ({type(wrong).__name__})"
        if self._loop.time() - self._not_stored < SUSPECT:
            return "the last event could not be stored"
        return ""

    def _workflow_function(self) -> Workflow:
        """The workflow; the engine needs a plain function to mark.

        Steps that were done give their stored result back.
        """

        async def answer(stored: dict[str, Any]) -> None:
            event, first_by, form = to_event(stored), stored.get("by"), stored.get("form", 1)
            self._under_way.append(event.key)
            try:
                with self._watch.of(event):
                    await self._answer(event, first_by, late=form >= LATE and event.act in KEPT)
            except DATABASE_TROUBLE as wrong:  # of the engine itself: what was done could not be noted
                log.error("interrupted", key=event.key, why=type(wrong).__name__)
                raise asyncio.CancelledError from wrong  # an exception would end the job for good
            finally:
                self._under_way.remove(event.key)
                self._sweeper.ended(event.key)

        return answer

    async def _answer(self, event: Event, first_by: str | None, *, late: bool) -> None:
        """`first_by`: the process that stored the event, and runs it first; None: version 0.1 stored it.

        Every step is a commit, so a first run that is `late` notes none before it must wait for something: "respond" is
        the first step, where there is any. Until then the desk has kept its reply. Nor is the first attempt to deliver
        a step: a workflow that runs again makes it again, and looks for its own post before.
        """
        again = late and self._has_run(event, first_by)
        found, noted = await self._decided(event, noted=not late or again, kept=again)
        if found["answer"] is None and not found["to"]:
            return
        replying = replace(event, reply_to={**event.reply_to, **found["to"]})
        old = first_by is None
        if not late:
            first_by = await DBOS.run_step_async({"name": "intent"}, self._own_name) if old else first_by
            again = self._has_run(event, first_by)
        pause, waited = FIRST_PAUSE, 0.0
        for attempt in count(1):
            deliver = self._deliver_step if attempt == 1 and not old else self._deliver_as_step
            again_after, wait = await deliver(replying, found["answer"], again)
            if wait is None:
                self._watch.delivered(replying, attempt)
                return
            if waited > GIVE_UP_AFTER:
                self._watch.gave_up(replying, waited)
                return
            if not noted:
                found, noted = await self._noted(event, found), True
            again = again or again_after
            seconds = wait or pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
            await pause_durably(seconds)
            waited, pause = waited + seconds, min(LONGEST_PAUSE, pause * 2)

    def _has_run(self, event: Event, first_by: str | None) -> bool:
        """May an earlier run have sent something?"""
        return self._sweeper.tried(event.key) or first_by != self._instance

    async def _deliver_as_step(
        self, event: Event, answer: dict[str, Any] | None, again: bool
    ) -> tuple[bool, float | None]:
        return await DBOS.run_step_async({"name": "deliver"}, self._deliver_step, event, answer, again)

    async def _decided(self, event: Event, *, noted: bool, kept: bool) -> tuple[Mapping[str, Any], bool]:
        """The reply as JSON, {"answer": … or None, "to": …}, and whether it is noted as a step.

        After a wait, where the person asks too much at once; a wait is always noted. `kept`: an earlier run may have
        decided it, and kept it with the desk.
        """
        known = await self._kept(event) if kept else None
        if not noted:
            known = await self._respond_step(event, False)
            if "wait" not in known:
                return known, False
        in_turn, pause = False, FIRST_PAUSE
        while True:
            found = await self._noted(event, known, in_turn)
            if "wait" not in found:
                return found, True
            in_turn, known = True, None
            if found["note"]:
                note = replace(event, key=f"{event.key}:slow", reply_to={**event.reply_to, "note": "yes"})
                await DBOS.run_step_async({"name": "note"}, self._deliver_step, note, found["note"], False)
            await pause_durably(found["wait"] or pause)
            pause = pause if found["wait"] else min(LONGEST_LOOK, pause * 2)

    async def _noted(
        self, event: Event, known: Mapping[str, Any] | None = None, in_turn: bool = False
    ) -> Mapping[str, Any]:
        """What an earlier run has noted; else what is `known`, else what is decided now, which is noted."""
        return to_reply(await DBOS.run_step_async({"name": "respond"}, self._respond_step, event, in_turn, known))

    async def _kept(self, event: Event) -> Mapping[str, Any] | None:
        try:
            return await asyncio.to_thread(self._store.reply, event.key)
        except DATABASE_TROUBLE as wrong:
            log.warning("reply_not_read", key=event.key, why=type(wrong).__name__)
            return None

    async def _own_name(self) -> str:
        return self._instance

    async def _respond_step(
        self, event: Event, in_turn: bool, known: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """The reply as JSON; the neutral failure where our code is at fault; {"wait": seconds} where it must wait.

        0: the usual pause. `known`: what it is.
        """
        if known is not None:
            return known
        if event.act in ("ask", "explain") and not in_turn:
            seconds, tell = self._turns.take(event.person, self._loop.time())
            if seconds:
                hint = event.question.language or event.question.hint or await self._hint(event) or "de"
                return {"wait": seconds, "note": to_json(Answer("slow", hint)) if tell else None}
        began = self._loop.time()
        try:
            reply = await self._guarded(event, lambda: self._consider(event)) or await self._failed(event)
        except TryLater as later:
            self._watch.retried(event, "decide", str(later), later.seconds)
            return {"wait": later.seconds or 0.0, "note": None}
        self._watch.decided(event, reply.answer, self._loop.time() - began)
        return reply_to_json(reply)

    async def _failed(self, event: Event) -> Reply:
        """The neutral reply to a question; it is a gap too. What was no question gets none."""
        if event.act not in ("ask", "explain"):
            return Reply(None)
        answer = failure(event)
        try:
            await asyncio.to_thread(self._store.remember, event, answer)
        except DATABASE_TROUBLE as wrong:
            log.warning("not_remembered", key=event.key, why=type(wrong).__name__)
        return Reply(answer)

    async def _hint(self, event: Event) -> Language | None:
        channel = self._channels.get(event.channel)
        return await self._on_main_loop(lambda: channel.hint(event)) if channel else None

    async def _deliver_step(
        self, event: Event, answer: dict[str, Any] | None, again: bool
    ) -> tuple[bool, float | None]:
        """(may it have been sent?, seconds until the next attempt; 0: the usual pause; None: done)."""
        channel = self._channels.get(event.channel)
        if channel is None:
            log.error("channel_is_off", key=event.key, channel=event.channel)
            return False, LONGEST_PAUSE
        try:
            said = to_answer(answer) if answer else None
            sent = await self._guarded(event, lambda: channel.deliver(event, said, again=again))
            if sent is None and said:
                await self._guarded(event, lambda: channel.deliver(event, failure(event), again=True))
            elif sent or said:
                await self._sent(event, sent or "")
        except TryLater as later:
            self._watch.retried(event, "deliver", str(later), later.seconds)
            return later.maybe_sent, later.seconds or 0.0
        return False, None

    async def _sent(self, event: Event, sent: str) -> None:
        """Under which name the reply was posted, which an edit or a deletion needs, and how long it took."""
        key = event.reply_to.get("key", event.key)
        try:
            await asyncio.to_thread(self._store.sent, key, sent, took(event) if key == event.key else 0.0)
        except DATABASE_TROUBLE as wrong:
            log.warning("post_not_kept", key=key, why=type(wrong).__name__)

    async def _guarded(self, event: Event, work: Callable[[], Awaitable[T]]) -> T | None:
        """The work's value; None where it failed through a bug of ours, which is logged. Raises TryLater."""
        try:
            return await self._on_main_loop(work)
        except TryLater:
            raise
        except DATABASE_TROUBLE as wrong:
            raise TryLater(f"the database cannot be used ({type(wrong).__name__})", maybe_sent=True) from wrong
        except Exception:
            log.exception("our_bug", key=event.key)
            self._watch.metrics.bugs.labels(event.channel).inc()
            return None

    async def _on_main_loop(self, work: Callable[[], Awaitable[T]]) -> T:
        """The engine runs recovered workflows on a loop of its own; sockets belong to the loop that opened them."""
        if asyncio.get_running_loop() is self._loop:
            return await work()

        async def wrapped() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(wrapped(), self._loop))
