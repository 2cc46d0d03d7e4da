"""HTML renderer: Markdown → what the page, tickets and mails show. Every text is escaped; the tags are these alone.

p br ul ol li strong em code table thead tbody tr th td, and a with https: or mailto:.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from bot.core.markdown.parser import Block, Cell, Span, parse

_TAGS = {
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "break": "<br>",
}
_REL = "noopener noreferrer nofollow"


def to_html(markdown: str) -> str:
    """HTML on one line; empty for an empty text.

    A heading becomes a paragraph in bold: pages have headings of their own, and an answer stands somewhere below them.
    """
    parts = groupby(parse(markdown), lambda block: block.depth > 0)
    return "".join("".join(_list(list(blocks)) if listed else map(_block, blocks)) for listed, blocks in parts)


def _block(block: Block) -> str:
    return _table(block.rows) if block.rows else f"<p>{_words(block)}</p>"


def _list(blocks: Sequence[Block]) -> Iterator[str]:
    """Items of lists within lists; a list ends where its kind of marker does."""
    tags: list[str] = []  # of the lists that are open, each with an open item
    for block in blocks:
        tag = "ul" if block.marker == "-" else "ol"
        while len(tags) > block.depth or (len(tags) == block.depth and block.marker and tags[-1] != tag):
            yield f"</li></{tags.pop()}>"
        if not block.marker:
            yield "" if block.rows else "<br>"
        elif len(tags) == block.depth:
            yield "</li><li>"
        else:
            tags.append(tag)
            start = block.marker[:-1]
            yield f"<{tag}><li>" if start in ("", "1") else f'<{tag} start="{start}"><li>'
        yield _table(block.rows) if block.rows else _words(block)
    yield from (f"</li></{tag}>" for tag in reversed(tags))


def _table(rows: Sequence[Sequence[Cell]]) -> str:
    """Table whose columns and rows have headings: a screen reader names both (w3.org/WAI/tutorials/tables)."""
    heading = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in rows[0][1:])
    lines = "".join(
        f'<tr><th scope="row">{_inline(row[0])}</th>{"".join(f"<td>{_inline(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows[1:]
    )
    first = f"<td>{_inline(rows[0][0])}</td>"
    return f"<table><thead><tr>{first}{heading}</tr></thead><tbody>{lines}</tbody></table>"


def _words(block: Block) -> str:
    return f"<strong>{_inline(block.spans)}</strong>" if block.heading else _inline(block.spans)


def _inline(spans: Sequence[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if span.kind in _TAGS:
        return _TAGS[span.kind]
    text = escape(span.text, quote=True)
    if span.kind == "code":
        return f"<code>{text}</code>"
    return f'<a href="{escape(span.url, quote=True)}" rel="{_REL}">{text}</a>' if span.kind == "link" else text
