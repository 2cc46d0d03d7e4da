"""Slash commands: one file each, found by scanning this folder.

A command module has `NAME` ("mx"), `HINT` (usage hint, "domain"; empty: no argument) and
`async def run(argument: str, language: Language, tools: Tools) -> Answer`. Its wording stands in templates/<NAME>.md,
with the blocks `summary_de`/`summary_en` (one line, for every list of commands: help, App Home, the greeting, Slack's
manifest), `help_de`/`help_en`, `de`/`en` (the reply), and, where the argument has another name in that language than
`HINT`, `hint_de`/`hint_en`.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot.core.dns.records import Lookup
from bot.core.model import Answer, Language, Provider, Question

if TYPE_CHECKING:
    from bot.core.gaps import Gap


class ChannelAdmin(Protocol):
    """Administration of the channel in which a command was given. Raises UserError where the person may not do it."""

    async def is_editor(self) -> bool:
        """True if the person may read gaps and stored decisions."""
        ...

    async def mode(self) -> str:
        """Mode of the channel: mention, listen or off."""
        ...

    async def set_mode(self, mode: str) -> None:
        """Sets the channel's mode."""
        ...

    async def gaps(self) -> Sequence["Gap"]:
        """Gaps in the knowledge base, of the whole workspace, the most frequent first."""
        ...

    async def why(self, link: str) -> Mapping[str, Any]:
        """Stored decision about the message that `link` leads to: key, question, lines."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """Tools that a command may use."""

    provider: Provider
    lookup: Lookup
    ask: Callable[[Question], Awaitable[Answer]]  # answers a message in the person's own words
    admin: ChannelAdmin | None = None  # None where there is no channel: the terminal, the page


def wants_help(argument: str) -> bool:
    """True for a request for help, in either language."""
    return argument.strip().lower().strip("?!.-") in {"help", "hilfe"}


class Command(Protocol):
    """Command: a module in this folder."""

    NAME: str  # without the slash: "mx"
    HINT: str  # usage hint, "domain"; empty: no argument

    async def run(self, argument: str, language: Language, tools: Tools) -> Answer:
        """Answer to the command. `argument`: as typed, may be empty. Raises UserError for a wrong one, or TryLater."""
        ...


def find_commands() -> Mapping[str, Command]:
    """Commands by name, sorted, found by scanning this folder. Raises ValueError where two files claim one name."""
    found: dict[str, Command] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if module.NAME in found:
            raise ValueError(f"bot/commands/{info.name}.py: the name {module.NAME!r} is taken; choose another NAME")
        found[module.NAME] = module
    return dict(sorted(found.items()))
