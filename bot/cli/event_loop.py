"""Event loop of a command: loaded when something may wait in it, which a question in the terminal does not."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_in_loop(waiting: Coroutine[Any, Any, T]) -> T:
    """Result of a coroutine, in an event loop of its own."""
    import asyncio  # with sockets and TLS, a thirtieth of a start

    return asyncio.run(waiting)
