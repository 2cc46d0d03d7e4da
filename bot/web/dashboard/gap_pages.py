"""Pages of gaps: the list, and what may be done about one of them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.content.edits import base_languages, own_topics
from bot.content.yaml_edit import EditError
from bot.core.gaps import Gap
from bot.core.model import LANGUAGES, Decision, Language, Question
from bot.web.dashboard.csv_export import to_csv
from bot.web.dashboard.frame import BASE, OWN, Frame, key_of
from bot.web.dashboard.gap_list import find_gap, keys_of_gap, read_gaps
from bot.web.pages import language_of

LIKELY = 5  # entries that are offered first
DONE = "done"  # StoredDecision.settled of a gap that was closed without an edit


class GapPages:
    """Routes of the gaps."""

    def __init__(self, frame: Frame, knowledge: Path) -> None:
        """`knowledge`: folder of the base that editors change."""
        self._frame, self._statistics, self._knowledge = frame, frame.context.statistics, knowledge
        self.routes: Sequence[BaseRoute] = [
            Route(f"{BASE}/gaps", frame.guarded(self._list)),
            Route(f"{BASE}/gaps.csv", frame.guarded(self._csv)),
            Route(f"{BASE}/gap", frame.guarded(self._one)),
            Route(f"{BASE}/gap/done", self._done, methods=["POST"]),
            Route(f"{BASE}/gap/open", self._open, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        facts = await asyncio.to_thread(read_gaps, self._statistics, request.query_params, time.time())
        kept = {name: value for name, value in facts["filters"].items() if value}
        language = language_of(request)
        options = {
            "gap_reasons": [(reason, self._frame.say(f"gap_{reason}", language)) for reason in facts["reasons"]],
            "gap_languages": [(one, one) for one in facts["languages"]],
            "gap_channels": [(one, one) for one in facts["channels"]],
        }
        return self._frame.shown(request, "gaps.html", {**facts, **options, "kept": kept})

    async def _csv(self, request: Request) -> Response:
        """All gaps that fit the filters, one a row; times in UTC (ISO 8601)."""
        query = dict(request.query_params)
        rows: list[Sequence[object]] = [("count", "language", "reasons", "channels", "last", "question", "link")]
        page = pages = 1
        while page <= pages:
            facts = await asyncio.to_thread(read_gaps, self._statistics, {**query, "page": str(page)}, time.time())
            pages, page = facts["pages"], page + 1
            rows += [_row(gap) for gap in facts["gaps"]]
        return to_csv("gaps.csv", rows, language_of(request))

    async def _one(self, request: Request) -> Response:
        key = key_of(request.query_params)
        gap = await asyncio.to_thread(find_gap, self._statistics, key, time.time()) if key else None
        if gap is None:
            return self._frame.shown(request, "gone.html", {}, 404)
        engine, language = self._frame.context.engine, language_of(request)
        answer = await engine.respond(Question(gap.example))
        sections = engine.sections(language)
        newest = await asyncio.to_thread(self._statistics.decision, gap.key)
        facts = {
            "gap": gap,
            "settled": newest.settled if newest else "",
            "decision": answer.decision,
            "likely": likely_entries(answer.decision, {one for ids in sections.values() for one in ids}),
            "sections": sections,
            **await asyncio.to_thread(self._content_facts, gap.language),
        }
        return self._frame.shown(request, "gap.html", facts)

    def _content_facts(self, asked: Language) -> Mapping[str, Any]:
        """Languages and own topics of the base, the language of the question first. Blocks."""
        try:
            languages = base_languages(self._knowledge)
        except (EditError, OSError):
            languages = (asked,)
        return {
            "languages": sorted(languages, key=lambda one: one != asked),
            "topics": own_topics(self._knowledge),
        }

    async def _done(self, request: Request) -> Response:
        return await self._settled(request, DONE)

    async def _open(self, request: Request) -> Response:
        return await self._settled(request, "")

    async def _settled(self, request: Request, how: str) -> Response:
        fields = await self._frame.posted(request)
        if isinstance(fields, Response):
            return fields
        await asyncio.to_thread(self._settle, key_of(fields), how)
        lang = request.query_params.get("lang")
        return RedirectResponse(f"{BASE}/gaps{f'?lang={lang}' if lang in LANGUAGES else ''}", 303, headers=OWN)

    def _settle(self, key: str, how: str) -> None:
        if key:
            self._statistics.settle(keys_of_gap(self._statistics, key), how)


def likely_entries(decision: Decision | None, entries: set[str]) -> Sequence[str]:
    """Ids of the entries that a question most probably belongs to, the likeliest first, at most LIKELY."""
    if decision is None:
        return ()
    named = [*decision.entries, *(candidate.id for part in decision.parts for candidate in part.candidates)]
    return [one for one in dict.fromkeys(named) if one in entries][:LIKELY]


def _row(gap: Gap) -> Sequence[object]:
    last = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(gap.last))
    return gap.count, gap.language, " ".join(gap.reasons), " ".join(gap.channels), last, gap.example, gap.link
