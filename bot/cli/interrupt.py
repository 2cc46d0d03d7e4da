"""Ctrl-C: ends the program at once, with one line and exit code 130, also while its libraries are still loading."""

import os
import signal

STOPPED = 130  # 128 + SIGINT: what shells report of a program that Ctrl-C has ended


def main() -> None:
    """Entry point of the script `postbote`: runs the package as `python -m bot` does."""
    exit_on_interrupt()
    import runpy  # what it imports takes longer than all that was before

    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def exit_on_interrupt() -> None:
    """Handler of SIGINT from now on; nothing is changed where the signal is ignored, as under nohup.

    The program ends without any cleaning up: nothing that it stores needs any (tests/faults kill it at every moment),
    and an exception would show a trace wherever a library happens to be.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _exit)


def _exit(number: int, frame: object) -> None:
    os.write(2, b"\nstopped\n")
    os._exit(STOPPED)
