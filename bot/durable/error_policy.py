"""Work for an event, on the loop where it belongs: a bug of ours ends no job, other trouble is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.core.model import Event, TryLater
from bot.observability.event_log import Watch
from bot.storage.store import DATABASE_TROUBLE

T = TypeVar("T")
log = structlog.get_logger()


class Guard:
    """One per process."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def start(self) -> None:
        """The loop that runs is the one that sockets belong to."""
        self.loop = asyncio.get_running_loop()

    async def run(self, event: Event, work: Callable[[], Awaitable[T]]) -> T | None:
        """The work's value; None where it failed through a bug of ours, which is logged. Raises TryLater."""
        try:
            return await self.at_home(work)
        except TryLater:
            raise
        except DATABASE_TROUBLE as wrong:
            raise TryLater(f"the database cannot be used ({type(wrong).__name__})", maybe_sent=True) from wrong
        except Exception:  # noqa: BLE001 - its trace is logged
            self.report(event)
            return None

    def report(self, event: Event) -> None:
        """A bug of ours, while its exception is handled."""
        log.exception("our_bug", key=event.key)
        self._watch.metrics.bugs.labels(event.channel).inc()

    async def at_home(self, work: Callable[[], Awaitable[T]]) -> T:
        """The engine runs recovered workflows on a loop of its own; sockets belong to the loop that opened them."""
        if asyncio.get_running_loop() is self.loop:
            return await work()

        async def wrapped() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(wrapped(), self.loop))
