"""Fork server of pytest's workers: they are forked from one process that has collected the tests once.

Each worker imported the program, its libraries, Hypothesis and all tests for itself, 2 s of CPU each. pytest-xdist
starts a worker as `python -c …`; with the server, this python is a small program (`ask`) that hands its own standard
streams to the server and waits. The server forks, and the fork does what Python would have done: it collects the same
tests again, whose modules are there.
"""

import atexit
import gc
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Sequence

PATIENCE = 60.0  # seconds for which the server waits for the next worker
PAUSE = 5.0  # seconds that workers have to end
VARIABLE = "POSTBOTE_FORK_SERVER"  # set in the server alone
HERE = b"1"  # what a worker says to who has asked for it


class ForkServer:
    """Server as its starter sees it. `python`: command that pytest-xdist is to start instead of Python."""

    def __init__(self, workers: int, collected: Sequence[str]) -> None:
        """Starts a server that forks so many, and ends with them. `collected`: pytest's arguments."""
        self._folder = tempfile.mkdtemp()
        address = f"{self._folder}/socket"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(address)
            listening.listen(workers)
            number = listening.fileno()
            command = [sys.executable, "-m", "tests.fork_server", "serve", str(number), str(workers), *collected]
            self._process = subprocess.Popen(
                command,
                env={**os.environ, VARIABLE: "yes"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[number],
            )
        # without site-packages it starts in 20 ms
        self.python = shlex.join([sys.executable, "-IS", __file__, "ask", address])

    def close(self) -> None:
        """After the workers' end. Ends the server, if not all of them were asked for."""
        try:
            self._process.wait(PAUSE)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def serve(number: int, workers: int, collected: Sequence[str]) -> None:
    """In the server: collects, then forks. `number`: of the descriptor on which it is asked."""
    import pytest

    with socket.socket(fileno=number) as listening:
        listening.settimeout(PATIENCE)
        pytest.main(["-n0", "--collect-only", *collected])  # what cannot be collected the workers tell
        del os.environ[VARIABLE]
        gc.freeze()  # what is there stays: no worker looks through it
        for _ in range(workers):
            asking, _ = listening.accept()
            with asking:
                if not os.fork():
                    listening.close()
                    _become_worker(asking)
                    return
    for _ in range(workers):
        os.wait()


def _become_worker(asking: socket.socket) -> None:
    """Runs what Python would have been given with `-c`: execnet's line that reads all others from standard input."""
    _, streams, _, _ = socket.recv_fds(asking, len(HERE), 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    asking.sendall(HERE)
    sys.argv = ["-c"]
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    exec(eval(sys.stdin.readline()), vars(main))  # noqa: S102, S307 - nobody else writes there
    atexit._run_exitfuncs()
    os._exit(0)  # to free a worker's memory piece by piece takes 0.3 s


def ask(address: str, otherwise: Sequence[str]) -> None:
    """In the place of a worker: has it forked, and ends with it. Becomes Python itself where nobody forks.

    `otherwise`: Python's arguments.
    """
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(address)
            socket.send_fds(asked, [HERE], [0, 1, 2])
            if asked.recv(len(HERE)):
                os.closerange(0, 2)  # only the worker holds the pipes now: their end is its end
                asked.recv(len(HERE))
                return
    except OSError:
        pass
    os.execv(sys.executable, [sys.executable, *otherwise])  # noqa: S606


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:
        ask(sys.argv[2], sys.argv[3:])
