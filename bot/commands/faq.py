"""/faq question: the same as asking in one's own words; and administration of the bot itself: mode, gaps, why."""

import re
from collections.abc import Mapping
from typing import Any

from bot.commands import ChannelAdmin, Tools, wants_help
from bot.core.lazy_regex import lazy_regex
from bot.core.model import Answer, Language, Question, UserError

NAME = "faq"
HINT = "question"
MODES = ("mention", "listen", "off")  # of a channel
MOST_GAPS = 15  # that a reply lists
# "why is my mail returned?" is a question, "why https://…" is not
_ADMIN = lazy_regex(
    r"(?P<what>mode|modus|gaps|lücken)(?:\s+(?P<value>\S+))?\s*|(?P<why>why|warum)\s+<?(?P<link>https?://\S+)\s*", re.I
)
# "/faq /faq …" would come back here once a word, as deep as the message is long
_AGAIN = lazy_regex(rf"(?:\s*/{NAME}(?=\s|$))+", re.IGNORECASE)


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """Answer of the knowledge base; `language` is its hint. Raises UserError where `mode`, `gaps` or `why` fails."""
    again = _AGAIN.match(argument)
    question = argument[again.end() :] if again else argument
    if wants_help(question) or not question.strip():
        editor = tools.admin is not None and await tools.admin.is_editor()
        return Answer(NAME, language, {"help": True, "in_slack": tools.admin is not None, "editor": editor})
    asked = _ADMIN.fullmatch(question.strip())
    if asked:
        if tools.admin is None:
            raise UserError("no-channel")
        return Answer(NAME, language, await _administer(asked, tools.admin))
    return await tools.ask(Question(question.strip(), language_hint=language))


async def _administer(asked: re.Match[str], admin: ChannelAdmin) -> Mapping[str, Any]:
    """Facts for templates/faq.md: mode, gaps or why. Raises UserError where the person may not, or for no mode."""
    if asked["why"]:
        return {"about": "why", **await admin.why(asked["link"])}
    value = (asked["value"] or "").lower()
    if asked["what"].lower() in ("gaps", "lücken"):
        found = await admin.gaps()
        rows = [
            {"count": g.count, "language": g.language, "example": g.example, "link": g.link, "remarks": list(g.remarks)}
            for g in found[:MOST_GAPS]
        ]
        return {"about": "gaps", "gaps": rows, "more": max(0, len(found) - MOST_GAPS)}
    if value and value not in MODES:
        raise UserError("no-mode", given=value)
    if value:
        await admin.set_mode(value)
    return {"about": "mode", "mode": await admin.mode(), "changed": bool(value)}
