"""Deadlines of a stop: by then the process ends, whatever its threads still wait for.

Python waits at its end for the threads of every pool, and one of the engine's tries for ever to write to a database
that is away, or whose file somebody holds. Nothing is lost by an end at once: it is what a kill is (worker.py), and
whoever runs the process would kill it a moment later.
"""

import os
import threading

import structlog

log = structlog.get_logger()

# Seconds from the end of the web server, which takes ten at most, for channels, runs (worker.PATIENCE) and all that is
# closed. Together it is less than the 40 s that deploy/ gives a stop (postbote.service, compose.yaml, kubernetes.yaml)
STOP_WITHIN = 29.0
THREADS_END_WITHIN = 2.0  # seconds from then on, when only threads are left that wait for nothing of ours
LATE = 70  # exit code of a process that had to be ended before it had closed all: EX_SOFTWARE (sysexits.h)


def bound_stop() -> None:
    """Starts the deadline of what is to be stopped, and of all that comes after it."""
    _end_within(STOP_WITHIN, LATE)


def bound_exit() -> None:
    """Starts the deadline of the process's exit: everything is stopped."""
    _end_within(THREADS_END_WITHIN, 0)


def _end_within(seconds: float, code: int) -> None:
    deadline = threading.Timer(seconds, _end, (seconds, code))
    deadline.daemon = True  # it is over where the process ends by itself
    deadline.start()


def _end(seconds: float, code: int) -> None:
    waiting = sorted(thread.name for thread in threading.enumerate() if thread is not threading.current_thread())
    log.warning("ended_with_threads", seconds=seconds, threads=waiting)
    os._exit(code)
