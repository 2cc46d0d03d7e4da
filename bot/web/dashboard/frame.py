"""Frame of the dashboard's pages: who may see them, the login form, forms against CSRF, how a page is put together."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.core.model import Language
from bot.web.auth import SESSION, is_same_origin, same_secret
from bot.web.dashboard.summary import utc_text
from bot.web.pages import HEADERS, POLICY, PageContext, language_of

FOLDER = Path(__file__).parent
BASE = "/dashboard"
WORDS = "dashboard"  # templates/dashboard.md
FORM = "postbote_form"  # the cookie that ties a form to the browser that was given it, where there is no session
LONGEST_FORM = 200_000  # bytes
OWN = HEADERS | {"Content-Security-Policy": f"{POLICY}'self'", "Cache-Control": "no-store"}
KEPT_QUERY = ("days", "key", "id")  # parameters that a change of language keeps
_SECRET = re.compile(r"[\w-]{22}", re.ASCII)  # as secrets.token_urlsafe(16) makes it

Fields = Mapping[str, str]
Handler = Callable[[Request], Awaitable[Response]]


class Frame:
    """Frame of all pages."""

    def __init__(self, context: PageContext) -> None:
        self.context = context

    def say(self, name: str, language: Language) -> str:
        """Text of templates/dashboard.md."""
        return self.context.engine.page_text(WORDS, name, language)

    def title(self, entry: str, language: Language) -> str:
        """Title of an entry or topic; its id where it was removed since."""
        try:
            return self.context.engine.title(entry, language)
        except KeyError:
            return entry

    def guarded(self, page: Handler) -> Handler:
        """Page for those alone who may see it; a login form or a refusal for all others."""

        async def seen(request: Request) -> Response:
            return await self.refused(request) or await page(request)

        return seen

    async def refused(self, request: Request) -> Response | None:
        """Login form or refusal; None for a request that may see the page."""
        if await self.context.auth.may_see_dashboard(request):
            return None
        return (
            self.login_form(request, 401) if self.context.auth.token else self.shown(request, "elsewhere.html", {}, 403)
        )

    async def posted(self, request: Request) -> Fields | Response:
        """Fields of a form that changes something; a refusal of a request that may not, or of another site's form."""
        if refused := await self.refused(request):
            return refused
        fields = await read_form(request)
        if not (is_same_origin(request) and same_secret(fields.get("form"), self._form_secret(request))):
            return self.shown(request, "stale.html", {}, 403)
        return fields

    def login_form(self, request: Request, status: int, problem: str = "") -> Response:
        """Login form for the token. Its secret stands in a cookie too, which no other site can set or read (CSRF)."""
        kept = request.cookies.get(FORM, "")
        secret = kept if _SECRET.fullmatch(kept) else secrets.token_urlsafe(16)
        response = self.shown(request, "login.html", {"problem": problem, "form": secret}, status)
        set_cookie(request, response, FORM, secret)
        return response

    def shown(self, request: Request, file: str, facts: Mapping[str, Any], status: int = 200) -> Response:
        """Page from a template beside this module; every form in it carries `form`."""
        language = language_of(request)
        query = dict(request.query_params)
        secret = self._form_secret(request) or secrets.token_urlsafe(16)  # the login form brings its own
        common = {
            "base": BASE,
            "query": {k: v for k, v in query.items() if k in KEPT_QUERY},
            "session": self.context.auth.session(request).get("form", ""),
            "form": secret,
            "chosen": f"lang={language}" if "lang" in query else "",
            "path": request.url.path,
            "utc": utc_text,
            "title_of": lambda entry: self.title(entry, language),
        }
        page = self.context.engine.html(FOLDER / file, WORDS, language, {**common, **facts})
        response = HTMLResponse(page, status, headers=OWN)
        if "form" not in facts and not self._form_secret(request):
            set_cookie(request, response, FORM, secret)
        return response

    def _form_secret(self, request: Request) -> str:
        """Secret that the forms of a session carry; without a session that of the browser's cookie; empty: none yet."""
        kept = request.cookies.get(FORM, "")
        return self.context.auth.session(request).get("form", "") or (kept if _SECRET.fullmatch(kept) else "")


def key_of(fields: Fields) -> str:
    """Key of a decision that a request names; empty where it names none, or one that no database can hold."""
    key = fields.get("key", "")[:200]
    return "" if "\0" in key else key


def page_of(query: Fields) -> int:
    """Number of the page of a list that a request asks for, from 1 on."""
    asked = query.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


async def read_form(request: Request) -> Fields:
    """Fields of a form; the first of each name. One that is too long has none."""
    body = await request.body()
    if len(body) > LONGEST_FORM:
        return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace"), max_num_fields=None).items()}


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int = SESSION) -> None:
    """Cookie of the dashboard alone, which scripts cannot read."""
    response.set_cookie(
        name, value, max_age=seconds, path=BASE, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
