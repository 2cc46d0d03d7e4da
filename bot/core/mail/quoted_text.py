"""Splitter of a mail's text: what its writer says, apart from what they quote, forward and sign with. Pure.

quotequail (MIT) knows the lines with which mail programs begin a quotation, in German and English among others. It was
chosen over mail-parser-reply, whose expressions took more than 8 s for 20,000 line breaks; anybody may send a mail.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import quotequail

LONGEST = 20_000  # characters that are read: the same as of any message (bot/core/text/normalize.py)
MOST_LINES = 500  # that are looked through for the start of a quotation: quadratic in the worst case
_REPLY = re.compile(r"(?:re|aw|antw|antwort|sv|wg: ?aw|fwd: ?re) ?(?:\[\d{1,4}\] ?)?:", re.IGNORECASE)
_PREFIX = re.compile(r"(?:(?:re|aw|antw|antwort|wg|fwd?|tr|sv) ?(?:\[\d{1,4}\] ?)?:|\[[^\]]{1,40}\]) ?", re.IGNORECASE)
_SIGNATURE = re.compile(  # "-- " alone on its line (RFC 3676, 4.3), and what telephones and programs add
    r"^(?:-- ?|(?:von|gesendet) (?:mit|von|aus|über)? ?\S.{0,40}"
    r"\b(?:gesendet|iphone|ipad|handy|android|outlook|windows|mail)\b.{0,40}"
    r"|(?:sent|get) (?:from|outlook|with|using)\b.{0,60}|holen sie sich outlook.{0,40})$",
    re.IGNORECASE | re.MULTILINE,
)
_DISCLAIMER = re.compile(
    r"^(?:diese (?:e-?mail|nachricht) (?:enthält|kann|ist|und)|der inhalt dieser e-?mail"
    r"|this (?:e-?mail|message) (?:and any|is|may|contains)"
    r"|the information (?:contained )?in this (?:e-?mail|message))\b",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_RULE = re.compile(r"^[ \t]{0,8}[_=-]{5,200}[ \t]{0,8}$", re.MULTILINE)  # a line that programs put above a quotation
_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKING = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "pre", "hr", "blockquote", "section", "header", "footer"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "article", "dt", "dd"}
)
_QUOTING = re.compile(r"\b(?:gmail_quote|moz-cite-prefix|yahoo_quoted|protonmail_quote)\b")


@dataclass(frozen=True, slots=True)
class SplitText:
    """Text of a mail, split. Each part may be empty."""

    own_words: str  # the writer's own words, without quotation, forwarded message and signature
    quoted: str  # what was forwarded or quoted, without its marks


def split_text(text: str, *, is_reply: bool = False) -> SplitText:
    """Plain text, split; beyond LONGEST characters and MOST_LINES lines nothing is read.

    `is_reply`: the mail answers another one, so what it quotes is an earlier conversation and no evidence. Where the
    writer said nothing of their own, the quotation is all there is.
    """
    text = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST].split("\n")[:MOST_LINES])
    found = quotequail.unwrap(text)
    if found is None:
        own, other = _without_marked(text)
    else:
        own = "\n".join(filter(None, (found.get("text_top"), found.get("text_bottom"))))
        own, marked = _without_marked(own)
        inner = found.get("text") or ""
        forwarded = found.get("type") == "forward" and not _REPLY.match((found.get("subject") or "").strip())
        other = "\n".join(filter(None, (marked, inner if forwarded or not own.strip() else "")))
    own = _RULE.sub("", without_signature(own)).strip()
    return SplitText(own, "" if is_reply and own else _QUOTED.sub("", other).strip())


def without_signature(text: str) -> str:
    """Text up to the signature or the disclaimer; the whole text where nothing would be left."""
    found = [m.start() for m in (_SIGNATURE.search(text), _DISCLAIMER.search(text)) if m]
    cut = text[: min(found)] if found else text
    return cut if cut.strip() else text


def bare_subject(subject: str) -> str:
    """Subject without "Re:", "WG:" and a ticket's tag in brackets."""
    subject = subject.strip()
    while found := _PREFIX.match(subject):
        subject = subject[found.end() :].lstrip()
    return subject


def is_reply(subject: str) -> bool:
    """True if the subject says that the mail answers another one ("Re:", "AW:" …)."""
    return bool(_REPLY.match(subject.strip()))


def html_to_text(html: str) -> str:
    """Plain text of an HTML mail: blocks are lines, quotations are marked with ">". Never raises."""
    reader = _Reader()
    reader.feed(html[: 10 * LONGEST])
    reader.close()
    return reader.text()


def _without_marked(text: str) -> tuple[str, str]:
    """Lines that are not marked as quoted, and those that are."""
    lines = text.split("\n")
    own = [line for line in lines if not _QUOTED.match(line)]
    return "\n".join(own), "\n".join(line for line in lines if _QUOTED.match(line))


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
