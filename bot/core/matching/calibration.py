"""Calibration of the decision: probabilities from signals, and how their weights are fitted to labelled messages.

Every message gives signals; logistic regressions turn them into probabilities: the first entry is right, the right one
is among the first three, the FAQ does not cover the question, a known error line explains the message. A question that
stands alone and one among several sentences have different signals, and regressions of their own. The cost of a wrong
answer is fitted too: the least that keeps wrong and false answers rare. FITTED is what `python -m tests.eval.tune`
printed; nothing in it is set by hand. How the decision uses all this stands at the head of
bot/core/matching/decision.py.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import mul

import numpy as np
from numpy.typing import NDArray

from bot.core.model import Outcome

Weights = tuple[float, ...]  # one for each signal, the constant's last; also the signals themselves
Floats = NDArray[np.float64]

MENU_EARNS = 0.5  # value of the right entry in a menu, where the right answer earns 1 (tests/eval/README.md)
COSTS = (1.25, 1.5, 2.0, 2.5, 3.0, 4.0)  # costs of a wrong answer that are tried, the least first; more than 1
MOST_WRONG = 0.012  # share of the covered questions that may be answered wrong; of unseen ones about 2 % are
MOST_FALSE = 0.03  # share of those that are not covered that may be answered; one in five of them is meant as a trap
RIDGE = 0.3  # L2 regularisation, which keeps the weights finite where a set is separable
LARGEST_STEP = 0.5  # of a weight, where the fit begins at other weights
RIDGE_NEAR = 3.0  # the same towards other weights, where a base is young: some ten samples outweigh it
UNCOVERED = 0.7  # weight of all samples that are not covered, over those that are: as in the labelled sets
STEPS = 50  # of Newton's method
FOLDS = 5
ROUNDS = 6  # divisions into folds by which the cost of a wrong answer is chosen
FEWEST = 30  # samples of a kind, with fewer of which its weights are not fitted anew


@dataclass(frozen=True, slots=True)
class QuestionWeights:
    """Fitted weights of the three regressions of a question."""

    first: Weights  # the first entry is right
    in_top3: Weights  # the right entry is among the first three
    not_covered: Weights  # the FAQ does not cover the question


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted weights of all regressions, and the cost of a wrong answer."""

    single: QuestionWeights  # of a message of one sentence; signals: SINGLE
    several: QuestionWeights  # of a message of several sentences; signals: SEVERAL
    explains: Weights  # an error line is right: score, lead over other lines, the ranking's lead, constant
    wrong_costs: float  # of a wrong answer, where a right one earns 1


# Names of the signals, in the order of their weights
SINGLE = (
    "margin over topics",
    "margin over entries",
    "unexplained by it",
    "unexplained by all",
    "subjects",
    "other owner",  # 1 or 0
    "constant",
)
SEVERAL = (
    *SINGLE[:-1],  # of the surest sentence
    "margin over topics of the whole",
    "margin over entries of the whole",
    "same first entry in the whole",  # 1 or 0
    "asks",  # 1 or 0: the surest sentence has the form of a question or a request
    "others ask",  # 0..1: where it has not, how likely one of those that have is not covered
    "rival",  # 0..1: how likely the first entry of another sentence is right, where it is another entry
    "constant",
)
LARGEST_MARGIN = 4.0  # beyond it a margin tells nothing more

FITTED = Calibration(
    single=QuestionWeights(
        first=(1.76, 0.03, -2.14, -1.93, 1.03, -5.1, -1.6),
        in_top3=(1.95, -0.28, -2.51, -1.81, 0.92, -5.35, -0.85),
        not_covered=(-1.7, 0.22, 2.61, 1.58, -1.2, 4.84, 0.82),
    ),
    several=QuestionWeights(
        first=(1.14, -0.03, -1.26, -0.71, 0.75, -2.73, 0.46, 0.34, 1.88, 0.87, -1.94, -1.71, -4.1),
        in_top3=(1.13, -0.02, -1.0, -1.5, -0.15, -1.44, 0.94, -0.17, 0.58, 0.93, -1.37, -0.77, -1.68),
        not_covered=(-1.1, 0.01, 0.68, 0.08, 0.26, 1.58, -0.88, 0.17, -0.22, -0.89, 1.25, -0.05, 1.23),
    ),
    explains=(1.49, 0.31, 1.48, -0.97),
    wrong_costs=1.25,
)
# Where a young base's figures begin: fitted to the given sets and fewer examples. FITTED rests on a base whose examples
# leave hardly a word unexplained, and asks more of a message than a few examples can show
YOUNG = QuestionWeights(
    first=(1.56, -0.27, -3.47, -2.44, -0.29, -5.17, 0.58),
    in_top3=(1.75, -0.52, -3.73, -2.69, 0.15, -5.34, 0.81),
    not_covered=(-1.53, 0.5, 3.54, 2.39, -0.57, 4.75, -0.76),
)


