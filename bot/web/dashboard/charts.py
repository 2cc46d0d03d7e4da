"""Charts of the dashboard as SVG, through leather (MIT, no dependencies).

What it draws has fixed colours and sizes; here it gets a view box, so that it fits any width, and the style sheet has
the last word on colours. It carries no words but dates and names: the table beside it says the same.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import leather

WIDTH, HEIGHT = 460, 230  # units of the drawing, about as many pixels on a phone: letters stay legible
MOST_LABELS = 6  # below the columns
_SIZE = re.compile(r'<svg width="\d+" height="\d+"')

Bar = tuple[str, int]  # name, number


def to_columns(bars: Sequence[Bar], says: str) -> str:
    """Column chart, in the order of `bars`; of many, some have their name below. `says`: what screen readers read."""
    import leather  # here: no start waits for it

    every = -(-len(bars) // MOST_LABELS)

    def named(name: str, place: int, number: int) -> str:
        return name if (number - 1 - place) % every == 0 else ""

    chart = leather.Chart()
    chart.add_columns(list(bars), fill_color="currentColor")
    chart.add_x_axis(tick_formatter=lambda name, place, number: named(str(name), place, number))
    chart.add_y_scale(0, _top(bars))
    chart.add_y_axis(ticks=_ticks(bars))
    return _fitted(chart, says, "columns")


def to_bars(bars: Sequence[Bar], says: str) -> str:
    """Bar chart, the first row on top."""
    import leather

    chart = leather.Chart()
    chart.add_bars([(number, name) for name, number in bars], fill_color="currentColor")
    chart.add_x_scale(0, _top(bars))
    chart.add_x_axis(ticks=_ticks(bars))
    return _fitted(chart, says, "bars")


def _top(bars: Sequence[Bar]) -> int:
    """Top of the axis: a round number a little above the largest value."""
    largest = max((number for _, number in bars), default=0)
    step = int(10 ** (len(str(largest)) - 1))
    return max(4, -(-largest // step) * step)


def _ticks(bars: Sequence[Bar]) -> list[int]:
    """Tick labels, whole numbers only: nobody asks half a question."""
    top = _top(bars)
    return [0, top // 2, top]


def _fitted(chart: "leather.Chart", says: str, kind: str) -> str:
    drawn = chart.to_svg(width=WIDTH, height=HEIGHT)
    start = f'<svg class="{kind}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(says, quote=True)}"'
    return _SIZE.sub(lambda _: start, str(drawn), count=1)
