"""Chat page at `/`: the hoster's name and colours, the same buttons as in Slack, and the reason for each answer.

A question is answered within its request (bot/dialogue/synchronous.py). Its decision is saved under a random
conversation name that the browser or the page makes up, for follow-ups, gaps and the dashboard. Every button is a form
(article.html): with a script the answer comes as JSON into the page, without one as a whole page.
"""

import asyncio
import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.core.model import Event, Question, TryLater
from bot.core.rate_limit import RateLimiter
from bot.web.auth import is_local, is_same_origin, network_of
from bot.web.chat.contact import Contact
from bot.web.chat.parse import CHANNEL, FORM, NoAddress, TooLong, to_fields, to_press, to_question
from bot.web.chat.person_requests import PersonRequests
from bot.web.chat.present import Presenter
from bot.web.chat.view import FOLDER, PageView
from bot.web.pages import HEADERS, PageContext, static_routes

# Of one client that is not on this machine: an office behind one address may ask at once, a program may not go on
BURST, EVERY = 30, 2.0  # questions and presses; seconds from one to the next after that
# Of all such clients together, however many addresses they have; 135 replies a second were measured
BURST_OF_ALL, EVERY_OF_ALL = 300, 0.1
# Requests to a person, each of which somebody reads: of one client, and of all
REQUESTS, REQUESTS_EVERY = 3, 600.0
REQUESTS_OF_ALL, REQUESTS_EVERY_OF_ALL = 30, 60.0
# A picture may bring a script: opened by itself it must not run (w3.org/TR/CSP3, sandbox)
LOGO_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class Refused(Exception):
    """Request that is not answered. `problem`: names the words that the page shows; `says`: for programs."""

    def __init__(self, status: int, problem: str, says: str, seconds: float = 0.0) -> None:
        """`seconds`: until it may be tried again; 0: at once."""
        super().__init__(says)
        self.status, self.problem, self.seconds = status, problem, seconds


