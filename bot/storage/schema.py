"""Schema: the catalogue of all tables, the kinds of columns, the role of personal data in each, and the migration.

Tables, columns and indexes that are new are added whenever a process starts; versions that do not know them go on
beside it, which a rolling restart needs. Until now there were only such additions, so `STEPS` is empty and no migration
library is used. The first change that is none (a column renamed, split or given another meaning) gets a step in
`STEPS`, a higher SCHEMA, and the same number as USABLE_FROM: then older versions refuse the database instead of
spoiling it. If that step rewrites rows, take a migration library (Alembic) for it instead of growing this module.

Every column of text declares its role in erasing a person (`Personal`, bot/ops/erase_person.py).
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sql
from sqlalchemy.schema import CreateColumn

SCHEMA = 1  # of this version; a database without a number is 0
USABLE_FROM = 1  # the oldest SCHEMA whose versions can use a database of this one
STEPS: Mapping[int, Callable[[sql.Connection], None]] = {}  # SCHEMA → step that leads to it from the one before

# Catalogue: a module that holds a table adds it when it is imported (bot/storage/__init__.py)
METADATA = sql.MetaData()

Personal = Literal[
    "none",  # never names a person: words of our own, numbers, encrypted text
    "mentions",  # may name a person: the name is taken out; in a primary key, which cannot change, the row is deleted
    "owner",  # id of the person whose row this is: the row is deleted
    "sender-hash",  # hash of a person's address (bot/storage/ticket_ledger.py): emptied, the row stays
    "from-sender",  # hash of something else of the same person: emptied together with "sender-hash"
]


def text_column(name: str, personal: Personal) -> sql.Column[Any]:
    """Column of text of any length, never null; empty by default."""
    return sql.Column(name, sql.Text, nullable=False, server_default="", info={"personal": personal})


def key_column(name: str, personal: Personal, *, primary_key: bool = False) -> sql.Column[Any]:
    """Column of text that rows are found by: at most 200 characters, never null; empty by default.

    `primary_key`: whether it is (a part of) the table's primary key.
    """
    return sql.Column(
        name,
        sql.String(200),
        primary_key=primary_key,
        nullable=False,
        server_default="",
        info={"personal": personal},
    )


def short_column(name: str, length: int, *, primary_key: bool = False, default: str | None = "") -> sql.Column[Any]:
    """Column for a word of our own (a language, a system, a verdict), never null; it names no person.

    `primary_key`: whether it is (a part of) the table's primary key. `default`: None for a column without one.
    """
    return sql.Column(
        name,
        sql.String(length),
        primary_key=primary_key,
        nullable=False,
        server_default=default,
        info={"personal": "none"},
    )


def at_column() -> sql.Column[Any]:
    """Column "at": seconds since the epoch."""
    return sql.Column("at", sql.Float, nullable=False, server_default="0")


META = sql.Table("postbote_meta", METADATA, key_column("key", "none", primary_key=True), text_column("value", "none"))


class DatabaseUnusable(Exception):
    """Refusal: the database cannot be used before a person does something; the text says what."""


def migrate(connection: sql.Connection) -> None:
    """Migration to SCHEMA, in the caller's transaction and lock. Raises DatabaseUnusable where the tables are newer."""
    found = _meta(connection)
    before = int(found.get("schema", 0))
    if int(found.get("usable_from", 0)) > SCHEMA:
        raise DatabaseUnusable(
            f"a newer version has changed it (schema {before}, this version knows {SCHEMA}): "
            "install that version again, or restore the back-up that was made before it"
        )
    state = _state(connection)
    if before >= SCHEMA and state and found.get("checked") == state:
        return
    METADATA.create_all(connection)
    add_columns(connection)
    for index in (i for table in METADATA.tables.values() for i in table.indexes):
        index.create(connection, checkfirst=True)
    for step in range(before + 1, SCHEMA + 1):
        if step in STEPS:
            STEPS[step](connection)
    numbers = {"schema": SCHEMA, "usable_from": USABLE_FROM} if before < SCHEMA else {}
    checked = {"checked": _state(connection)} if state else {}
    for key, value in {**numbers, **checked}.items():
        connection.execute(upsert(META, ("key", "value")), {"key": key, "value": str(value)})


def _meta(connection: sql.Connection) -> Mapping[str, str]:
    """Values of META by key; empty where the database is new, or of a version without numbers."""
    if not sql.inspect(connection).has_table(META.name):
        return {}
    return {row.key: row.value for row in connection.execute(sql.select(META))}


def _state(connection: sql.Connection) -> str:
    """State of the tables, kept in the database once nothing is missing: it spares the next start a look at each.

    Hash of the names that this version looks for (another version: another hash), and the number that SQLite raises
    with each change of tables and indexes, whoever makes it (sqlite.org/pragma.html#pragma_schema_version). Empty on
    PostgreSQL, which has no such number: there each start looks.
    """
    if connection.dialect.name != "sqlite":
        return ""
    tables = METADATA.tables.values()
    names = [(t.name, [c.name for c in t.columns], sorted(str(i.name) for i in t.indexes)) for t in tables]
    changes = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    return f"{hashlib.sha256(repr(sorted(names)).encode()).hexdigest()[:16]} {changes}"


def add_columns(connection: sql.Connection) -> None:
    """Migration step: adds the columns that this version has more; harmless where nothing is missing."""
    inspector = sql.inspect(connection)
    for table in METADATA.tables.values():
        known = {column["name"] for column in inspector.get_columns(table.name)}
        for column in (c for c in table.columns if c.name not in known):
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


@lru_cache(20)
def upsert(table: sql.Table, columns: tuple[str, ...], kept: tuple[str, ...] = ()) -> sql.TextClause:
    """Statement that inserts a row or updates the one with its key, also where two processes do it at once.

    `columns`: of the row, the key's among them. `kept`: columns that an update leaves alone; where those are all,
    nothing is updated and the statement's `rowcount` is 0. In plain SQL, which both databases read alike: SQLAlchemy
    compiles its own ON CONFLICT anew each time.
    """
    keys = [column.name for column in table.primary_key]
    values = ", ".join(f":{name}" for name in columns)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in (*keys, *kept))
    into = f"{table.name} ({', '.join(columns)})"
    then = f"DO UPDATE SET {changed}" if changed else "DO NOTHING"  # nosec B608 - a statement's part, as below
    return sql.text(f"INSERT INTO {into} VALUES ({values}) ON CONFLICT ({', '.join(keys)}) {then}")  # noqa: S608 - names of our own tables alone # nosec B608
