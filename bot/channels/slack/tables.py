"""Tables in Slack: a table block where a message may hold one, fields everywhere else.

A message may hold one table block (docs.slack.dev/reference/block-kit/blocks/table-block): its cells are cells to
screen readers, and on a phone it scrolls. A second one, and those of Home and modals, are fields, two beside each
other, which a phone puts one under the other.
"""

from collections.abc import Sequence
from typing import Any

from bot.channels.slack.mrkdwn import inline
from bot.core.markdown.parser import Cell, plain

MOST_ROWS, MOST_COLUMNS = 100, 20  # of a table block
MOST_FIELDS = 10  # of a section block
EMPTY = " "  # a cell must hold something

Rows = Sequence[Sequence[Cell]]


def table_block(rows: Rows) -> dict[str, Any]:
    """Table block; its text wraps, so that nothing is hidden."""
    shown = [row[:MOST_COLUMNS] for row in rows[:MOST_ROWS]]
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in shown[0]],
        "rows": [[{"type": "raw_text", "text": plain(cell) or EMPTY} for cell in row] for row in shown],
    }


def field_blocks(rows: Rows) -> list[dict[str, Any]]:
    """Section blocks with a field for each row: its first cell in bold, then the others with their columns' names."""
    heading, *others = rows
    fields = [{"type": "mrkdwn", "text": _field(heading, row)[:2_000]} for row in others]
    starts = range(0, len(fields), MOST_FIELDS)
    return [{"type": "section", "fields": fields[start : start + MOST_FIELDS]} for start in starts]


def _field(heading: Sequence[Cell], row: Sequence[Cell]) -> str:
    told = [(plain(name), inline(cell)) for name, cell in zip(heading[1:], row[1:], strict=True) if plain(cell)]
    lines = [f"{name} {cell}".strip() if len(told) > 1 else cell for name, cell in told]
    return "\n".join([f"*{inline(row[0])}*", *lines])
