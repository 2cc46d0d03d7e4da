"""Waits for what comes by itself."""

import asyncio
import time
from collections.abc import Callable
from typing import Any


async def until(found: Callable[[], Any], seconds: float = 20.0, pause: float = 0.1) -> Any:
    """The first value that is true; the assertion tells how long it waited. `pause`: seconds between two looks."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(pause)
    return value
