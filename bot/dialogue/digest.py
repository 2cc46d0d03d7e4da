"""Weekly digest of gaps: what stayed open in a week, for the people who write the FAQ.

It holds counts and redacted words, but no person, no mention and no link: the channel may have other readers than
editors. Where nothing stayed open nothing is posted.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.contracts.engine import Engine
from bot.core.model import Answer, Event, Reply
from bot.core.text.excerpt import shorten
from bot.dialogue.gaps import gap_facts, read_gaps, read_trend
from bot.storage import Storage

DAY = 86_400.0  # seconds
SHOWN = 10  # gaps
LONGEST = 200  # characters of an example, and of each reason
_MENTION = re.compile(r"<[@!#][^<>]{0,200}>")  # Slack's markup, which names people


class DigestDialogue:
    """Reply to the event of a week (bot/channels/slack/digest_schedule.py makes it)."""

    def __init__(self, storage: Storage, engine: Engine) -> None:
        self._storage, self._engine = storage, engine

    async def post(self, event: Event) -> Reply:
        """Digest of the time between the event's facts "since" and "until" (seconds since the epoch), of all channels.

        In the first language of the knowledge base: a channel has no language of its own.
        """
        since, until = float(event.facts["since"]), float(event.facts["until"])
        gaps = await read_gaps(self._storage, "", since, until)
        if not gaps:
            return Reply(None)
        this, before, *_ = await read_trend(self._storage, "", until)
        facts = {
            "gaps": [_without_people(gap_facts(gap)) for gap in gaps[:SHOWN]],
            "more": max(0, len(gaps) - SHOWN),
            "asked": this["asked"],
            "unanswered": this["asked"] - this["answered"],
            "before": {"asked": before["asked"], "unanswered": before["asked"] - before["answered"]},
            "first": _day(since),
            "last": _day(until - DAY / 2),  # it ends on a Monday morning: Sunday is its last whole day
        }
        return Reply(Answer("digest", self._engine.languages()[0], facts))


def _without_people(gap: Mapping[str, Any]) -> dict[str, Any]:
    remarks = [_short(remark) for remark in gap["remarks"]]
    return {**gap, "example": _short(str(gap["example"])), "remarks": remarks, "link": ""}


def _short(text: str) -> str:
    """One line without mentions; what was redacted before stays so."""
    line = " ".join(_MENTION.sub("…", text).split())
    return shorten(line, LONGEST)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
