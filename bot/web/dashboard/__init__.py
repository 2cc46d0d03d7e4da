"""Dashboard at `/dashboard`, for operators and editors: questions, gaps, slow answers, configuration.

Pages without a script. Who may see them: bot/web/auth.py. All that it changes is its own session.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.core.gaps import to_gaps
from bot.core.model import Language, StoredDecision
from bot.storage.statistics import Statistics
from bot.web.auth import COOKIE, SESSION, is_same_origin, same_secret
from bot.web.dashboard.charts import to_bars, to_columns
from bot.web.dashboard.entry_draft import NAME, to_draft
from bot.web.dashboard.summary import day_of, kind_of, to_overview
from bot.web.pages import HEADERS, POLICY, PageContext, language_of, static_routes

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger()

FOLDER = Path(__file__).parent
BASE = "/dashboard"
FORM = "postbote_form"  # the cookie that ties the form for the token to the browser that was given it
_SECRET = re.compile(r"[\w-]{22}", re.ASCII)  # as secrets.token_urlsafe(16) makes it
DAY = 86_400.0
PERIODS = (7, 30, 90)  # days
MOST_UNANSWERED = 1_000  # newest questions that the gaps are made of: a page must be there at once
SHOWN_GAPS, SHOWN_SLOW = 50, 10
OWN = HEADERS | {"Content-Security-Policy": f"{POLICY}'self'", "Cache-Control": "no-store"}


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
    gaps = to_gaps(statistics.unanswered(since, MOST_UNANSWERED))
    return {
        **to_overview(statistics.tallies(since), statistics.verdicts(since), today, days),
        "gaps": [{"gap": gap, "last": day_of(gap.last)} for gap in gaps[:SHOWN_GAPS]],
        "more_gaps": max(0, len(gaps) - SHOWN_GAPS),
        "slow": [_facts_of(kept) for kept in statistics.slowest(since, SHOWN_SLOW)],
    }


class Dashboard:
    """Dashboard at `/dashboard`: reads the stored decisions; nothing is asked here."""

    name = "dashboard"

    def __init__(self, context: PageContext, variables: Sequence[Mapping[str, Any]]) -> None:
        """`variables`: see to_variables."""
        self._context, self._variables = context, variables
        self.routes: Sequence[BaseRoute] = [
            Route(BASE, self._overview),
            Route(f"{BASE}/decision", self._decision),
            Route(f"{BASE}/draft", self._draft),
            Route(f"{BASE}/{NAME}", self._file),
            Route(f"{BASE}/login", self._login, methods=["GET", "POST"]),
            Route(f"{BASE}/logout", self._logout, methods=["POST"]),
            *static_routes(FOLDER, f"{BASE}/"),
        ]

    async def _overview(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        language = language_of(request)
        asked = request.query_params.get("days", "")
        days = int(asked) if asked in map(str, PERIODS) else PERIODS[1]
        facts = await asyncio.to_thread(read_overview, self._context.statistics, days, time.time())
        return self._shown(
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
            return self._context.engine.page_text(self.name, name, language)

        days = [(row["day"][5:], row["asked"]) for row in facts["by_day"]]
        kinds = [(say(kind), facts["total"][kind]) for kind in facts["kinds"]]
        return {
            "days": to_columns(days, say("chart_days")),
            "kinds": to_bars(kinds, say("chart_kinds")) if sum(facts["total"].values()) else "",
        }

    async def _decision(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        kept = await self._kept(request)
        if kept is None:
            return self._shown(request, "gone.html", {}, 404)
        titles = [{"id": entry, "title": self._title(entry, language_of(request))} for entry in kept.entries]
        return self._shown(request, "decision.html", {**_facts_of(kept), "titles": titles})

    async def _draft(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        kept = await self._kept(request)
        if kept is None:
            return self._shown(request, "gone.html", {}, 404)
        return self._shown(request, "draft.html", {"kept": kept, "draft": to_draft(kept), "file": NAME})

    async def _file(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        kept = await self._kept(request)
        if kept is None:
            return self._shown(request, "gone.html", {}, 404)
        headers = OWN | {"Content-Disposition": f'attachment; filename="{NAME}"'}
        return PlainTextResponse(to_draft(kept), media_type="application/yaml", headers=headers)

    async def _kept(self, request: Request) -> StoredDecision | None:
        key = request.query_params.get("key", "")[:200]
        return await asyncio.to_thread(self._context.statistics.decision, key) if "\0" not in key else None

    def _title(self, entry: str, language: Language) -> str:
        try:
            return self._context.engine.title(entry, language)
        except KeyError:  # the entry was removed since
            return entry

    async def _login(self, request: Request) -> Response:
        if request.method == "GET" or not self._context.auth.token:
            return self._form(request, 200) if self._context.auth.token else RedirectResponse(BASE, 303)
        given = {
            name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()
        }
        if not (is_same_origin(request) and same_secret(given.get("form"), request.cookies.get(FORM, ""))):
            return self._form(request, 403, "stale")
        session, wait = self._context.auth.log_in(given.get("token", ""), request)
        if not session:
            return self._form(request, 429 if wait else 401, "slow" if wait else "wrong")
        response = RedirectResponse(BASE, 303, headers=OWN)
        _set_cookie(request, response, COOKIE, session)
        return response

    async def _logout(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace")).get("form", [""])[0]
        if not (is_same_origin(request) and same_secret(form, self._context.auth.session(request).get("form", ""))):
            return self._form(request, 403, "stale")
        await self._context.auth.log_out(request)
        response = RedirectResponse(f"{BASE}/login", 303, headers=OWN)
        response.delete_cookie(COOKIE, path=BASE)
        return response

    async def _refused(self, request: Request) -> Response | None:
        """Login form or refusal; None for a request that may see the page."""
        if await self._context.auth.may_see_dashboard(request):
            return None
        return self._form(request, 401) if self._context.auth.token else self._shown(request, "elsewhere.html", {}, 403)

    def _form(self, request: Request, status: int, problem: str = "") -> Response:
        """Login form for the token. Its secret stands in a cookie too, which no other site can set or read (CSRF)."""
        kept = request.cookies.get(FORM, "")
        secret = kept if _SECRET.fullmatch(kept) else secrets.token_urlsafe(16)
        response = self._shown(request, "login.html", {"problem": problem, "form": secret}, status)
        _set_cookie(request, response, FORM, secret)
        return response

    def _shown(self, request: Request, file: str, facts: Mapping[str, Any], status: int = 200) -> Response:
        language = language_of(request)
        query = dict(request.query_params)
        common = {
            "base": BASE,
            "query": {k: v for k, v in query.items() if k in ("days", "key")},
            "session": self._context.auth.session(request).get("form", ""),
            "chosen": f"lang={language}" if "lang" in query else "",
        }
        page = self._context.engine.html(FOLDER / file, self.name, language, {**common, **facts})
        return HTMLResponse(page, status, headers=OWN)


def _facts_of(kept: StoredDecision) -> Mapping[str, Any]:
    return {"kept": kept, "kind": kind_of(kept.outcome), "at": day_of(kept.at)}


def _set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=SESSION, path=BASE, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
