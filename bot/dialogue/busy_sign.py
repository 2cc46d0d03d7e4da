"""Busy sign for slow look-ups: a channel that can show it is told that the answer is being looked up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

SLOW_AFTER = 0.8  # seconds; an answer from the FAQ takes some hundredths, so that only look-ups are ever told of
PATIENCE = 1.0  # seconds for which an answer waits for its sign, which must not come after it


async def tell_if_slow(work: Awaitable[T], tell: Callable[[], Awaitable[None]], after: float = SLOW_AFTER) -> T:
    """Result of `work`; `tell` is called once if it takes longer than `after` seconds. What `work` raises, it raises.

    `tell` must raise nothing.
    """
    told = asyncio.create_task(_tell_later(tell, began := asyncio.Event(), after))
    try:
        return await work
    finally:
        if began.is_set():
            await asyncio.wait({told}, timeout=PATIENCE)
        told.cancel()


async def _tell_later(tell: Callable[[], Awaitable[None]], began: asyncio.Event, after: float) -> None:
    await asyncio.sleep(after)
    began.set()
    await tell()
