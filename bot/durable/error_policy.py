"""Work for an event, on the loop where it belongs: a bug of ours ends no job, other trouble is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.core.model import Event, TryLater
from bot.observability.event_log import EventLog
from bot.storage import DatabaseError

T = TypeVar("T")
log = structlog.get_logger()


class ErrorPolicy:
    """One per process."""

    def __init__(self, event_log: EventLog) -> None:
        self._event_log = event_log

    def start(self) -> None:
        """The loop that runs is the one that sockets belong to."""
        self.loop = asyncio.get_running_loop()

    async def run(self, event: Event, work: Callable[[], Awaitable[T]]) -> T | None:
        """The work's value; None where it failed through a bug of ours, which is logged. Raises TryLater."""
        try:
            return await self.on_main_loop(work)
        except TryLater:
            raise
        except DatabaseError as wrong:
            raise TryLater(f"the database cannot be used ({type(wrong).__name__})", maybe_sent=True) from wrong
        except Exception:  # noqa: BLE001 - its trace is logged
            self.report(event)
            return None

    def report(self, event: Event) -> None:
        """A bug of ours, while its exception is handled."""
        log.exception("our_bug", key=event.key)
        self._event_log.metrics.bugs.labels(event.channel).inc()

    async def on_main_loop(self, work: Callable[[], Awaitable[T]]) -> T:
        """The engine runs recovered workflows on a loop of its own; sockets belong to the loop that opened them."""
        if asyncio.get_running_loop() is self.loop:
            return await work()

        async def wrapped() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(wrapped(), self.loop))
