"""Template source as plain Markdown, so that the linter can name the line of a fault, in every branch at once."""

from collections.abc import Iterator

import jinja2

from bot.content.renderer import RenderError

_LEXER = jinja2.Environment(autoescape=True)  # reads alone; nothing is rendered with it
_BLOCKS = ("block", "endblock")  # statements that end a paragraph


def to_markdown_lines(source: str) -> list[tuple[int, str]]:
    """Lines of Markdown, each with its line in `source`, from 1. Raises RenderError.

    What is put in becomes an "x", in code where the filter `code` makes it so. Lines of nothing but statements and
    comments are left out; where a block begins or ends, an empty line stands.
    """
    lines: dict[int, str] = {}
    empty: set[int] = set()
    for line, piece in _pieces(source):
        if piece is None:
            empty.add(line)
        for number, part in enumerate((piece or "").split("\n"), line):
            lines[number] = lines.get(number, "") + part
    source_lines = source.split("\n")
    kept = (n for n in sorted(lines) if lines[n].strip() or n in empty or not source_lines[n - 1].strip())
    return [(number, lines[number]) for number in kept]


def _pieces(source: str) -> Iterator[tuple[int, str | None]]:
    """Line and text of each piece; None: a paragraph ends."""
    inside: list[str] = []  # names of the tag that has begun
    before = ""  # text before it
    for line, kind, value in _lex(source):
        if kind == "data":
            before = value
            yield line, value
        elif kind in ("variable_begin", "block_begin"):
            inside = []
        elif kind == "name":
            inside.append(value)
        elif kind == "variable_end":
            value = "https://x" if before.endswith("](") else "x"  # the address of a link
            yield line, "`x`" if "code" in inside else value
        elif kind == "block_end" and inside[:1] and inside[0] in _BLOCKS:
            yield line, None


def _lex(source: str) -> Iterator[tuple[int, str, str]]:
    try:
        yield from _LEXER.lex(source)
    except jinja2.TemplateSyntaxError as wrong:
        raise RenderError(f"{wrong.message}; correct it", wrong.lineno) from wrong
