"""Layers: every arrow between the rooms of bot/ goes down, and each library has one home.

A room may import itself and rooms of a lower rank; what is new needs a rank here, and no list of who imports whom is
kept. Imports that only types need count like all others.
"""

import ast
import re
import sys
from functools import cache
from pathlib import Path

from tests.slow import SLOW
from tests.syntax import statements, tree_of

pytestmark = [*SLOW]  # as ruff and mypy: they read the code, and no behaviour depends on them

BOT = Path(__file__).parent.parent / "bot"

# The room, or module, directly in bot/ → its floor. Nobody imports somebody on the same floor, or above.
RANKS = {
    "core": 0,
    "settings": 1,
    "commands": 1,
    "content": 2,
    "storage": 2,
    "observability": 2,
    "contracts": 2,
    "answering": 3,
    "dialogue": 3,
    "tickets": 3,
    "durable": 4,
    "web": 4,
    "channels": 4,
    "app": 5,
    "ops": 6,
    "cli": 7,
    "__main__": 8,
}
# The same within core
CORE_RANKS = {
    "lazy_regex": -3,
    "languages": -2,
    "provider": -1,
    "model": 0,
    "stored_records": 0,
    "text": 1,
    "privacy": 2,
    "gaps": 2,
    "rate_limit": 0,
    "ticket_place": 0,
    "markdown": 1,
    "dns": 2,
    "mail": 2,
    "person_request": 2,
    "small_talk": 3,
    "speak_policy": 3,
    "matching": 3,
}
# Library → the rooms that may import it; a channel's own client stands under its folder
HOMES = {
    "aiohttp": {"channels.slack"},
    "aiosmtplib": {"channels.mail"},
    "cachetools": {"channels.slack"},
    "charset_normalizer": {"core.mail"},
    "click": {"cli", "__main__"},
    "cryptography": {"storage"},
    "dbos": {"durable", "ops"},
    "dns": {"answering.lookup"},
    "dotenv": {"settings"},
    "h11": {"web"},
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
    "pydantic": {"settings", "content", "cli"},
    "pydantic_core": {"content"},
    "rapidfuzz": {"core"},
    "ruamel": {"content"},
    "slack_bolt": {"channels.slack"},
    "slack_sdk": {"channels.slack"},
    "sqlalchemy": {"storage", "ops"},
    "starlette": {"web", "contracts", "channels", "app"},
    "Stemmer": {"core"},
    "structlog": {"observability", "storage", "durable", "dialogue", "tickets", "channels", "content", "web", "app"},
    "uvicorn": {"web"},
    "watchfiles": {"content"},
    "yaml": {"content"},
}


def parts_of(file: Path) -> list[str]:
    """["channels", "slack", "events"] for bot/channels/slack/events.py."""
    return list(file.relative_to(BOT).with_suffix("").parts)


FILES = sorted(f for f in BOT.rglob("*.py") if parts_of(f)[0] not in {"__init__", "_packaged"})


@cache
def all_imports() -> list[tuple[Path, str]]:
    """File and dotted name of each import, as deep as the statement tells: "bot.core.model.Answer"."""
    found: list[tuple[Path, str]] = []
    for file in FILES:
        for node in statements(tree_of(file)):
            if isinstance(node, ast.Import):
                found += [(file, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                found += [(file, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def objection(room: str, inner: list[str], other: str, within: list[str]) -> str:
    """Reason why bot/<room>/<inner> may not import bot.<other>.<within>; empty: it may."""
    if (room, inner[:1]) == ("answering", ["lookup"]) and other != "core" and within[:1] != ["lookup"]:
        return "a look-up knows the core alone"
    if other != room:
        return "" if RANKS[other] < RANKS[room] else f"{room} (floor {RANKS[room]}) is not above {other}"
    if room == "core" and within[0] != inner[0] and CORE_RANKS[within[0]] >= CORE_RANKS[inner[0]]:
        return f"core.{inner[0]} is not above core.{within[0]}"
    inside_channel = room == "channels" and inner != ["__init__"]
    if inside_channel and within[0] not in (inner[0], "helpdesk") and (BOT / "channels" / within[0]).is_dir():
        return "no channel knows another"
    return ""


def test_every_arrow_goes_down() -> None:
    wrong = []
    for file, name in all_imports():
        top, *steps = name.split(".")
        room, *inner = parts_of(file)
        if top == "bot" and (why := objection(room, inner, steps[0], steps[1:])):
            wrong.append(f"{file.relative_to(BOT)} imports {name}: {why}")
    assert not wrong, "\n".join(wrong)


def test_an_arrow_up_or_across_is_seen() -> None:
    assert objection("core", ["model"], "storage", ["decisions"])
    assert objection("dialogue", ["manager"], "answering", ["engine"])
    assert objection("answering", ["lookup", "query"], "answering", ["engine"])
    assert objection("answering", ["lookup", "query"], "settings", ["Settings"])
    assert not objection("answering", ["lookup", "query"], "answering", ["lookup", "name_policy"])
    assert objection("core", ["text", "normalize"], "core", ["matching", "decision"])
    assert objection("channels", ["slack", "events"], "channels", ["rt", "api"])
    assert not objection("channels", ["rt"], "channels", ["helpdesk", "channel"])


def test_each_library_has_one_home() -> None:
    wrong = []
    for file, name in all_imports():
        room, *inner = parts_of(file)
        library = name.partition(".")[0]
        ours = library == "bot" or library in sys.stdlib_module_names
        if not ours and not {room, ".".join([room, *inner[:1]])} & HOMES[library]:
            wrong.append(f"{file.relative_to(BOT)}: {library} is at home in {sorted(HOMES[library])}")
    assert not wrong, "\n".join(wrong)


def test_the_root_has_at_most_twenty_entries() -> None:
    """More than that nobody takes in at a glance; what one room alone needs stands within it."""
    entries = {file.name for file in BOT.iterdir()} - {"__pycache__", "_packaged"}
    assert len(entries) <= 20, sorted(entries)


def test_every_room_has_a_floor() -> None:
    assert {parts_of(f)[0] for f in FILES} <= set(RANKS)
    assert {parts_of(f)[1] for f in FILES if parts_of(f)[0] == "core"} <= {*CORE_RANKS, "__init__"}


def test_no_module_of_ours_is_imported_by_its_name_as_a_string() -> None:
    """Neither types nor the floors would see it. Folders that are scanned are named by `__name__`."""
    quoted = (f for f in FILES if re.search(r"""["']bot\.""", f.read_text(encoding="utf-8")))  # the others have none
    for file in quoted:
        for node in ast.walk(tree_of(file)):
            name = node.value if isinstance(node, ast.Constant) else ""
            assert not (isinstance(name, str) and re.fullmatch(r"bot(\.\w+)+", name)), f"{file}: {name}"


def test_nothing_happens_at_import() -> None:
    """Modules hold definitions, imports and constants: no statement at module level is a call."""
    for file in FILES:
        calls = [n for n in tree_of(file).body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
        assert not calls, f"{file}: a call at import"
