"""Poller: one polling round after the other, in the background of a channel."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

import structlog

from bot.core.model import TryLater

log = structlog.get_logger()

LONGEST_PAUSE = 300.0  # seconds between rounds while they fail


class Poller:
    """Background task that calls `poll_once` every `interval` seconds, and ever more rarely while that fails."""

    def __init__(self, channel: str, poll_once: Callable[[], Awaitable[None]], interval: float) -> None:
        """`channel`: for the log. `poll_once`: one round; may raise whatever it likes. `interval`: seconds."""
        self._channel, self._poll_once, self.interval = channel, poll_once, interval
        self._task: asyncio.Task[None] | None = None
        self.problem = ""  # of the last round, one line; empty: it went well, or none has ended yet

    async def start(self) -> None:
        """Starts polling; the first round begins at once."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cancels the round that is under way: what it has stored is stored, the next start finds the rest."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while True:
            problem = await self._poll_safely()
            if problem != self.problem:
                level = logging.WARNING if problem else logging.INFO
                log.log(level, "ticket_polling", channel=self._channel, problem=problem or "over")
            self.problem = problem
            failures = failures + 1 if problem else 0
            await asyncio.sleep(self._pause(failures) * random.uniform(0.9, 1.1))  # noqa: S311 - keeps processes out of step

    def _pause(self, failures: int) -> float:
        """Seconds until the next round, after so many failed ones in a row: doubled by each, within bounds."""
        if not failures:
            return self.interval
        return min(self.interval * 2.0 ** min(failures, 10), max(LONGEST_PAUSE, self.interval))

    async def _poll_safely(self) -> str:
        """Problem of one round; empty where it went well."""
        try:
            await self._poll_once()
        except TryLater as later:
            return str(later)
        except Exception as wrong:
            log.exception("ticket_polling_failed", channel=self._channel)
            return f"looking for tickets failed ({type(wrong).__name__})"
        return ""
