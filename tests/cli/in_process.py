"""Command line run in the tests' own process: what it prints, and how it ends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The program sets the process's umask, which here is that of the tests too."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def postbote(data: Path, *arguments: str, stdin: str = "", **variables: str) -> Result:
    """What the command does in this process, with these variables and no other of Postbote's."""
    foreign = dict.fromkeys(name for name in os.environ if name.startswith(("SLACK_", "POSTBOTE_")))
    runner = CliRunner(env={**foreign, "POSTBOTE_DATA_DIR": str(data), **variables})
    result = runner.invoke(main, arguments, input=stdin, prog_name="postbote")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
