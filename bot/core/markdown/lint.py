"""Linter: Markdown that will not look as its writer meant it, for `postbote check`."""

import re
from collections.abc import Iterator

from bot.core.lazy_regex import lazy_regex
from bot.core.markdown.parser import DEEPEST, Block, parse, plain
from bot.core.markdown.table import count_cells

# Left over in the text, a mark opened and was not closed, or the other way round
_LEFT_OVER = lazy_regex(r"\*\*|__|`|\]\(|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_UNKNOWN = lazy_regex(r"\A(?:> |~~~)|</?[a-z]{1,10}>|&#?\w{1,10};")
_MARKS = "write **bold**, `code`, [text](https://…); knowledge/README.md lists all marks"
_TABLE = lazy_regex(r"\|.*\|\s*")


def lint(markdown: str) -> Iterator[tuple[int, str]]:
    """Line (from 0) and fault of each mark that shows as a character, and of each table that is ragged or is none."""
    lines = re.split(r"\r\n?|\n", markdown)
    for block in parse(markdown):
        if block.rows:
            yield from _ragged(block, lines)
        elif block.marker and not block.spans:
            yield block.line, f"an empty item, or lists within more than {DEEPEST} lists; write it flat"
        else:
            yield from _left_over(block)


def _ragged(block: Block, lines: list[str]) -> Iterator[tuple[int, str]]:
    width = len(block.rows[0])
    for line in range(block.line + 2, block.line + 1 + len(block.rows)):
        cells = count_cells(lines[line])
        if cells != width:
            yield line, f"a table's row has {cells} cells, its head {width}; give it as many"


def _left_over(block: Block) -> Iterator[tuple[int, str]]:
    line = block.line
    shown = plain(block.spans).split("\n")
    if len(shown) > 1 and _TABLE.fullmatch(shown[0]) and _TABLE.fullmatch(shown[1]):
        yield line, "no table: under its head must stand a line of as many cells, | --- | --- |"
    for before, span in zip((None, *block.spans), block.spans, strict=False):
        if span.kind == "text":
            beside = before.text[-1:] if before and before.kind == "escaped" else ""  # a mark within a word is none
            if found := _LEFT_OVER.search(beside + span.text, len(beside)):
                yield line, f"{found.group()!r} shows as it stands; close the mark on both sides, or write \\ before it"
            if unknown := _UNKNOWN.search(span.text):
                yield line, f"{unknown.group()!r} shows as it stands, since it is no mark; {_MARKS}"
        line += span.kind == "break"
