"""The watch over event loops itself: it must see a blocking call, and leave alone what may be done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.core.gaps import to_gaps
from bot.storage.database import Database
from tests.blocking import BOT, LoopWatch
from tests.core.test_gaps import stored

# As if these functions stood in bot/: the watch reads the file's name
SOURCE = """
import asyncio

def blocking(database):
    return database.check_writable()

async def directly(database):
    blocking(database)

async def grouping(database):
    to_gaps([])
    to_gaps(DECISIONS)

async def grouping_in_a_thread(database):
    await asyncio.to_thread(to_gaps, DECISIONS)

async def in_a_thread(database):
    await asyncio.to_thread(blocking, database)

async def as_callback(database):
    asyncio.get_running_loop().call_soon(blocking, database)
    await asyncio.sleep(0.01)
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = Database("", tmp_path)
    opened.open()
    return opened


def in_bot(name: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"to_gaps": to_gaps, "DECISIONS": [stored("wie?", "decline", 1.0)]}
    exec(compile(SOURCE, f"{BOT}somewhere.py", "exec"), names)  # noqa: S102 - our own lines
    found: Callable[..., Any] = names[name]
    return found


SEEN = [
    ("directly", "somewhere.py:8 directly"),
    ("grouping", "somewhere.py:12 grouping"),
    ("grouping_in_a_thread", ""),
    ("in_a_thread", ""),
    ("as_callback", "somewhere.py:5 blocking"),
]


@pytest.mark.parametrize(("name", "seen"), SEEN)
async def test_a_statement_on_the_event_loop_is_seen(
    database: Database, loop_watch: LoopWatch, name: str, seen: str
) -> None:
    await in_bot(name)(database)
    found = loop_watch.take()
    assert [line.partition(" ran")[0] for line in found] == ([seen] if seen else [])
    database.close()


async def test_a_test_may_call_the_store_from_its_own_coroutine(database: Database, loop_watch: LoopWatch) -> None:
    database.check_writable()
    assert loop_watch.take() == []
    database.close()
