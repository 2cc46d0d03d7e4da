"""Gaps for people in chat, and how they develop; read in a thread, because the event loop must not wait for it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from bot.core.gaps import Gap, to_gaps
from bot.storage import Storage
from bot.storage.statistics import Statistics

TREND_WEEKS = 4


async def read_gaps(storage: Storage, team: str, since: float = 0.0, until: float = inf) -> Sequence[Gap]:
    """Gaps of a workspace ("T0001"; empty: of everybody), of its newest questions; the most frequent first.

    `since`, `until`: seconds since the epoch.
    """

    def read() -> Sequence[Gap]:
        return to_gaps(one for one in storage.decisions.unanswered(team, since) if one.at <= until)

    return await asyncio.to_thread(read)


async def read_trend(storage: Storage, team: str, until: float | None = None) -> list[Mapping[str, int]]:
    """Facts of templates/trend.md: for each of the last weeks, the newest first, "asked" and "answered" (well).

    Empty where nothing was asked in all of them. `until`: end of the newest; None: now.
    """
    statistics, until = Statistics(storage.database), time.time() if until is None else until
    found = await asyncio.to_thread(statistics.weekly_counts, team, until, TREND_WEEKS)
    weeks: list[Mapping[str, int]] = [{"asked": one.asked, "answered": one.asked - one.unanswered} for one in found]
    return weeks if any(week["asked"] for week in weeks) else []


def gap_facts(gap: Gap) -> dict[str, Any]:
    """Facts of a gap for a template or a view."""
    return {
        "count": gap.count,
        "language": gap.language,
        "example": gap.example,
        "link": gap.link,
        "remarks": list(gap.remarks),
    }
