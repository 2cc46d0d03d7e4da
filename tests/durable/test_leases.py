"""Leases on one host; those of PostgreSQL are in tests/faults, with a server."""

from pathlib import Path

import pytest

from bot.durable.leases import MOST, FileLeases, acquire_lowest


def test_each_process_gets_the_lowest_slot_that_is_free(tmp_path: Path) -> None:
    first, second, third = (FileLeases(tmp_path) for _ in range(3))
    assert [acquire_lowest(leases) for leases in (first, second)] == [0, 1]
    first.close()
    assert acquire_lowest(third) == 0
    assert not second.take(1)  # its own: nobody takes over what he works on himself
    second.release(1)
    assert third.take(1)


def test_more_processes_than_slots_are_refused(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)
    for number in range(MOST):
        assert leases.take(number)
    with pytest.raises(RuntimeError, match="64 processes"):
        acquire_lowest(FileLeases(tmp_path))
    leases.close()
