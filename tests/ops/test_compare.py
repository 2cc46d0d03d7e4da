"""Paired bootstrap of two results."""

import pytest

from tests.eval.compare import difference


def test_a_gain_on_every_line_is_no_chance() -> None:
    assert difference([0.0] * 50, [0.5] * 50) == (0.5, 0.5, 0.5)


def test_a_gain_on_one_line_of_many_may_be_chance() -> None:
    gain, low, high = difference([0.0] * 100, [1.0] + [0.0] * 99)
    assert gain == pytest.approx(0.01)
    assert low == 0 < high


def test_gains_and_losses_of_the_same_size_are_no_difference() -> None:
    gain, low, high = difference([0.0, 1.0] * 50, [1.0, 0.0] * 50)
    assert gain == 0
    assert low < 0 < high


@pytest.mark.parametrize(("before", "after"), [([1.0], [1.0, 0.0]), ([], [])])
def test_results_of_other_lines_are_not_compared(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="not of the same set"):
        difference(before, after)
