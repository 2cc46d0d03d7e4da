"""SQL compiled once: a second database gets what the first one compiled, and its own rows."""

from pathlib import Path

import sqlalchemy as sql

from bot.storage import create_storage
from tests.compiled_sql import SHARED


def test_a_second_database_compiles_nothing_and_reads_its_own_rows(tmp_path: Path) -> None:
    found = []
    for name in ("first", "second"):
        storage = create_storage("", tmp_path / name)
        storage.database.open()
        assert storage.secrets.get("word") == ""
        storage.secrets.save("word", name)
        found.append((storage.secrets.get("word"), list(SHARED.values())))
        storage.database.close()
    (first, before), (second, after) = found
    assert (first, second) == ("first", "second")
    assert after == before != []  # the very objects


def test_statements_that_differ_are_compiled_apart() -> None:
    engine = sql.create_engine("sqlite://")
    with engine.connect() as connection:
        assert connection.execute(sql.select(sql.literal_column("1"))).scalar() == 1
        assert connection.execute(sql.select(sql.literal_column("2"))).scalar() == 2
    engine.dispose()
