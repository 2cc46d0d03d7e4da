"""SQLite connection with unixepoch('subsec'): the job engine's clock, which SQLite itself has only from 3.42 on.

On Python 3.12 and newer DBOS writes it into its tables' defaults and its statements (dbos/_migration.py, _sys_db.py);
Debian 12 has SQLite 3.40, Ubuntu 22.04 has 3.37. A function of the connection takes the place of the one built in.
"""

import sqlite3
import time
from typing import Any

WITH_SUBSECONDS = (3, 42, 0)  # sqlite.org/lang_datefunc.html: 'subsec'


class ClockConnection(sqlite3.Connection):
    """SQLite connection on which `unixepoch(X)` knows 'subsec' and 'now', whatever the version of SQLite."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.create_function("unixepoch", 1, _unixepoch)


def connection_arguments() -> dict[str, Any]:
    """Arguments for sqlite3.connect, by which the job engine's clock works; empty where SQLite has it itself."""
    return {} if sqlite3.sqlite_version_info >= WITH_SUBSECONDS else {"factory": ClockConnection}


def _unixepoch(when: object) -> float:
    """Seconds since the epoch, in milliseconds for 'subsec'. Raises ValueError for what the engine never asks."""
    now = time.time()
    if when == "subsec":
        return int(now * 1000) / 1000
    if when == "now":
        return float(int(now))
    raise ValueError(when)
