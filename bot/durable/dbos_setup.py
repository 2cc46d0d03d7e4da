"""How the job engine is set up: its database, its place among the processes that share it, its name there."""

import asyncio
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from dbos import DBOS, DBOSConfig

from bot.durable.leases import FileLeases, Leases, PostgresLeases
from bot.durable.recovery import TROUBLE, Recovery
from bot.storage import DatabaseError, DatabaseUnusable, Storage
from bot.storage.database import WRITERS

log = structlog.get_logger()

APPLICATION_VERSION = "1"  # fixed: what the version before has stored is finished by this one (queue: finding 8)
KEEP, LEAST = timedelta(days=7), timedelta(hours=26)  # of keys: longer than Slack's Delayed Events redeliver (24 h)
THREADS = 4  # that work with a SQLite file; the engine sets no bound, and eighty of them only waited for each other
WAIT, WAITS = 2.0, 30  # seconds between looks for a database that is away at the start, and how many


def open_leases(url: str, folder: Path) -> Leases:
    """`url`: postgresql://…, or sqlite:///… with its slots in a folder beside it."""
    return PostgresLeases(url) if url.startswith("postgresql") else FileLeases(folder / "slots")


async def opened(storage: Storage, sweeper: Recovery) -> str:
    """Opens the store and takes a place; this process's name for the engine.

    Waits for a database that is away. Raises DatabaseUnusable where it does not come, or must be changed by a person.
    """
    for attempt in range(WAITS + 1):
        try:
            await asyncio.to_thread(storage.database.open)
            return await sweeper.acquire_worker_slot()
        except (ConnectionError, DatabaseError) as wrong:
            why = str(wrong).strip().split("\n")[0]
        log.warning("waiting_for_the_database", why=why, attempt=attempt)
        await asyncio.sleep(WAIT)
    raise DatabaseUnusable(f"it does not answer: {why}")


def config(url: str, folder: Path, name: str) -> DBOSConfig:
    """`name`: of this process; two that live may not share one."""
    on_a_file = url.startswith("sqlite")
    if on_a_file:
        folder.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(folder / "postbote.sqlite") as database:
            database.execute("PRAGMA journal_mode=WAL")  # p99 of a reply 70 ms instead of 600
        database.close()
    return {
        "name": "postbote",
        "system_database_url": url,
        "sys_db_pool_size": WRITERS if on_a_file else None,
        "db_engine_kwargs": {"pool_pre_ping": not on_a_file},  # a file does not go away between two statements
        "application_version": APPLICATION_VERSION,
        "executor_id": name,
        "max_executor_threads": THREADS if on_a_file else None,  # a server that is away may hold any number of them
        "log_level": "ERROR",
    }


async def durable_sleep(seconds: float) -> None:
    """Durable: what is left of it is waited for after a restart.

    The engine notes the time of day when it ends. A clock that is set back meanwhile must not make hours of it.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds + 5.0):
            await DBOS.sleep_async(seconds)


async def forget_old(storage: Storage) -> None:
    """Deletes keys that no redelivery can have any more, with what was asked and answered. Until it is cancelled."""
    keep = max(LEAST, min(KEEP, timedelta(seconds=storage.retention)))
    while True:
        pause = 3_600.0
        before = (datetime.now(UTC) - keep).isoformat()
        try:
            old = await DBOS.list_workflows_async(
                completed_before=before, limit=1_000, load_input=False, load_output=False
            )
            await DBOS.delete_workflows_async([w.workflow_id for w in old])
            await asyncio.to_thread(storage.purge_expired)
            pause = 1.0 if len(old) == 1_000 else pause
        except TROUBLE as wrong:  # nothing may be kept for ever
            log.warning("not_forgotten", why=type(wrong).__name__)
            pause = 60.0
        await asyncio.sleep(pause)
