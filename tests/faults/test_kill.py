"""The quick part of the fault tests: a kill -9 in a burst, a process that never comes back. The rest: test_faults.py.

Events come as from Slack: repeated until they are acknowledged.
"""

from dataclasses import replace
from pathlib import Path

from tests.faults.scenarios import SHORT, Database, kill_two, take_over
from tests.faults.world import free_port as free_port  # others import it from here
from tests.slow import slow

QUICK = replace(SHORT, events=30, kills=1)


async def test_kill_9_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    outcome = await kill_two(tmp_path, Database(""), QUICK)
    assert (outcome.events, outcome.lost, outcome.repeated) == (30, 0, 0)
    assert outcome.notes == {}  # every process has ended well


@slow
async def test_what_a_process_left_that_never_comes_back_is_taken_over(tmp_path: Path) -> None:
    outcome = await take_over(tmp_path, Database(""), QUICK)
    assert (outcome.events, outcome.lost, outcome.repeated) == (20, 0, 0)
