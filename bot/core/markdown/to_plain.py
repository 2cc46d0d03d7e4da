"""Plain text renderer: Markdown → what a terminal shows and what stands in a mail's text part."""

from bot.core.markdown.layout import lay_out
from bot.core.markdown.parser import Block, parse, plain
from bot.core.markdown.table import to_columns


def to_plain(markdown: str) -> str:
    """Markdown without its marks, for people who read it as it is; tables in columns, addresses behind their links."""
    return lay_out(parse(markdown), _words, "-")


def _words(block: Block) -> str:
    return to_columns(block.rows) if block.rows else plain(block.spans)
