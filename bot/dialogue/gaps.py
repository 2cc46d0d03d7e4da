"""Gaps for people in chat: read and grouped in a thread, because the event loop must not wait for either."""

import asyncio
from collections.abc import Sequence

from bot.core.gaps import Gap, to_gaps
from bot.storage import Storage


async def read_gaps(storage: Storage, team: str) -> Sequence[Gap]:
    """Gaps of a workspace ("T0001"), of its newest questions; the most frequent first."""
    return await asyncio.to_thread(lambda: to_gaps(storage.decisions.unanswered(team)))
