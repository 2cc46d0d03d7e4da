"""Recovery of workflows that nobody runs any more: those of dead processes, and those that a database fault ended.

The engine runs unfinished workflows again when a process of the same name starts, and at no other time. So this one
looks every two seconds whether another process's lease is free, and whether the database still holds a run of this
process as unfinished that has ended here; both are handed back to the engine, and any live process may take them.
"""

import asyncio
import os
import random
import uuid
from collections.abc import Callable, Container
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import structlog
from dbos import DBOS

from bot.durable.leases import HELD_WITHIN, MOST, Leases, acquire_lowest
from bot.storage import DatabaseError

T = TypeVar("T")
log = structlog.get_logger()

SWEEP = 2.0  # seconds between two looks
TROUBLE = (OSError, RuntimeError, ValueError, DatabaseError)  # that the engine or a lease raises for a database away


class Recovery:
    """Lease of this process, and its memory of the runs that may have posted."""

    def __init__(self, open_leases: Callable[[], Leases]) -> None:
        """`open_leases`: connects; may raise ConnectionError."""
        self.process_id = uuid.uuid4().hex  # of this start; unlike the slot's name never used again
        self._open_leases = open_leases
        self._thread = ThreadPoolExecutor(1, "slots")  # of its own: the others may all wait for a database that is away
        self._ending = False
        self._finished: dict[str, float] = {}  # key of an ended run → when; until it is known whether it must run again
        self._attempted: set[str] = set()  # keys of runs that may have posted, until their end stands in the database

    async def acquire_worker_slot(self) -> str:
        """Takes the lowest free slot; returns the name under which the engine knows this process, "slot-0"."""
        self._loop = asyncio.get_running_loop()
        self._leases = await self._in_lock_thread(self._open_leases)
        self._own = f"slot-{await self._in_lock_thread(lambda: acquire_lowest(self._leases))}"
        return self._own

    def mark_attempted(self, key: str, stored_by: str) -> bool:
        """Marks a run as one that may post from here on; returns True if an earlier run may have posted already.

        `stored_by`: id of the process that ran it first. Of another process's runs nothing is known, so that they may
        have posted; this one's runs are remembered until the database has their end.
        """
        before = key in self._attempted
        self._attempted.add(key)
        return before or stored_by != self.process_id

    def mark_finished(self, key: str) -> None:
        """Marks a run as ended, well or not: one that the database still has as unfinished after a while runs again."""
        self._finished[key] = self._loop.time()

    def take_nothing_over(self) -> None:
        """Leaves what others have left to others: this process ends. The heartbeat of its lease goes on."""
        self._ending = True

    def close(self) -> None:
        """Releases the lease."""
        self._thread.submit(self._leases.close).result()
        self._thread.shutdown()

    async def run(self) -> None:
        """Looks every SWEEP seconds until it is cancelled. Ends the process at once if its lease is lost, or may be."""
        while True:
            await asyncio.sleep(SWEEP * random.uniform(0.8, 1.2))  # noqa: S311 - keeps processes from looking in step
            if not await self._holds_lease():
                log.critical("lease_lost", slot=self._own)
                os._exit(70)  # EX_SOFTWARE: others take this slot's work over now, so nothing more may be done here
            if self._ending:
                continue
            try:
                await self._look()
            except TROUBLE as wrong:
                log.warning("recovery_failed", why=type(wrong).__name__)

    async def _holds_lease(self) -> bool:
        try:
            return await asyncio.wait_for(self._in_lock_thread(self._leases.holds), HELD_WITHIN)
        except TimeoutError:
            return False

    async def _look(self) -> None:
        left = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        pending = {w.workflow_id: w.executor_id or "" for w in left}
        await self._resume_own(pending)
        owners = {owner for owner in pending.values() if owner != self._own}
        for number in (n for n in range(MOST) if f"slot-{n}" in owners):
            if await self._in_lock_thread(partial(self._leases.take, number)):
                ids = [key for key, owner in pending.items() if owner == f"slot-{number}"]
                log.info("taking_over", slot=number, workflows=len(ids))
                await DBOS.resume_workflows_async(ids)
                await self._in_lock_thread(partial(self._leases.release, number))

    async def _resume_own(self, pending: Container[str]) -> None:
        """Resumes runs that ended here at least SWEEP seconds ago and are unfinished; forgets those that are done."""
        now = self._loop.time()
        old = [key for key, at in list(self._finished.items()) if now - at >= SWEEP]  # others add to it meanwhile
        again = [key for key in old if key in pending]
        if again:
            log.warning("running_again", workflows=len(again))
            await DBOS.resume_workflows_async(again)
        for key in old:
            self._finished.pop(key, None)
            if key not in pending:
                self._attempted.discard(key)

    async def _in_lock_thread(self, work: Callable[[], T]) -> T:
        """Runs blocking lock calls in their own thread, so that they work while the pool waits for a dead database."""
        return await self._loop.run_in_executor(self._thread, work)
