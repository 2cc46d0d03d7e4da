"""The whole system as its operators start it, in a process of its own, beside a fake Slack."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(*module: str, ready: str = r"http://\S+", **environment: str) -> Iterator[tuple[int, str]]:
    """`python -m MODULE …` with these variables, its data in a folder of its own: process id and what `ready` finds.

    Its log goes to a file that is thrown away, as to a journal. Raises RuntimeError where it ends before it is ready.
    """
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=PROJECT,
            env=os.environ | {"POSTBOTE_DATA_DIR": folder, "POSTBOTE_PORT": "0"} | environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield process.pid, _until_ready(process, ready, Path(folder) / "log")
        finally:
            process.terminate()
            process.wait()


def _until_ready(process: subprocess.Popen[str], ready: str, log: Path) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.search(ready, line):
            return found[0]
    raise RuntimeError(f"the process ended before it was ready: {log.read_text()[-500:]}")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> tuple[float, float]:
    """Resident set and its peak in MB (proc(5), VmRSS and VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    resident, peak = (re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE) for name in ("VmRSS", "VmHWM"))
    assert resident
    assert peak
    return int(resident[1]) / 1024, int(peak[1]) / 1024
