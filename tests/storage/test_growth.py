"""What grows with the stored data: the dashboard's queries, and the SQLite file, which shrinks again.

How long the dashboard takes is measured by tests/bench/dashboard.py; here it is what the time depends on.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sql

from bot.storage import Storage, create_storage, sqlite_file
from bot.storage.database import DAY
from bot.storage.statistics import Statistics
from bot.web.dashboard import SHOWN_SLOW, read_overview
from bot.web.dashboard.gap_list import MOST_GROUPED
from bot.web.dashboard.summary import PERIODS
from tests.slow import SLOW, slow
from tests.storage.generated import fill


@contextmanager
def opened(folder: Path) -> Iterator[Storage]:
    storage = create_storage("", folder)
    storage.database.open()
    yield storage
    storage.database.close()


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of some megabytes are enough."""
    monkeypatch.setattr(sqlite_file, "KEPT_FREE", 50)
    monkeypatch.setattr(sqlite_file, "FREED_AT_ONCE", 100)


def size(folder: Path) -> int:
    """Bytes of the file and its log."""
    return sum(file.stat().st_size for file in folder.glob("store.sqlite*"))


def pragma(folder: Path, name: str) -> object:
    with closing(sqlite3.connect(folder / "store.sqlite")) as file:
        return file.execute(f"PRAGMA {name}").fetchone()[0]


QUERIES: dict[str, tuple[Callable[[Statistics, float], object], str, tuple[str, ...]]] = {
    "counted by day": (lambda s, since: s.daily_counts(since), "COVERING INDEX postbote_decisions_at", ()),
    "slowest": (lambda s, since: s.slowest(since, SHOWN_SLOW), "INDEX postbote_decisions_took", ("FOR ORDER BY",)),
    "unanswered": (lambda s, since: s.unanswered(since, 10), "INDEX postbote_decisions_at", ("FOR ORDER BY",)),
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_dashboard_reads_no_whole_table_and_sorts_none(tmp_path: Path, name: str) -> None:
    ask, wanted, unwanted = QUERIES[name]
    asked: list[tuple[str, object]] = []
    with opened(tmp_path) as storage:
        fill(storage, 100)
        sql.event.listen(
            storage.database.engine,
            "before_cursor_execute",
            lambda c, cursor, text, values, *_: asked.append((text, values)),
        )
        ask(Statistics(storage.database), time.time() - max(PERIODS) * DAY)
        ((text, values),) = asked
        with storage.database.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)  # type: ignore[arg-type]
            steps = [(parent, step) for _, parent, _, step in rows]
    plan = "\n".join(step for _, step in steps)
    assert wanted in plan
    assert "SCAN postbote_decisions" not in plan
    # What is read of one question's few presses may be sorted
    assert not [one for one in unwanted for parent, step in steps if not parent and one in step], plan


def test_the_gaps_of_the_dashboard_are_made_of_a_bounded_number_of_questions(tmp_path: Path) -> None:
    with opened(tmp_path) as storage:
        fill(storage, 5 * MOST_GROUPED)  # a quarter of them is unanswered
        found = read_overview(Statistics(storage.database), 90, time.time())
    assert 0 < sum(gap.count for gap in found["gaps"]) <= MOST_GROUPED
    assert len(found["gaps"]) + found["more_gaps"] == found["number"] <= MOST_GROUPED
    assert len(found["slow"]) == SHOWN_SLOW


@pytest.mark.parametrize("version", ["new", pytest.param("of a version that could not shrink it", marks=SLOW)])
@pytest.mark.usefixtures("small_steps")
def test_a_file_is_smaller_after_the_purge_and_holds_what_is_left(tmp_path: Path, version: str) -> None:
    if version != "new":
        with closing(sqlite3.connect(tmp_path / "store.sqlite")) as file:
            file.execute("CREATE TABLE older (x)")
    with opened(tmp_path) as storage:
        fill(storage, 3_000, days=100.0)
        full = size(tmp_path)
        kept = replace(storage, retention=10 * DAY)
        kept.purge_expired()
        assert 290 < storage.decisions.count() < 310
        assert size(tmp_path) < full / 3
        assert storage.decisions.get("T1:C1:1")
        kept.purge_expired()
        assert size(tmp_path) < full / 3
    assert pragma(tmp_path, "integrity_check") == "ok"
    assert pragma(tmp_path, "auto_vacuum") == 2


@slow
@pytest.mark.usefixtures("small_steps")
def test_others_write_while_the_file_shrinks(tmp_path: Path) -> None:
    with opened(tmp_path) as storage, opened(tmp_path) as other:
        fill(storage, 3_000, days=100.0)
        for table in ("postbote_decisions", "postbote_feedback"):
            storage.database.execute(sql.text(f"DELETE FROM {table}"))  # noqa: S608 - names of our own tables
        shrinking = threading.Thread(target=storage.database.shrink)
        shrinking.start()
        writes = 0
        while shrinking.is_alive():
            other.database.check_writable()  # raises where it waits for more than five seconds
            writes += 1
            time.sleep(0.005)
        assert writes > 2
    assert int(str(pragma(tmp_path, "freelist_count"))) <= 150


@slow
@pytest.mark.usefixtures("small_steps")
def test_a_file_that_somebody_writes_keeps_its_size_and_nothing_fails(tmp_path: Path) -> None:
    with opened(tmp_path) as storage:
        fill(storage, 3_000, days=100.0)
        storage.database.execute(sql.text("DELETE FROM postbote_decisions"))
        impatient = sql.create_engine(f"sqlite:///{tmp_path / 'store.sqlite'}", connect_args={"timeout": 0.05})
        with closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            before = pragma(tmp_path, "page_count")
            sqlite_file.shrink_file(impatient)
            assert pragma(tmp_path, "page_count") == before
        sqlite_file.shrink_file(impatient)
        impatient.dispose()
        assert int(str(pragma(tmp_path, "page_count"))) < int(str(before)) / 3
