"""What the pages for browsers share: the try-it page and the dashboard."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.model import LANGUAGES, Answer, Event, Kept, Language, Reply, Tally
from bot.web.auth import AdminAuth

# Everything a page needs comes from this server: no inline script or style, nothing from elsewhere, no frame around it
# (w3.org/TR/CSP3). Forms go nowhere unless a page says so.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
)
POLICY += "frame-ancestors 'none'; form-action "
HEADERS = {
    "Content-Security-Policy": f"{POLICY}'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class StatisticsQueries(Protocol):
    """What the dashboard asks of the store. All functions block, and raise what the database raises."""

    def tallies(self, since: float) -> Sequence[Tally]: ...

    def verdicts(self, since: float) -> Mapping[str, int]: ...

    def slowest(self, since: float, limit: int) -> Sequence[Kept]: ...

    def unanswered(self, since: float, limit: int) -> Sequence[Kept]: ...

    def decision(self, key: str) -> Kept | None: ...


@dataclass(frozen=True, slots=True)
class PageContext:
    """What `serve` hands to the channels that show pages."""

    handle: Callable[[Event], Awaitable[Reply]]  # for who waits on the line: logged, counted, kept; raises TryLater
    why: Callable[[Answer], str]  # the decision behind an answer, one fact a line
    html: Callable[[Path, str, Language, Mapping[str, Any]], str]  # a page, its words: templates/<second>.md
    auth: AdminAuth
    statistics: StatisticsQueries
    page_text: Callable[[str, str, Language], str]  # (words, name, language) → a text of templates/<words>.md
    health: Callable[[], Awaitable[Mapping[str, str]]]  # part → what is wrong with it; empty: it is ready
    off: Mapping[str, str]  # channel that is not configured → which variable turns it on


def language_of(request: Request) -> Language:
    """`?lang=`, else what the browser prefers, else German."""
    wanted = request.query_params.get("lang")
    return next((one for one in LANGUAGES if one == wanted), None) or parse_accept_language(
        request.headers.get("accept-language", "")
    )


def parse_accept_language(header: str) -> Language:
    """Of an Accept-Language header (RFC 9110 section 12.5.4), the first of the highest weight that we speak."""
    best: tuple[float, Language] = (0.0, "de")
    for piece in header.split(","):
        tag, _, weight = piece.strip().lower().partition(";q=")
        for language in LANGUAGES:
            if tag.split("-")[0] == language and _number(weight) > best[0]:
                best = (_number(weight), language)
    return best[1]


def _number(weight: str) -> float:
    """1 where none is given; 0 for what is no weight."""
    try:
        return min(1.0, float(weight)) if weight else 1.0
    except ValueError:
        return 0.0


def assets(folder: Path, base: str) -> list[Route]:
    """A route for every style sheet, script and picture of a folder."""
    files = sorted(f for f in folder.iterdir() if f.suffix in KINDS)
    return [Route(f"{base}{file.name}", partial(_asset, file)) for file in files]


async def _asset(file: Path, request: Request) -> Response:
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=HEADERS)
