"""Calibration of the decision: probabilities from signals, and how their weights are fitted to labelled messages.

Every message gives signals; a softmax regression turns them into the probabilities of what can be true of it: the
first entry is right, the second or third is, none of these, the FAQ does not cover the question. A logistic one says
whether a known error line explains the message. A question that stands alone and one among several sentences have
different signals, and regressions of their own (regression.py). The cost of a wrong answer is fitted too: the least
that keeps wrong and false answers rare. FITTED is what `python -m tests.eval.tune --write` wrote; nothing in it is set
by hand. How the decision uses all this stands at the head of bot/core/matching/decision.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.regression import Signals, Weights, fit_outcomes, fit_regression, probabilities_of
from bot.core.model import Outcome

MENU_EARNS = 0.5  # value of the right entry in a menu, where the right answer earns 1 (tests/eval/README.md)
COSTS = (1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)  # costs of a wrong answer that are tried, the least first; more than 1
MOST_WRONG = 0.02  # share of the covered questions that may be answered wrong; many were written to be hard
MOST_FALSE = 0.035  # share of those that are not covered that may be answered; one in five of them is meant as a trap
UNCOVERED = 0.7  # weight of all samples that are not covered, over those that are: as in the labelled sets
FOLDS = 5
ROUNDS = 6  # divisions into folds by which the cost of a wrong answer is chosen
FEWEST = 30  # samples of a kind, with fewer of which its weights are not fitted anew


class QuestionWeights(NamedTuple):
    """Fitted weights of all that can be true of a question (Truth), in the order that the regression and files use."""

    first: Weights  # the first entry is right
    menu: Weights  # the second or the third is
    missed: Weights  # the FAQ covers it, and none of the three is right
    not_covered: Weights  # the FAQ does not cover it


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted weights of all regressions, and the cost of a wrong answer."""

    single: QuestionWeights  # of a message of one sentence; signals: SINGLE
    several: QuestionWeights  # of a message of several sentences; signals: SEVERAL
    explains: Weights  # an error line is right: score, lead over other lines, the ranking's lead, constant
    wrong_costs: float  # of a wrong answer, where a right one earns 1


Truth = Literal["first", "menu", "missed", "not_covered"]  # of a labelled question: a field of QuestionWeights
# Names of the signals, in the order of their weights
SINGLE = (
    "margin over topics",
    "margin over entries",  # its square root: the wider it is, the less more of it tells
    "unexplained by it",
    "unexplained by all",
    "subjects",
    "other provider",  # 1 or 0
    "constant",
)
SEVERAL = (
    *SINGLE[:-1],  # of the surest sentence
    "margin over topics of the whole",
    "margin over entries of the whole",  # its square root
    "same first entry in the whole",  # 1 or 0
    "asks",  # 1 or 0: the surest sentence has the form of a question or a request
    "others ask",  # 0..1: where it has not, how likely one of those that have is not covered
    "rival",  # 0..1: how likely the first entry of another sentence is right, where it is another entry
    "constant",
)
LARGEST_MARGIN = 4.0  # beyond it a margin tells nothing more

