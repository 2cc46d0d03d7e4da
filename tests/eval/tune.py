"""Learns the decision's figures from labelled sets and prints what belongs into bot/core/figures.py:
`python -m tests.eval.tune [FILE …]` (without files: the development sets). Run it after every change of the
ranking, of the error lines or of the content; `postbote evaluate --cross-validate` says what to expect of it.
"""

import sys
import tempfile
from pathlib import Path

import click

from bot.__main__ import open_mind
from bot.evaluate import read_set, to_figures
from bot.settings import Settings

HERE = Path(__file__).parent


def main(files: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        core = open_mind(Settings(postbote_data_dir=Path(folder))).core
    figures = to_figures([line for file in files for line in read_set(file)], core)
    click.echo("FITTED = Figures(")
    for name in figures.__slots__:
        click.echo(f"    {name}={getattr(figures, name)!r},")
    click.echo(")")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*-dev.jsonl")))
