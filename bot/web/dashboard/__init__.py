"""Dashboard at `/dashboard`, for operators and editors: overview, gaps, entries, changes of the content.

Pages that work without a script; the one script says times in the reader's own zone and waits for a trial. Who may see
them: bot/web/auth.py. What changes content or settles gaps is a form against CSRF (frame.py).
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.core.gaps import to_gaps
from bot.core.model import Language
from bot.core.stored_records import StoredDecision
from bot.storage.statistics import Statistics
from bot.web.auth import COOKIE, is_same_origin, same_secret
from bot.web.dashboard.charts import to_bars, to_columns
from bot.web.dashboard.editor import Editor
from bot.web.dashboard.entry_draft import NAME, to_draft
from bot.web.dashboard.entry_pages import EntryPages
from bot.web.dashboard.frame import BASE, FOLDER, FORM, OWN, WORDS, Frame, key_of, read_form, set_cookie
from bot.web.dashboard.gap_list import MOST_GROUPED
from bot.web.dashboard.gap_pages import GapPages
from bot.web.dashboard.summary import DAY, PERIODS, days_of, kind_of, to_overview, to_trend, utc_text
from bot.web.pages import ContentAccess, PageContext, language_of, static_routes

if TYPE_CHECKING:
    from bot.settings import Settings

SHOWN_GAPS, SHOWN_SLOW = 5, 10


def to_variables(settings: "Settings") -> list[Mapping[str, Any]]:
    """Variables of the configuration, each with whether it is set; never its value."""
    fields = type(settings).model_fields.items()
    return [
        {"name": name.upper(), "set": name in settings.model_fields_set, "about": field.description or ""}
        for name, field in fields
    ]


def read_overview(statistics: Statistics, days: int, now: float) -> Mapping[str, Any]:
    """Facts of the overview that come from the database: counts, gaps, slow answers of the last `days`; blocks.

    `now`: seconds since the epoch. Takes 0.4 s of CPU at 100,000 questions (tests/bench/dashboard.py), half of it for
    the gaps, whose number of questions is bounded.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    since = (now // DAY - days + 1) * DAY
    before = since - days * DAY
    gaps = to_gaps(statistics.unanswered(since, MOST_GROUPED))
    verdicts = statistics.verdicts(since)
    facts = to_overview(statistics.daily_counts(since), verdicts, today, days)
    older = statistics.daily_counts(before, since), statistics.verdicts(before, since)
    return {
        **facts,
        "trend": to_trend(*older, facts["total"], verdicts),
        "gaps": gaps[:SHOWN_GAPS],
        "number": len(gaps),
        "more_gaps": max(0, len(gaps) - SHOWN_GAPS),
        "slow": [_facts_of(kept) for kept in statistics.slowest(since, SHOWN_SLOW)],
    }


class Dashboard:
    """Dashboard at `/dashboard`."""

    name = WORDS

    def __init__(self, context: PageContext, content: ContentAccess, variables: Sequence[Mapping[str, Any]]) -> None:
        """`variables`: see to_variables."""
        self._context, self._variables = context, variables
        self._frame = frame = Frame(context)
        self.routes: Sequence[BaseRoute] = [
            Route(BASE, frame.guarded(self._overview)),
            Route(f"{BASE}/decision", frame.guarded(self._decision)),
            Route(f"{BASE}/draft", frame.guarded(self._draft)),
            Route(f"{BASE}/{NAME}", frame.guarded(self._file)),
            Route(f"{BASE}/login", self._login, methods=["GET", "POST"]),
            Route(f"{BASE}/logout", self._logout, methods=["POST"]),
            *GapPages(frame, content.knowledge).routes,
            *EntryPages(frame, content).routes,
            *Editor(frame, content).routes,
            *static_routes(FOLDER, f"{BASE}/"),
        ]

    async def _overview(self, request: Request) -> Response:
        language, days = language_of(request), days_of(request)
        facts = await asyncio.to_thread(read_overview, self._context.statistics, days, time.time())
        return self._frame.shown(
            request,
            "overview.html",
            {
                **facts,
                "days": days,
                "periods": PERIODS,
                "variables": self._variables,
                "trouble": await self._context.problems(),
                "off": self._context.disabled,
                "charts": self._charts(facts, language),
            },
        )

    def _charts(self, facts: Mapping[str, Any], language: Language) -> Mapping[str, str]:
        def say(name: str) -> str:
            return self._frame.say(name, language)

        days = [(row["day"][5:], row["asked"]) for row in facts["by_day"]]
        kinds = [(say(kind), facts["total"][kind]) for kind in facts["kinds"]]
        return {
            "days": to_columns(days, say("chart_days")),
            "kinds": to_bars(kinds, say("chart_kinds")) if sum(facts["total"].values()) else "",
        }

    async def _decision(self, request: Request) -> Response:
        kept = await self._kept(request)
        if kept is None:
            return self._frame.shown(request, "gone.html", {}, 404)
        titles = [{"id": entry, "title": self._frame.title(entry, language_of(request))} for entry in kept.entries]
        return self._frame.shown(request, "decision.html", {**_facts_of(kept), "titles": titles})

    async def _draft(self, request: Request) -> Response:
        kept = await self._kept(request)
        if kept is None:
            return self._frame.shown(request, "gone.html", {}, 404)
        return self._frame.shown(request, "draft.html", {"kept": kept, "draft": to_draft(kept), "file": NAME})

    async def _file(self, request: Request) -> Response:
        kept = await self._kept(request)
        if kept is None:
            return self._frame.shown(request, "gone.html", {}, 404)
        headers = OWN | {"Content-Disposition": f'attachment; filename="{NAME}"'}
        return PlainTextResponse(to_draft(kept), media_type="application/yaml", headers=headers)

    async def _kept(self, request: Request) -> StoredDecision | None:
        key = key_of(request.query_params)
        return await asyncio.to_thread(self._context.statistics.decision, key) if key else None

    async def _login(self, request: Request) -> Response:
        frame, auth = self._frame, self._context.auth
        if request.method == "GET" or not auth.token:
            return frame.login_form(request, 200) if auth.token else RedirectResponse(BASE, 303)
        given = await read_form(request)
        if not (is_same_origin(request) and same_secret(given.get("form"), request.cookies.get(FORM, ""))):
            return frame.login_form(request, 403, "stale")
        session, wait = auth.log_in(given.get("token", ""), request)
        if not session:
            return frame.login_form(request, 429 if wait else 401, "slow" if wait else "wrong")
        response = RedirectResponse(BASE, 303, headers=OWN)
        set_cookie(request, response, COOKIE, session)
        return response

    async def _logout(self, request: Request) -> Response:
        form = (await read_form(request)).get("form", "")
        if not (is_same_origin(request) and same_secret(form, self._context.auth.session(request).get("form", ""))):
            return self._frame.login_form(request, 403, "stale")
        await self._context.auth.log_out(request)
        response = RedirectResponse(f"{BASE}/login", 303, headers=OWN)
        response.delete_cookie(COOKIE, path=BASE)
        return response


def _facts_of(kept: StoredDecision) -> Mapping[str, Any]:
    return {"kept": kept, "kind": kind_of(kept.outcome), "at": utc_text(kept.at)}
