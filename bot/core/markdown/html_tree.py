"""HTML tree: elements and texts of a page, as far as an FAQ needs them. Reads anything, as browsers do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bot.core.markdown.commonmark import LINE

DEEPEST = 60  # elements within elements; what lies deeper is read as if it lay there
_EMPTY = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
SKIPPED = frozenset({
    "aside", "footer", "head", "iframe", "nav", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea", "title", "video",
})  # fmt: skip
PARAGRAPH_ENDS = frozenset({
    "address", "article", "blockquote", "dd", "details", "div", "dl", "dt", "figure", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "ul",
})  # fmt: skip
# Element that begins → those that end with it, and where that stops
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
}


@dataclass(slots=True)
class Element:
    """Element of a page; a text is one without a tag.

    `line`: where it begins in the document, from 1. `text`: of a text alone, its characters.
    """

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def words(self) -> str:
        """Its plain text on one line."""
        return re.sub(r"\s+", " ", "".join(self._texts())).strip()

    def _texts(self) -> Iterator[str]:
        if not self.tag:
            yield self.text
        for child in self.children:
            yield from child._texts()
        if self.tag in PARAGRAPH_ENDS or self.tag == "br":
            yield " "

    def within(self, tag: str) -> Iterator["Element"]:
        """Elements of this tag in it, in their order."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.within(tag)


class _Builder(HTMLParser):
    """Builder of the tree: closes what a page leaves open, and ignores what closes nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("body", 1)
        self._open = [self.root]
        self._skipped = ""  # tag in which all is left out; empty: in none
        self._skipping = 0  # how many of that tag are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipped or tag in SKIPPED:
            self._skipped = self._skipped or tag
            self._skipping += tag == self._skipped
            return
        if tag in PARAGRAPH_ENDS:
            self._close(frozenset({"p"}), PARAGRAPH_ENDS - {"p"})
        if tag in _ENDS:
            self._close(*_ENDS[tag])
        attributes = {name: value or "" for name, value in attrs}
        line = _line_in(attributes) or self._line()
        element = Element(tag, line, attributes)
        self._open[-1].children.append(element)
        if tag not in _EMPTY and len(self._open) < DEEPEST:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SKIPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipping -= tag == self._skipped
            self._skipped = self._skipped if self._skipping > 0 else ""
        elif tag in (element.tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._open[-1].children.append(Element("", self._line(), text=data))

    def unknown_decl(self, data: str) -> None:
        """Word's <![if …]>, which says nothing."""

    def _line(self) -> int:
        """Line of the document; of Markdown's, that of the block around it."""
        return next(filter(None, (_line_in(one.attributes) for one in reversed(self._open))), self.getpos()[0])

    def _close(self, ended: frozenset[str], stops: frozenset[str]) -> None:
        """Closes the outermost of the `ended` elements that is open within the innermost of `stops`."""
        first = 0
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag in stops:
                break
            if self._open[place].tag in ended:
                first = place
        if first:
            del self._open[first:]


def _line_in(attributes: dict[str, str]) -> int:
    """Line of the source that CommonMark's converter has noted; 0: none."""
    noted = attributes.get(LINE, "")
    return int(noted) if noted.isdecimal() else 0


def to_tree(html: str) -> Element:
    """Tree of a page or a part of one. Takes any text, raises nothing; time grows with the length alone."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root
