"""Two tiers of tests that need no server: the quick run is the README's test command, .ci/run runs all others as well.

What the quick run leaves out is marked here and nowhere else; of properties it draws fewer examples
(tests/examples.py). It is skipped by name, and POSTBOTE_INTEGRATION=1 runs it:

- `slow`, `SLOW`: a test or a module. Another test, cheaper, fails as well when the same code is broken.
- `few`: of rows that take the same way, each of them a test, all but the first ones.
- `one_in`, `sample`: of many like examples within one test, all but one in so many.
"""

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

PARAMETERS = type(pytest.param())


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


def few(number: int, table: Iterable[Any]) -> list[Any]:
    """Rows for pytest.mark.parametrize, of which the README's test command takes the first `number`, .ci/run all."""
    rows = [
        row if isinstance(row, PARAMETERS) else pytest.param(*(row if isinstance(row, tuple) else (row,)))
        for row in table
    ]
    assert number < len(rows), "it takes all of them"
    return [*rows[:number], *(pytest.param(*row.values, id=row.id, marks=[*row.marks, *SLOW]) for row in rows[number:])]


def slow(test: Test) -> Test:
    """Marks one test."""
    for mark in SLOW:
        test = mark(test)
    return test
