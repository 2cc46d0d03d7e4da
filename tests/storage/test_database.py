"""Opening, migrating and checking a database, SQLite and PostgreSQL."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sql

from bot.storage import DatabaseError, DatabaseUnusable, Storage, create_storage, schema
from bot.storage.database import Database
from bot.storage.schema import META, SCHEMA


def test_opening_twice_is_harmless(storage: Storage) -> None:
    storage.database.open()


def test_a_database_of_an_older_version_gets_the_new_columns(tmp_path: Path) -> None:
    columns = "key VARCHAR(200) PRIMARY KEY, conversation VARCHAR(200), at FLOAT, language VARCHAR(2)"
    columns += ", understood TEXT, place VARCHAR(200)"
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as old, old:
        old.execute(f"CREATE TABLE postbote_decisions ({columns})")
        old.execute("INSERT INTO postbote_decisions VALUES ('k', 'c', 1, 'de', 'Welcher Port?', 'T1:C1')")
    opened = create_storage("", tmp_path)
    opened.database.open()
    found = opened.decisions.get("k")
    opened.database.close()
    assert found is not None
    assert (found.understood, found.location, found.outcome, found.entries) == ("Welcher Port?", "T1:C1", "", ())


@pytest.mark.parametrize(
    "change",
    ["DROP TABLE postbote_feedback", "ALTER TABLE postbote_decisions DROP COLUMN link", "DROP INDEX {index}"],
    ids=["table", "column", "index"],
)
def test_what_somebody_took_away_is_there_after_the_next_start(tmp_path: Path, change: str) -> None:
    """Although a start looks at no table where nothing has changed since the last one."""
    storage = create_storage("", tmp_path)
    storage.database.open()
    whole = names_in(storage)
    with storage.database.engine.begin() as connection:
        index = next(name for kind, name in whole if kind == "index" and not name.startswith("sqlite_"))
        connection.exec_driver_sql(change.format(index=index))
    changed = names_in(storage)
    storage.database.open()
    assert names_in(storage) == whole != changed
    storage.database.close()


def names_in(storage: Storage) -> set[tuple[str, str]]:
    """Tables, columns and indexes of a SQLite database, as (kind, name)."""
    with storage.database.engine.begin() as connection:
        found = {(kind, name) for kind, name in connection.exec_driver_sql("SELECT type, name FROM sqlite_master")}
        for name in [name for kind, name in found if kind == "table"]:
            columns = connection.exec_driver_sql(f"PRAGMA table_info({name})")
            found |= {("column", f"{name}.{row[1]}") for row in columns}
    return found


def test_a_second_start_looks_at_no_table_and_one_of_another_version_at_all(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if storage.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no number of its changes: each start looks")
    looked: list[str] = []

    @sql.event.listens_for(storage.database.engine, "before_cursor_execute")
    def look(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        looked.append(statement)

    storage.database.open()
    assert not [statement for statement in looked if "postbote_decisions" in statement], looked
    other = sql.MetaData()
    for table in schema.METADATA.tables.values():
        table.to_metadata(other)
    sql.Table("postbote_later", other, sql.Column("key", sql.Text, primary_key=True))
    monkeypatch.setattr(schema, "METADATA", other)  # as a later version has it
    storage.database.open()
    assert sql.inspect(storage.database.engine).has_table("postbote_later")


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
