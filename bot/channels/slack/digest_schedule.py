"""Schedule of the weekly digest: one event a week, whichever process stores it first, and however often they restart.

The event's key names the channel and the week, so that the durable queue takes it once (bot/durable/worker.py). The
queue forgets a key after a day or so; a cursor in the database remembers the week for a process that starts later.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.contracts.stores import CursorStore
from bot.core.model import Event, Question

log = structlog.get_logger()

HOUR = 7  # UTC, on Mondays: the beginning of a working week in Europe
EVERY = 600.0  # seconds between looks at the clock
WEEK = 7 * 86_400.0  # seconds


class DigestSchedule:
    """Schedule for one channel."""

    def __init__(
        self,
        channel: str,
        cursors: CursorStore,
        enqueue: Callable[[Event], Awaitable[None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`channel`: id, "C0123ABCD". `clock`: seconds since the epoch."""
        self._channel, self._cursors, self._enqueue, self._clock = channel, cursors, enqueue, clock

    async def run(self) -> None:
        """Stores each week's event when it is due, until it is cancelled."""
        while True:
            try:
                await self.enqueue_due()
            except Exception as wrong:  # noqa: BLE001 - whatever kept it from being stored, the next look may store it
                log.warning("digest_not_stored", why=type(wrong).__name__)
            await asyncio.sleep(EVERY)

    async def enqueue_due(self) -> None:
        """Stores the event of the week that ended last, unless that was done."""
        now = self._clock()
        due = last_due(now)
        name, week = f"slack-digest:{self._channel}", f"{due:.0f}"
        if await asyncio.to_thread(self._cursors.read, name) == week:
            return
        await self._enqueue(
            Event(
                key=f"digest:{self._channel}:{week}",
                channel="slack",
                question=Question(""),
                reply_to={"team": "", "channel": self._channel, "thread_ts": "", "ts": f"{now:.6f}"},
                act="digest",
                facts={"since": due - WEEK, "until": due},
            )
        )
        await asyncio.to_thread(self._cursors.save, name, week)


def last_due(now: float) -> float:
    """Last Monday at HOUR, at or before `now`; both in seconds since the epoch."""
    at = datetime.fromtimestamp(now, UTC)
    monday = (at - timedelta(days=at.weekday())).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return (monday if monday <= at else monday - timedelta(days=7)).timestamp()
