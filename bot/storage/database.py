"""Database: the SQLAlchemy engine on SQLite or PostgreSQL, its opening and migration, and single statements.

All functions of bot/storage block: a coroutine calls them through `asyncio.to_thread` (tests/blocking.py sees to it),
or through `Database.write`, which commits the writes of many callers together. They raise DatabaseError where the
database cannot be used.
"""

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sql

from bot.storage.group_commit import GroupCommit
from bot.storage.schema import META, DatabaseUnusable, migrate, upsert
from bot.storage.sqlite_file import SHRINKABLE, shrink_file

__all__ = ["DAY", "Database", "DatabaseError", "DatabaseUnusable", "to_sqlalchemy_url"]

T = TypeVar("T")

DAY = 86_400.0  # seconds
CONNECTIONS = 2  # to a SQLite file: the writer's, and one for all else; more of them poll for its one write lock
DatabaseError = sql.exc.SQLAlchemyError
OLDEST_SQLITE = (3, 35, 0)  # RETURNING and DROP COLUMN, both of the job engine (sqlite.org/changes.html)
NEWER_SQLITE = "use a newer Python image, or PostgreSQL by POSTBOTE_DATABASE_URL"
_MIGRATION_LOCK = 0x706F7374  # "post": several processes that start at once create the tables one after the other


class Database:
    """Engine of one database, with the statements that every table needs. All functions block."""

    def __init__(self, database_url: str, data_dir: Path) -> None:
        """`database_url`: postgresql://…; empty: the file store.sqlite in `data_dir`. Nothing is opened yet."""
        self._folder = None if database_url else data_dir
        pool: dict[str, Any] = (
            {"pool_pre_ping": True} if database_url else {"pool_size": CONNECTIONS, "max_overflow": 0}
        )
        self.engine = sql.create_engine(
            to_sqlalchemy_url(database_url) if database_url else f"sqlite:///{data_dir / 'store.sqlite'}",
            hide_parameters=True,  # an error is logged, and its statement's values are what people wrote
            **pool,
        )
        self._group_commit = None if database_url else GroupCommit(self.engine)

    def open(self) -> None:
        """Migration of the tables to this version; several processes may do it at once. Raises DatabaseUnusable."""
        if self._folder:
            if sqlite3.sqlite_version_info < OLDEST_SQLITE:
                oldest = ".".join(map(str, OLDEST_SQLITE))
                raise DatabaseUnusable(f"SQLite is {sqlite3.sqlite_version}, and must be {oldest}: {NEWER_SQLITE}")
            self._folder.mkdir(parents=True, exist_ok=True)
        with _file_lock(self._folder), self.engine.begin() as connection:
            if self._folder:
                connection.exec_driver_sql(SHRINKABLE)
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            else:
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            migrate(connection)

    def check_writable(self) -> None:
        """Health check: writes one row; raises DatabaseError where nothing can be written (a full disk, read-only)."""
        self.upsert_row(META, {"key": "beat", "value": str(int(time.time()))})

    def shrink(self) -> None:
        """Gives the space of deleted rows back to the disk, where the database is a SQLite file."""
        shrink_file(self.engine)

    def close(self) -> None:
        """Commits the writes that wait, and ends all connections."""
        if self._group_commit:
            self._group_commit.close()
        self.engine.dispose()

    async def write(self, work: Callable[[], T]) -> T:
        """Result of blocking `work`, once what it wrote is committed; on SQLite together with the writes of others.

        `work`: writes by `transaction` and `execute` alone, and may run again after a rollback (group_commit.py).
        """
        return await (self._group_commit.write(work) if self._group_commit else asyncio.to_thread(work))

    def transaction(self) -> AbstractContextManager[sql.Connection]:
        """Transaction of its own; within `write` the one that several writes share."""
        return self._group_commit.transaction() if self._group_commit else self.engine.begin()

    def fetch_first(self, query: sql.Select[Any], values: Mapping[str, Any] | None = None) -> Any:
        """First row of a query; None where there is none. `values`: of its parameters."""
        with self.engine.connect() as connection:
            return connection.execute(query, values).first()

    def execute(
        self, statement: sql.Update | sql.Delete | sql.TextClause, values: Mapping[str, Any] | None = None
    ) -> int:
        """Number of rows that one statement changed, in a transaction (see there). `values`: of its parameters."""
        with self.transaction() as connection:
            return int(connection.execute(statement, values).rowcount)

    def upsert_row(self, table: sql.Table, row: Mapping[str, Any]) -> None:
        """Inserts a row, or replaces the values of the one with its key (`row`: column → value, the key's too)."""
        self.execute(upsert(table, tuple(row)), row)


def to_sqlalchemy_url(database_url: str) -> str:
    """URL of PostgreSQL with the driver's name in it (postgresql+psycopg://…), as SQLAlchemy wants it."""
    return database_url.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def _file_lock(folder: Path | None) -> Iterator[None]:
    """Lock on `folder` for one process at a time, where SQLite has none for what is done; it ends with its holder.

    None (PostgreSQL): no lock.
    """
    if folder is None:
        yield
        return
    with (folder / "store.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
