"""View of the chat page: the whole page as HTML, in the reader's language and the hoster's colours."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.contracts.engine import Engine
from bot.core.languages import KNOWN
from bot.core.model import Language
from bot.web.chat.contact import Contact
from bot.web.chat.parse import CHANNEL, conversation_of
from bot.web.pages import framed_by, language_of

FOLDER = Path(__file__).parent


class PageView:
    """View of the page with at most one question and its answer: a page without a script has no more."""

    def __init__(self, engine: Engine, contact: Contact, embed: Sequence[str]) -> None:
        """`embed`: see ChatPage."""
        self._engine, self._contact = engine, contact
        self._headers = framed_by(embed)

    def page(
        self,
        request: Request,
        *,
        question: str = "",
        reply: Mapping[str, Any] | None = None,
        typed: str = "",
        problem: str = "",
        status: int = 200,
        more: Mapping[str, str] | None = None,
    ) -> Response:
        """Page with a question and its reply (see Presenter.reply), or with what went wrong.

        `typed`: what stands in the field. `problem`: name of its words in templates/web.md; empty: none. `more`:
        headers.
        """
        reply = reply or {}
        language = self._language(request, reply)
        facts = {
            "provider": self._engine.provider(),
            "languages": [(code, KNOWN[code].name) for code in self._engine.languages()],
            "contact": self._contact.ways(),
            "conversation": conversation_of(reply.get("key", "")) or secrets.token_hex(16),
            "question": question,
            "article": reply["article"][reply["language"]] if reply else "",
            "answer_language": reply.get("language", ""),
            "typed": typed,
            "problem": problem,
        }
        page = self._engine.html(FOLDER / "page.html", CHANNEL, language, facts)
        return HTMLResponse(page, status, headers={**self._headers, **(more or {})})

    def style_sheet(self) -> str:
        """Style sheet with the hoster's colours, whose form the schema has checked; empty where it has none."""
        brand = self._engine.provider().brand
        if not brand.colour:
            return "/* provider.yaml names no colour */\n"
        dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ --accent: {brand.colour_dark}; }} }}"
        return f":root {{ --accent: {brand.colour}; }}\n{dark}\n"

    def _language(self, request: Request, reply: Mapping[str, Any]) -> Language:
        """Language of the page: the reader's, as far as the base has it; after an answer that of the answer."""
        known = self._engine.languages()
        wanted = reply.get("language")
        return str(wanted) if wanted in known else language_of(request, known)
