"""Tables in Slack: a table block where a message may hold one, fields everywhere else.

A message may hold one table block (docs.slack.dev/reference/block-kit/blocks/table-block): its cells are cells to
screen readers, and on a phone it scrolls. A second one, and those of Home and modals, are fields, two beside each
other, which a phone puts one under the other. So are those of replies through a response_url, for which Slack does not
document the block, and of a message that Slack refused with it: an answer must not be lost for its looks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack.mrkdwn import inline
from bot.core.markdown.parser import Cell, Span, plain

MOST_ROWS, MOST_COLUMNS = 100, 20  # of a table block
MOST_FIELDS = 10  # of a section block
# A cell must hold something; a dash would say what dashes say in an answer: that the FAQ does not tell
EMPTY = "\u00a0"

Rows = Sequence[Sequence[Cell]]


def table_block(rows: Rows) -> dict[str, Any]:
    """Table block; its text wraps, so that nothing is hidden."""
    shown = [row[:MOST_COLUMNS] for row in rows[:MOST_ROWS]]
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in shown[0]],
        "rows": [[_cell(plain(cell) or EMPTY) for cell in row] for row in shown],
    }


def _cell(text: str) -> dict[str, Any]:
    """Cell of rich text: plain ones (raw_text) were answered with errors of Slack's own (SlackNet issue 246)."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


def without_tables(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Blocks with fields in place of table blocks."""
    found: list[Mapping[str, Any]] = []
    for block in blocks:
        if block.get("type") != "table":
            found.append(block)
            continue
        texts = [[cell["elements"][0]["elements"][0]["text"] for cell in row] for row in block["rows"]]
        found += field_blocks([[() if text == EMPTY else (Span("text", text),) for text in row] for row in texts])
    return found


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
