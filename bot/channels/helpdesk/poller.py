"""Looking for new tickets, again and again, in the background of a channel."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from bot.core.model import TryLater

log = structlog.get_logger()

LONGEST_PAUSE = 300.0  # seconds between rounds while they fail


class Poller:
    """One round after the other, `every` so many seconds; while they fail, ever more rarely."""

    def __init__(self, name: str, look: Callable[[], Awaitable[None]], every: float) -> None:
        """`look`: one round; may raise whatever it likes."""
        self._name, self._look, self._every = name, look, every
        self._task: asyncio.Task[None] | None = None
        self.trouble = ""  # of the last round

    async def start(self) -> None:
        """The first round begins at once."""
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Ends the round that is under way: what it has stored is stored, the next start finds the rest."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self) -> None:
        failed = 0
        while True:
            found = await self._round()
            if found != self.trouble:
                log.log(30 if found else 20, "looking_for_tickets", channel=self._name, trouble=found or "over")
            self.trouble = found
            failed = failed + 1 if found else 0
            pause = min(self._every * 2 ** min(failed, 10), max(LONGEST_PAUSE, self._every)) if failed else self._every
            await asyncio.sleep(pause * random.uniform(0.9, 1.1))  # noqa: S311 - keeps processes out of step

    async def _round(self) -> str:
        try:
            await self._look()
        except TryLater as later:
            return str(later)
        except Exception as wrong:
            log.exception("round_failed", channel=self._name)
            return f"looking for tickets failed ({type(wrong).__name__})"
        return ""
