"""All benchmarks, one command: `python -m tests.bench [--only NAME] [--json FILE]`."""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from tests.bench import dashboard, growth, light, path, start, understanding
from tests.bench.figures import Figure, to_json, to_table

NAMES = ("understanding", "path", "growth", "dashboard", "start", "light")


@click.command(help="Measure Postbote, everything as ratios to what is measured beside it in the same run.")
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="This benchmark alone; may be repeated.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Whose medians are told.")
@click.option("--seconds", default=10.0, show_default=True, help="Of the load at 50 events a second.")
@click.option(
    "--entries", multiple=True, type=int, default=growth.SIZES, show_default=True, help="Sizes of the growth."
)
@click.option(
    "--light", "light_seconds", default=60.0, show_default=True, help="Seconds of light traffic; an hour: 3600."
)
def main(
    only: tuple[str, ...],
    file: Path | None,
    rounds: int,
    seconds: float,
    entries: tuple[int, ...],
    light_seconds: float,
) -> None:
    runs: Mapping[str, Callable[[], Iterator[Figure]]] = {
        "understanding": lambda: understanding.figures(rounds),
        "path": lambda: path.figures(rounds, seconds),
        "growth": lambda: growth.figures(entries),
        "dashboard": lambda: dashboard.figures(rounds),
        "start": lambda: start.figures(rounds),
        "light": lambda: light.figures(light_seconds),
    }
    found: list[Figure] = []
    before = os.getloadavg()[0]
    for name in only or NAMES:
        figures = list(runs[name]())
        click.echo(f"{to_table(figures)}\n")
        found += figures
    if file:
        file.write_text(json.dumps(to_json(found, machine(before)), indent=2, ensure_ascii=False) + "\n", "utf-8")


def machine(load: float) -> dict[str, object]:
    """Where and when. `load`: of the last minute before the run: where it is high, the figures are a busy machine's."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "load before": round(load, 2),
    }


if __name__ == "__main__":
    main(prog_name="python -m tests.bench")
