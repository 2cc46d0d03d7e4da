"""Postbote as a process of its own, as its operators start it: the one place where tests and benchmarks start it."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.servers.forked import Forked

PROJECT = Path(__file__).parents[2]
READY = re.compile(r"ready: (http://\S+)")  # the last line of `postbote run` before it serves
PAUSE = 0.005  # seconds between two looks at what was printed


def environment(**variables: str) -> dict[str, str]:
    """Environment variables of a process: those of this one but for Postbote's own settings, then `variables`."""
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "POSTBOTE_"))}
    return foreign | {"POSTBOTE_PORT": "0", "PYTHONUTF8": "1"} | variables


class Postbote:
    """Process of `postbote run`, or of another module; can be killed and started again on the same data folder."""

    project = PROJECT  # folder of the code that runs; set before `start`

    def __init__(self, data: Path, *module: str, **variables: str) -> None:
        """`module`: what follows `python -m`. `variables`: see `environment`."""
        self.data = data
        self.environment = environment(**{"POSTBOTE_DATA_DIR": str(data)} | variables)
        self.output = data / "printed"  # standard output of the newest process
        self.log = data / "log"  # standard error of all of them
        self.url = ""  # http://127.0.0.1:PORT/ of the newest one that was ready
        self._command = [sys.executable, "-m", *(module or ("bot", "run"))]
        self._process: subprocess.Popen[bytes] | Forked | None = None

    def start(self, seconds: float = 120.0) -> None:
        """Returns when it is ready. Raises RuntimeError with its log where it ends before, or takes longer."""
        self._process = self._launched()
        deadline = time.monotonic() + seconds
        while not (found := READY.search(self.printed)):
            if self.ended or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"not ready: {self.printed}{self.log.read_text(errors='replace')[-2_000:]}")
            time.sleep(PAUSE)
        self.url = found[1]

    def _launched(self) -> subprocess.Popen[bytes] | Forked:
        with self.output.open("wb") as output, self.log.open("ab") as log:
            return subprocess.Popen(self._command, env=self.environment, cwd=self.project, stdout=output, stderr=log)

    @property
    def printed(self) -> str:
        """Standard output of the newest process so far."""
        return self.output.read_text("utf-8", "replace")

    def all_output(self) -> str:
        """Standard output of the newest process, and standard error of all."""
        return self.printed + self.log.read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        """Process id of the newest process."""
        assert self._process, "never started"
        return self._process.pid

    @property
    def ended(self) -> bool:
        """True if no process runs."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """Ends it with SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self, seconds: float = 40.0) -> int:
        """Exit code after SIGTERM. Raises subprocess.TimeoutExpired, and kills it, where it does not end in time."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(seconds)
        finally:
            self.kill()


class ForkedPostbote(Postbote):
    """`postbote run` whose imports are done (tests/servers/forked.py): it starts with a third of the CPU."""

    def _launched(self) -> Forked:
        self.output.write_bytes(b"")
        return Forked("bot.cli.interrupt", ["run"], self.environment, self.output, self.log)


@contextmanager
def started(data: Path, *module: str, **variables: str) -> Iterator[Postbote]:
    """A process that is ready (see Postbote), and stopped at the end; it must end with 0 unless the test has failed."""
    process = Postbote(data, *module, **variables)
    process.start()
    try:
        yield process
    except BaseException:
        process.kill()
        raise
    assert process.stop() == 0, process.log.read_text(errors="replace")[-2_000:]


@asynccontextmanager
async def running(data: Path, **variables: str) -> AsyncIterator[tuple[str, str]]:
    """The same for a test whose event loop serves what the process calls: what it printed, and its address."""
    async with serving(Postbote(data, **variables)) as found:
        yield found


@asynccontextmanager
async def serving(process: Postbote) -> AsyncIterator[tuple[str, str]]:
    """The same of a process that has not been started yet."""
    await asyncio.to_thread(process.start)
    try:
        yield process.printed, process.url
    except BaseException:
        process.kill()
        raise
    assert await asyncio.to_thread(process.stop, 15) == 0


def run_command(data: Path, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Result of `postbote ARGUMENTS`: exit code, standard output, standard error."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        cwd=PROJECT,
        env=environment(**{"POSTBOTE_DATA_DIR": str(data)} | variables),
        umask=0o022,  # as most hosts have it: files would be there for everybody to read
        check=False,
    )
