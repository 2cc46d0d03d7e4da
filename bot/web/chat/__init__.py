"""The try-it page at `/`: a chat with the same buttons as in Slack, and the reason for each answer.

Its asker waits on the line: nothing is stored before it is answered, for the browser sees at once whether an answer
came. What was decided is kept under a random name that the browser makes up, for follow-ups, gaps and the dashboard.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.contracts import Channel, ChannelContext, ChannelDefaults
from bot.core.model import Answer, Event, Question, TryLater
from bot.rate_limit import RateLimiter
from bot.web.auth import client_of, is_local
from bot.web.chat.parse import CHANNEL, TooLong, to_press, to_question
from bot.web.chat.present import Shown
from bot.web.pages import HEADERS, PageContext, assets, language_of

if TYPE_CHECKING:
    from bot.settings import Settings

FOLDER = Path(__file__).parent
# Of one client that is not on this machine: an office behind one address may ask at once, a program may not go on
BURST, EVERY = 30, 2.0  # questions and presses; seconds from one to the next after that


def open_page(settings: "Settings", parts: ChannelContext, pages: PageContext) -> Channel:
    """Always on."""
    return WebPage(parts, pages, settings.postbote_contact)


class WebPage(ChannelDefaults):
    """A chat page that talks to this process."""

    name = CHANNEL

    def __init__(self, parts: ChannelContext, pages: PageContext, contact: str = "") -> None:
        """`contact`: how people reach a person; empty: nothing is said of it."""
        self._parts, self._pages, self._contact = parts, pages, contact
        self._shown = Shown(parts.render, parts.title, pages.why)
        self._turns = RateLimiter(BURST, EVERY)
        self.routes = [
            Route("/", self._page),
            *assets(FOLDER, "/"),
            Route("/ask", self._ask, methods=["POST"]),
            Route("/press", self._press, methods=["POST"]),
        ]

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Never called: the page stores no event."""
        return ""

    async def _page(self, request: Request) -> Response:
        link = self._contact if self._contact.startswith(("https://", "mailto:", "tel:")) else ""
        facts = {"contact": self._contact, "link": link}
        page = self._pages.html(FOLDER / "page.html", CHANNEL, language_of(request), facts)
        return HTMLResponse(page, headers=HEADERS)

    async def _ask(self, request: Request) -> Response:
        if refused := self._paced(request):
            return refused
        try:
            event = to_question(await request.body())
        except ValueError as wrong:
            return _refusal(400, "long" if isinstance(wrong, TooLong) else "wrong", str(wrong))
        return await self._said(event, event.key)

    async def _press(self, request: Request) -> Response:
        if refused := self._paced(request):
            return refused
        try:
            event = to_press(await request.body())
        except ValueError as wrong:
            return _refusal(400, "wrong", str(wrong))
        if event.act == "choose":
            if not self._shown.knows(event.facts["entry"]):
                return _refusal(400, "wrong", '"entry" must be one of the suggestions')
            decision = (await self._parts.respond(event.question)).decision
            given = {"email": decision.address, "domain": decision.domain} if decision else {}
            event = replace(event, question=Question(""), facts={**event.facts, **given})
        return await self._said(event, event.facts["key"])

    async def _said(self, event: Event, key: str) -> Response:
        try:
            reply = await self._pages.handle(event)
        except TryLater as later:
            return _refusal(503, "later", "try again later", later.seconds or 5.0)
        shown: Mapping[str, Any] = self._shown.reply(reply.answer, key) if reply.answer else {}
        return JSONResponse(shown, headers=HEADERS)

    def _paced(self, request: Request) -> Response | None:
        """A refusal for a stranger who asks too fast; who sits at this machine harms nobody else."""
        if is_local(request):
            return None
        client, now = client_of(request), time.monotonic()
        seconds = self._turns.seconds_until_free(client, now)
        if seconds:
            return _refusal(429, "pace", "too many questions at once", seconds)
        self._turns.acquire(client, now)
        return None


def _refusal(status: int, problem: str, says: str, seconds: float = 0.0) -> Response:
    """`problem`: which words the page shows; `says`: for programs."""
    headers = HEADERS | ({"Retry-After": str(int(seconds) + 1)} if seconds else {})
    return JSONResponse({"error": says, "problem": problem}, status, headers=headers)
