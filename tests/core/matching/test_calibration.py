"""Calibration: probabilities, expected values, and their fit to labelled messages."""

from dataclasses import replace

from bot.core.matching.calibration import (
    FITTED,
    MOST_FALSE,
    MOST_WRONG,
    SEVERAL,
    SINGLE,
    Probabilities,
    Sample,
    expected_values,
    fit_calibration,
    least_probability_to_explain,
    probabilities,
    probability,
)
from tests.rows import each_row

SURE = [Sample((3.0 + n / 50, 2.0, 1.0), True, True, False) for n in range(50)]
OUTSIDE = [Sample((-3.0 - n / 50, 0.1, 1.0), False, False, True) for n in range(50)]
MUDDLED = [Sample((0.2, 0.1, 1.0), n % 3 == 0, n % 3 != 2, n % 3 == 2) for n in range(30)]
LINES = [
    *(Sample((0.0, 0.0, 1.0), False, False, False, False, (((0.9, 0.5, 1.0, 1.0), True),)) for _ in range(40)),
    *(Sample((0.0, 0.0, 1.0), False, False, True, False, (((0.55, -0.3, -1.0, 1.0), False),)) for _ in range(40)),
]


def test_fitted_weights_answer_sure_questions_and_decline_those_not_covered() -> None:
    calibration = fit_calibration([*SURE, *OUTSIDE, *MUDDLED, *LINES])
    sure, outside = (
        expected_values(calibration, probabilities(calibration.single, (3.5, 2.0, 1.0))),
        expected_values(calibration, probabilities(calibration.single, (-3.5, 0.1, 1.0))),
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


@each_row("size", [1e9, -1e9, 0.0])
def test_a_probability_stays_between_0_and_1_for_any_signal(size: float) -> None:
    for weights in (FITTED.single.first, FITTED.several.not_covered):
        assert 0.0 <= probability(weights, [size] * len(weights)) <= 1.0


def test_the_fitted_weights_are_those_of_the_named_signals() -> None:
    for weights, names in ((FITTED.single, SINGLE), (FITTED.several, SEVERAL)):
        assert {len(weights.first), len(weights.in_top3), len(weights.not_covered)} == {len(names)}


def test_single_and_several_sentences_are_fitted_apart() -> None:
    among = [replace(s, several=True, signals=(*s.signals, 1.0)) for s in (*SURE, *OUTSIDE, *MUDDLED)]
    fitted = fit_calibration([*SURE, *OUTSIDE, *MUDDLED, *among])
    assert (len(fitted.single.first), len(fitted.several.first)) == (3, 4)
    assert fit_calibration([*SURE, *OUTSIDE]).several == FITTED.several, "of too few the former weights stay"


def test_the_allowed_shares_of_wrong_answers_are_below_the_promised_ones() -> None:
    assert (MOST_WRONG, MOST_FALSE) <= (0.05, 0.07)
    assert 0.5 < least_probability_to_explain(FITTED) < 1.0
