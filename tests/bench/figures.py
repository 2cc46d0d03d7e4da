"""What a benchmark found: figures as a table and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; where it has a ratio, that is what can be compared between machines."""

    bench: str
    name: str
    value: float
    unit: str
    ratio: float | None = None  # to `of`, measured in the same run
    of: str = ""
    target: str = ""
    met: bool | None = None  # None where there is no target


def to_table(figures: Iterable[Figure]) -> str:
    """A line a figure, a blank line between benchmarks."""
    lines: list[str] = []
    bench = ""
    for figure in figures:
        if bench and figure.bench != bench:
            lines.append("")
        bench = figure.bench
        ratio = f"{figure.ratio:8.2f} × {figure.of}" if figure.ratio is not None else ""
        verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
        line = f"{bench:<14} {figure.name:<44} {figure.value:10.2f} {figure.unit:<9} {ratio:<38}"
        lines.append(f"{line} {figure.target} {verdict}".rstrip())
    return "\n".join(lines)


def to_json(figures: Iterable[Figure], machine: Mapping[str, Any]) -> dict[str, Any]:
    """For a file: what was measured where."""
    return {"machine": dict(machine), "figures": [asdict(figure) for figure in figures]}


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed. Raises IndexError where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle(rounds: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The median of each name over several rounds."""
    found = list(rounds)
    return {name: median(one[name] for one in found) for name in found[0]}