FITTED = Calibration(
    single=QuestionWeights(
        first=(0.85, 1.51, -0.77, -1.35, -0.13, -3.08, -0.04),
        menu=(1.09, -2.41, 0.04, -0.26, 0.44, -0.73, -0.15),
        missed=(-0.73, -1.12, -0.49, 0.26, 0.53, 1.45, -1.01),
        not_covered=(-1.21, 2.02, 1.23, 1.34, -0.85, 2.36, 1.21),
    ),
    several=QuestionWeights(
        first=(0.57, 0.57, -0.45, -1.07, 0.22, -2.26, 0.09, 0.99, 0.48, 0.74, -0.71, -1.0, -1.89),
        menu=(0.19, -0.78, 0.02, -2.15, 0.4, 1.61, 0.57, -2.24, -0.14, 0.11, -0.22, 0.6, 0.98),
        missed=(0.37, -0.74, -0.04, 2.57, -1.43, -0.62, -0.28, 0.03, 0.07, -1.13, -0.22, 0.18, 0.6),
        not_covered=(-1.13, 0.95, 0.46, 0.65, 0.81, 1.26, -0.38, 1.22, -0.4, 0.29, 1.15, 0.22, 0.31),
    ),
    explains=(1.97, 0.21, 1.46, -1.54),
    wrong_costs=1.1,
)
# Where a young base's figures begin: fitted to the given sets and fewer examples. FITTED rests on a base whose examples
# leave hardly a word unexplained, and asks more of a message than a few examples can show
YOUNG = QuestionWeights(
    first=(0.87, -0.02, -1.74, -1.28, -0.5, -2.35, 1.68),
    menu=(0.25, -0.85, -0.22, -0.19, 0.7, -0.22, -0.88),
    missed=(-0.32, 0.02, -0.05, 0.27, 0.49, 0.26, -1.48),
    not_covered=(-0.81, 0.85, 2.01, 1.2, -0.68, 2.32, 0.68),
)


def to_array(calibration: Calibration) -> NDArray[np.float32]:
    """All weights and the cost, one after the other, for the model's file."""
    kinds = (calibration.single, calibration.several)
    rows = chain.from_iterable(kinds)
    return np.array([*chain.from_iterable(rows), *calibration.explains, calibration.wrong_costs], dtype=np.float32)


def from_array(figures: NDArray[np.float32]) -> Calibration:
    """Calibration of `to_array`."""
    left = iter(round(float(figure), 2) for figure in figures)
    single, several = (
        QuestionWeights(*[tuple(islice(left, len(names))) for _ in QuestionWeights._fields])
        for names in (SINGLE, SEVERAL)
    )
    return Calibration(single, several, tuple(islice(left, len(FITTED.explains))), next(left))


class Probabilities(NamedTuple):
    """Probabilities of one question, 0..1."""

    first: float  # the first entry is right
    in_top3: float  # the right one is among the first three: at least `first`
    not_covered: float  # the FAQ does not cover it

    def of(self, outcome: Outcome) -> float:
        """Probability that an outcome is right."""
        return {"answer": self.first, "suggest": self.in_top3, "decline": self.not_covered}[outcome]


@dataclass(frozen=True, slots=True)
class Sample:
    """Labelled message: its signals, and what is true of it."""

    signals: Signals  # as in SINGLE or SEVERAL
    first_right: bool  # the first entry is right
    right_in_top3: bool  # the right entry is among the first three
    not_covered: bool  # the FAQ does not cover it
    several: bool = False  # True: the message has several sentences
    explained: tuple[tuple[Signals, bool], ...] = ()  # per error line that was found: its signals, True if it is right

    @property
    def truth(self) -> Truth:
        """Field of QuestionWeights whose comment is true of it."""
        if self.not_covered:
            return "not_covered"
        return "first" if self.first_right else "menu" if self.right_in_top3 else "missed"


def probabilities(weights: QuestionWeights, signals: Sequence[float]) -> Probabilities:
    """Probabilities of one question. `signals`: those that the weights were fitted to."""
    first, menu, _missed, not_covered = probabilities_of(weights, signals)
    return Probabilities(first, first + menu, not_covered)


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
    return _fit_outcomes(samples, weights, YOUNG)


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
    return _fit_outcomes(asked)


def _fit_outcomes(
    samples: Sequence[Sample], counts: NDArray[np.float64] | None = None, near: Sequence[Weights] = ()
) -> QuestionWeights:
    """Weights of what is true of these questions, of one kind. `counts`, `near`: see `fit_outcomes`."""
    outcomes = QuestionWeights._fields
    signals = np.array([s.signals for s in samples])
    truth = [outcomes.index(s.truth) for s in samples]
    return QuestionWeights(*fit_outcomes(signals, truth, len(outcomes), counts, near))


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
