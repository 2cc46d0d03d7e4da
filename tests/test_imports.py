"""Who may import whom, and where each library lives (bot/DECISIONS.md: the house)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"

# part → (parts of ours it may import, third-party packages it may import); a channel's own client is in CHANNEL_CLIENTS
RULES: dict[str, tuple[set[str], set[str]]] = {
    "core": (set(), {"idna", "numpy", "quotequail", "rapidfuzz", "Stemmer"}),
    "knowledge": ({"core", "schema"}, {"yaml", "pydantic"}),
    "schema": ({"core"}, {"pydantic"}),
    "check": ({"core", "knowledge", "render"}, set()),
    "edge": (set(), {"starlette"}),
    "evaluate": ({"core"}, set()),
    "render": ({"core"}, {"jinja2"}),
    "lookup": ({"core"}, {"dns"}),
    "jobs": (
        {"core", "deciding", "engine", "guard", "store", "stored", "turns", "sweeper", "channels", "watch"},
        {"dbos", "structlog"},
    ),
    "deciding": ({"core", "engine", "guard", "store", "stored", "turns", "channels", "watch"}, {"dbos", "structlog"}),
    "guard": ({"core", "store", "watch"}, {"structlog"}),
    "engine": ({"slots", "store", "sweeper"}, {"dbos", "structlog"}),
    "sweeper": ({"slots", "store"}, {"dbos", "structlog"}),
    "stored": ({"core"}, set()),
    "turns": (set(), set()),
    "desk": ({"core", "store", "commands", "channels", "office", "presses"}, {"structlog"}),
    "database_facts": (set(), {"sqlalchemy"}),
    "doctor": ({"core", "channels", "database_facts", "settings", "store"}, set()),
    "forget": ({"core", "ledger"}, {"dbos", "sqlalchemy"}),
    "office": ({"core", "store", "channels"}, set()),
    "preview": ({"channels", "consider", "core", "settings"}, set()),
    "presses": ({"core", "store", "commands"}, set()),
    "slots": ({"core"}, {"psycopg", "structlog"}),
    "store": ({"core", "stored", "tables"}, {"sqlalchemy"}),
    "bookmarks": ({"core", "store", "tables"}, {"sqlalchemy"}),
    "helpdesk": ({"core"}, {"httpx", "pydantic", "pydantic_settings", "starlette", "structlog"}),
    "ledger": ({"core", "store", "tables"}, {"sqlalchemy"}),
    "tables": (set(), {"sqlalchemy"}),
    "consider": ({"core"}, set()),
    "checked": ({"core"}, set()),
    "tickets": ({"core", "store", "ledger", "channels", "consider"}, {"structlog"}),
    "settings": ({"core", "helpdesk"}, {"pydantic", "pydantic_settings", "platformdirs"}),
    "cache": ({"core"}, {"numpy"}),
    "commands": ({"core"}, set()),
    "mind": (
        {"cache", "commands", "core", "knowledge", "lookup", "metrics", "render", "respond", "settings"},
        set(),
    ),
    "reload": (set(), {"watchfiles", "structlog"}),
    "respond": ({"core", "commands"}, set()),
    "serve": (
        {"admin", "bookmarks", "core", "channels", "checked", "desk", "insight", "jobs", "ledger", "line", "metrics"}
        | {"pages", "reload", "settings", "store", "tickets", "watch"}
        | {"edge"},
        {"starlette", "uvicorn", "structlog"},
    ),
    "admin": ({"turns"}, {"cryptography", "starlette"}),
    "log": (set(), {"structlog"}),
    "metrics": (set(), {"prometheus_client"}),
    "watch": ({"core", "metrics"}, {"structlog"}),
    "insight": ({"core", "store", "tables"}, {"sqlalchemy"}),
    "line": ({"core", "store", "watch"}, {"structlog"}),
    "pages": ({"admin", "core"}, {"starlette"}),
    "channels": ({"admin", "core", "pages", "settings", "turns", "helpdesk", "consider"}, {"starlette", "structlog"}),
}
CHANNEL_CLIENTS = {
    "slack": {"slack_bolt", "slack_sdk", "aiohttp", "cryptography"},
    "rt": set(),
    "zammad": set(),
    "web": set(),
    "dashboard": {"leather"},
    "terminal": set(),
    "mail": {"imap_tools", "aiosmtplib"},
}


def imports(file: Path) -> Iterator[str]:
    """Dotted names that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module or ""


def part_of(file: Path) -> str:
    return file.relative_to(BOT).parts[0].removesuffix(".py")


FILES = sorted(f for f in BOT.rglob("*.py") if part_of(f) not in {"__init__", "__main__", "_packaged"})


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(BOT)))
def test_a_part_imports_only_what_the_house_allows(file: Path) -> None:
    part = part_of(file)
    ours, theirs = RULES[part]
    channel = file.relative_to(BOT).parts[1] if part == "channels" and len(file.relative_to(BOT).parts) > 2 else ""
    for name in imports(file):
        top, _, rest = name.partition(".")
        if top == "bot":
            other = rest.split(".")[0]
            assert other in ours | {part}, f"{part} may not import bot.{rest}"
            assert not (channel and rest.startswith("channels.") and rest.split(".")[1] != channel), "another channel"
        elif top not in sys.stdlib_module_names:
            assert top in theirs | CHANNEL_CLIENTS.get(channel, set()), f"{part} may not import {name}"


def test_every_part_has_a_rule() -> None:
    assert {part_of(f) for f in FILES} <= set(RULES)


def test_nothing_happens_at_import() -> None:
    """Modules hold definitions, imports and constants.

    A call at module level is a constant's constructor, never a statement.
    """
    for file in FILES:
        calls = [
            n for n in ast.parse(file.read_text()).body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)
        ]
        assert not calls, f"{file}: a call at import"
