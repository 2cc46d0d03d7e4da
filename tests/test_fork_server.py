"""Fork server: pytest's workers are forked from it, and not started anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fork_server


def test_a_worker_is_forked() -> None:
    """Where it cannot be, it starts as Python does, and only the time would tell."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("there are no workers")
    assert b"tests.fork_server\0serve\0" in Path("/proc/self/cmdline").read_bytes()


def test_where_nobody_forks_python_starts(tmp_path: Path) -> None:
    command = [sys.executable, "-IS", fork_server.__file__, "ask", str(tmp_path / "nobody"), "-c", "print(input())"]
    assert subprocess.run(command, input="said", capture_output=True, text=True, check=True).stdout == "said\n"
