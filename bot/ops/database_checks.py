"""Database checks of `postbote doctor`: its version, clock, rights, encoding or journal, and free connections.

SQLite and PostgreSQL are asked differently here; nearly everything else in Postbote asks them alike.
"""

import time
from collections.abc import Iterator, Sequence

import sqlalchemy as sql

from bot.storage.database import NEWER_SQLITE, OLDEST_SQLITE

OLDEST_POSTGRES = 130_000  # 13: the oldest that is still supported when this was written, and that the job engine takes
MOST_CLOCK_SKEW = 60.0  # seconds between two clocks; requests of Slack are refused from five minutes on
NEEDED = 37  # connections of a process at most: the engine's 20 and its listener, the storage's 15, one for its lease

Finding = tuple[str, bool, str]  # (name of the check, whether it passed, what was found and, after "; ", the cure)


def check_database(engine: sql.Engine) -> Sequence[Finding]:
    """Findings about the database of `engine`. Blocks; raises DatabaseError where it does not answer."""
    with engine.connect() as connection:
        return list(_check_postgres(connection) if engine.dialect.name == "postgresql" else _check_sqlite(connection))


def _check_sqlite(connection: sql.Connection) -> Iterator[Finding]:
    version = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar())
    mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
    old = tuple(map(int, version.split("."))) < OLDEST_SQLITE
    oldest = ".".join(map(str, OLDEST_SQLITE))
    yield "database version", not old, f"SQLite {version}; {oldest} or newer is needed: {NEWER_SQLITE}"
    yield "database journal", mode == "wal", f"{mode}; it must be wal, which network file systems cannot do"


def _check_postgres(connection: sql.Connection) -> Iterator[Finding]:
    number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    version = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    yield "database version", number >= OLDEST_POSTGRES, f"PostgreSQL {version}; 13 or newer is needed"
    encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())
    yield "database encoding", encoding == "UTF8", f"{encoding}; create the database with ENCODING 'UTF8'"
    yield (
        "database rights",
        _may_create(connection),
        "to create tables and the schema dbos; let the role own the database",
    )
    before = time.time()
    theirs = float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
    off = theirs - (before + time.time()) / 2
    yield "database clock", abs(off) < MOST_CLOCK_SKEW, f"{off:+.0f} seconds from this host's; set both by NTP"
    most = int(connection.exec_driver_sql("SHOW max_connections").scalar_one())
    used = int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        ).scalar_one()
    )
    says = f"{used} of {most} in use, a process needs up to {NEEDED}; raise max_connections"
    yield "database connections", most - used >= NEEDED, says


def _may_create(connection: sql.Connection) -> bool:
    """True if tables may be created in the schema in use, and the job engine's schema where it is missing."""
    schema = connection.exec_driver_sql(
        "SELECT has_schema_privilege(current_schema(), 'CREATE') AND (has_database_privilege(current_database(), "
        "'CREATE') OR EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'dbos'))"
    ).scalar()
    return bool(schema)
