"""SQLite file: what is deleted is overwritten, and its pages go back to the disk, in steps between which others write.

Rows that are deleted leave free pages, which SQLite fills again but never returns by itself. PostgreSQL's autovacuum
keeps such space for new rows, and needs nothing from here.
"""

import sqlite3
import time
from contextlib import closing, suppress

import sqlalchemy as sql

INCREMENTAL = 2  # value of PRAGMA auto_vacuum (sqlite.org/pragma.html#pragma_auto_vacuum)
# To be executed before the first table is made; of no effect afterwards
SHRINKABLE = "PRAGMA auto_vacuum=INCREMENTAL"
KEPT_FREE, FREED_AT_ONCE = 1_000, 1_000  # pages of 4 KiB: what is kept is used again soon; a step takes some 30 ms
STEP_PAUSE = 0.05  # seconds for others to write
MOST_STEPS = 50  # in one call, 200 MB in 4 s: a process that stops waits for its end
MOST_REWRITTEN = 50_000  # pages in use, 200 MB, up to which an older file is written anew: others wait 2 s for it


def overwrite_deleted(connection: sql.engine.interfaces.DBAPIConnection, record: object) -> None:
    """Listener of an engine's new connections: what is deleted or emptied goes from the file too.

    As `postbote forget` promises. Others may write for ten seconds meanwhile.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete=ON")  # sqlite.org/pragma.html#pragma_secure_delete
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def shrink_file(engine: sql.Engine) -> None:
    """Gives free pages of the file behind `engine` back, until KEPT_FREE are left; nothing happens on PostgreSQL.

    A file of an older version, which cannot shrink in steps, is written anew once more than half of it is free; one
    with more than MOST_REWRITTEN pages in use is left to an operator (VACUUM, while nothing runs). Where somebody else
    writes for long, or the disk is full, the next call will do.
    """
    if engine.dialect.name != "sqlite":
        return
    with closing(engine.raw_connection()) as connection, suppress(sqlite3.OperationalError):
        _shrink(connection.cursor())


def _shrink(cursor: sql.engine.interfaces.DBAPICursor) -> None:
    def number(pragma: str) -> int:
        cursor.execute(f"PRAGMA {pragma}")
        row = cursor.fetchone()
        return int(row[0]) if row else 0

    free = number("freelist_count")
    if free <= KEPT_FREE:
        return
    if number("auto_vacuum") == INCREMENTAL:
        for _ in range(MOST_STEPS):
            # Freed page by page, as the statement is stepped: `execute` steps once, and frees one page
            cursor.executescript(f"PRAGMA incremental_vacuum({FREED_AT_ONCE})")
            before, free = free, number("freelist_count")
            if free <= KEPT_FREE or free >= before:
                break
            time.sleep(STEP_PAUSE)
    elif free > (pages := number("page_count")) // 2 and pages - free <= MOST_REWRITTEN:
        cursor.execute(SHRINKABLE)
        cursor.execute("VACUUM")
    else:
        return
    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")  # copies while others go on
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file and its log shrink now
