"""CommonMark of other people's documents → HTML; answers and templates have a stricter grammar (parser.py)."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

LINE = "data-postbote-line"  # attribute of each block: its line in the source, from 1


@cache
def _parser(keep_breaks: bool) -> MarkdownIt:
    found = MarkdownIt("commonmark", {"html": True, "breaks": keep_breaks}).enable(["table", "strikethrough"])
    found.core.ruler.push("lines", _add_lines)
    return found


def _add_lines(state: StateCore) -> None:
    for token in state.tokens:
        if token.map and token.nesting >= 0:
            token.attrSet(LINE, str(token.map[0] + 1))


def to_common_html(markdown: str, *, keep_breaks: bool) -> str:
    """HTML of any Markdown with tables; HTML in it stays. Takes any text, raises nothing.

    `keep_breaks`: True: a line break is one in the answer as well; False: it is a blank, as CommonMark says.
    """
    return str(_parser(keep_breaks).render(markdown))
