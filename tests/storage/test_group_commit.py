"""Group commit: writes that wait together are one transaction, and one that fails fails alone."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sql

from bot.storage import DatabaseError
from bot.storage.database import Database
from bot.storage.group_commit import BATCH, MOST_WAITING
from bot.storage.schema import META, upsert


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database("", tmp_path)
    opened.open()
    yield opened
    opened.close()


def put(database: Database, key: str) -> str:
    with database.transaction() as connection:
        connection.execute(upsert(META, ("key", "value")), {"key": key, "value": "x"})
    return key


def keys(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(connection.scalars(sql.select(META.c.key))) - {"schema", "usable_from", "checked"}


@asynccontextmanager
async def busy_writer(database: Database) -> AsyncIterator[None]:
    """The writer thread waits within a first batch, so that what comes meanwhile is the second one."""
    waits, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        waits.set()
        assert go_on.wait(10)

    first = asyncio.ensure_future(database.write(wait))
    assert await asyncio.to_thread(waits.wait, 10)
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    yield
    await first


def commits(database: Database) -> Callable[[], int]:
    """Number of commits since now."""
    seen: list[object] = []
    sql.event.listen(database.engine, "commit", seen.append)
    return lambda: len(seen)


async def test_writes_that_wait_share_one_commit(database: Database) -> None:
    count = commits(database)
    async with busy_writer(database):
        names = [f"k{number}" for number in range(10)]
        assert await asyncio.gather(*(database.write(partial(put, database, name)) for name in names)) == names
    assert keys(database) == set(names)
    assert count() == 2  # the busy one's, and one for all


async def test_a_batch_has_a_bound(database: Database) -> None:
    count = commits(database)
    async with busy_writer(database):
        await asyncio.gather(*(database.write(partial(put, database, f"k{n}")) for n in range(2 * BATCH)))
    assert count() == 3


async def test_a_result_comes_after_its_commit(database: Database) -> None:
    for number in range(20):
        name = await database.write(partial(put, database, f"k{number}"))
        assert name in keys(database)  # read on another connection: committed


async def test_a_write_that_fails_fails_alone(database: Database) -> None:
    def fail() -> str:
        put(database, "half")
        raise ValueError("a bug")

    async with busy_writer(database):
        good, bad, late = await asyncio.gather(
            database.write(lambda: put(database, "good")),
            database.write(fail),
            database.write(lambda: put(database, "late")),
            return_exceptions=True,
        )
    assert (good, late) == ("good", "late")
    assert isinstance(bad, ValueError)
    assert keys(database) == {"good", "late"}


async def test_a_commit_that_fails_is_told_to_every_caller(database: Database) -> None:
    count = commits(database)

    def refuse(connection: sql.Connection) -> None:
        if count() > 1:  # the busy one's goes through
            raise sql.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))

    async with busy_writer(database):
        sql.event.listen(database.engine, "commit", refuse)
        waiting = (database.write(partial(put, database, f"k{n}")) for n in range(3))
        found = await asyncio.gather(*waiting, return_exceptions=True)
        sql.event.remove(database.engine, "commit", refuse)
    assert all(isinstance(wrong, DatabaseError) for wrong in found), found
    assert keys(database) == set()
    assert await database.write(lambda: put(database, "after")) == "after"


async def test_a_cancelled_write_that_still_waits_does_not_run(database: Database) -> None:
    async with busy_writer(database):
        given_up = asyncio.ensure_future(database.write(lambda: put(database, "given up")))
        kept = asyncio.ensure_future(database.write(lambda: put(database, "kept")))
        await asyncio.sleep(0)
        given_up.cancel()
        await kept
    assert keys(database) == {"kept"}


async def test_more_than_may_wait_are_written_all_the_same(database: Database) -> None:
    async with busy_writer(database):
        many = range(MOST_WAITING + 20)
        await asyncio.gather(*(database.write(partial(put, database, f"k{n}")) for n in many))
    assert len(keys(database)) == len(many)


async def test_close_commits_what_waits_and_ends_the_thread(database: Database) -> None:
    async with busy_writer(database):
        waiting = [asyncio.ensure_future(database.write(partial(put, database, f"k{n}"))) for n in range(40)]
        await asyncio.sleep(0)
        await asyncio.to_thread(database.close)
    assert len(await asyncio.gather(*waiting)) == 40
    assert len(keys(database)) == 40
    assert not [thread for thread in threading.enumerate() if thread.name == "group-commit"]
    assert await database.write(lambda: put(database, "late")) == "late"


async def test_a_single_write_waits_for_no_company(database: Database) -> None:
    await database.write(lambda: put(database, "first"))
    began = time.monotonic()
    await asyncio.wait_for(database.write(lambda: put(database, "alone")), 5)
    assert time.monotonic() - began < 1
