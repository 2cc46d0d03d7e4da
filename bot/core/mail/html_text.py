"""Reader of HTML mails: their text, with quotations marked as in plain mails. Pure."""

import re
from html.parser import HTMLParser

from bot.core.lazy_regex import lazy_regex

LONGEST = 200_000  # characters of HTML that are read
_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKING = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "pre", "hr", "blockquote", "section", "header", "footer"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "article", "dt", "dd"}
)
_QUOTING = lazy_regex(r"\b(?:gmail_quote|moz-cite-prefix|yahoo_quoted|protonmail_quote)\b")


def html_to_text(html: str) -> str:
    """Plain text of an HTML mail: blocks are lines, quotations are marked with ">". Never raises."""
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """HTML parser that collects text. Python's own one reads anything; a browser's tree is not needed for words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [""]
        self._skipping = self._quoting = 0
        self._depths: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipping += tag in _SKIPPED
        if tag in ("blockquote", "div"):
            quotes = tag == "blockquote" or bool(_QUOTING.search(dict(attrs).get("class") or ""))
            self._depths.append((tag, quotes))
            self._quoting += quotes
        if tag in _BREAKING:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKING:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        if self._depths and self._depths[-1][0] == tag:
            self._quoting -= self._depths.pop()[1]
        if tag in _BREAKING:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._lines[-1] += re.sub(r"\s+", " ", data)

    def unknown_decl(self, data: str) -> None:
        """Word's <![if …]>, which says nothing."""

    def _break(self) -> None:
        self._lines.append("> " if self._quoting else "")

    def text(self) -> str:
        """Text that was collected: one line a block, at most one empty line in a row."""
        lines = (line.strip() for line in self._lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join("" if line == ">" else line for line in lines)).strip()
