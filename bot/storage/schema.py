"""What all tables share: one catalogue, kinds of columns, and how an older database is brought to this version.

Tables, columns and indexes that are new are added whenever a process starts; versions that do not know them go on
beside it, which a rolling restart needs. What they could not go on with gets a step in `STEPS`, a higher SCHEMA, and
the same number as USABLE_FROM: then older versions refuse the database instead of spoiling it.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sql
from sqlalchemy.schema import CreateColumn

SCHEMA = 1  # of this version; a database without a number is 0
USABLE_FROM = 1  # the oldest SCHEMA whose versions can use a database of this one
STEPS: Mapping[int, Callable[[sql.Connection], None]] = {}  # SCHEMA → what leads to it from the one before

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


META = sql.Table("postbote_meta", METADATA, key_column(), text_column("value"))


class DatabaseUnusable(Exception):
    """The database cannot be used before a person does something; the text says what."""


def migrate(connection: sql.Connection) -> None:
    """Brings the tables to SCHEMA in the caller's transaction and lock. Raises DatabaseUnusable: they are newer."""
    found = _numbers(connection)
    if found.get("usable_from", 0) > SCHEMA:
        raise DatabaseUnusable(
            f"a newer version has changed it (schema {found['schema']}, this version knows {SCHEMA}): "
            "install that version again, or restore the back-up that was made before it"
        )
    METADATA.create_all(connection)
    add_columns(connection)
    for index in (i for table in METADATA.tables.values() for i in table.indexes):
        index.create(connection, checkfirst=True)
    before = found.get("schema", 0)
    if before >= SCHEMA:
        return
    for step in range(before + 1, SCHEMA + 1):
        if step in STEPS:
            STEPS[step](connection)
    numbers = {"schema": SCHEMA, "usable_from": USABLE_FROM}
    connection.execute(sql.delete(META).where(META.c.key.in_(numbers)))
    connection.execute(sql.insert(META), [{"key": k, "value": str(v)} for k, v in numbers.items()])


def _numbers(connection: sql.Connection) -> Mapping[str, int]:
    """What the database says of itself; empty before there was anything, or by a version without numbers."""
    if not sql.inspect(connection).has_table(META.name):
        return {}
    rows = connection.execute(sql.select(META).where(META.c.key.in_(("schema", "usable_from"))))
    return {row.key: int(row.value) for row in rows}


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
    return sql.text(f"INSERT INTO {into} VALUES ({values}) ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}")  # noqa: S608 - names of our own tables alone # nosec B608
