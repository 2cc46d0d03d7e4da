"""The log, where it cannot be written."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.slow import few

PROJECT = Path(__file__).parents[2]
SAYS = """
import structlog
from bot.observability.logging import configure
configure("{form}")
structlog.get_logger().info("x")
print("on")
"""


@pytest.mark.parametrize("form", few(1, ["logfmt", "json"]))
def test_a_full_disk_loses_lines_of_the_log_and_nothing_else(form: str) -> None:
    """/dev/full refuses every byte, as a full disk does (full(4)): what was being logged goes on."""
    with Path("/dev/full").open("w") as full:
        run = [sys.executable, "-c", SAYS.format(form=form)]
        done = subprocess.run(run, cwd=PROJECT, stdout=subprocess.PIPE, stderr=full, text=True, check=False)
    assert done.stdout == "on\n"


RAISES = """
import structlog
from bot.observability.logging import configure
configure("{form}")
log = structlog.get_logger()
try:
    raise ValueError("cannot read 'Passwort: zwirbelgeheim' of zwirbelmann@firma.de")
except ValueError as wrong:
    log.exception("unexpected_error", key="k")
    log.warning("refused", key="k", why=str(wrong))
"""


@pytest.mark.parametrize("form", few(1, ["logfmt", "json"]))
def test_an_error_that_repeats_what_was_typed_is_logged_without_it(form: str) -> None:
    run = [sys.executable, "-c", RAISES.format(form=form)]
    done = subprocess.run(run, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "zwirbel" not in done.stderr
    assert done.stderr.count("<secret>") >= 2  # from Python 3.13 on a trace quotes the line of code as well
    assert done.stderr.count("Traceback") == 1
