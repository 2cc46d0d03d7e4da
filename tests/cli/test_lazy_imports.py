"""Libraries that the command line leaves alone until a command needs them."""

import subprocess
import sys

from tests.servers.postbote import PROJECT

LATER = {
    "dbos",
    "sqlalchemy",
    "aiohttp",
    "starlette",
    "structlog",
    "yaml",
    "charset_normalizer",
    "bot.storage",
    "bot.ops",
    "bot.tickets",
}


def test_ask_loads_no_engine_no_database_no_channel_and_no_parser_of_mail_or_yaml() -> None:
    script = "import sys, bot.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()
    assert not LATER & set(loaded)
