"""What the command line leaves alone until a command needs it: libraries, and its own regular expressions."""

import subprocess
import sys

import pytest

from tests.servers.postbote import PROJECT

LATER = {
    "asyncio",
    "dbos",
    "dotenv",
    "sqlalchemy",
    "aiohttp",
    "starlette",
    "structlog",
    "yaml",
    "charset_normalizer",
    "bot.core.gaps",
    "bot.core.matching.learning",
    "bot.core.records",
    "bot.storage",
    "bot.ops",
    "bot.tickets",
}
UNREAD = {"bot.content.loader", "bot.content.schema", "bot.core.matching.learning"}  # by a start that remembers
# Prints the modules that are loaded once the command line is, then the files of bot/ whose patterns were compiled by
# what an answer needs, and who parses YAML or asks name servers, then the modules that are loaded for `postbote run`
START = """
import re, re._compiler as c, sys; compiled = []; real = c.compile
def seen(*a): compiled.append(sys._getframe(3).f_code.co_filename); return real(*a)
c.compile = seen
import bot.__main__
print(*sys.modules)
import bot.answering.engine, bot.cli.ask, bot.content.renderer, bot.core.matching.decision
print(*(f for f in compiled if '/bot/' in f), *{'yaml', 'dns.resolver'} & {*sys.modules})
import bot.app, bot.content.watcher, bot.ops.start_check
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """Three lines of one start."""
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()


def test_ask_loads_no_engine_no_database_no_channel_and_no_parser_of_mail_or_yaml(printed: list[str]) -> None:
    assert "bot.__main__" in printed[0].split()
    assert not LATER & set(printed[0].split())


def test_a_start_compiles_no_pattern_and_loads_no_yaml_parser(printed: list[str]) -> None:
    assert printed[1] == ""


def test_a_start_that_remembers_loads_no_schema_and_nothing_that_learns(printed: list[str]) -> None:
    assert "bot.app" in printed[2].split()
    assert not UNREAD & set(printed[2].split())
