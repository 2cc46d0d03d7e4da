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
from typing import Any

import structlog
from dbos import DBOS, SetWorkflowID

from bot.contracts import Channel
from bot.core.model import Event, TryLater
from bot.durable.dbos_setup import config, durable_sleep, forget_old, open_leases, opened
from bot.durable.decide import ASKED, FIRST_PAUSE, Consider, DecideStep, Keep
from bot.durable.error_policy import ErrorPolicy
from bot.durable.recovery import TROUBLE, Recovery
from bot.observability.event_log import EventLog, seconds_since_receipt
from bot.rate_limit import RateLimiter
from bot.storage import DatabaseError, Storage
from bot.storage.serialization import failure, to_answer, to_event, to_json

log = structlog.get_logger()

LONGEST_PAUSE = 1_800.0  # seconds between attempts to deliver
GIVE_UP_AFTER = 24 * 3_600.0  # seconds of pauses
SUSPECT = 30.0  # seconds for which a process that could not store an event is not ready, unless it stores another one
LATE = 2  # of the input's "form": a first run that needs no second attempt notes no step
PATIENCE = 25.0  # seconds that a stop waits for work under way; systemd kills after 30

Workflow = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Worker:
    """The engine. One per process."""

    def __init__(
        self,
        database_url: str,
        data_dir: Path,
        consider: Consider,
        channels: Mapping[str, Channel],
        storage: Storage,
        event_log: EventLog | None = None,
        turns: RateLimiter | None = None,
    ) -> None:
        """`database_url`: postgresql://….

        Empty for a SQLite file in `data_dir`. `channels` may be filled until `start`. `turns`: how much one person may
        ask at once.
        """
        self._storage = storage
        self._url = database_url or f"sqlite:///{data_dir / 'postbote.sqlite'}"
        self._data_dir = data_dir
        self._event_log = event_log or EventLog()
        self._guard = ErrorPolicy(self._event_log)
        self._deciding = DecideStep(consider, channels, storage, self._event_log, self._guard, turns)
        self._channels = channels
        self._instance = uuid.uuid4().hex
        self._under_way: list[str] = []  # keys, each of which is stored
        self._not_stored = -math.inf  # when an event could not be stored, and none was since
        self._sweeper = Recovery(lambda: open_leases(self._url, self._data_dir))
        self._launched = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Launches the engine; what an earlier process left unfinished is taken up.

        Waits for a database that is away. Raises DatabaseUnusable where it cannot be used, or does not come.
        """
        self._guard.start()
        DBOS(config=config(self._url, self._data_dir, await opened(self._storage, self._sweeper)))
        self._workflow = DBOS.workflow(name="answer")(self._workflow_function())
        await asyncio.to_thread(DBOS.launch)
        self._launched = True
        self._tasks = [asyncio.create_task(self._sweeper.sweep()), asyncio.create_task(forget_old(self._storage))]

    async def stop(self) -> None:
        """Takes no new work and finishes what is under way.

        What does not finish in time is taken up by the next start.
        """
        self._launched = False
        for task in self._tasks:
            task.cancel()
        deadline = self._guard.loop.time() + PATIENCE
        while self._under_way and self._guard.loop.time() < deadline:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        self._sweeper.close()
        self._storage.database.close()

    async def enqueue(self, event: Event) -> None:
        """Returns when the event is durable.

        A key that is known is no error and does nothing. Raises if it cannot be stored.
        """
        if not self._launched:
            raise TryLater("the engine is not running")
        self._event_log.received(event)
        if event.key in self._under_way:
            return  # sent again, because the machine is busy: this must not keep it busier
        event = replace(event, received=time.time())
        try:
            with SetWorkflowID(event.key):
                await DBOS.start_workflow_async(self._workflow, to_json(event) | {"by": self._instance, "form": LATE})
        except Exception:
            self._not_stored = self._guard.loop.time()
            raise
        self._not_stored = -math.inf
        self._event_log.stored(event, seconds_since_receipt(event))

    async def queue_depth(self) -> float:
        """How many events in the database are not finished, of all processes; NaN where it does not answer."""
        try:
            left = DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
            return float(len(await asyncio.wait_for(left, 5)))
        except (OSError, RuntimeError, TimeoutError, ValueError):
            return math.nan

    async def readiness_problem(self) -> str:
        """Empty, or one line for /readyz."""
        if not self._launched:
            return "the engine is not running"
        try:
            look = DBOS.list_workflows_async(limit=1, load_input=False, load_output=False)
            await asyncio.wait_for(asyncio.gather(look, asyncio.to_thread(self._storage.database.check_writable)), 5)
        except (TimeoutError, *TROUBLE) as wrong:
            return f"the database cannot be used ({type(wrong).__name__})"
        if self._guard.loop.time() - self._not_stored < SUSPECT:
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
                with self._event_log.processing(event):
                    await self._answer(event, first_by, late=form >= LATE and event.act in ASKED)
            except DatabaseError as wrong:  # of the engine itself: what was done could not be noted
                log.error("interrupted", key=event.key, why=type(wrong).__name__)
                raise asyncio.CancelledError from wrong  # an exception would end the job for good
            except Exception:
                if not self._launched:  # the engine ends: the next start takes it up
                    raise
                self._guard.report(event)
                if event.act in ASKED:
                    await self._deliver_step(event, to_json(failure(event)), True)
            finally:
                self._under_way.remove(event.key)
                self._sweeper.ended(event.key)

        return answer

    async def _answer(self, event: Event, first_by: str | None, *, late: bool) -> None:
        """`first_by`: the process that stored the event, and runs it first; None: version 0.1 stored it.

        Every step is a commit, so a first run that is `late` notes none before it must wait for something: "respond" is
        the first step, where there is any. Nor is the first attempt to deliver a step: a workflow that runs again makes
        it again, and looks for its own post before.
        """
        again = late and self._has_run(event, first_by)
        decided = await self._deciding.decided(event, self._deliver_step, late=late, again=again)
        answer, to = decided.reply["answer"], decided.reply["to"]
        if answer is None and not to:
            await self._deciding.keep(event, decided.keep)
            return
        replying = replace(event, reply_to={**event.reply_to, **to})
        old = first_by is None
        if not late:
            first_by = await DBOS.run_step_async({"name": "intent"}, self._own_name) if old else first_by
            again = self._has_run(event, first_by)
        pause, waited = FIRST_PAUSE, 0.0
        for attempt in count(1):
            if attempt == 1 and not old:
                again_after, wait = await self._deliver_and_keep(replying, answer, again, decided.keep)
            else:
                again_after, wait = await self._deliver_as_step(replying, answer, again)
            if wait is None:
                self._event_log.delivered(replying, attempt)
                return
            if waited > GIVE_UP_AFTER:
                self._event_log.gave_up(replying, waited)
                return
            if attempt == 1 and not decided.noted:
                answer = (await self._deciding.noted(event, decided.reply))["answer"]
            again = again or again_after
            seconds = wait or pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
            await durable_sleep(seconds)
            waited, pause = waited + seconds, min(LONGEST_PAUSE, pause * 2)

    def _has_run(self, event: Event, first_by: str | None) -> bool:
        """May an earlier run have sent something?"""
        return self._sweeper.tried(event.key) or first_by != self._instance

    async def _own_name(self) -> str:
        return self._instance

    async def _deliver_and_keep(
        self, event: Event, answer: dict[str, Any] | None, again: bool, keep: Keep | None
    ) -> tuple[bool, float | None]:
        """Both at once; what goes over the network goes first."""
        keeping = asyncio.create_task(self._keep_soon(event, keep))
        try:
            return await self._deliver_step(event, answer, again, keeping)
        finally:
            await keeping

    async def _keep_soon(self, event: Event, keep: Keep | None) -> None:
        await asyncio.sleep(0)  # aiohttp writes a request in a task of its own, which is made after this one
        await self._deciding.keep(event, keep)

    async def _deliver_as_step(
        self, event: Event, answer: dict[str, Any] | None, again: bool
    ) -> tuple[bool, float | None]:
        return await DBOS.run_step_async({"name": "deliver"}, self._deliver_step, event, answer, again)

    async def _deliver_step(
        self, event: Event, answer: dict[str, Any] | None, again: bool, keeping: Awaitable[None] | None = None
    ) -> tuple[bool, float | None]:
        """(may it have been sent?, seconds until the next attempt; 0: the usual pause; None: done).

        `keeping`: what must be kept before it is noted there how the reply was posted.
        """
        channel = self._channels.get(event.channel)
        if channel is None:
            log.error("channel_is_off", key=event.key, channel=event.channel)
            return False, LONGEST_PAUSE
        try:
            said = to_answer(answer) if answer else None
            sent = await self._guard.run(event, lambda: channel.deliver(event, said, again=again))
            if sent is None and said:
                await self._guard.run(event, lambda: channel.deliver(event, failure(event), again=True))
            elif sent or said:
                if keeping:
                    await keeping
                await self._sent(event, sent or "")
        except TryLater as later:
            self._event_log.retried(event, "deliver", str(later), later.seconds)
            return later.maybe_sent, later.seconds or 0.0
        return False, None

    async def _sent(self, event: Event, sent: str) -> None:
        """Under which name the reply was posted, which an edit or a deletion needs, and how long it took."""
        key = event.reply_to.get("key", event.key)
        try:
            await asyncio.to_thread(
                self._storage.mark_delivered,
                key,
                sent,
                seconds_since_receipt(event) if key == event.key else 0.0,
                ticket=event.act == "ticket",
            )
        except DatabaseError as wrong:
            log.warning("post_not_kept", key=key, why=type(wrong).__name__)
