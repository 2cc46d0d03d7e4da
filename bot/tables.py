"""What all tables share: a catalogue, kinds of columns, columns that a newer version adds, how a row is written."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sql
from sqlalchemy.schema import CreateColumn

METADATA = sql.MetaData()  # of all tables: a module that holds some adds them when it is imported


def text_column(name: str) -> sql.Column[Any]:
    """Of any length, never null."""
    return sql.Column(name, sql.Text, nullable=False, server_default="")


def key_column(name: str = "key", *, primary_key: bool = True) -> sql.Column[Any]:
    """What rows are found by; never null."""
    return sql.Column(name, sql.String(200), primary_key=primary_key, nullable=False, server_default="")


def at_column() -> sql.Column[Any]:
    """Seconds since the epoch."""
    return sql.Column("at", sql.Float, nullable=False, server_default="0")


def add_columns(connection: sql.Connection) -> None:
    """Adds what a newer version has more; harmless where nothing is missing."""
    inspector = sql.inspect(connection)
    for table in METADATA.tables.values():
        known = {column["name"] for column in inspector.get_columns(table.name)}
        for column in (c for c in table.columns if c.name not in known):
            what = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {what}")


@lru_cache(20)
def upsert(table: sql.Table, columns: tuple[str, ...], kept: tuple[str, ...] = ()) -> sql.TextClause:
    """Insert or update, also where two processes do it at once; `kept`: columns that an update leaves alone.

    In plain SQL, which both databases read alike: SQLAlchemy compiles its own ON CONFLICT anew each time.
    """
    keys = [column.name for column in table.primary_key]
    values = ", ".join(f":{name}" for name in columns)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in (*keys, *kept))
    into = f"{table.name} ({', '.join(columns)})"
    return sql.text(f"INSERT INTO {into} VALUES ({values}) ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}")  # noqa: S608 - names of our own tables alone
