"""Outline of an FAQ page: which of its headings are questions, and which text answers them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.core.lazy_regex import lazy_regex
from bot.core.markdown.from_html import Passage

_ASKS = lazy_regex(r"[?？]['\"“”»)\]]*$")
_ITEM = lazy_regex(r"^(?:- |\d+\. )")


@dataclass(slots=True)
class _Heading:
    """Heading with the blocks right under it and the headings below it."""

    at: Passage
    above: "_Heading | None"
    blocks: list[Passage] = field(default_factory=list)
    below: list["_Heading"] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        return bool(_ASKS.search(self.at.text))

    def any_below_asks(self) -> bool:
        return any(one.asks or one.any_below_asks() for one in self.below)


@dataclass(frozen=True, slots=True)
class Outlined:
    """Part of an outline: a question with its answer (`questions` is not empty), or a `note` on what is none."""

    line: int
    questions: tuple[str, ...] = ()
    answer: str = ""
    section: str = ""
    quoted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    note: str = ""


def outline(passages: Sequence[Passage]) -> Iterator[Outlined]:
    """Questions of a page in its order, and notes.

    A heading with a text under it is a question. One with other headings under it is a section, and its own text is no
    answer; but if it ends with a question mark and they do not, they are parts of its answer.
    """
    top, before = _nested(passages)
    if before:
        yield Outlined(before[0].line, note=f"left out: the text before the first heading ({_begin(before[0].text)})")
    seen: set[str] = set()
    for heading in top:
        yield from _of(heading, seen)


def _nested(passages: Sequence[Passage]) -> tuple[list[_Heading], list[Passage]]:
    """Headings of the highest level, with all below them; and the blocks that stand before any."""
    top: list[_Heading] = []
    before: list[Passage] = []
    at: _Heading | None = None
    for passage in passages:
        if not passage.level:
            (at.blocks if at else before).append(passage)
            continue
        while at and at.at.level >= passage.level:
            at = at.above
        heading = _Heading(passage, at)
        (at.below if at else top).append(heading)
        at = heading
    return top, before


def _of(heading: _Heading, seen: set[str]) -> Iterator[Outlined]:
    answers = heading.asks and not heading.any_below_asks()
    blocks = [*heading.blocks, *(_parts(heading.below) if answers else ())]
    if heading.below and not answers:
        if heading.blocks and heading.asks:
            yield _question(heading, heading.blocks, seen)
        elif heading.blocks:
            yield Outlined(heading.at.line, note=f"left out: the text under the section {heading.at.text!r}")
        for below in heading.below:
            yield from _of(below, seen)
    elif blocks:
        yield _question(heading, blocks, seen)
    else:
        yield Outlined(heading.at.line, note=f"left out: {heading.at.text!r} has no answer; write it under the heading")


def _parts(headings: Sequence[_Heading]) -> Iterator[Passage]:
    """Blocks of an answer that has headings of its own, which become lines in bold."""
    for heading in headings:
        yield Passage(heading.at.line, 0, f"**{heading.at.text}**")
        yield from heading.blocks
        yield from _parts(heading.below)


def _question(heading: _Heading, blocks: Sequence[Passage], seen: set[str]) -> Outlined:
    section = heading.above.at.text if heading.above else ""
    title = heading.at.text
    if title.casefold() in seen and section:
        title = f"{section}: {title}"  # "How do I set it up?" under each program
    seen.add(title.casefold())
    asked, answer = _other_questions(blocks)
    return Outlined(
        heading.at.line,
        (title, *asked),
        "\n\n".join(block.text for block in answer if block.text),
        section,
        heading.at.quoted,
        tuple(text for block in blocks for text in block.left_out),
    )


def _other_questions(blocks: Sequence[Passage]) -> tuple[list[str], Sequence[Passage]]:
    """Other ways to ask, which stand above the answer: blocks each of whose lines is a question; and the answer."""
    asked: list[str] = []
    for position, block in enumerate(blocks[:-1]):
        lines = [_ITEM.sub("", line).strip() for line in block.text.split("\n")]
        if not all(map(_ASKS.search, lines)):
            return asked, blocks[position:]
        asked += lines
    return asked, blocks[-1:]


def _begin(text: str) -> str:
    words = " ".join(text.split())
    return f"“{words[:40]}…”" if len(words) > 40 else f"“{words}”"
