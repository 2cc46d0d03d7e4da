"""Calibration: probabilities, expected values, and their fit to labelled messages."""

from dataclasses import replace

import numpy as np
import pytest

from bot.core.matching.calibration import (
    FITTED,
    MOST_FALSE,
    MOST_WRONG,
    SEVERAL,
    SINGLE,
    YOUNG,
    Probabilities,
    Sample,
    expected_values,
    fit_calibration,
    from_array,
    least_probability_to_explain,
    probabilities,
    to_array,
)
from bot.core.matching.regression import fit_outcomes, fit_regression, probabilities_of, probability
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
def test_probabilities_stay_between_0_and_1_for_any_signal(size: float) -> None:
    for weights in (FITTED.single, FITTED.several):
        likely = probabilities(weights, [size] * len(weights.first))
        assert 0.0 <= likely.first <= likely.in_top3 <= 1.0
        assert 0.0 <= likely.not_covered <= 1.0
        assert 0.0 <= probability(weights.first, [size] * len(weights.first)) <= 1.0


def test_probabilities_of_a_question_never_contradict_each_other() -> None:
    """What is most likely covered is not most likely uncovered: of any signals they add up to 1 at most."""
    random = np.random.default_rng(0)
    for weights, names in ((FITTED.single, SINGLE), (FITTED.several, SEVERAL), (YOUNG, SINGLE)):
        for signals in random.uniform(-4, 4, (200, len(names))):
            likely = probabilities(weights, signals.tolist())
            assert likely.in_top3 + likely.not_covered <= 1 + 1e-9


def test_the_fitted_weights_are_those_of_the_named_signals() -> None:
    for weights, names in ((FITTED.single, SINGLE), (FITTED.several, SEVERAL), (YOUNG, SINGLE)):
        assert {len(of_outcome) for of_outcome in weights} == {len(names)}


def test_figures_survive_the_file_of_the_model() -> None:
    assert from_array(to_array(FITTED)) == FITTED


def test_a_regression_of_two_outcomes_is_one_of_true_and_false() -> None:
    random = np.random.default_rng(1)
    signals = np.hstack([random.normal(size=(300, 2)), np.ones((300, 1))])
    truth = [bool(yes) for yes in signals @ np.array([1.5, -1.0, 0.3]) + random.logistic(size=300) > 0]
    first, second = fit_outcomes(signals, [0 if yes else 1 for yes in truth], 2)
    assert fit_regression(signals, truth) == pytest.approx(np.array(first) - np.array(second), abs=0.05)
    likely, rest = probabilities_of((first, second), (2.0, 0.0, 1.0))
    assert likely == pytest.approx(probability(fit_regression(signals, truth), (2.0, 0.0, 1.0)), abs=0.02)
    assert likely + rest == pytest.approx(1.0)


def test_few_samples_hardly_lead_away_from_the_weights_that_a_fit_begins_at() -> None:
    start = ((1.0, 0.5), (-1.0, -0.5))
    signals = np.array([[3.0, 1.0], [2.0, 1.0]])
    few = fit_outcomes(signals, [1, 1], 2, near=start)
    many = fit_outcomes(np.repeat(signals, 100, axis=0), [1] * 200, 2, near=start)
    assert few[0][0] > 0 > many[0][0], "two samples that say the contrary are outweighed, two hundred are not"


def test_single_and_several_sentences_are_fitted_apart() -> None:
    among = [replace(s, several=True, signals=(*s.signals, 1.0)) for s in (*SURE, *OUTSIDE, *MUDDLED)]
    fitted = fit_calibration([*SURE, *OUTSIDE, *MUDDLED, *among])
    assert (len(fitted.single.first), len(fitted.several.first)) == (3, 4)
    assert fit_calibration([*SURE, *OUTSIDE]).several == FITTED.several, "of too few the former weights stay"


def test_the_allowed_shares_of_wrong_answers_are_below_the_promised_ones() -> None:
    assert (MOST_WRONG, MOST_FALSE) <= (0.05, 0.07)
    assert 0.5 < least_probability_to_explain(FITTED) < 1.0
