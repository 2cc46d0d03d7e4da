"""Durable worker: an event that is stored is answered exactly once, through retries, kill -9 and restarts.

Theory of operation
===================

Parts, each uses those after it: Worker (this module) → EventWorkflow (workflow.py: order, checkpoints; retry.py: its
pauses) → DecideStep, DeliverStep → DecisionRow (what they read and write in bot/storage), ErrorPolicy. Recovery and
leases see to the work of dead processes. The engine is
DBOS Transact: a workflow is a row whose id is the event's key; a step's result is a row too, and is handed out again
when the workflow runs again; every row is a commit. Decisions are rows of our own (bot/storage): a reply names the one
that is to be saved (Reply.decided), and DecideStep hands it to the saver (bot/dialogue). On SQLite these are
two files, postbote.sqlite and store.sqlite; on PostgreSQL one database. No transaction spans both.

States of an event, and what is durable in each:

  received    Nothing. The sender has no acknowledgement, and sends again (Slack) or is polled again (a helpdesk).
  stored      The workflow's row: event, and the id of the process that stored it. Then `enqueue` returns, and the
              channel acknowledges. This process starts to run the workflow at once.
  decided     A question (QUESTION_ACTS) on the fast path: the decision row with the undelivered reply, committed while
              the post is under way. Any other act (press, edit, ticket): step "decide", before anything is posted.
  waiting     Step "decide", with the reply or with the wait that comes before one, and the sleep with its end. The fast
              path writes these as well, before its first pause. Later attempts to deliver are steps "deliver".
  posted      The channel has the reply, with a mark by which it is found again (Slack: the key, in its metadata).
  delivered   The decision row has the message id and the latency, its undelivered reply is emptied; then the
              workflow's row is SUCCESS. It stays for at least 26 hours: a redelivery finds its key and starts nothing.
  redacted    Within about a minute of its end, however it ended: event, step results and errors are NULL in the
              engine's rows (purge.py, bot/storage/job_rows.py), and only the key and times stay. Nothing reads
              them any more: recovery resumes what is unfinished, a redelivery is known by its key.
  refused     Undeliverable: the channel refuses it for good, or the question was deleted. Logged with its reason, and
              SUCCESS for the engine; the undelivered reply is emptied.
  given up    After 24 hours of pauses between attempts to deliver: logged, counted, and SUCCESS for the engine.
              Attempts to decide have no such end. The undelivered reply is deleted after seven days.

Who retries. The workflow itself, where TryLater says that the world is to blame: after the time that the channel names,
or 1 s, doubled up to 1 min (decide) or 30 min (deliver). The engine, where its own database does not answer. Recovery:
every 2 s it resumes runs of this process that ended while their row is unfinished (a database fault ended them: the
run is cancelled then, because an exception would end the workflow for good), and all workflows of a process whose
lease is free. A process that starts in a dead one's slot resumes its work by itself. The sender, before `stored` alone.

What a second run may assume. Everything before it may have happened, and only what is durable is known.
  - Same process, after a database fault: Recovery remembers in memory which runs may have posted (mark_attempted).
  - Another process (kill -9, a lost lease, a restart): the row names another process, so they all may have posted.
  - A redelivery is no second run: its key is known, nothing starts.
So it starts with RunState.may_have_posted, and the channel looks for its own post first (Slack: 4 s later, since a post
is not found at once). It delivers the checkpointed reply, else the undelivered one of the decision row; else it decides
anew, which is why the fast path is for questions alone: deciding them twice changes nothing. The first attempt to
deliver is no step, so that every run makes one at once; after that the pauses go on where they were.

Why the post goes out while the decision is being saved. Slack takes about a hundred times as long as our commit, so the
row is there before the post stands, nearly always; and the person does not wait for the commit, not even while another
process holds SQLite's write lock. It is safe because a post can be looked for, after a crash that was faster.

What a crash leads to, by the moment:
  before `stored`                       Not acknowledged: the sender repeats the event.
  stored, not acknowledged              Answered; the repetition finds the key.
  deciding                              Decided anew; looked for, not found, posted.
  row saved, post not sent              The saved reply is posted, even if the content has changed since.
  post sent, row not saved              Decided anew and saved; the post is found and recorded, nothing is posted.
  post recorded, workflow not ended     As the line before: the undelivered reply is emptied already.
  in a pause before a decision          The rest of it is slept, then it is decided.
  in a pause before a delivery          The checkpointed reply is looked for and tried at once, then the rest is slept.
  press, edit, ticket: before "decide"  Decided anew; what it changes must bear that (hand_over, ticket ledger).
  press, edit, ticket: after "decide"   The checkpointed reply is looked for, and posted if it is missing.
  SIGTERM                               Runs under way get 25 s (PATIENCE); what is left is cancelled, and as after a
                                        crash. Nothing that they use, nor the lease, is given up before they end. What
                                        takes longer ends with the process (stop_deadline.py).
  the process cannot confirm its lease  It exits at once (70), before the server lets others have it.

Known limits. A slash command's reply (response_url) and an ephemeral message cannot be looked up: killed within the
milliseconds of the post, the person reads it twice; nobody else sees it. A post that somebody deleted, or that is not
among the 200 messages that are looked through, is posted again. Updates, deletions and views are repeated, without
harm. After a bug in a channel's `deliver` the neutral failure is posted, and nothing is recorded. A mail that was
interrupted at SMTP's last word is not sent again; a person is asked (channels/mail/delivery.py). For a channel that
was switched off the workflow looks every 30 minutes, until it gives the reply up.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
from dbos import DBOS, SetWorkflowID

from bot.contracts.channel import Channel
from bot.core.model import Event, TryLater
from bot.core.rate_limit import RateLimiter
from bot.durable.dbos_setup import config, open_leases, wait_for_database
from bot.durable.decide import DecideStep, Handle
from bot.durable.decision_row import DecisionRow, Save
from bot.durable.deliver import DeliverStep
from bot.durable.error_policy import ErrorPolicy
from bot.durable.purge import purge_regularly
from bot.durable.recovery import TROUBLE, Recovery
from bot.durable.workflow import EventWorkflow
from bot.observability.event_log import EventLog, seconds_since_receipt
from bot.storage import DatabaseError, Storage
from bot.storage.job_rows import JobRows
from bot.storage.serialization import to_event, to_json

log = structlog.get_logger()

SUSPECT = 30.0  # seconds for which a process that could not store an event is not ready, unless it stores another one
PATIENCE = 25.0  # seconds that a stop waits for work under way; how long it takes in all: stop_deadline.py
CANCELLED_WITHIN = 2.0  # seconds that a stop waits for runs that it has cancelled: they may be saving a decision
ENGINE_ENDS_WITHIN = 4.0  # seconds that a stop waits for the engine; its threads wait half a minute for a held file

Workflow = Callable[[dict[str, Any], str], Coroutine[Any, Any, None]]


class Worker:
    """Durable queue of events and its worker; one for each process, because the engine is global to it."""

    def __init__(
        self,
        database_url: str,
        data_dir: Path,
        handle: Handle,
        save: Save,
        channels: Mapping[str, Channel],
        storage: Storage,
        event_log: EventLog | None = None,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        """`database_url`: postgresql://…, or empty for a SQLite file in `data_dir`.

        `handle`: decides the reply to an event. `save`: saves what was decided (Reply.decided). `channels`: by name;
        may be filled until `start`. `rate_limiter`: of the questions of each person.
        """
        self._storage = storage
        self._url = database_url or f"sqlite:///{data_dir / 'postbote.sqlite'}"
        self._data_dir = data_dir
        self._event_log = event_log or EventLog()
        self._errors = ErrorPolicy(self._event_log)
        self._recovery = Recovery(lambda: open_leases(self._url, self._data_dir))
        decisions = DecisionRow(save, storage)
        self._events = EventWorkflow(
            DecideStep(
                handle,
                channels,
                decisions,
                event_log=self._event_log,
                errors=self._errors,
                rate_limiter=rate_limiter or RateLimiter(),
            ),
            DeliverStep(channels, decisions, self._event_log, self._errors),
            decisions,
            recovery=self._recovery,
            event_log=self._event_log,
        )
        self._under_way: dict[asyncio.Task[Any], str] = {}  # run → its key; each is stored
        self._not_stored = -math.inf  # when an event could not be stored, and none was since
        self._launched = False
        self._ended = False  # True: a run that begins now ends at once; the next start takes it up
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Launches the engine, which takes up what an earlier process in this slot left unfinished.

        Waits for a database that is away. Raises DatabaseUnusable where it cannot be used, or does not come.
        """
        self._errors.start()
        slot = await wait_for_database(self._storage, self._recovery)
        DBOS(config=config(self._url, self._data_dir, slot))
        self._workflow = DBOS.workflow(name="answer")(self._workflow_function())
        await asyncio.to_thread(DBOS.launch)
        self._launched = True
        purge = purge_regularly(self._storage, JobRows(self._url))
        self._tasks = [asyncio.create_task(self._recovery.run()), asyncio.create_task(purge)]

    async def stop(self) -> None:
        """Finishes the runs under way; those that take longer are cancelled, and the next start takes them up.

        What they use is closed after the last of them, and the lease goes last: while one may still post, no other
        process takes it over, and the heartbeat goes on. Where the engine cannot end, since somebody holds its file,
        the lease stays until the process has ended.
        """
        self._recovery.take_nothing_over()
        await self._runs_ended(PATIENCE)
        self._launched, self._ended = False, True
        for run in list(self._under_way):
            run.get_loop().call_soon_threadsafe(run.cancel)
        await self._runs_ended(CANCELLED_WITHIN)
        for task in self._tasks:
            task.cancel()
        engine_ended = await self._engine_ended()
        self._storage.database.close()
        if engine_ended:
            self._recovery.close()

    async def _engine_ended(self) -> bool:
        """Ends the engine; False where it has not ended in time. Its thread keeps no process from its end."""
        ending = threading.Thread(target=partial(DBOS.destroy, destroy_registry=True), daemon=True)
        ending.start()
        deadline = self._errors.loop.time() + ENGINE_ENDS_WITHIN
        while ending.is_alive() and self._errors.loop.time() < deadline:
            await asyncio.sleep(0.02)
        if ending.is_alive():
            log.warning("engine_cannot_end", seconds=ENGINE_ENDS_WITHIN)
        return not ending.is_alive()

    async def _runs_ended(self, seconds: float) -> None:
        """Waits until no run is under way, so many seconds at most."""
        deadline = self._errors.loop.time() + seconds
        while self._under_way and self._errors.loop.time() < deadline:
            await asyncio.sleep(0.02)

    async def enqueue(self, event: Event) -> None:
        """Stores an event and starts its workflow; returns when it is durable, so that it may be acknowledged.

        A key that is known is no error and starts nothing. Raises if the event cannot be stored.
        """
        if not self._launched:
            raise TryLater("the engine is not running")
        self._event_log.received(event)
        if event.key in list(self._under_way.values()):
            return  # sent again, because the machine is busy: this must not keep it busier
        event = replace(event, received=time.time())
        try:
            with SetWorkflowID(event.key):
                await DBOS.start_workflow_async(self._workflow, to_json(event), self._recovery.process_id)
        except Exception:
            self._not_stored = self._errors.loop.time()
            raise
        self._not_stored = -math.inf
        self._event_log.stored(event, seconds_since_receipt(event))

    async def queue_depth(self) -> float:
        """Number of unfinished workflows of all processes; NaN where the database does not answer."""
        try:
            left = DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
            return float(len(await asyncio.wait_for(left, 5)))
        except (OSError, RuntimeError, TimeoutError, ValueError):
            return math.nan

    async def readiness_problem(self) -> str:
        """Problem for /readyz, one line; empty where the worker is ready: its databases can be read and written."""
        if not self._launched:
            return "the engine is not running"
        try:
            look = DBOS.list_workflows_async(limit=1, load_input=False, load_output=False)
            await asyncio.wait_for(asyncio.gather(look, asyncio.to_thread(self._storage.database.check_writable)), 5)
        except (TimeoutError, *TROUBLE) as wrong:
            return f"the database cannot be used ({type(wrong).__name__})"
        if self._errors.loop.time() - self._not_stored < SUSPECT:
            return "the last event could not be stored"
        return ""

    def _workflow_function(self) -> Workflow:
        """Function for the engine to mark, which takes no methods; its arguments are the workflow's stored input."""

        async def answer(stored: dict[str, Any], stored_by: str) -> None:
            if self._ended:
                raise asyncio.CancelledError
            event = to_event(stored)
            run = cast("asyncio.Task[Any]", asyncio.current_task())
            self._under_way[run] = event.key
            try:
                with self._event_log.processing(event):
                    await self._events.run(event, stored_by)
            except DatabaseError as wrong:  # of the engine itself: what was done could not be checkpointed
                log.error("workflow_interrupted", key=event.key, why=type(wrong).__name__)
                raise asyncio.CancelledError from wrong  # an exception would end the workflow for good
            except Exception:  # noqa: BLE001 - its trace is logged
                self._errors.report_bug(event)
                await self._events.deliver_failure(event)
            finally:
                del self._under_way[run]
                self._recovery.mark_finished(event.key)

        return answer
