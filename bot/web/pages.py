"""Shared by the pages for browsers (chat and dashboard): dependencies, language, security policy, static files."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.contracts.engine import Engine
from bot.core.model import LANGUAGES, Event, Language, Reply
from bot.core.text.language_detection import language_of_locale
from bot.storage.content_edits import ContentEdits
from bot.storage.statistics import Statistics
from bot.web.auth import AdminAuth

# Everything a page needs comes from this server: no inline script or style, nothing from elsewhere, no frame around it
# (w3.org/TR/CSP3). Forms go nowhere unless a page says so.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
)
POLICY += "frame-ancestors 'none'; form-action "
HEADERS = {  # besides those that bot/web/middleware.py sets
    "Content-Security-Policy": f"{POLICY}'none'",
    "Cache-Control": "no-cache",
}
# With `same-origin` a form's request names its origin, which tells it from another site's; `no-referrer` hides it
# (fetch.spec.whatwg.org, serializing a request origin). Other sites learn nothing of either
WITH_FORMS = {**HEADERS, "Content-Security-Policy": f"{POLICY}'self'", "Referrer-Policy": "same-origin"}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def framed_by(origins: Sequence[str]) -> Mapping[str, str]:
    """Headers of a page with forms that pages of these origins may show in a frame; none: nobody may."""
    if not origins:
        return WITH_FORMS
    policy = WITH_FORMS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}"
    )
    return {**WITH_FORMS, "Content-Security-Policy": policy}


class Page(Protocol):
    """Page for browsers, mounted by bot/app.py."""

    name: str
    routes: Sequence[BaseRoute]


@dataclass(frozen=True, slots=True)
class ContentAccess:
    """Content that editors change in the dashboard: its folders, and the store of what they want to change."""

    knowledge: Path
    templates: Path
    data_dir: Path  # what is learnt for a trial lies in a folder there
    edits: ContentEdits


@dataclass(frozen=True, slots=True)
class PageContext:
    """Dependencies of the chat page and the dashboard, handed to them by bot/app.py."""

    engine: Engine
    handle: Callable[[Event], Awaitable[Reply]]  # bot/dialogue/synchronous.py; raises TryLater
    auth: AdminAuth
    statistics: Statistics
    problems: Callable[[], Awaitable[Mapping[str, str]]]  # part of the system → its problem; empty: it is ready
    disabled: Mapping[str, str]  # channel that is not configured → which variable turns it on


def language_of(request: Request, known: Sequence[Language] = LANGUAGES) -> Language:
    """Language of a page, one of `known`: `?lang=`, else the browser's preference, else the first."""
    wanted = request.query_params.get("lang")
    return next((one for one in known if one == wanted), None) or parse_accept_language(
        request.headers.get("accept-language", ""), known
    )


def parse_accept_language(header: str, known: Sequence[Language] = LANGUAGES) -> Language:
    """Language of highest weight in an Accept-Language header (RFC 9110 section 12.5.4), one of `known`.

    English where all that it names are others, if it is known; else, and where it names none, the first.
    """
    best: tuple[float, Language] = (0.0, known[0])
    for piece in header.split(","):
        tag, _, weight = piece.strip().lower().partition(";q=")
        ours = tag.split("-")[0] in known
        language = language_of_locale(tag)
        if language and language not in known:
            language = "en" if "en" in known else known[0]
        if language and (found := _to_weight(weight) + ours if _to_weight(weight) else 0.0) > best[0]:
            best = (found, language)  # one of ours comes before all others
    return best[1]


def _to_weight(weight: str) -> float:
    """Weight 0..1 of a language: 1 where none is given, 0 where it is no number."""
    try:
        return min(1.0, float(weight)) if weight else 1.0
    except ValueError:
        return 0.0


def static_routes(folder: Path, base: str) -> list[Route]:
    """Routes for every style sheet, script and picture of a folder."""
    files = sorted(f for f in folder.iterdir() if f.suffix in KINDS)
    return [Route(f"{base}{file.name}", partial(_asset, file)) for file in files]


async def _asset(file: Path, request: Request) -> Response:
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=HEADERS)
