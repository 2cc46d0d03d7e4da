"""DBOS set-up: configuration, and the wait for a database at the start."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from dbos import DBOSConfig

from bot.durable.leases import FileLeases, Leases, PostgresLeases
from bot.durable.recovery import Recovery
from bot.durable.sqlite_clock import connection_arguments
from bot.storage import DatabaseError, DatabaseUnusable, Storage
from bot.storage.sqlite_file import SHRINKABLE

log = structlog.get_logger()

APPLICATION_VERSION = "1"  # fixed: what the version before has stored is finished by this one
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
        with closing(sqlite3.connect(folder / "postbote.sqlite")) as database:
            database.execute(SHRINKABLE)
            database.execute("PRAGMA journal_mode=WAL")  # p99 of a reply 70 ms instead of 600
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
