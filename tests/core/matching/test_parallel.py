"""Learning on several cores: the same results to the bit, a lost fork, and that no fork outlives the program."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.core.matching.parallel import FEWEST, Member, in_shares, in_step, shared_array
from tests.servers.postbote import PROJECT
from tests.slow import SLOW, few, slow
from tests.waiting import until

forks = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1, reason="needs Linux and two cores"
)
LEARN = """
import hashlib, os, sys
from dataclasses import fields, replace
if sys.argv[1] == "one core":
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
real = os.fork
def fork():
    forked.append(1)
    return real()
forked = []
os.fork = fork
from bot.core.matching import training
from bot.core.matching.features import FeatureExtractor
from tests.project import knowledge as whole_knowledge
training.ORDERS = 2
own = whole_knowledge()
examples = training.training_examples(own)[::9]
trained = training.train(own, FeatureExtractor(own), examples)
found = hashlib.sha256()
for field in fields(trained):
    value = getattr(trained, field.name)
    found.update(value.tobytes() if hasattr(value, "tobytes") else repr(value).encode())
print(len(forked) > 0, found.hexdigest())
"""


@slow
@forks
def test_what_is_learnt_is_the_same_on_one_core_and_on_several() -> None:
    several, one = (_script(LEARN, how).split() for how in ("all cores", "one core"))
    assert several == ["True", one[1]]
    assert one[0] == "False"


def _script(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


SURVIVE = """
import os, signal, sys
from bot.core.matching.parallel import FEWEST, in_shares, in_step, shared_array
parent = os.getpid()

def killed_in_a_fork(items):
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return [item + 1 for item in items]

def step(array, member):
    array[member.share] += 1
    member.wait()
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    member.wait()

def no_fork():
    raise BlockingIOError("no more processes")

if sys.argv[1] == "not begun":
    os.fork = no_fork
items = range(3 * FEWEST)
print(in_shares(killed_in_a_fork, items) == [*range(1, 3 * FEWEST + 1)])
print((in_step(lambda: shared_array(7, 2), step, 3 * FEWEST) == 1).all())
"""


@forks
@pytest.mark.parametrize("how", few(1, ["killed", "not begun"]))
def test_the_work_of_a_fork_that_is_lost_is_done_here(how: str) -> None:
    assert _script(SURVIVE, how).split() == ["True", "True"]


@forks
def test_each_member_has_cores_of_its_own_and_the_program_all_of_them_again() -> None:
    before = os.sched_getaffinity(0)
    whose = in_step(lambda: shared_array(len(before), max(before) + 1), _note_cores, len(before) * FEWEST)
    assert whose[:, sorted(before)].sum(axis=0).tolist() == [1] * len(before)
    assert os.sched_getaffinity(0) == before


def _note_cores(array: NDArray[np.float32], member: Member) -> None:
    array[member.share.start, sorted(os.sched_getaffinity(0))] = 1
    member.wait()


WRONG = """
import os
from bot.core.matching.parallel import FEWEST, in_shares, in_step, shared_array

def wrong(*_):
    raise KeyError("said once")

for work in (lambda: in_shares(wrong, range(3 * FEWEST)), lambda: in_step(lambda: shared_array(1, 1), wrong, 5000)):
    try:
        work()
    except KeyError as error:
        print(error)
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("no process is left")
"""


def test_what_the_work_raises_is_raised_and_no_process_is_left() -> None:
    assert _script(WRONG).splitlines() == ["'said once'", "'said once'", "no process is left"]


def test_beside_other_threads_nothing_is_forked() -> None:
    """Their locks would be held in the fork for ever."""
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    try:
        assert {*in_shares(_process, range(3 * FEWEST))} == {os.getpid()}
        assert {*in_step(lambda: shared_array(3, 1), _step, 3 * FEWEST).ravel().tolist()} == {float(1)}
    finally:
        ended.set()
        other.join()


def _process(items: Sequence[int]) -> list[int]:
    return [os.getpid()] * len(items)


def _step(array: NDArray[np.float32], member: Member) -> None:
    array[member.share] += 1
    member.wait()


BESIDE = """
import pathlib, sys
from bot.core.matching.parallel import beside

def work(name):
    kept = pathlib.Path(sys.argv[1], name)
    return lambda: kept.write_text("done") if name != "fails" else 1 / 0

for name, wanted in (("wanted", True), ("unwanted", False), ("fails", True)):
    with beside(work(name), wanted=wanted):
        pass
"""


@forks
def test_what_is_done_beside_is_done_at_the_end_and_says_nothing_where_it_fails(tmp_path: Path) -> None:
    assert _script(BESIDE, str(tmp_path)) == ""
    assert [file.name for file in tmp_path.iterdir()] == ["wanted"]


LONG = """
import os, sys, time
from bot.core.matching.parallel import FEWEST, in_shares

def long(items):
    print(os.getpid(), flush=True)
    time.sleep(600)

from bot.cli.interrupt import exit_on_interrupt
exit_on_interrupt()
in_shares(long, range(3 * FEWEST))
"""


@forks
@pytest.mark.parametrize(
    ("number", "to_all"),  # a terminal's Ctrl-C goes to all
    [
        (signal.SIGINT, True),
        pytest.param(signal.SIGINT, False, marks=SLOW),
        pytest.param(signal.SIGTERM, False, marks=SLOW),
        (signal.SIGKILL, False),
    ],
)
async def test_no_fork_outlives_the_program(number: signal.Signals, to_all: bool) -> None:
    program = _started("-c", LONG)
    assert program.stdout
    both = [program.stdout.readline().strip() for _ in range(2)]
    (os.killpg if to_all else os.kill)(program.pid, number)
    _, said = program.communicate(timeout=60)
    assert said == ("\nstopped\n" if number == signal.SIGINT else "")
    await until(lambda: not any(map(_runs, both)))


@slow
@forks
async def test_no_fork_outlives_a_first_start(tmp_path: Path) -> None:
    program = _started("-m", "bot", "run", POSTBOTE_DATA_DIR=str(tmp_path), POSTBOTE_PORT="0")
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    found = await until(lambda: children.read_text().split())
    program.terminate()
    assert program.communicate(timeout=60) == ("", "")
    await until(lambda: not any(map(_runs, found)))


def _runs(process: str) -> bool:
    """True while a process does; False for one that only waits for its parent to ask how it ended."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def _started(*arguments: str, **variables: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
