"""/faq question: the same as asking in one's own words."""

from bot.commands import Tools, wants_help
from bot.core.model import Answer, Language, Question

NAME = "faq"
HINT = "question"


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """The knowledge base's answer; the language is decided from the question."""
    if wants_help(argument) or not argument.strip():
        return Answer(NAME, language, {"help": True})
    return await tools.ask(Question(argument, hint=language))
