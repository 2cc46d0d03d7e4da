"""Layers: every arrow between the rooms of bot/ goes down, and each library has one home.

A room may import itself and rooms of a lower rank; what is new needs a rank here, and no list of who imports whom is
kept. Imports that only types need count like all others.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"

# The room, or module, directly in bot/ → its floor. Nobody imports somebody on the same floor, or above.
RANKS = {
    "core": 0,
    "rate_limit": 1,
    "settings": 1,
    "commands": 1,
    "content": 2,
    "lookup": 2,
    "storage": 2,
    "observability": 2,
    "contracts": 2,
    "answering": 3,
    "dialogue": 3,
    "tickets": 3,
    "durable": 4,
    "web": 4,
    "cli": 4,
    "channels": 4,
    "app": 5,
    "ops": 6,
    "__main__": 7,
}
# The same within core
CORE_RANKS = {
    "model": 0,
    "text": 1,
    "privacy": 1,
    "gaps": 2,
    "markdown": 1,
    "dns": 2,
    "mail": 2,
    "speak_policy": 3,
    "matching": 3,
}
# Library → the rooms that may import it; a channel's own client stands under its folder
HOMES = {
    "aiohttp": {"channels.slack"},
    "aiosmtplib": {"channels.mail"},
    "cachetools": {"channels.slack"},
    "click": {"__main__"},
    "cryptography": {"storage"},
    "dbos": {"durable", "ops"},
    "dns": {"lookup"},
    "httpx": {"channels.helpdesk"},
    "idna": {"core"},
    "imap_tools": {"channels.mail"},
    "jinja2": {"content"},
    "leather": {"web"},
    "markdown_it": {"core.markdown"},
    "numpy": {"core", "content"},
    "platformdirs": {"settings"},
    "prometheus_client": {"observability"},
    "psycopg": {"durable"},
    "pydantic": {"settings", "content", "__main__"},
    "pydantic_settings": {"settings"},
    "quotequail": {"core"},
    "rapidfuzz": {"core"},
    "slack_bolt": {"channels.slack"},
    "slack_sdk": {"channels.slack"},
    "sqlalchemy": {"storage", "ops"},
    "starlette": {"web", "contracts", "channels", "app"},
    "Stemmer": {"core"},
    "structlog": {"observability", "durable", "dialogue", "tickets", "channels", "content", "web", "app"},
    "uvicorn": {"web"},
    "watchfiles": {"content"},
    "yaml": {"content"},
}
FLAT = {"serve", "helpdesk"}  # not moved yet


def imports(file: Path) -> Iterator[str]:
    """Dotted names that a file imports, each as deep as the statement tells: "bot.core.model.Answer"."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def place_of(file: Path) -> list[str]:
    """Of bot/channels/slack/events.py: ["channels", "slack", "events"]."""
    return list(file.relative_to(BOT).with_suffix("").parts)


FILES = sorted(
    f
    for f in BOT.rglob("*.py")
    if place_of(f)[0] not in {"__init__", "_packaged", *FLAT}
    and "/channels/web/" not in str(f)
    and "/channels/dashboard/" not in str(f)
)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(BOT)))
def test_every_arrow_goes_down(file: Path) -> None:
    room, *inner = place_of(file)
    for name in imports(file):
        top, *steps = name.split(".")
        if top != "bot":
            continue
        other, *within = steps
        if other != room:
            assert RANKS[other] < RANKS[room], f"{room} (floor {RANKS[room]}) may not import bot.{other}"
        elif room == "core" and within[0] != inner[0]:
            assert CORE_RANKS[within[0]] < CORE_RANKS[inner[0]], f"core.{inner[0]} may not import core.{within[0]}"
        elif room == "channels" and inner and within and within[0] not in (inner[0], "helpdesk"):
            assert inner[0] == "__init__" or not (BOT / "channels" / within[0]).is_dir(), "no channel knows another"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(BOT)))
def test_each_library_has_one_home(file: Path) -> None:
    room, *inner = place_of(file)
    here = {room, ".".join([room, *inner[:1]])}
    for name in imports(file):
        library = name.partition(".")[0]
        if library != "bot" and library not in sys.stdlib_module_names:
            assert here & HOMES[library], f"{library} is at home in {sorted(HOMES[library])}"


def test_every_room_has_a_floor() -> None:
    assert {place_of(f)[0] for f in FILES} <= set(RANKS)
    assert {place_of(f)[1] for f in FILES if place_of(f)[0] == "core"} <= {*CORE_RANKS, "__init__"}


def test_no_module_of_ours_is_imported_by_its_name_as_a_string() -> None:
    """Neither types nor the test above would see it. Folders that are scanned are named by `__name__`."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.value if isinstance(node, ast.Constant) else ""
            assert not (isinstance(name, str) and re.fullmatch(r"bot(\.\w+)+", name)), f"{file}: {name}"


def test_nothing_happens_at_import() -> None:
    """Modules hold definitions, imports and constants.

    A call at module level is a constant's constructor, never a statement.
    """
    for file in FILES:
        calls = [
            n for n in ast.parse(file.read_text()).body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)
        ]
        assert not calls, f"{file}: a call at import"
