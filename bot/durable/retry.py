"""Retry of what failed: how long to pause before the next attempt, how long in all, and the pause itself.

Why an attempt failed is said by ErrorPolicy, and the order of attempts by EventWorkflow; worker.py explains both.
"""

import asyncio
import random
from contextlib import suppress

from dbos import DBOS

FIRST_PAUSE = 1.0  # seconds between attempts, doubled from one to the next
LONGEST_PAUSE = 1_800.0  # seconds between attempts to deliver
LONGEST_DECIDE_PAUSE = 60.0  # seconds between attempts to decide: each is a checkpoint; a helpdesk may be down for long
GIVE_UP_AFTER = 24 * 3_600.0  # seconds of pauses between attempts to deliver


class DecideBackoff:
    """Back-off between attempts to decide one event; it has no end."""

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE

    def next_pause(self, named: float) -> float:
        """Seconds until the next attempt. `named`: by the rate limit or by whom is to blame; 0: by nobody."""
        if named:
            return named
        pause, self._pause = self._pause, min(LONGEST_DECIDE_PAUSE, self._pause * 2)
        return pause


class DeliverBackoff:
    """Back-off between attempts to deliver one reply. `waited`: seconds of all its pauses so far."""

    def __init__(self) -> None:
        self._pause, self.waited = FIRST_PAUSE, 0.0

    def is_used_up(self) -> bool:
        """True if the reply is to be given up."""
        return self.waited > GIVE_UP_AFTER

    def next_pause(self, named: float) -> float:
        """Seconds until the next attempt, counted as waited. `named`: by the channel; 0: not."""
        seconds = named or self._pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
        self._pause = min(LONGEST_PAUSE, self._pause * 2)
        self.waited += seconds
        return seconds


async def durable_sleep(seconds: float) -> None:
    """Sleeps as a step of the workflow: after a restart only the rest of it is slept.

    The engine stores the time of day when it ends. A clock that is set back meanwhile must not make hours of it.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds + 5.0):
            await DBOS.sleep_async(seconds)
