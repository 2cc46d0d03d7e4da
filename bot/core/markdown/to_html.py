"""Our Markdown → HTML. Everything is escaped first; only the marks that templates use become tags."""

import html
import re

from bot.core.markdown.table import to_rows

_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`|\*\*(?P<strong>[^*\n]+)\*\*|(?<![\w\\])_(?P<em>[^_\n]+(?:_\w[^_\n]*)*)_(?!\w)|\\(?P<plain>[\\`*_\[\]|#~]|&lt;|&gt;)"
)


def to_html(markdown: str) -> str:
    """Paragraphs, bullet lists, tables, bold, emphasis and code."""
    return "".join(_block(block) for block in re.split(r"\n\s*\n", markdown.strip()) if block.strip())


def _block(block: str) -> str:
    rows = to_rows(block)
    if rows:
        return _table(rows)
    lines = block.strip().split("\n")
    bullets = [line for line in lines if line.startswith("- ")]
    text = [line for line in lines if not line.startswith("- ")]
    paragraph = f"<p>{'<br>'.join(map(_inline, text))}</p>" if text else ""
    items = "".join(f"<li>{_inline(line[2:])}</li>" for line in bullets)
    return paragraph + (f"<ul>{items}</ul>" if items else "")


def _table(rows: list[list[str]]) -> str:
    """With headings for its columns and its rows, so that a screen reader names both (w3.org/WAI/tutorials/tables)."""
    heading = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in rows[0][1:])
    lines = "".join(
        f'<tr><th scope="row">{_inline(row[0])}</th>{"".join(f"<td>{_inline(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows[1:]
    )
    first = f"<td>{_inline(rows[0][0])}</td>"
    return f"<table><thead><tr>{first}{heading}</tr></thead><tbody>{lines}</tbody></table>"


def _inline(text: str) -> str:
    return _INLINE.sub(_tag, html.escape(text, quote=True))


def _tag(found: re.Match[str]) -> str:
    kind = found.lastgroup or "plain"
    inner = found.group(kind)
    if kind == "plain":
        return inner
    return f"<{kind}>{inner if kind == 'code' else _INLINE.sub(_tag, inner)}</{kind}>"
