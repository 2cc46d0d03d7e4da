"""Slash commands: one file each, found by scanning this folder.

A command module has `NAME` ("mx"), `HINT` (usage hint, "domain"; empty: no argument) and
`async def run(argument: str, language: Language, tools: Tools) -> Answer`. Its wording stands in
templates/<NAME>.md, with the blocks
`summary_de`/`summary_en` (one line, for every list of commands: help, App Home, the greeting, Slack's manifest),
`help_de`/`help_en`, `de`/`en` (the reply), and, where the argument has another name in that language than `HINT`,
`hint_de`/`hint_en`.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.dns.records import Lookup
from bot.core.gaps import Gap
from bot.core.model import Answer, Language, Provider, Question


class ChannelAdmin(Protocol):
    """What the person may change and see where the command was given. Each raises UserError where they may not."""

    async def mode(self) -> str: ...

    async def set_mode(self, mode: str) -> None: ...

    async def gaps(self) -> Sequence[Gap]: ...

    async def why(self, link: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a command may use."""

    provider: Provider
    lookup: Lookup
    ask: Callable[[Question], Awaitable[Answer]]  # the same as asking in one's own words
    admin: ChannelAdmin | None = None  # None where there is no channel: the terminal, the page


def wants_help(argument: str) -> bool:
    """Is this a request for help, in either language?"""
    return argument.strip().lower().strip("?!.-") in {"help", "hilfe"}


class Command(Protocol):
    """A module in this folder."""

    NAME: str
    HINT: str

    async def run(self, argument: str, language: Language, tools: Tools) -> Answer: ...


def find_commands() -> Mapping[str, Command]:
    """Every command by name, sorted. Raises ValueError where two files claim one name."""
    found: dict[str, Command] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if module.NAME in found:
            raise ValueError(f"bot/commands/{info.name}.py: the name {module.NAME!r} is taken; choose another NAME")
        found[module.NAME] = module
    return dict(sorted(found.items()))
