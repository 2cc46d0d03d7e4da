"""Waits of libraries and of the disk, shortened in the process of the tests.

A bot that a test stops waited for three of them, 0.3 s in all, and each of its commits for the disk. Tests start some
hundreds of bots: on a machine with nothing else to do that was a third of the suite's time. Processes that tests start
wait as everywhere.
"""

import asyncio
import sqlite3
import types
from typing import Any

import sqlalchemy as sql
import uvicorn.server

from bot.durable import dbos_setup

PAUSE = 0.05  # seconds; a stop waits half of it. With 0.01 these looks were a twelfth of the Slack tests' CPU


def shorten() -> None:
    """Makes servers and the job engine look each PAUSE whether they are to end, and SQLite wait for no disk."""
    dbos_setup.LISTEN = PAUSE
    own = types.ModuleType("asyncio")  # what uvicorn's server takes for asyncio; all others have theirs
    own.__dict__.update(vars(asyncio), sleep=_short_sleep)
    vars(uvicorn.server)["asyncio"] = own
    sql.event.listen(sql.Engine, "connect", _without_sync)


async def _short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, PAUSE))


def _without_sync(connection: Any, _record: object) -> None:
    """What was committed outlives a process that is killed all the same; it would not outlive a power cut."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
