"""/ports: the ports and their servers, as they stand in knowledge/provider.yaml."""

from bot.commands import Tools, wants_help
from bot.core.model import Answer, Language

NAME = "ports"
HINT = ""


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """Ports; the template reads them from the provider's connections. An argument other than "help" is ignored."""
    return Answer(NAME, language, {"help": wants_help(argument)})
