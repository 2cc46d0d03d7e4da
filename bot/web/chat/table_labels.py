"""Labels in tables: each cell names its column, so that a narrow screen can show a row's cells under each other."""

import re

_TAG = re.compile(r"<[^<>]*>")


def with_labels(html: str) -> str:
    """HTML of bot/core/markdown/to_html.py, every cell of its tables with its column's heading as `data-label`."""
    before, *tables = html.split("<table>")
    return before + "".join(_labelled(table) for table in tables)


def _labelled(from_table: str) -> str:
    """HTML from the inside of a table on. A row's only value stands for the whole row and gets no label."""
    table, end, after = from_table.partition("</table>")
    head, between, body = table.partition("</thead>")
    labels = [_TAG.sub("", cell.partition("</th>")[0]) for cell in head.split('<th scope="col">')[1:]]
    rows = "<tr>".join(_row(row, labels) for row in body.split("<tr>"))
    return f"<table>{head}{between}{rows}{end}{after}"


def _row(row: str, labels: list[str]) -> str:
    heading, *cells = row.split("<td>")
    if len(labels) > 1 and not any(cell.partition("</td>")[0] for cell in cells[1:]):
        return row  # under no column's heading: a user name, a note
    return heading + "".join(f'<td data-label="{label}">{cell}' for label, cell in zip(labels, cells, strict=False))
