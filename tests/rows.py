"""Tables of cheap checks: one test takes every row of a table and names all rows that fail.

A parameter costs some 3 ms of CPU before anything is checked: every worker collects it, one sets it up, tears it down
and reports all three. Rows that are checked in less are one test. Dear rows, and rows that need a fixture of their own,
stay parameters.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

Test = Callable[..., Any]
Ids = Sequence[str] | Callable[[Any], object] | None
FAILING = (Exception, pytest.fail.Exception, pytest.skip.Exception)  # a row that is skipped would skip the others
LONGEST_NAME = 120  # characters


def each_row(names: str | Sequence[str], table: Iterable[Any], ids: Ids = None) -> Callable[[Test], Test]:
    """Decorator: as pytest.mark.parametrize, but all rows are one test. Each is taken, whatever fails before it.

    `names`: of the arguments that a row gives. `ids`: names of the rows, or what makes one of a value; without: values.
    The test's fixtures are the same ones for all rows; conftest.py refuses those that are made anew for each test.
    The test raises an ExceptionGroup: its message names the rows that fail, and each exception in it has a note.
    """
    arguments = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    rows = [_row(number, values, arguments, ids) for number, values in enumerate(table)]
    assert rows, "a table without rows tests nothing"

    def decorate(test: Test) -> Test:
        def each(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for name, row in rows:
                try:
                    test(**row, **fixtures)
                except FAILING as failure:
                    failures.append(_noted(failure, name))
            _raise_all(failures, len(rows))

        async def each_awaited(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for name, row in rows:
                try:
                    await test(**row, **fixtures)
                except FAILING as failure:
                    failures.append(_noted(failure, name))
            _raise_all(failures, len(rows))

        return _disguised(each_awaited if inspect.iscoroutinefunction(test) else each, test, arguments)

    return decorate


def _row(number: int, values: Any, arguments: Sequence[str], ids: Ids) -> tuple[str, dict[str, Any]]:
    """Name of a row, and its arguments."""
    row = dict(zip(arguments, values if len(arguments) > 1 else [values], strict=True))
    if ids is None:
        name = ", ".join(map(repr, row.values()))
    else:
        name = "-".join(str(ids(value) or value) for value in row.values()) if callable(ids) else ids[number]
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…", row


def _noted(failure: BaseException, name: str) -> BaseException:
    failure.add_note(f"row: {name}")
    return failure


def _raise_all(failures: Sequence[BaseException], number: int) -> None:
    if failures:
        rows = "; ".join(str(failure.__notes__[-1]).removeprefix("row: ") for failure in failures)
        raise BaseExceptionGroup(f"{len(failures)} of {number} rows: {rows}", failures)


def _disguised(each: Test, test: Test, arguments: Sequence[str]) -> Test:
    """The function that takes all rows, as pytest is to see it: the test without the arguments of a row."""
    signature = inspect.signature(test)
    fixtures = [one for one in signature.parameters.values() if one.name not in arguments]
    each.__name__, each.__qualname__, each.__module__ = test.__name__, test.__qualname__, test.__module__
    each.__doc__ = test.__doc__
    disguised: Any = each
    disguised.__signature__ = signature.replace(parameters=fixtures)
    disguised.__wrapped__ = test  # its file and line
    disguised.takes_rows = True
    disguised.pytestmark = list(getattr(test, "pytestmark", []))
    return each