def to_array(calibration: Calibration) -> NDArray[np.float32]:
    """All weights and the cost, one after the other, for the model's file."""
    kinds = (calibration.single, calibration.several)
    rows = [weights for kind in kinds for weights in (kind.first, kind.in_top3, kind.not_covered)]
    return np.array([*chain.from_iterable(rows), *calibration.explains, calibration.wrong_costs], dtype=np.float32)


def from_array(figures: NDArray[np.float32]) -> Calibration:
    """Calibration of `to_array`."""
    left = iter(round(float(figure), 2) for figure in figures)
    taken = [tuple(islice(left, len(names))) for names in (SINGLE, SEVERAL) for _ in range(3)]
    single, several = QuestionWeights(*taken[:3]), QuestionWeights(*taken[3:])
    return Calibration(single, several, tuple(islice(left, len(FITTED.explains))), next(left))


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Probabilities of one question, 0..1; each fitted alone, so they need not add up to 1."""

    first: float  # the first entry is right
    in_top3: float  # the right one is among the first three
    not_covered: float  # the FAQ does not cover it

    def of(self, outcome: Outcome) -> float:
        """Probability that an outcome is right."""
        return {"answer": self.first, "suggest": self.in_top3, "decline": self.not_covered}[outcome]


@dataclass(frozen=True, slots=True)
class Sample:
    """Labelled message: its signals, and what is true of it."""

    signals: Weights  # as in SINGLE or SEVERAL
    first_right: bool  # the first entry is right
    right_in_top3: bool  # the right entry is among the first three
    not_covered: bool  # the FAQ does not cover it
    several: bool = False  # True: the message has several sentences
    explained: tuple[tuple[Weights, bool], ...] = ()  # per error line that was found: its signals, True if it is right


def probabilities(weights: QuestionWeights, signals: Sequence[float]) -> Probabilities:
    """Probabilities of one question. `signals`: those that the weights were fitted to."""
    return Probabilities(*(probability(w, signals) for w in (weights.first, weights.in_top3, weights.not_covered)))


def expected_values(calibration: Calibration, likely: Probabilities) -> dict[Outcome, float]:
    """Expected value of each outcome under the fitted cost of a wrong answer: "answer", "suggest", "decline"."""
    return {
        "answer": likely.first - calibration.wrong_costs * (1 - likely.first),
        "suggest": MENU_EARNS * likely.in_top3,
        "decline": likely.not_covered,
    }


def least_probability_to_explain(calibration: Calibration) -> float:
    """Probability from which explaining an error line is worth more than leaving it, 0..1.

    p - c(1 - p) ≥ 1 - p, with c as the cost of a wrong answer: where the line is wrong, there is most likely nothing
    to explain.
    """
    return (1 + calibration.wrong_costs) / (2 + calibration.wrong_costs)


def probability(weights: Weights, signals: Sequence[float]) -> float:
    """Logistic regression's probability, 0..1; both of the same length, the last signal being 1."""
    z = sum(map(mul, weights, signals))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def fit_calibration(samples: Sequence[Sample]) -> Calibration:
    """Calibration fitted to labelled messages; needs some of each kind.

    Of messages of several sentences, of single ones and of error lines, FITTED's weights stay where the samples hold
    fewer than FEWEST. The cost of a wrong answer is chosen on messages whose probabilities were fitted without them, in
    five folds, several times: a single division into folds lets one message decide.
    """
    asked = [s for s in samples if not s.explained]
    lines = [line for s in samples for line in s.explained]
    calibration = replace(
        _fit_questions(asked),
        explains=fit_regression(np.array([w for w, _ in lines]), [right for _, right in lines])
        if len(lines) >= FEWEST
        else FITTED.explains,
    )
    unseen = [
        (asked[n], probabilities(of_fold.several if asked[n].several else of_fold.single, asked[n].signals))
        for times in range(ROUNDS)
        for order in [np.random.default_rng(times).permutation(len(asked)).tolist()]
        for fold in range(FOLDS)
        for of_fold in [_fit_questions([asked[n] for place, n in enumerate(order) if place % FOLDS != fold])]
        for n in order[fold::FOLDS]
    ]
    tried = [replace(calibration, wrong_costs=cost) for cost in COSTS]
    return next((f for f in tried if _is_careful(f, unseen)), tried[-1])


