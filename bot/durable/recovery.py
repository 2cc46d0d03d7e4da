"""A process's place among those that share a database, and the work that somebody left.

The engine runs what is unfinished again when a process of the same name starts, and at no other time. So this looks
every two seconds for the work of processes that died, and for runs of this very process that a fault of the database
ended, and lets them run again.
"""

import asyncio
import os
import random
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
TROUBLE = (OSError, RuntimeError, ValueError, DatabaseError)


class Recovery:
    """One per process."""

    def __init__(self, open_leases: Callable[[], Leases]) -> None:
        """`open_slots`: connects, and may raise."""
        self._open_slots = open_leases
        self._thread = ThreadPoolExecutor(1, "slots")  # of its own: the others may all wait for a database that is away
        self._ended: dict[str, float] = {}
        self._tried: set[str] = set()  # keys of runs that may have sent something, until they are known to be finished

    async def acquire_worker_slot(self) -> str:
        """Takes the lowest free slot; the name under which the engine knows this process."""
        self._loop = asyncio.get_running_loop()
        self._slots = await self._apart(self._open_slots)
        self._own = f"slot-{await self._apart(lambda: acquire_lowest(self._slots))}"
        return self._own

    def ended(self, key: str) -> None:
        """A run has ended, well or not: what the database still holds as unfinished after a while runs again."""
        self._ended[key] = self._loop.time()

    def tried(self, key: str) -> bool:
        """Something is about to be sent: may an earlier run of this process have sent it and not noted it?"""
        before = key in self._tried
        self._tried.add(key)
        return before

    def close(self) -> None:
        """Gives the place back."""
        self._thread.submit(self._slots.close).result()
        self._thread.shutdown()

    async def sweep(self) -> None:
        """Until it is cancelled. A process that has lost its lock, or cannot know, stops at once."""
        while True:
            await asyncio.sleep(SWEEP * random.uniform(0.8, 1.2))  # noqa: S311 - keeps processes from sweeping in step
            if not await self._holds():
                log.critical("lost_the_lock", slot=self._own)
                os._exit(70)  # EX_SOFTWARE: others take this slot's work over now, so nothing more may be done here
            try:
                await self._look()
            except TROUBLE as wrong:
                log.warning("sweep_failed", why=type(wrong).__name__)

    async def _holds(self) -> bool:
        try:
            return await asyncio.wait_for(self._apart(self._slots.holds), HELD_WITHIN)
        except TimeoutError:
            return False

    async def _look(self) -> None:
        left = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        pending = {w.workflow_id: w.executor_id or "" for w in left}
        await self._run_again(pending)
        owners = {owner for owner in pending.values() if owner != self._own}
        for number in (n for n in range(MOST) if f"slot-{n}" in owners):
            if await self._apart(partial(self._slots.take, number)):
                ids = [key for key, owner in pending.items() if owner == f"slot-{number}"]
                log.info("taking_over", slot=number, jobs=len(ids))
                await DBOS.resume_workflows_async(ids)
                await self._apart(partial(self._slots.release, number))

    async def _run_again(self, pending: Container[str]) -> None:
        now = self._loop.time()
        old = [key for key, at in list(self._ended.items()) if now - at >= SWEEP]  # others add to it meanwhile
        again = [key for key in old if key in pending]
        if again:
            log.warning("running_again", jobs=len(again))
            await DBOS.resume_workflows_async(again)
        for key in old:
            self._ended.pop(key, None)
            if key not in pending:
                self._tried.discard(key)

    async def _apart(self, work: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._thread, work)
