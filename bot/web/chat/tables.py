"""Labels in tables: each cell names its column, so that a narrow screen can show a row's cells under each other."""

import re

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_HEAD = re.compile(r"<thead><tr>(.*?)</tr></thead>", re.DOTALL)
_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
_ROW = re.compile(r"(<tr><th scope=\"row\">.*?</th>)(.*?)(</tr>)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def with_labels(html: str) -> str:
    """HTML of bot/core/markdown/to_html.py, every cell of its tables with its column's heading as `data-label`."""
    return _TABLE.sub(lambda table: _labelled(table[0]), html)


def _labelled(table: str) -> str:
    head = _HEAD.search(table)
    labels = [_TAG.sub("", cell) for cell in _CELL.findall(head[1])][1:] if head else []

    def row(found: re.Match[str]) -> str:
        cells = found[2].split("<td>")[1:]
        if len(labels) > 1 and not any(cell.removesuffix("</td>") for cell in cells[1:]):
            return found[0]  # one value for the whole row, under no column's heading: a user name, a note
        named = (f'<td data-label="{label}">{cell}' for label, cell in zip(labels, cells, strict=False))
        return f"{found[1]}{''.join(named)}{found[3]}"

    return _ROW.sub(row, table)