def fit_near(samples: Sequence[Sample]) -> Calibration:
    """Calibration of single questions fitted to few samples: near YOUNG; the other figures are FITTED's.

    Samples that are not covered count together as much as UNCOVERED times those that are. The cost of a wrong answer
    is the least with which, in folds, wrong and false answers are rare, one more of each being supposed.
    """
    calibration = replace(FITTED, single=_fit_single(samples), wrong_costs=COSTS[-1])
    unseen = [
        (sample, probabilities(weights, sample.signals))
        for fold in range(FOLDS)
        for weights in [_fit_single([s for n, s in enumerate(samples) if n % FOLDS != fold])]
        for sample in samples[fold::FOLDS]
    ]
    tried = [replace(calibration, wrong_costs=cost) for cost in COSTS if cost >= FITTED.wrong_costs]
    return next((f for f in tried if _is_careful(f, unseen, supposed=1)), tried[-1])


def _fit_single(samples: Sequence[Sample]) -> QuestionWeights:
    covered = sum(not s.not_covered for s in samples)
    if not 0 < covered < len(samples):
        return YOUNG
    weight = UNCOVERED * covered / (len(samples) - covered)
    weights = np.array([weight if s.not_covered else 1.0 for s in samples])
    signals = np.array([s.signals for s in samples])
    truths = ([s.first_right for s in samples], [s.right_in_top3 for s in samples], [s.not_covered for s in samples])
    near = (YOUNG.first, YOUNG.in_top3, YOUNG.not_covered)
    return QuestionWeights(
        *(fit_regression(signals, truth, weights, np.array(of)) for truth, of in zip(truths, near, strict=True))
    )


def _fit_questions(asked: Sequence[Sample]) -> Calibration:
    """Calibration with regressions of these questions; FITTED's of error lines, and the highest cost."""
    return replace(
        FITTED,
        single=_fit_weights([s for s in asked if not s.several], FITTED.single),
        several=_fit_weights([s for s in asked if s.several], FITTED.several),
        wrong_costs=COSTS[-1],
    )


def _fit_weights(asked: Sequence[Sample], otherwise: QuestionWeights) -> QuestionWeights:
    if len(asked) < FEWEST:
        return otherwise
    signals = np.array([s.signals for s in asked])
    return QuestionWeights(
        first=fit_regression(signals, [s.first_right for s in asked]),
        in_top3=fit_regression(signals, [s.right_in_top3 for s in asked]),
        not_covered=fit_regression(signals, [s.not_covered for s in asked]),
    )


def _is_careful(calibration: Calibration, unseen: Sequence[tuple[Sample, Probabilities]], supposed: int = 0) -> bool:
    """True if wrong answers (to what is covered) and false ones (to what is not) are rare enough.

    `supposed`: of each kind that many more are supposed than were seen.
    """
    answered = [
        (sample, max(values, key=lambda name: values[name]) == "answer")
        for sample, likely in unseen
        for values in [expected_values(calibration, likely)]
    ]
    wrong = [yes and not s.first_right for s, yes in answered if not s.not_covered]
    false = [yes for s, yes in answered if s.not_covered]
    more = [True] * supposed
    return _share(wrong + more) <= MOST_WRONG and _share(false + more) <= MOST_FALSE


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def fit_regression(
    signals: Floats, truth: Sequence[bool], counts: Floats | None = None, near: Floats | None = None
) -> Weights:
    """Weights of a logistic regression, by Newton's method, rounded to two digits.

    `counts`: how much each sample counts; None: 1. `near`: weights that few samples do not lead away from; None: 0.
    """
    y = np.array(truth, dtype=np.float64)
    centre = np.zeros(signals.shape[1]) if near is None else near
    ridge = RIDGE if near is None else RIDGE_NEAR
    weights = centre.copy()
    each = 1.0 if counts is None else counts
    ridges = ridge * np.eye(len(weights))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(signals @ weights, -30, 30)))
        gradient = signals.T @ (each * (p - y)) + ridge * (weights - centre)
        hessian = (signals * (each * p * (1 - p))[:, None]).T @ signals + ridges
        step = np.linalg.solve(hessian, gradient)
        weights -= step if near is None else np.clip(step, -LARGEST_STEP, LARGEST_STEP)  # from afar it would overshoot
    return tuple(round(float(w), 2) for w in weights)
