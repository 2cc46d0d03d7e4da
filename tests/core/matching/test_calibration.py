"""Calibration: probabilities, expected values, and their fit to labelled messages."""

import pytest

from bot.core.matching.calibration import (
    FITTED,
    MOST_FALSE,
    MOST_WRONG,
    Probabilities,
    Sample,
    expected_values,
    fit_calibration,
    least_probability_to_explain,
    probabilities,
    probability,
)

SURE = [Sample((3.0 + n / 50, 2.0, 1.0), True, True, False) for n in range(50)]
OUTSIDE = [Sample((-3.0 - n / 50, 0.1, 1.0), False, False, True) for n in range(50)]
MUDDLED = [Sample((0.2, 0.1, 1.0), n % 3 == 0, n % 3 != 2, n % 3 == 2) for n in range(30)]
LINES = [
    *(Sample((0.0, 0.0, 1.0), False, False, False, (((0.9, 0.5, 1.0, 1.0), True),)) for _ in range(40)),
    *(Sample((0.0, 0.0, 1.0), False, False, True, (((0.55, -0.3, -1.0, 1.0), False),)) for _ in range(40)),
]


def test_fitted_weights_answer_sure_questions_and_decline_those_not_covered() -> None:
    calibration = fit_calibration([*SURE, *OUTSIDE, *MUDDLED, *LINES])
    sure, outside = (
        expected_values(calibration, probabilities(calibration, (3.5, 2.0, 1.0))),
        expected_values(calibration, probabilities(calibration, (-3.5, 0.1, 1.0))),
    )
    assert max(sure, key=lambda name: sure[name]) == "answer"
    assert max(outside, key=lambda name: outside[name]) == "decline"
    assert probability(calibration.explains, (0.9, 0.5, 1.0, 1.0)) > 0.9
    assert probability(calibration.explains, (0.55, -0.3, -1.0, 1.0)) < 0.1


def test_the_cost_of_a_wrong_answer_rises_with_their_number() -> None:
    coins = [Sample((1.0, 1.0, 1.0), n % 10 < 8, True, False) for n in range(100)]  # one answer in five would be wrong
    assert fit_calibration([*SURE, *coins, *OUTSIDE]).wrong_costs > fit_calibration([*SURE, *OUTSIDE]).wrong_costs


def test_without_any_error_line_the_fitted_weights_of_lines_stay() -> None:
    assert fit_calibration([*SURE, *OUTSIDE]).explains == FITTED.explains


def test_a_menu_is_suggested_where_the_right_entry_is_likely_among_three() -> None:
    worth = expected_values(FITTED, Probabilities(first=0.4, in_top3=0.9, not_covered=0.05))
    assert max(worth, key=lambda name: worth[name]) == "suggest"


@pytest.mark.parametrize("signals", [(1e9, 1e9, 1.0), (-1e9, -1e9, 1.0), (0.0, 0.0, 0.0)])
def test_a_probability_stays_between_0_and_1_for_any_signal(signals: tuple[float, ...]) -> None:
    assert 0.0 <= probability(FITTED.first, signals) <= 1.0


def test_the_allowed_shares_of_wrong_answers_are_below_the_promised_ones() -> None:
    assert (MOST_WRONG, MOST_FALSE) <= (0.05, 0.07)
    assert 0.5 < least_probability_to_explain(FITTED) < 1.0
