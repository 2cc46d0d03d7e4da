"""What the command line leaves alone until a command needs it: libraries, and its own regular expressions."""

import subprocess
import sys

import pytest

from tests.servers.postbote import PROJECT

LATER = {
    "dbos",
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
# Prints the modules that are loaded once the command line is, then the files of bot/ whose patterns were compiled by
# what an answer needs, and who parses YAML or asks name servers
START = """
import re, re._compiler as c, sys; compiled = []; real = c.compile
def seen(*a): compiled.append(sys._getframe(3).f_code.co_filename); return real(*a)
c.compile = seen
import bot.__main__
print(*sys.modules)
import bot.answering.engine, bot.cli.ask, bot.content.renderer, bot.core.matching.decision
print(*(f for f in compiled if '/bot/' in f), *{'yaml', 'dns.resolver'} & {*sys.modules})
"""


@pytest.fixture(scope="module")
def printed() -> tuple[str, str]:
    """Two lines of one start."""
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120)
    loaded, compiled = done.stdout.splitlines()
    return loaded, compiled


def test_ask_loads_no_engine_no_database_no_channel_and_no_parser_of_mail_or_yaml(printed: tuple[str, str]) -> None:
    assert "bot.__main__" in printed[0].split()
    assert not LATER & set(printed[0].split())


def test_a_start_compiles_no_pattern_and_loads_no_yaml_parser(printed: tuple[str, str]) -> None:
    assert printed[1] == ""
