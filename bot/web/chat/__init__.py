"""Chat page at `/`, to try the bot: the same buttons as in Slack, and the reason for each answer.

A question is answered within its request (bot/dialogue/synchronous.py). Its decision is saved under a random
conversation name that the browser makes up, for follow-ups, gaps and the dashboard.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.core.model import Event, Question, TryLater
from bot.rate_limit import RateLimiter
from bot.web.auth import is_local, is_same_origin, network_of
from bot.web.chat.parse import CHANNEL, TooLong, to_press, to_question
from bot.web.chat.present import Presenter
from bot.web.pages import HEADERS, PageContext, language_of, static_routes

FOLDER = Path(__file__).parent
# Of one client that is not on this machine: an office behind one address may ask at once, a program may not go on
BURST, EVERY = 30, 2.0  # questions and presses; seconds from one to the next after that
# Of all such clients together, however many addresses they have; 135 replies a second were measured
BURST_OF_ALL, EVERY_OF_ALL = 300, 0.1


class ChatPage:
    """Chat page at `/`, with the JSON interface behind it: `/ask` and `/press`."""

    name = CHANNEL

    def __init__(self, context: PageContext, contact: str = "") -> None:
        """`contact`: how people reach a person; empty: the page says nothing of it."""
        self._context, self._contact = context, contact
        self._presenter = Presenter(context.engine)
        self._rate_limiter = RateLimiter(BURST, EVERY)
        self._rate_limiter_of_all = RateLimiter(BURST_OF_ALL, EVERY_OF_ALL)
        self.routes: Sequence[BaseRoute] = [
            Route("/", self._page),
            *static_routes(FOLDER, "/"),
            Route("/ask", self._ask, methods=["POST"]),
            Route("/press", self._press, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        link = self._contact if self._contact.startswith(("https://", "mailto:", "tel:")) else ""
        facts = {"contact": self._contact, "link": link}
        page = self._context.engine.html(FOLDER / "page.html", CHANNEL, language_of(request), facts)
        return HTMLResponse(page, headers=HEADERS)

    async def _ask(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        try:
            event = to_question(await request.body())
        except ValueError as wrong:
            return _refusal(400, "long" if isinstance(wrong, TooLong) else "wrong", str(wrong))
        return await self._handle(event, event.key)

    async def _press(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        try:
            event = to_press(await request.body())
        except ValueError as wrong:
            return _refusal(400, "wrong", str(wrong))
        if await asyncio.to_thread(self._context.statistics.decision, event.facts["key"]) is None:
            return _refusal(404, "wrong", '"key" is of no reply that is kept')
        if event.act == "choose":
            if not self._presenter.knows(event.facts["entry"]):
                return _refusal(400, "wrong", '"entry" must be one of the suggestions')
            answered = (await self._context.engine.respond(event.question, None, event.person)).facts
            given = {name: answered[name] for name in ("email", "domain") if name in answered}
            event = replace(event, question=Question(""), facts={**event.facts, **given})
        return await self._handle(event, event.facts["key"])

    async def _handle(self, event: Event, key: str) -> Response:
        try:
            reply = await self._context.handle(event)
        except TryLater as later:
            return _refusal(503, "later", "try again later", later.seconds or 5.0)
        shown: Mapping[str, Any] = self._presenter.reply(reply.answer, key) if reply.answer else {}
        return JSONResponse(shown, headers=HEADERS)

    def _refused(self, request: Request) -> Response | None:
        """Refusal 403 for another site's page, 429 for a client that asks too fast, or for all but those on this
        machine where all together do; None for others.
        """
        if not is_same_origin(request):
            return _refusal(403, "wrong", "a page of another site may not ask")
        if is_local(request):
            return None
        network, now = network_of(request), time.monotonic()
        seconds = self._rate_limiter.seconds_until_free(network, now) or self._rate_limiter_of_all.try_acquire("*", now)
        if seconds:
            return _refusal(429, "pace", "too many questions at once", seconds)
        self._rate_limiter.acquire(network, now)
        return None


def _refusal(status: int, problem: str, says: str, seconds: float = 0.0) -> Response:
    """Refusal as JSON. `problem`: names the words that the page shows; `says`: for programs; `seconds`: Retry-After."""
    headers = HEADERS | ({"Retry-After": str(int(seconds) + 1)} if seconds else {})
    return JSONResponse({"error": says, "problem": problem}, status, headers=headers)
