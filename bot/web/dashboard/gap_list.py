"""List of gaps: searched, filtered and paged."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.gaps import REASONS, Gap, to_gaps
from bot.storage.statistics import Statistics
from bot.web.dashboard.frame import page_of

MOST_GROUPED = 1_000  # newest unanswered questions that are grouped into gaps: a page must be there at once
SINCE = 90 * 86_400.0  # seconds that the list of gaps looks back
PAGE = 10  # gaps on a page


def read_gaps(statistics: Statistics, query: Mapping[str, str], now: float) -> Mapping[str, Any]:
    """Facts of gaps.html. Blocks: the grouping takes 0.2 s of CPU at most.

    `query`: q (part of the question, any case), reason, language, channel, state (done: those that are settled), page.
    """
    done = query.get("state") == "done"
    all_gaps = to_gaps(statistics.unanswered(now - SINCE, MOST_GROUPED, settled=done))
    found = [gap for gap in all_gaps if _fits(gap, query)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(page_of(query), pages)
    return {
        "gaps": found[(page - 1) * PAGE : page * PAGE],
        "number": len(found),
        "questions": sum(gap.count for gap in found),
        "all": len(all_gaps),
        "page": page,
        "pages": pages,
        "filters": {name: query.get(name, "")[:200] for name in ("q", "reason", "language", "channel", "state")},
        "reasons": REASONS,
        "languages": sorted({gap.language for gap in all_gaps}),
        "channels": sorted({channel for gap in all_gaps for channel in gap.channels if channel}),
    }


def find_gap(statistics: Statistics, key: str, now: float) -> Gap | None:
    """Gap that a question belongs to, whether it is settled or not; None: it belongs to none. Blocks."""
    for settled in (False, True):
        for gap in to_gaps(statistics.unanswered(now - SINCE, MOST_GROUPED, settled=settled)):
            if key in gap.keys:
                return gap
    return None


def keys_of_gap(statistics: Statistics, key: str) -> Sequence[str]:
    """Keys of all questions of the gap that a question belongs to, itself first. Blocks."""
    gap = find_gap(statistics, key, time.time())
    return [*dict.fromkeys((key, *(gap.keys if gap else ())))]


def _fits(gap: Gap, query: Mapping[str, str]) -> bool:
    return (
        query.get("q", "").strip().lower() in gap.example.lower()
        and query.get("reason", "") in ("", *gap.reasons)
        and query.get("language", "") in ("", gap.language)
        and query.get("channel", "") in ("", *gap.channels)
    )
