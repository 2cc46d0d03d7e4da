"""The job engine's clock on every SQLite: Python 3.12 and newer ask it for unixepoch('subsec')."""

import sqlite3
import time

import pytest

from bot.durable.sqlite_clock import WITH_SUBSECONDS, ClockConnection, connection_arguments

TABLE = "CREATE TABLE t (id INTEGER, at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000))"  # as DBOS writes it


def test_a_default_of_the_engines_tables_is_the_time_in_milliseconds_on_every_sqlite() -> None:
    database = sqlite3.connect(":memory:", **connection_arguments())
    database.execute(TABLE)
    before = int(time.time() * 1000)
    database.execute("INSERT INTO t (id) VALUES (1)")
    (at,) = database.execute("SELECT at FROM t").fetchone()
    assert before <= at <= time.time() * 1000
    database.close()


@pytest.mark.parametrize("asked", ["'subsec'", "'now'"])
def test_it_tells_the_same_time_as_the_built_in_one(asked: str) -> None:
    ours, theirs = ClockConnection(":memory:"), sqlite3.connect(":memory:")
    found = [c.execute(f"SELECT unixepoch({asked}), unixepoch()").fetchone() for c in (ours, theirs)]
    assert abs(found[0][0] - found[0][1]) <= 1
    if sqlite3.sqlite_version_info >= WITH_SUBSECONDS or asked == "'now'":
        assert abs(found[0][0] - found[1][0]) <= 1
    else:
        assert found[1][0] is None  # by which the engine's first row is refused: NOT NULL
    ours.close()
    theirs.close()
