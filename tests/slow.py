"""Tests that need seconds of CPU and no server: skipped, by name, in the README's test command; .ci/run runs them."""

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

Test = Callable[..., Any]
Row = TypeVar("Row", bound=tuple[Any, ...])
SLOW = (  # for a whole module: pytestmark = [*SLOW]
    pytest.mark.integration,
    pytest.mark.skipif(not os.environ.get("POSTBOTE_INTEGRATION"), reason="slow: POSTBOTE_INTEGRATION=1 runs it"),
)


def one_in(some: int, more: int = 1) -> pytest.MarkDecorator:
    """Parameter `every` of a test over many like examples, of which it is to take one in so many.

    The README's test command takes one in `some`, .ci/run one in `more` as well.
    """
    return pytest.mark.parametrize("every", [pytest.param(some, id="some"), pytest.param(more, id="more", marks=SLOW)])


def sample(table: Iterable[Row], every: int) -> list[Row]:
    """One in so many of a table's rows. Raises AssertionError where a value of a column would stand in none of them."""
    rows = list(table)
    taken = rows[::every]
    for number, column in enumerate(zip(*rows, strict=True)):
        left_out = {*map(repr, column)} - {repr(row[number]) for row in taken}
        assert not left_out, f"one in {every} leaves out {left_out}"
    return taken


def slow(test: Test) -> Test:
    """Marks one test."""
    for mark in SLOW:
        test = mark(test)
    return test
