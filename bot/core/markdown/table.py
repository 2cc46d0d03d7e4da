"""A table in our Markdown, for channels that have none of their own.

Lines of "| cell | cell |", the second of them "|---|---|" (github.github.com/gfm, Tables). A cell may hold code and
escaped characters ("\\|" for a bar), nothing else.
"""

import re
from collections.abc import Sequence

BETWEEN = "  "  # two columns
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")
_MARKS = re.compile(r"\\([\\`*_\[\]<>|#~])|`([^`\n]*)`")


def to_rows(paragraph: str) -> list[list[str]]:
    """The cells of each row, the heading first, still as Markdown; empty where the paragraph is no table."""
    lines = [line.strip() for line in paragraph.strip().split("\n")]
    if len(lines) < 3 or not _RULE.fullmatch(lines[1]) or not all(line.startswith("|") for line in lines):
        return []
    return [[cell.strip() for cell in _CELLS.split(line)[1:-1]] for line in (lines[0], *lines[2:])]


def bare(cell: str) -> str:
    """A cell's plain text."""
    return _MARKS.sub(lambda mark: mark.group(1) or mark.group(2) or "", cell)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Plain cells in columns of one width, for a font of one width.

    The last cell of a row that holds anything widens no column: nothing stands behind it.
    """
    last = [max((place for place, cell in enumerate(row) if cell), default=0) for row in rows]
    widths = [
        max((len(row[place]) for row, end in zip(rows, last, strict=True) if place < end), default=0)
        for place in range(len(rows[0]))
    ]
    lines = (BETWEEN.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def spoken(rows: Sequence[Sequence[str]]) -> str:
    """Plain cells as lines that can be read aloud: "POP3: server ns0.example.com, alias pop3.example.com"."""
    heading, *others = rows
    return "\n".join(
        f"{row[0]}: "
        + ", ".join(f"{name} {cell}".strip() for name, cell in zip(heading[1:], row[1:], strict=True) if cell)
        for row in others
    )
