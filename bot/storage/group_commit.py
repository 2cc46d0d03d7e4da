"""Group commit: writes of many callers, committed together by one writer thread. For SQLite alone.

Theory of operation. A commit to a SQLite file costs a wait for the disk and the file's one write lock, however little
is written; threads that each commit for themselves queue for both, and wake one another for nothing. So callers hand
their writes to one thread. It takes all that wait (a write batch; one, where there is no more), runs them in the order
in which they came, in one transaction, and commits. What comes meanwhile is the next batch: nothing waits for
company, and the busier it gets, the larger the batches are.

What a caller may rely on is what a transaction of its own would give:
  - It gets its result after the commit, never before.
  - A write that fails fails alone: the batch is rolled back, and each of its writes runs again in a transaction of its
    own. So a write must change nothing but the database, and must bear to run again after a rollback.
  - Where the file itself cannot be used (locked, full, read-only: OperationalError) the batch fails as a whole: it
    would fail once more for each write, after the same wait.
  - A write that its caller has given up (a cancelled task) before its batch began does not run.

Bounds: BATCH writes a batch, so that no other process waits long for the lock; MOST_WAITING that wait, beyond which
callers wait in threads of their own. `close` commits what waits, and ends the thread.

PostgreSQL does this itself for transactions that commit at the same time; there a shared transaction would only hold
the row locks of one write while others run.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sql

T = TypeVar("T")

BATCH = 32  # writes of one transaction
MOST_WAITING = 256  # writes


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[], Any]
    result: "Future[Any]"


class GroupCommit:
    """Writer thread of one SQLite file; it starts with the first write."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine
        self._waiting: queue.Queue[_Write | None] = queue.Queue(MOST_WAITING)  # None: the end
        self._batch = threading.local()  # .connection: of the batch's transaction, in the writer thread while it runs
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def write(self, work: Callable[[], T]) -> T:
        """Result of `work`, once it is committed; raises what it, or the commit, raises.

        `work`: blocks, and writes through Database.transaction, which is the batch's in it.
        """
        written: Future[T] = Future()
        if not self._submit(_Write(work, written)):
            return await asyncio.to_thread(work)
        return await asyncio.wrap_future(written)

    @contextmanager
    def transaction(self) -> Iterator[sql.Connection]:
        """Transaction of the batch for whoever is called by one of its writes, else one of its own."""
        joined: sql.Connection | None = getattr(self._batch, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Commits what waits, and ends the thread; a later write has a transaction of its own."""
        with self._starting:
            self._closed = True
        if self._thread:
            self._waiting.put(None)
            self._thread.join()

    def _submit(self, write: _Write) -> bool:
        """True if the writer takes it; False where it is closed, or too many wait."""
        with self._starting:
            if self._closed:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()
            try:
                self._waiting.put_nowait(write)
            except queue.Full:
                return False
        return True

    def _run(self) -> None:
        while batch := self._take():
            self._commit([write for write in batch if write.result.set_running_or_notify_cancel()])

    def _take(self) -> Sequence[_Write]:
        """All writes that wait, at most BATCH, after a wait for the first; empty at the end."""
        batch: list[_Write] = []
        while len(batch) < BATCH:
            try:
                write = self._waiting.get(block=not batch)
            except queue.Empty:
                break
            if write is None:
                if batch:
                    self._waiting.put(None)  # once more, after this batch: nothing else comes now
                break
            batch.append(write)
        return batch

    def _commit(self, batch: Sequence[_Write]) -> None:
        try:
            results = self._run_in_transaction(batch)
        except sql.exc.OperationalError as wrong:
            for write in batch:
                write.result.set_exception(wrong)
        except BaseException as wrong:  # noqa: BLE001 - whatever a write raises is its caller's
            if len(batch) == 1:
                batch[0].result.set_exception(wrong)
                return
            for write in batch:
                self._commit([write])
        else:
            for write, result in zip(batch, results, strict=True):
                write.result.set_result(result)

    def _run_in_transaction(self, batch: Sequence[_Write]) -> Sequence[Any]:
        if not batch:
            return []
        with self._engine.begin() as connection:
            self._batch.connection = connection
            try:
                return [write.work() for write in batch]
            finally:
                self._batch.connection = None
