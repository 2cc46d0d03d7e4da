"""The figures that the decision rests on, and how they are learnt from labelled messages.

Every message gives signals; four logistic regressions turn them into probabilities: the first entry is right, the
right one is among the first three, the FAQ does not cover it, a known error line explains it. What a wrong answer
costs is learnt too: the least that keeps wrong and false answers rare. FITTED is what
`python -m tests.eval.tune` printed; nothing in it is set by hand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Weights = tuple[float, ...]  # of each signal; the last is the constant's
Floats = NDArray[np.float64]

MENU_EARNS = 0.5  # the right entry in a menu, where the right answer earns 1 (tests/eval/README.md)
COSTS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)  # of a wrong answer, that are tried
MOST_WRONG, MOST_FALSE = 0.02, 0.02  # shares of wrong and false answers that may stay; unseen messages do worse
RIDGE = 0.3  # keeps the weights finite where a set is separable
STEPS = 50  # of Newton's method
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the decision needs."""

    first: Weights
    in_top3: Weights
    not_covered: Weights
    explains: Weights
    wrong_costs: float


FITTED = Calibration(
    first=(1.13, 0.75, -2.72),
    in_top3=(1.69, -0.15, -1.31),
    not_covered=(-2.71, 0.87, 0.39),
    explains=(1.38, 0.91, 1.3, -1.33),
    wrong_costs=1.25,
)


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Probabilities of one question, 0..1."""

    first: float  # the first entry is right
    in_top3: float  # the right one is among the first three
    not_covered: float  # the FAQ does not cover it


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled message: its signals, and what is true of it."""

    signals: Weights
    first_right: bool
    right_in_top3: bool
    not_covered: bool
    explained: tuple[tuple[Weights, bool], ...] = ()  # per error line that was found: its signals, and is it right?


def probabilities(calibration: Calibration, signals: Sequence[float]) -> Probabilities:
    """Of one question."""
    return Probabilities(
        *(probability(w, signals) for w in (calibration.first, calibration.in_top3, calibration.not_covered))
    )


def expected_values(calibration: Calibration, of: Probabilities) -> dict[str, float]:
    """What answering, suggesting and declining are worth: right ones earn, a wrong answer costs."""
    return {
        "answer": of.first - calibration.wrong_costs * (1 - of.first),
        "suggest": MENU_EARNS * of.in_top3,
        "decline": of.not_covered,
    }


def least_probability_to_explain(calibration: Calibration) -> float:
    """Probability from which an error line is explained: where not, there is most likely nothing to explain."""
    return (1 + calibration.wrong_costs) / (2 + calibration.wrong_costs)


def probability(weights: Weights, signals: Sequence[float]) -> float:
    """Logistic: 0..1."""
    z = sum(w * s for w, s in zip(weights, signals, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def fit_calibration(samples: Sequence[Sample]) -> Calibration:
    """Calibration fitted to labelled messages; needs some of each kind.

    What a wrong answer costs is chosen on messages whose probabilities were learnt without them.
    """
    asked = [s for s in samples if not s.explained]
    lines = [line for s in samples for line in s.explained]
    calibration = replace(
        _of_questions(asked),
        explains=_fit(np.array([w for w, _ in lines]), [right for _, right in lines]) if lines else FITTED.explains,
    )
    unseen = [
        (sample, probabilities(fold_figures, sample.signals))
        for fold in range(FOLDS)
        for fold_figures in [_of_questions([s for n, s in enumerate(asked) if n % FOLDS != fold])]
        for sample in asked[fold::FOLDS]
    ]
    tried = [replace(calibration, wrong_costs=cost) for cost in COSTS]
    return next((f for f in tried if _is_careful(f, unseen)), tried[-1])


def _of_questions(asked: Sequence[Sample]) -> Calibration:
    signals = np.array([s.signals for s in asked])
    return Calibration(
        first=_fit(signals, [s.first_right for s in asked]),
        in_top3=_fit(signals, [s.right_in_top3 for s in asked]),
        not_covered=_fit(signals, [s.not_covered for s in asked]),
        explains=FITTED.explains,
        wrong_costs=COSTS[-1],
    )


def _is_careful(calibration: Calibration, unseen: Sequence[tuple[Sample, Probabilities]]) -> bool:
    """Are wrong answers (of what is covered) and false ones (of what is not) rare enough?"""
    answered = [
        (s, max(worth, key=lambda name: worth[name]) == "answer")
        for s, c in unseen
        for worth in [expected_values(calibration, c)]
    ]
    wrong = [yes and not s.first_right for s, yes in answered if not s.not_covered]
    false = [yes for s, yes in answered if s.not_covered]
    return _share(wrong) <= MOST_WRONG and _share(false) <= MOST_FALSE


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def _fit(signals: Floats, truth: Sequence[bool]) -> Weights:
    """Logistic regression by Newton's method."""
    y = np.array(truth, dtype=np.float64)
    weights = np.zeros(signals.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(signals @ weights, -30, 30)))
        gradient = signals.T @ (p - y) + RIDGE * weights
        hessian = (signals * (p * (1 - p))[:, None]).T @ signals + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    return tuple(round(float(w), 2) for w in weights)
