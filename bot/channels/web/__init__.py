"""The try-it page at `/`.

Its asker waits on the line, so nothing is stored: the browser sees at once whether an answer came.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.channels import Channel, Off, Parts
from bot.channels.web.to_html import to_html
from bot.core.model import LANGUAGES, Answer, Event, Language, Question

if TYPE_CHECKING:
    from bot.settings import Settings

LONGEST = 8_000  # characters of a question
PAGE = Path(__file__).parent / "page.html"
# Everything the page needs is in the page: nothing is ever fetched from elsewhere (w3.org/TR/CSP3)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def open_channel(settings: "Settings", parts: Parts) -> Channel | Off:
    """Always on."""
    return WebPage(parts)


class WebPage:
    """A chat page that talks to this process."""

    name = "web"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.routes = [
            Route("/", partial(_file, "page.html", "text/html")),
            Route("/page.css", partial(_file, "page.css", "text/css")),
            Route("/page.js", partial(_file, "page.js", "text/javascript")),
            Route("/ask", self._ask, methods=["POST"]),
        ]

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Never called: the page stores no event."""
        return ""

    async def hint(self, event: Event) -> Language | None:
        """Not known."""
        return None

    async def read(self, event: Event) -> str:
        """What was typed."""
        return event.question.text

    async def link(self, event: Event) -> str:
        """Nothing is kept."""
        return ""

    async def may(self, event: Event, what: str) -> bool:
        """Nobody is known."""
        return False

    async def trouble(self) -> str:
        """Usable whenever the server is."""
        return ""

    async def _ask(self, request: Request) -> Response:
        try:
            question = to_question(await request.body())
        except ValueError as wrong:
            return JSONResponse({"error": str(wrong)}, 400, headers=HEADERS)
        person = f"web:{request.client.host}" if request.client else ""  # behind a proxy on loopback: the browser's
        answer = await self._parts.respond(question, None, person)
        reply = {
            "outcome": answer.decision.outcome if answer.decision else "answer",
            "language": answer.language,
            "understood": understood(answer),
            "html": to_html(self._parts.render(answer)),
        }
        return JSONResponse(reply, headers=HEADERS)


def to_question(body: bytes) -> Question:
    """{"text": …, "lang": "de" | "en" | null} → Question. Raises ValueError saying what is wrong.

    Besides: "before", the reply's "understood" of the question before; "hint", the language where the text does not
    tell.
    """
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise ValueError('the body is no JSON; send {"text": "…"}') from wrong
    text = raw.get("text") if isinstance(raw, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise ValueError('"text" is missing or empty; send {"text": "…"}')
    if len(text) > LONGEST:
        raise ValueError(f"the text has {len(text)} characters; {LONGEST} is the limit")
    before = raw.get("before", "")
    if not isinstance(before, str) or len(before) > LONGEST:
        raise ValueError(f'"before" must be a text of at most {LONGEST} characters')
    return Question(text, language=_language(raw, "lang"), before=before, hint=_language(raw, "hint"))


def understood(answer: Answer) -> str:
    """The whole question, for the next one's "before"; empty where it was not covered."""
    decision = answer.decision
    return decision.normalised if decision and decision.outcome != "decline" else ""


def _language(raw: Mapping[str, Any], name: str) -> Language | None:
    language = raw.get(name)
    if language is not None and language not in LANGUAGES:
        raise ValueError(f'"{name}" must be "de", "en" or null')
    return cast("Language | None", language)


async def _file(name: str, kind: str, request: Request) -> Response:
    return HTMLResponse((PAGE.parent / name).read_text(encoding="utf-8"), media_type=kind, headers=HEADERS)
