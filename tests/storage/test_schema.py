"""The catalogue of tables: each column of text declares whether it can name a person."""

from collections.abc import Iterator
from typing import get_args

import sqlalchemy as sql

from bot import storage
from bot.storage.schema import METADATA, Personal, text_column, upsert


def undeclared(catalogue: sql.MetaData) -> Iterator[str]:
    """Columns that can hold a text and do not say whose."""
    for table in catalogue.tables.values():
        for column in table.columns:
            is_number = isinstance(column.type, sql.Integer | sql.Float)
            if not is_number and column.info.get("personal") not in get_args(Personal):
                yield f"{table.name}.{column.name}"


def test_every_column_of_text_declares_its_role_in_erasing_a_person() -> None:
    assert storage.__all__, "imports all modules that hold tables"
    assert len(METADATA.tables) > 5
    assert list(undeclared(METADATA)) == [], "see Personal in bot/storage/schema.py"


def test_a_column_that_declares_nothing_is_found() -> None:
    new = sql.MetaData()
    sql.Table(
        "postbote_notes", new, text_column("ours", "none"), sql.Column("note", sql.Text), sql.Column("at", sql.Float)
    )
    assert list(undeclared(new)) == ["postbote_notes.note"]


def test_an_upsert_inserts_replaces_and_leaves_alone() -> None:
    table = sql.Table("t", sql.MetaData(), sql.Column("key", sql.Text, primary_key=True), text_column("a", "none"))
    insert = upsert(table, ("key", "a"))
    insert_only = upsert(table, ("key", "a"), kept=("a",))
    with sql.create_engine("sqlite://", poolclass=sql.pool.NullPool).begin() as connection:
        table.create(connection)
        rows = [
            connection.execute(statement, {"key": "k", "a": value}).rowcount
            for statement, value in ((insert, "1"), (insert, "2"), (insert_only, "3"))
        ]
        assert rows == [1, 1, 0]
        assert connection.execute(sql.select(table.c.a)).scalar_one() == "2"
