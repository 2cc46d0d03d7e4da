"""/faq question: the same as asking in one's own words."""

import re

from bot.commands import Tools, wants_help
from bot.core.model import Answer, Language, Question

NAME = "faq"
HINT = "question"
# "/faq /faq …" would come back here once a word, as deep as the message is long
_AGAIN = re.compile(rf"(?:\s*/{NAME}(?=\s|$))+", re.IGNORECASE)


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """The knowledge base's answer; the language is decided from the question."""
    again = _AGAIN.match(argument)
    question = argument[again.end() :] if again else argument
    if wants_help(question) or not question.strip():
        return Answer(NAME, language, {"help": True})
    return await tools.ask(Question(question.strip(), hint=language))
