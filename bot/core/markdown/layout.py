"""Layout of blocks as lines of text: what terminal, mail and Slack have in common."""

from collections.abc import Callable, Iterable

from bot.core.markdown.parser import Block


def lay_out(blocks: Iterable[Block], words: Callable[[Block], str], bullet: str) -> str:
    """Blocks under each other, with an empty line where the source has one; items of inner lists are indented.

    `words`: renders a block's spans or rows. `bullet`: what stands before an item; numbers stay numbers.
    """
    text = ""
    for block in blocks:
        gap = "\n\n" if block.apart else "\n"
        text += (gap if text else "") + _with_marker(block, words(block), bullet)
    return text


def _with_marker(block: Block, words: str, bullet: str) -> str:
    if not block.depth:
        return words
    marker = bullet if block.marker == "-" else block.marker
    indent = "  " * (block.depth - 1)
    return f"{indent}{marker or ' '} {words}".replace("\n", f"\n{indent}  ").rstrip()


def without_list_items(markdown: str) -> str:
    """Markdown without its bulleted items: for a menu whose choices are buttons."""
    return "\n".join(line for line in markdown.split("\n") if not line.startswith("- "))
