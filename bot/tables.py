"""What all tables share: one catalogue, kinds of columns, and columns that a newer version adds."""

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
