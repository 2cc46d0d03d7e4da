"""Paired bootstrap of two results of the same labelled set: `python -m tests.eval.compare BEFORE.json AFTER.json`.

A result is a JSON list with the score of each line, -1 to 1, as `python -m tests.eval.compare --run SET.jsonl` prints
it of this Postbote. Lines are drawn with replacement, the same for both; a difference whose interval holds 0 may be
chance. Lines that were looked at while something was changed say nothing, however narrow the interval is.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from bot.content.loader import load
from bot.ops.evaluate import read_set, run_set
from tests.eval.tune import HERE, open_matcher

DRAWS = 10_000
INTERVAL = (2.5, 97.5)  # percentiles


def difference(before: Sequence[float], after: Sequence[float]) -> tuple[float, float, float]:
    """Mean gain per line, and the bounds of its 95 % interval. Raises ValueError where the lines are not the same."""
    if len(before) != len(after) or not before:
        raise ValueError(f"{len(before)} and {len(after)} lines: they are not of the same set")
    gains = np.subtract(after, before)
    draws = np.random.default_rng(0).integers(len(gains), size=(DRAWS, len(gains)))
    low, high = np.percentile(gains[draws].mean(axis=1), INTERVAL)
    return float(gains.mean()), float(low), float(high)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--run", "runs", is_flag=True, help="Decide the labelled sets FILES and print the scores.")
def main(files: Sequence[Path], runs: bool) -> None:
    """FILES: two results; with --run labelled sets."""
    if runs:
        matcher = open_matcher(load(HERE.parents[1] / "knowledge"))
        lines = [line for file in files for line in read_set(file)]
        click.echo(json.dumps([result.score for result in run_set(lines, matcher.decide)]))
        return
    if len(files) != 2:
        raise click.UsageError("two results are compared")
    gain, low, high = difference(*(json.loads(file.read_text(encoding="utf-8")) for file in files))
    click.echo(f"{gain:+.3f} a line, 95 % within {low:+.3f} and {high:+.3f}")


if __name__ == "__main__":
    main()
