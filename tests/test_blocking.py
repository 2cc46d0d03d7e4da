"""The watch over event loops itself: it must see a blocking call, and leave alone what may be done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.storage.store import Store
from tests.blocking import BOT, LoopWatch

# As if these functions stood in bot/: the watch reads the file's name
SOURCE = """
import asyncio

def blocking(store):
    return store.beat()

async def directly(store):
    blocking(store)

async def in_a_thread(store):
    await asyncio.to_thread(blocking, store)

async def as_callback(store):
    asyncio.get_running_loop().call_soon(blocking, store)
    await asyncio.sleep(0.01)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store("", tmp_path)
    opened.open()
    return opened


def in_bot(name: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(compile(SOURCE, f"{BOT}somewhere.py", "exec"), names)  # noqa: S102 - our own lines
    found: Callable[..., Any] = names[name]
    return found


SEEN = [
    ("directly", "somewhere.py:8 directly"),
    ("in_a_thread", ""),
    ("as_callback", "somewhere.py:5 blocking"),
]


@pytest.mark.parametrize(("name", "seen"), SEEN)
async def test_a_statement_on_the_event_loop_is_seen(store: Store, loop_watch: LoopWatch, name: str, seen: str) -> None:
    await in_bot(name)(store)
    found = loop_watch.take()
    assert [line.partition(" ran")[0] for line in found] == ([seen] if seen else [])
    store.close()


async def test_a_test_may_call_the_store_from_its_own_coroutine(store: Store, loop_watch: LoopWatch) -> None:
    store.beat()
    assert loop_watch.take() == []
    store.close()
