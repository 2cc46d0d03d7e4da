"""Markdown parser: text of entries and templates → blocks and spans, the one grammar that every renderer shares.

CommonMark 0.31 with GFM's tables (markdown-it-py), cut down to what an answer needs: paragraphs whose line breaks are
kept, lists, headings, tables, bold, emphasis, code, links, and a backslash before a mark that is none. HTML, entities,
autolinks, images, quotes, rules and indented code are off: they are plain characters. knowledge/README.md lists it.

What strangers typed comes in through the renderer's filters `text` and `code` (bot/content/renderer.py), which leave no
mark in it; this grammar then has nothing to find there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.lazy_regex import lazy_regex

PARSED = 256  # texts that are kept parsed: most answers are given again, to others, and each is rendered twice or more
DEEPEST = 5  # lists within lists. markdown-it leaves out what lies deeper
_NESTING = 2 * DEEPEST + 1  # a list and its item are a level each. Also bounds what brackets within brackets cost
_RULES = ("table", "list", "heading", "newline", "escape", "backticks", "emphasis", "link")
_LINKED = lazy_regex(r"(?:https://|mailto:)[^\s<>|\"`\x00-\x20\x7f]+", re.IGNORECASE)
_NEWLINE = lazy_regex(r"\r\n?|\n")

Kind = Literal["text", "escaped", "code", "break", "link", "em_open", "em_close", "strong_open", "strong_close"]
_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "text_special": "escaped",
    "code_inline": "code",
    "softbreak": "break",
    "hardbreak": "break",
    "em_open": "em_open",
    "em_close": "em_close",
    "strong_open": "strong_open",
    "strong_close": "strong_close",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Inline element: a piece of a line, or a mark that begins or ends.

    `text`: the characters shown; empty for marks and breaks. `url`: of a link, https: or mailto:, percent-encoded.
    """

    kind: Kind
    text: str = ""
    url: str = ""


Cell = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Block element: a paragraph, heading, list item or table. Lists are flat: an item knows its depth.

    `line`: where it begins in the source, from 0. `apart`: True if an empty line stands before it.
    `depth`: number of lists around it, 0 to DEEPEST. `marker`: "-" or "3." where an item begins; empty for what is no
    item, and for an item's further blocks. `rows`: of a table, the heading first, each as wide as the heading.
    """

    line: int
    apart: bool
    spans: Cell = ()
    heading: bool = False
    depth: int = 0
    marker: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()

    @property
    def is_note(self) -> bool:
        """True if emphasis holds the whole paragraph: the small line that says where an answer comes from."""
        kinds = [span.kind for span in self.spans]
        whole = kinds[:1] == ["em_open"] and kinds[-1:] == ["em_close"] and kinds.index("em_close") == len(kinds) - 1
        return whole and not self.depth


class _Parser(MarkdownIt):
    """markdown-it with the rules above, and links to https: and mailto: alone."""

    def __init__(self) -> None:
        super().__init__("zero", {"maxNesting": _NESTING})
        self.enable(_RULES)
        self.disable("text_join")  # escaped characters stay apart: Slack cannot escape, it shows others in their place

    def validateLink(self, url: str) -> bool:
        """True if a link to `url` may be made; else the whole link stays the characters that it is written with."""
        return bool(_LINKED.fullmatch(url))


_PARSER = _Parser()


@lru_cache(PARSED)
def parse(markdown: str) -> tuple[Block, ...]:
    """Blocks of a text, in its order. Takes any text, raises nothing; time grows with the length alone."""
    return tuple(_Reader(_NEWLINE.split(markdown)).blocks(_PARSER.parse(markdown)))


class _Reader:
    """Tokens → blocks. `lines`: the source's, for the empty lines between blocks."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._depth = 0
        self._marker = ""  # of the item that has begun, until its first block takes it
        self._heading = False
        self._rows: list[list[Cell]] = []  # of the table that has begun

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        for token in tokens:
            if token.type == "inline" and self._rows:
                self._rows[-1].append(tuple(_to_spans(token.children or ())))
            elif token.type == "inline":
                yield self._block(token, tuple(_to_spans(token.children or ())))
            elif token.type == "table_close":
                yield self._block(self._table, rows=tuple(map(tuple, self._rows)))
                self._rows = []
            elif token.type == "list_item_close" and self._marker:
                yield self._block(self._item)  # an item without a word
            else:
                self._note(token)

    def _note(self, token: Token) -> None:
        if token.type.endswith("_list_open"):
            self._depth += 1
        elif token.type.endswith("_list_close"):
            self._depth -= 1
        elif token.type == "list_item_open":
            self._item, self._marker = token, f"{token.info}." if token.info else "-"
        elif token.type == "table_open":
            self._table = token
        elif token.type == "tr_open":
            self._rows.append([])
        self._heading = token.type == "heading_open"

    def _block(self, token: Token, spans: Cell = (), rows: tuple[tuple[Cell, ...], ...] = ()) -> Block:
        line = token.map[0] if token.map else 0
        apart = line > 0 and not self._lines[line - 1].strip()
        marker, self._marker = self._marker, ""
        return Block(line, apart, spans, self._heading, self._depth, marker, rows)


def _to_spans(tokens: Sequence[Token]) -> Iterator[Span]:
    """Spans of inline tokens; a link is one, and its text has no marks of its own."""
    linked: list[str] | None = None
    url = ""
    for token in tokens:
        if token.type == "link_open":
            linked, url = [], str(token.attrs["href"])
        elif token.type == "link_close":
            text = "".join(linked or ())
            yield Span("link", text or url, url) if url else Span("text", text)
            linked = None
        elif linked is not None:
            linked.append(" " if _KINDS[token.type] == "break" else token.content)
        elif token.content or token.type != "text":
            yield Span(_KINDS[token.type], token.content)


def plain(spans: Sequence[Span]) -> str:
    """Plain text of spans: no marks; a link as "text (address)", or its address alone where the text is just that."""
    return "".join(_SHOWN.get(span.kind, span.text) if span.kind != "link" else _linked(span) for span in spans)


_SHOWN: Mapping[Kind, str] = {"break": "\n"}


def _linked(span: Span) -> str:
    address = span.url.removeprefix("mailto:")
    return address if span.text in (span.url, address) else f"{span.text} ({address})"
