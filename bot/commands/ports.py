"""/ports: the SSL ports and their server, as they stand in knowledge/provider.yaml."""

from bot.commands import Tools, wants_help
from bot.core.model import Answer, Language

NAME = "ports"
HINT = ""


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """SSL ports; the template reads them from the provider's figures. An argument other than "help" is ignored."""
    return Answer(NAME, language, {"help": wants_help(argument)})
