"""Parallel learning: on the cores that there are, with the same results to the bit on any number of them.

Shares of the work are done in forks, which have all that was read before without being sent it. Threads would not do:
the reading is plain Python, and NumPy gives up its lock for too short a time here. Nobody forks beside other threads (a
reload in a running bot), whose locks a fork would find held for ever, nor where forks are not safe (macOS). Where no
fork can be made, or one is lost, this process does its work too.
"""

import mmap
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

A = TypeVar("A")
B = TypeVar("B")

FEWEST = 1_000  # examples of a share: for fewer no fork is worth while
MOST_CORES = 4  # that are used: what is not shared is most of the time then
_LOST = (EOFError, OSError)  # of a pipe: its other end is closed


@dataclass(frozen=True, slots=True)
class Member:
    """One of the processes that do the same work in step, each its share."""

    share: slice  # of whatever is to be done: every n-th
    wait: Callable[[], None]  # returns once all members have called it


def in_shares(work: Callable[[Sequence[A]], Sequence[B]], items: Sequence[A]) -> list[B]:
    """Results for the items, in their order, a share of them by each process. `work`: a result for each of its items.

    Raises what `work` raises.
    """
    count = _processes(len(items))
    ends = [len(items) * n // count for n in range(count + 1)]
    shares = [items[begin:end] for begin, end in pairwise(ends)]
    with ExitStack() as stack:
        pipes = [stack.enter_context(_forked(partial(_send, work, share))) for share in shares[1:]]
        found = [*work(shares[0])]
        for pipe, share in zip(pipes, shares[1:], strict=True):
            found += _received(pipe) or work(share)
    return found


def in_step(begin: Callable[[], A], work: Callable[[A, Member], None], examples: int) -> A:
    """Shared arrays as `begin` makes them, once all members have done their work on them. `examples`: to be learnt.

    Where a fork is lost, all begins anew in this process alone. Raises what `work` raises.
    """
    count = _processes(examples)
    made = begin()
    with ExitStack() as stack:
        pipes = [stack.enter_context(_forked(partial(_join, work, made, n, count))) for n in range(1, count)]
        with suppress(*_LOST), _on_own_cores(0, count):
            work(made, Member(slice(0, None, count), partial(_meet, pipes)))
            return made
    made = begin()
    work(made, Member(slice(None), lambda: None))
    return made


@contextmanager
def beside(work: Callable[[], object], *, wanted: bool) -> Iterator[None]:
    """Context beside which work is done in a fork; waits for it at its end.

    What it has stored is left of it, for who else would do it later. So where it is not `wanted`, or there is one
    core, nothing is done, and where it fails nothing is said.
    """
    with _forked(lambda _: work()) if wanted and _cores() > 1 else nullcontext() as pipe:
        yield
        if pipe:
            _received(pipe)


def shared_array(rows: int, columns: int) -> NDArray[np.float32]:
    """Array of 0 that forks share, without /dev/shm, which containers lack or keep small."""
    size = rows * columns * np.dtype(np.float32).itemsize
    return np.frombuffer(mmap.mmap(-1, max(size, 1)), np.float32, rows * columns).reshape(rows, columns)


def _processes(examples: int) -> int:
    """Number of processes for so much work."""
    return max(1, min(MOST_CORES, _cores(), examples // FEWEST))


def _cores() -> int:
    """Number of cores that this process may use; 1 where it must not fork."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


@contextmanager
def _forked(do: "Callable[[Connection], object]") -> "Iterator[Connection]":
    """Pipe to a fork that does something; closed already where there is none. No fork outlives this process."""
    from multiprocessing import get_context  # most starts learn nothing

    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_do, args=(do, ours, theirs), daemon=True)
    with suppress(OSError):  # too little memory, or too many processes
        process.start()
    theirs.close()  # the fork's own is the last
    try:
        yield ours
    finally:
        ours.close()
        if process.pid:
            process.kill()
            process.join()


def _do(do: "Callable[[Connection], object]", others: "Connection", pipe: "Connection") -> None:
    """Work of a fork, from its begin to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which says so, and this with it
    others.close()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(Exception):  # the parent will do the same, and raise it
        do(pipe)


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    if parent := parent_process():
        parent.join()
    os._exit(1)


def _send(work: Callable[[Sequence[A]], Sequence[B]], share: Sequence[A], pipe: "Connection") -> None:
    pipe.send(work(share))


def _received(pipe: "Connection") -> Sequence[B] | None:
    """Results that a fork has sent; None where it was lost."""
    with suppress(*_LOST):
        found: Sequence[B] = pipe.recv()
        return found
    return None


def _join(work: Callable[[A, Member], None], made: A, number: int, count: int, pipe: "Connection") -> None:
    def wait() -> None:
        pipe.send_bytes(b"")
        pipe.recv_bytes()

    with _on_own_cores(number, count):
        work(made, Member(slice(number, None, count), wait))


@contextmanager
def _on_own_cores(number: int, count: int) -> Iterator[None]:
    """Context in which each of several members has cores of its own, every n-th.

    Else Linux brings who is woken to the core of who has woken it, and then they wait for each other.
    """
    if count == 1:
        yield
        return
    cores = sorted(os.sched_getaffinity(0))
    _run_on(cores[number::count])
    try:
        yield
    finally:
        _run_on(cores)


def _run_on(cores: Sequence[int]) -> None:
    """Lets this thread run on some cores; on those that it has where that is not allowed, or there are none left."""
    with suppress(OSError):
        os.sched_setaffinity(0, cores)


def _meet(pipes: "Sequence[Connection]") -> None:
    """Waits until each fork waits, and lets all go on."""
    for pipe in pipes:
        pipe.recv_bytes()
    for pipe in pipes:
        pipe.send_bytes(b"")
