"""DBOS set-up: configuration, the wait for a database at the start, durable sleep, and the purge of old workflows."""

import asyncio
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig

from bot.durable.leases import FileLeases, Leases, PostgresLeases
from bot.durable.recovery import TROUBLE, Recovery
from bot.durable.sqlite_clock import connection_arguments
from bot.storage import DatabaseError, DatabaseUnusable, Storage
from bot.storage.job_rows import MOST_REDACTED, JobRows
from bot.storage.sqlite_file import SHRINKABLE

log = structlog.get_logger()

APPLICATION_VERSION = "1"  # fixed: what the version before has stored is finished by this one
# Retention of finished workflows, and with them of the keys by which a redelivery is known; at the least longer than
# Slack's Delayed Events redeliver (24 h)
KEEP, LEAST = timedelta(days=7), timedelta(hours=26)
REDACT_EVERY, PURGE_EVERY = 60.0, 3_600.0  # seconds
MOST_PURGED = 1_000  # workflows that are deleted at once
# Connections to a SQLite file: its write lock is one, and who waits for it in the file polls, up to 0.1 s at a time. In
# the pool he is woken. With two a workflow took a third more CPU at forty events at once (the engine alone, measured).
CONNECTIONS = 1
THREADS = 4  # that work with a SQLite file; the engine sets no bound, and eighty of them only waited for each other
# Seconds between two looks for messages to workflows, on SQLite. None is ever sent, so a look is at three empty lists;
# a stop waits for the next one, which with the engine's own 1.0 was most of its time
LISTEN = 0.1
WAIT, WAITS = 2.0, 30  # seconds between looks for a database that is away at the start, and how many


def open_leases(url: str, folder: Path) -> Leases:
    """Leases for this database. `url`: postgresql://…, or sqlite:///… with its locks in `folder`/slots."""
    return PostgresLeases(url) if url.startswith("postgresql") else FileLeases(folder / "slots")


async def wait_for_database(storage: Storage, recovery: Recovery) -> str:
    """Opens the store and takes a worker slot, whose name ("slot-0") it returns; waits for a database that is away.

    Raises DatabaseUnusable where it does not come within a minute, or must be changed by a person.
    """
    for attempt in range(WAITS + 1):
        try:
            await asyncio.to_thread(storage.database.open)
            return await recovery.acquire_worker_slot()
        except (ConnectionError, DatabaseError) as wrong:
            why = str(wrong).strip().split("\n")[0]
        log.warning("waiting_for_database", why=why, attempt=attempt)
        await asyncio.sleep(WAIT)
    raise DatabaseUnusable(f"it does not answer: {why}")


def config(url: str, folder: Path, name: str) -> DBOSConfig:
    """DBOS configuration; a SQLite file in `folder` is made, in WAL mode.

    `url`: as in open_leases. `name`: executor id of this process, its slot; two that live may not share one.
    """
    on_a_file = url.startswith("sqlite")
    engine: dict[str, Any] = {"pool_pre_ping": not on_a_file}  # a file does not go away between two statements
    if on_a_file:
        engine["connect_args"] = connection_arguments()
        folder.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(folder / "postbote.sqlite") as database:
            database.execute(SHRINKABLE)
            database.execute("PRAGMA journal_mode=WAL")  # p99 of a reply 70 ms instead of 600
        database.close()
    return {
        "name": "postbote",
        "system_database_url": url,
        "sys_db_pool_size": CONNECTIONS if on_a_file else None,
        "db_engine_kwargs": engine,
        "application_version": APPLICATION_VERSION,
        "executor_id": name,
        "notification_listener_polling_interval_sec": LISTEN,
        "max_executor_threads": THREADS if on_a_file else None,  # a server that is away may hold any number of them
        "log_level": "ERROR",
    }


async def durable_sleep(seconds: float) -> None:
    """Sleeps as a step of the workflow: after a restart only the rest of it is slept.

    The engine stores the time of day when it ends. A clock that is set back meanwhile must not make hours of it.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds + 5.0):
            await DBOS.sleep_async(seconds)


async def purge_expired(storage: Storage, jobs: JobRows) -> None:
    """Redacts ended workflows every minute, and every hour deletes what has expired; until it is cancelled.

    Deleted are workflows that no redelivery can ask for any more, at once again while there is more than a thousand,
    and expired decisions. After a minute where the database has failed.
    """
    keep = max(LEAST, min(KEEP, timedelta(seconds=storage.retention)))
    next_purge, purging = 0.0, False
    while True:
        pause = REDACT_EVERY
        try:
            due = time.monotonic() >= next_purge
            redacted = await asyncio.to_thread(jobs.redact_ended, all_rows=due and not purging)
            if due:
                purging = not await _purge(storage, keep)
            if due and not purging:
                await asyncio.to_thread(jobs.shrink)
                next_purge = time.monotonic() + PURGE_EVERY
            if purging or redacted >= MOST_REDACTED:
                pause = 1.0
        except TROUBLE as wrong:  # nothing may be kept for ever
            log.warning("purge_failed", why=type(wrong).__name__)
        await asyncio.sleep(pause)


async def _purge(storage: Storage, keep: timedelta) -> bool:
    """Deletes a thousand expired workflows, and all expired decisions; True if no workflow is left."""
    before = (datetime.now(UTC) - keep).isoformat()
    old = await DBOS.list_workflows_async(
        completed_before=before, limit=MOST_PURGED, load_input=False, load_output=False
    )
    await DBOS.delete_workflows_async([w.workflow_id for w in old])
    await asyncio.to_thread(storage.purge_expired)
    return len(old) < MOST_PURGED