class ChatPage:
    """Chat page at `/`, with the forms and the JSON interface behind it: `/ask` and `/press`."""

    name = CHANNEL

    def __init__(
        self,
        context: PageContext,
        contact: str = "",
        embed: Sequence[str] = (),
        requests: PersonRequests | None = None,
    ) -> None:
        """`contact`: how people reach a person, before the ways in provider.yaml. `embed`: origins of the pages that
        may show this one in a frame. `requests`: None: people are not asked from the page.
        """
        self._context = context
        self._requests = requests if requests and requests.possible else None
        ways = Contact(context.engine, contact)
        self._presenter = Presenter(context.engine, ways, asks=self._requests is not None)
        self._view = PageView(context.engine, ways, embed)
        self._rate_limiter = RateLimiter(BURST, EVERY)
        self._rate_limiter_of_all = RateLimiter(BURST_OF_ALL, EVERY_OF_ALL)
        self._request_limiter = RateLimiter(REQUESTS, REQUESTS_EVERY)
        self._request_limiter_of_all = RateLimiter(REQUESTS_OF_ALL, REQUESTS_EVERY_OF_ALL)
        self.routes: Sequence[BaseRoute] = [
            Route("/", self._page),
            *static_routes(FOLDER, "/"),
            Route("/brand.css", self._brand),
            Route("/logo", self._logo),
            Route("/ask", self._ask, methods=["POST"]),
            Route("/press", self._press, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return self._view.page(request, typed=request.query_params.get("q", ""))

    async def _brand(self, request: Request) -> Response:
        return Response(self._view.style_sheet(), media_type="text/css", headers=HEADERS)

    async def _logo(self, request: Request) -> Response:
        brand = self._context.engine.provider().brand
        headers = HEADERS | {"Content-Security-Policy": LOGO_POLICY}
        if not brand.logo:
            return Response("there is no logo\n", 404, headers, "text/plain")
        return Response(base64.b64decode(brand.logo), media_type=brand.logo_type, headers=headers)

    async def _ask(self, request: Request) -> Response:
        fields: Mapping[str, Any] = {}
        try:
            self._check_origin_and_pace(request)
            fields = await _fields(request)
            event = self._parsed(to_question, fields)
            return self._shown(request, event.question.text, await self._answered(event, event.key))
        except Refused as refused:
            return self._refusal(request, fields, refused)

    async def _press(self, request: Request) -> Response:
        fields: Mapping[str, Any] = {}
        try:
            self._check_origin_and_pace(request)
            fields = await _fields(request)
            event = await self._checked_press(self._parsed(to_press, fields))
            shown = await (self._asked_person(request, event) if event.act == "person" else self._pressed(event))
            return self._shown(request, str(fields.get("text") or ""), shown)
        except Refused as refused:
            return self._refusal(request, fields, refused)

    async def _checked_press(self, event: Event) -> Event:
        if await asyncio.to_thread(self._context.statistics.decision, event.facts["key"]) is None:
            raise Refused(404, "wrong", '"key" is of no reply that is kept')
        if event.act == "choose" and not self._presenter.knows(event.facts["entry"]):
            raise Refused(400, "wrong", '"entry" must be one of the suggestions')
        if event.act == "person" and self._requests is None:
            raise Refused(400, "wrong", "nobody can be asked from here")
        return event

    async def _pressed(self, event: Event) -> Mapping[str, Any]:
        question = event.question.text
        if event.act == "choose":
            answered = (await self._context.engine.respond(event.question, None, event.person)).facts
            given = {name: answered[name] for name in ("email", "domain") if name in answered}
            event = replace(event, question=Question(""), facts={**event.facts, **given})
        return await self._answered(event, event.facts["key"], question)

    async def _asked_person(self, request: Request, event: Event) -> Mapping[str, Any]:
        assert self._requests  # noqa: S101 - see _checked_press
        if not is_local(request):
            _acquire(self._request_limiter, self._request_limiter_of_all, request)
        try:
            answer = await self._requests.request(event)
        except TryLater as later:
            raise Refused(503, "later", "try again later", later.seconds or 5.0) from later
        return self._presenter.reply(answer, event.facts["key"], event.question.text)

    async def _answered(self, event: Event, key: str, question: str = "") -> Mapping[str, Any]:
        """Reply to an event; empty where nothing is said. `question`: as it was typed, where the event does not say."""
        question = question or event.question.text
        try:
            reply = await self._context.handle(event)
        except TryLater as later:
            raise Refused(503, "later", "try again later", later.seconds or 5.0) from later
        return self._presenter.reply(reply.answer, key, question) if reply.answer else {}

    def _parsed(self, parse: Callable[..., Event], fields: Mapping[str, Any]) -> Event:
        try:
            return parse(fields, self._context.engine.languages())
        except ValueError as wrong:
            problem = "long" if isinstance(wrong, TooLong) else "address" if isinstance(wrong, NoAddress) else "wrong"
            raise Refused(400, problem, str(wrong)) from wrong

    def _shown(self, request: Request, question: str, reply: Mapping[str, Any]) -> Response:
        if _wants_a_page(request):
            return self._view.page(request, question=question, reply=reply)
        return JSONResponse(reply, headers=HEADERS)

    def _refusal(self, request: Request, fields: Mapping[str, Any], refused: Refused) -> Response:
        seconds = {"Retry-After": str(int(refused.seconds) + 1)} if refused.seconds else {}
        if _wants_a_page(request) and refused.status != 403:
            return self._view.page(
                request,
                typed=str(fields.get("text") or ""),
                problem=refused.problem,
                status=refused.status,
                more=seconds,
            )
        says = {"error": str(refused), "problem": refused.problem}
        return JSONResponse(says, refused.status, headers=HEADERS | seconds)

    def _check_origin_and_pace(self, request: Request) -> None:
        """Raises Refused: 403 for another site's page, 429 for a client that asks too fast, or for all but those on
        this machine where all together do.
        """
        if not is_same_origin(request):
            raise Refused(403, "wrong", "a page of another site may not ask")
        if not is_local(request):
            _acquire(self._rate_limiter, self._rate_limiter_of_all, request)


def _acquire(own: RateLimiter, of_all: RateLimiter, request: Request) -> None:
    """Takes a token of the client's network, and one of all. Raises Refused where either has none."""
    network, now = network_of(request), time.monotonic()
    seconds = own.seconds_until_free(network, now) or of_all.try_acquire("*", now)
    if seconds:
        raise Refused(429, "pace", "too many questions at once", seconds)
    own.acquire(network, now)


async def _fields(request: Request) -> Mapping[str, Any]:
    body, kind = await request.body(), request.headers.get("content-type", "")
    try:
        return to_fields(body, kind)
    except ValueError as wrong:
        raise Refused(400, "wrong", str(wrong)) from wrong


def _wants_a_page(request: Request) -> bool:
    """True for a form that a browser sends without our script."""
    is_form = request.headers.get("content-type", "").startswith(FORM)
    return is_form and "application/json" not in request.headers.get("accept", "")
