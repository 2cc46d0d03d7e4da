"""Tables in text: columns of one width to look at, sentences to be read aloud.

A table itself is read by the parser, after GFM (github.github.com/gfm, Tables): a row with too few cells is filled up
with empty ones, what is too many is left out.
"""

from collections.abc import Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.markdown.parser import Cell, plain

NOTHING = "–- "  # of what a cell consists that says nothing
GAP = "  "  # between two columns
_BAR = lazy_regex(r"(?<!\\)\|")
_MARKER = lazy_regex(r"\s*(?:(?:[-+*]|\d{1,9}[.)])\s+)?")


def to_columns(rows: Sequence[Sequence[Cell]]) -> str:
    """Cells in columns of one width, for a font of one width, without marks.

    The last cell of a row that holds anything widens no column: nothing stands behind it.
    """
    texts = _plain_cells(rows)
    last = [max((place for place, cell in enumerate(row) if cell), default=0) for row in texts]
    widths = [
        max((len(row[place]) for row, end in zip(texts, last, strict=True) if place < end), default=0)
        for place in range(len(texts[0]))
    ]
    lines = (GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in texts)
    return "\n".join(line.rstrip() for line in lines)


def to_sentences(rows: Sequence[Sequence[Cell]]) -> str:
    """Lines that can be read aloud, one for each row: "POP3: server ns0.example.com, alias pop3.example.com".

    Cells that say nothing are left out; a row with one cell beside the first is read without its column's name.
    """
    heading, *others = _plain_cells(rows)
    return "\n".join(_sentence(heading, row) for row in others)


def _sentence(heading: Sequence[str], row: Sequence[str]) -> str:
    told = [(name, cell) for name, cell in zip(heading[1:], row[1:], strict=True) if cell.strip(NOTHING)]
    if len(told) == 1 and len(row) > 2 and not any(row[2:]):
        return f"{row[0]}: {told[0][1]}"
    return f"{row[0]}: " + ", ".join(f"{name} {cell}".strip() for name, cell in told)


def count_cells(line: str) -> int:
    """Cells that a row has in the source, before it is filled up or cut."""
    cells = _BAR.split(_MARKER.sub("", line, count=1).strip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")


def _plain_cells(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in rows]
