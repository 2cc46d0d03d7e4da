"""Waits for what comes by itself, and makes what comes after a pause come sooner."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.durable import retry

PAUSE = 0.2  # seconds before a second attempt, which takes a second where nobody waits for it


async def until(found: Callable[[], Any], seconds: float = 20.0, pause: float = 0.02) -> Any:
    """The first value that is true; the assertion tells how long it waited. `pause`: seconds between two looks."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(pause)
    return value


@contextmanager
def short_pauses() -> Iterator[None]:
    """Makes pauses of workflows, to decide or deliver once more, begin with PAUSE; they are doubled all the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "FIRST_PAUSE", PAUSE)
        yield
