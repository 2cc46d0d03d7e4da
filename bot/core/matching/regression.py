"""Regression: logistic regressions of two outcomes or more, fitted by Newton's method. Pure.

Signals are numbers that speak for an outcome or against it, the last of them 1 (the constant); weights are as many. Of
more than two outcomes each has weights of its own (softmax), so that their probabilities add up to 1.
"""

import math
from collections.abc import Sequence
from operator import mul

import numpy as np
from numpy.typing import NDArray

Signals = tuple[float, ...]  # of one sample; the last is 1, the constant
Weights = tuple[float, ...]  # one for each signal
Floats = NDArray[np.float64]

RIDGE = 0.3  # L2 regularisation, which keeps the weights finite where a set is separable
RIDGE_NEAR = 6.0  # the same towards other weights; some ten samples outweigh it
LARGEST_STEP = 0.5  # of a weight, where the fit begins at other weights: from afar it would overshoot
LARGEST_EXPONENT = 30.0  # beyond it a probability is 0 or 1
STEPS = 50  # of Newton's method, at most
SMALL = 1e-6  # step of the weights, from which the fit has ended


def probability(weights: Weights, signals: Sequence[float]) -> float:
    """Probability of the one outcome of two, 0..1. `weights` and `signals` are of the same length."""
    z = sum(map(mul, weights, signals))
    return 1 / (1 + math.exp(-max(-LARGEST_EXPONENT, min(LARGEST_EXPONENT, z))))


def probabilities_of(weights: Sequence[Weights], signals: Sequence[float]) -> list[float]:
    """Probabilities of all outcomes, 0..1, which add up to 1. `weights`: of each outcome."""
    z = [sum(map(mul, of_outcome, signals)) for of_outcome in weights]
    most = max(z)
    likely = [math.exp(max(-LARGEST_EXPONENT, one - most)) for one in z]
    total = sum(likely)
    return [one / total for one in likely]


def fit_regression(signals: Floats, truth: Sequence[bool]) -> Weights:
    """Weights of an outcome that is true or false, rounded to two digits. `signals`: samples × signals."""
    outcomes = np.array([[yes, not yes] for yes in truth], dtype=np.float64)
    each, centre = np.ones(len(outcomes)), np.zeros((2, signals.shape[1]))
    # The two have opposite weights: twice the ridge on each is the ridge on their difference
    true, false = _fit(signals, outcomes, each, centre, RIDGE * 2, math.inf)
    return _rounded(true - false)


def fit_outcomes(
    signals: Floats, truth: Sequence[int], number: int, counts: Floats | None = None, near: Sequence[Weights] = ()
) -> tuple[Weights, ...]:
    """Weights of each of a number of outcomes, rounded to two digits. `signals`: samples × signals.

    `truth`: number of each sample's outcome. `counts`: how much each sample counts; None: 1. `near`: weights that few
    samples do not lead away from; empty: 0.
    """
    outcomes = np.eye(number)[np.array(truth, dtype=np.intp)]
    each = np.ones(len(outcomes)) if counts is None else counts
    centre = np.array(near) if near else np.zeros((number, signals.shape[1]))
    ridge, largest = (RIDGE_NEAR, LARGEST_STEP) if near else (RIDGE, math.inf)
    return tuple(_rounded(weights) for weights in _fit(signals, outcomes, each, centre, ridge, largest))


def _fit(signals: Floats, outcomes: Floats, each: Floats, centre: Floats, ridge: float, largest: float) -> Floats:
    """Weights, outcomes × signals. `outcomes`: samples × outcomes, of 0 and 1. `each`: how much a sample counts.

    `centre`: where the fit begins and what the ridge holds it at; `largest`: of a step of one weight.
    """
    weights = centre.copy()
    number, size = weights.shape
    ridges = ridge * np.eye(number * size)
    for _ in range(STEPS):
        z = signals @ weights.T
        likely = np.exp(z - z.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        gradient = ((likely - outcomes) * each[:, None]).T @ signals + ridge * (weights - centre)
        hessian = ridges.copy()
        for a in range(number):
            for b in range(number):
                curve = each * likely[:, a] * ((a == b) - likely[:, b])
                hessian[a * size : (a + 1) * size, b * size : (b + 1) * size] += (signals * curve[:, None]).T @ signals
        step = np.clip(np.linalg.solve(hessian, gradient.ravel()).reshape(number, size), -largest, largest)
        weights -= step
        if np.abs(step).max() < SMALL:
            break
    return weights


def _rounded(weights: Floats) -> Weights:
    return tuple(round(float(weight), 2) for weight in weights)
