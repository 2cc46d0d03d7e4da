"""/login email: the user name that belongs to a mail address, and all settings for it.

The figures stand in knowledge/provider.yaml; what is said about them, in the entries that the reply names.
"""

from dataclasses import asdict

from bot.commands import Tools, wants_help
from bot.core.model import Answer, Language
from bot.core.text.addresses import parse_address, to_login
from bot.core.text.invisible_characters import damaged_addresses
from bot.core.text.normalize import strip_markup

NAME = "login"
HINT = "email"


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """User name, settings and domain for the address. Raises UserError where the argument is no mail address."""
    if wants_help(argument) or not argument.strip():
        return Answer(NAME, language, {"help": True})
    address = parse_address(argument)
    facts = {
        "help": False,
        "email": address,
        "login": to_login(address, tools.provider.login),
        "domain": address.rpartition("@")[2],
        "damaged_addresses": [
            {**asdict(damaged), "characters": list(damaged.characters)}
            for damaged in damaged_addresses(strip_markup(argument))
        ],
    }
    return Answer(NAME, language, facts)
