"""Opening, migrating and checking a database, SQLite and PostgreSQL."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sql

from bot.storage import DatabaseError, DatabaseUnusable, Storage, create_storage
from bot.storage.database import Database
from bot.storage.schema import META, SCHEMA


def test_opening_twice_is_harmless(storage: Storage) -> None:
    storage.database.open()


def test_a_database_of_an_older_version_gets_the_new_columns(tmp_path: Path) -> None:
    columns = "key VARCHAR(200) PRIMARY KEY, conversation VARCHAR(200), at FLOAT, language VARCHAR(2)"
    columns += ", understood TEXT, place VARCHAR(200)"
    with sqlite3.connect(tmp_path / "store.sqlite") as old:
        old.execute(f"CREATE TABLE postbote_decisions ({columns})")
        old.execute("INSERT INTO postbote_decisions VALUES ('k', 'c', 1, 'de', 'Welcher Port?', 'T1:C1')")
    old.close()
    opened = create_storage("", tmp_path)
    opened.database.open()
    found = opened.decisions.get("k")
    opened.database.close()
    assert found is not None
    assert (found.understood, found.location, found.outcome, found.entries) == ("Welcher Port?", "T1:C1", "", ())


def test_a_database_of_a_newer_version_is_refused_where_this_one_cannot_use_it(storage: Storage) -> None:
    def number(name: str, value: int) -> None:
        with storage.database.engine.begin() as connection:
            connection.execute(sql.update(META).where(META.c.key == name).values(value=str(value)))

    number("schema", SCHEMA + 1)  # what was added does not disturb: a rolling restart, a roll-back
    storage.database.open()
    try:
        number("usable_from", SCHEMA + 1)
        with pytest.raises(
            DatabaseUnusable, match=f"schema {SCHEMA + 1}, this version knows {SCHEMA}.*install that version"
        ):
            storage.database.open()
    finally:
        number("schema", SCHEMA)
        number("usable_from", 1)


def test_the_health_check_fails_where_nothing_can_be_written(tmp_path: Path) -> None:
    opened = Database("", tmp_path)
    opened.open()
    opened.check_writable()
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")  # of the pooled connection, as on a full disk
    with pytest.raises(DatabaseError):
        opened.check_writable()
    opened.close()


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_stored(storage: Storage) -> None:
    """It is logged, with its traceback."""
    missing = sql.text("INSERT INTO postbote_nothing VALUES (:question)")
    with pytest.raises(DatabaseError) as wrong:
        storage.database.execute(missing, {"question": "zwirbelgeheim"})
    assert "zwirbel" not in str(wrong.value)
