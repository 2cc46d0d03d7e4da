"""Reads the decision's figures off the labelled sets: `python -m tests.eval.tune` prints what belongs into
bot/core/answer.py.

The probabilities are logistic regressions on two signals of the ranking; the score it reports is 5-fold cross-
validated, repeated with five shuffles. Run it after every change of the ranking or of the content.
"""

import tempfile
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from bot.__main__ import open_mind
from bot.core.answer import MENU_EARNS, WRONG_COSTS
from bot.evaluate import read_set
from bot.settings import Settings

HERE = Path(__file__).parent
RIDGE = 0.3  # keeps the weights finite where the set is separable
Floats = NDArray[np.float64]


def fit(signals: Floats, truth: Floats) -> Floats:
    """Logistic regression by Newton's method."""
    weights = np.zeros(signals.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-signals @ weights))
        gradient = signals.T @ (p - truth) + RIDGE * weights
        hessian = (signals * (p * (1 - p))[:, None]).T @ signals + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def held_out_score(signals: Floats, truths: tuple[Floats, Floats, Floats], shuffle: int) -> float:
    """Mean score of the lines, each decided with figures that were fitted without it."""
    order = np.random.default_rng(shuffle).permutation(len(signals))
    total = 0.0
    for fold in range(5):
        test = order[fold::5]
        rest = np.setdiff1d(order, test)
        first, among, outside = (1 / (1 + np.exp(-signals[test] @ fit(signals[rest], t[rest]))) for t in truths)
        outcome = np.argmax([first - WRONG_COSTS * (1 - first), MENU_EARNS * among, outside], axis=0)
        right, near, out = (t[test] for t in truths)
        gains = [np.where(right > 0, 1, -1), np.where(near > 0, 0.5, 0), np.where(out > 0, 1, 0)]
        total += float(sum(np.sum(np.where(outcome == n, gain, 0)) for n, gain in enumerate(gains)))
    return total / len(signals)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        core = open_mind(Settings(postbote_data_dir=Path(folder))).core
    lines = read_set(HERE / "questions-dev.jsonl")
    ranked = [core.ranked(line.text) for line in lines]
    signals = np.array([s for _, s in ranked])
    truths = (
        np.array([float(order[0] in line.expect) for line, (order, _) in zip(lines, ranked, strict=True)]),
        np.array(
            [float(bool(set(order[:3]) & set(line.expect))) for line, (order, _) in zip(lines, ranked, strict=True)]
        ),
        np.array([float(not line.expect) for line in lines]),
    )
    for name, truth in zip(("FIRST", "AMONG", "OUTSIDE"), truths, strict=True):
        click.echo(f"{name}: Weights = ({', '.join(f'{w:.2f}' for w in fit(signals, truth))})")
    scores = [held_out_score(signals, truths, shuffle) for shuffle in range(5)]
    click.echo(f"cross-validated score {np.mean(scores):.3f} (shuffles: {min(scores):.3f} to {max(scores):.3f})")


if __name__ == "__main__":
    main()
