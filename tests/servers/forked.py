"""Processes that are forked from one that has imported all of the app: importing it is most of a process's start.

For tests that start or kill many. What the operators' own start does is tested where `forked` is not said
(tests/servers/postbote.py): in test_cli.py, test_start.py, test_readme.py and others.
"""

import importlib
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        # all that `bot` imports, which itself is run
        *(f"bot.cli.{name}" for name in ("ask", "check", "content", "records", "run", "slack", "tickets")),
        *("bot.app", "bot.answering.engine", "bot.ops.check_content"),
        *("bot.channels.mail", "bot.channels.rt", "bot.channels.zammad"),
        # what libraries import late
        *("dbos._sys_db_sqlite", "httpcore", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg"),
        *("tests.servers.forked", "tests.faults.worker"),
    ]
)


class Forked:
    """Process that runs `main` of a module; used as subprocess.Popen is."""

    def __init__(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], output: Path, log: Path
    ) -> None:
        """`output`, `log`: files to which standard output and standard error are appended."""
        self._process = CONTEXT.Process(target=_run, args=(module, [*arguments], {**environment}, output, log))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Exit code, below 0: the signal that it died of; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def terminate(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def wait(self, seconds: float | None = None) -> int:
        """Exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        self._process.join(seconds)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(str(self.pid), seconds or 0.0)
        return code


def _run(module: str, arguments: list[str], environment: dict[str, str], output: Path, log: Path) -> None:
    """In the process: as if it had been started with these variables."""
    os.environ.clear()
    os.environ.update(environment)
    for stream, file in ((1, output), (2, log)):
        with file.open("ab") as target:
            os.dup2(target.fileno(), stream)
    sys.argv = [module, *arguments]
    importlib.import_module(module).main()
