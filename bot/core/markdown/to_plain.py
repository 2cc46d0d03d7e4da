"""Our Markdown → plain text: for the terminal and for mails."""

import re

from bot.core.markdown.table import aligned, bare, to_rows

_MARK = re.compile(r"(?<!\\)(?:\*\*|(?<!\w)_(?=\S)|_(?!\w))")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|#~])")
_CODE = re.compile(r"(?<!\\)`([^`\n]*)`")


def to_plain(markdown: str) -> str:
    """Markdown without its marks, for people who read it as it is; tables in columns.

    What stands in code is kept to the letter.
    """
    return "\n\n".join(_columns(part) or _words(part) for part in markdown.split("\n\n"))


def _columns(paragraph: str) -> str:
    rows = to_rows(paragraph)
    return aligned([[bare(cell) for cell in row] for row in rows]) if rows else ""


def _words(markdown: str) -> str:
    pieces = _CODE.split(markdown)
    return "".join(piece if odd else _ESCAPED.sub(r"\1", _MARK.sub("", piece)) for odd, piece in _alternating(pieces))


def _alternating(pieces: list[str]) -> list[tuple[bool, str]]:
    return [(bool(position % 2), piece) for position, piece in enumerate(pieces)]
