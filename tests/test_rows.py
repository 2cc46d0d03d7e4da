"""Tables that are one test: every row is taken, and each that fails is named."""

from itertools import product

import pytest

from tests.rows import each_row
from tests.slow import few, sample

TAKEN: list[tuple[int, str]] = []


def failing(run: object) -> BaseExceptionGroup[BaseException]:
    assert callable(run)
    with pytest.raises(BaseExceptionGroup) as found:
        run()
    return found.value


def test_every_row_is_taken_and_each_that_fails_is_named() -> None:
    taken: list[int] = []

    @each_row(("number", "word"), [(1, "one"), (2, "two"), (3, "three"), (4, "four")])
    def even(number: int, word: str) -> None:
        taken.append(number)
        assert number % 2 == 0, word

    group = failing(even)
    assert taken == [1, 2, 3, 4]
    assert group.message == "2 of 4 rows: 1, 'one'; 3, 'three'"
    assert [one.__notes__ for one in group.exceptions] == [["row: 1, 'one'"], ["row: 3, 'three'"]]
    assert str(group.exceptions[1]).startswith("three")


def test_a_row_that_raises_that_fails_or_that_is_skipped_is_a_failure() -> None:
    @each_row("act", [lambda: None, lambda: 1 / 0, lambda: pytest.fail("no"), lambda: pytest.skip("no")], ids="abcd")
    def does(act: object) -> None:
        assert callable(act)
        act()

    assert failing(does).message == "3 of 4 rows: b; c; d"


@each_row("number", [1, 2])
async def test_a_coroutine_is_awaited_for_each_row_with_the_fixtures_of_the_test(
    number: int, request: pytest.FixtureRequest
) -> None:
    TAKEN.append((number, request.node.name))
    name = "test_a_coroutine_is_awaited_for_each_row_with_the_fixtures_of_the_test"
    assert [(1, name), (2, name)][: len(TAKEN)] == TAKEN


async def test_a_coroutine_that_fails_for_a_row_names_it() -> None:
    @each_row("number", [1, 2], ids=lambda number: f"n{number}")
    async def one(number: int) -> None:
        assert number == 1

    with pytest.raises(BaseExceptionGroup, match="1 of 2 rows: n2"):
        await one()


@pytest.mark.parametrize("factor", [2, 3])
@each_row("number", [1, 2])
def test_parameters_and_rows_go_together(number: int, factor: int) -> None:
    assert number * factor in (2, 3, 4, 6)


def test_a_sample_has_each_value_of_each_column_or_is_refused() -> None:
    table = list(product("abcde", "xyz"))
    assert sample(table, 1) == table
    assert sample(iter(table), 2) == [tuple(pair) for pair in ("ax", "az", "by", "cx", "cz", "dy", "ex", "ez")]
    with pytest.raises(AssertionError, match="one in 3 leaves out"):
        sample(table, 3)  # each with x


def test_few_are_taken_and_all_others_marked() -> None:
    rows = few(2, ["a", ("b", 1), pytest.param("c", id="see"), pytest.param("d", 2, marks=pytest.mark.integration)])
    assert [(row.values, row.id) for row in rows] == [
        (("a",), None),
        (("b", 1), None),
        (("c",), "see"),
        (("d", 2), None),
    ]
    assert [[mark.name for mark in row.marks] for row in rows] == [
        *([], []), ["integration", "skipif"], ["integration", "integration", "skipif"],
    ]  # fmt: skip
    with pytest.raises(AssertionError, match="all of them"):
        few(1, ["a"])
