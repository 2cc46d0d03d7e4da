"""/login email: the user name that belongs to a mail address (FAQ: POP3, Prinzip)."""

from bot.commands import Tools, wants_help
from bot.core.addresses import parse_address, to_login
from bot.core.model import Answer, Language

NAME = "login"
HINT = "email"


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """Raises UserError where the argument is no mail address."""
    if wants_help(argument) or not argument.strip():
        return Answer(NAME, language, {"help": True})
    address = parse_address(argument)
    return Answer(
        NAME, language, {"help": False, "email": address, "login": to_login(address, tools.provider.login_separator)}
    )
