"""Slack renderer: Markdown → Slack's mrkdwn (docs.slack.dev/messaging/formatting-message-text), and its fallback text.

Escapes first: nothing can mention or ping, and nothing links but a link of Markdown to https: or mailto:.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from bot.core.markdown.layout import lay_out
from bot.core.markdown.parser import Block, Span, parse, plain
from bot.core.markdown.table import to_columns, to_sentences

CACHED_TEXTS = 256  # texts: most answers are given again, to others
BULLET = "•"
_MARKS = {"strong": "*", "em": "_"}
_NO_TICK = "'"
# mrkdwn has no escape for its marks: what a person typed gets characters that look the same and are none
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": _NO_TICK})
_TOKEN = re.compile(r"<([^<>|]{1,2000})(?:\|([^<>]{0,2000}))?>")  # docs.slack.dev/messaging/formatting-message-text
_BOLD, _BOLD_END = Span("strong_open"), Span("strong_close")
_LIVE = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)")  # what Slack may take for a mark; within a word "_" never is one


@lru_cache(CACHED_TEXTS)
def to_mrkdwn(markdown: str) -> str:
    """Bold, emphasis, code, bullets, links, and tables as text of one width; every other `&`, `<`, `>` is escaped."""
    return lay_out(parse(markdown), _words, BULLET)


def blocks_to_mrkdwn(blocks: Iterable[Block]) -> str:
    """Mrkdwn, as of `to_mrkdwn`, of some of a text's blocks."""
    return lay_out(blocks, _words, BULLET)


def _words(block: Block) -> str:
    if block.rows:  # code: mrkdwn has no tables, and this one is copied as it stands there
        return f"```{escape(to_columns(block.rows).replace('`', _NO_TICK))}```"
    return inline((_BOLD, *block.spans, _BOLD_END) if block.heading else block.spans)


def inline(spans: Iterable[Span]) -> str:
    """Spans in mrkdwn. A mark within the same mark is left out; none reaches over a line's end, as Slack wants it."""
    return "".join(_marked(spans))


def _marked(spans: Iterable[Span]) -> Iterator[str]:
    begun: list[str] = []  # kinds of marks, the outermost first
    for span in spans:
        kind, _, step = span.kind.partition("_")
        if step == "close":
            begun.pop()
        if span.kind == "break":
            marks = "".join(_MARKS[mark] for mark in dict.fromkeys(begun))
            yield f"{marks[::-1]}\n{marks}"
        elif not step:
            yield _RENDERED[span.kind](span)
        elif kind not in begun:
            yield _MARKS[kind]
        if step == "open":
            begun.append(kind)


def _text(span: Span) -> str:
    return _LIVE.sub(lambda mark: mark.group().translate(_LOOKALIKES), escape(span.text))


def _code(span: Span) -> str:
    return f"`{escape(span.text.replace('`', _NO_TICK))}`"


def _link(span: Span) -> str:
    """docs.slack.dev/messaging/formatting-message-text: the first bar ends the address."""
    return f"<{escape(span.url)}|{literal(span.text)}>"


_RENDERED: Mapping[str, Callable[[Span], str]] = {
    "text": _text,
    "escaped": lambda span: literal(span.text),
    "code": _code,
    "link": _link,
}


def escape(text: str) -> str:
    """Three characters that Slack asks to escape. Without them no mention is live: "@here" stays plain words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def relayed(text: str, names: Mapping[str, str]) -> str:
    """Slack's own mrkdwn of a message, as it can be posted elsewhere: links stay, nobody is called.

    `names`: user id → name; of others "@…".
    """
    return _TOKEN.sub(lambda token: _quiet(token[1], token[2] or "", names), text)


def _quiet(target: str, label: str, names: Mapping[str, str]) -> str:
    """Token without a call: <@U…>, <!here>, <!subteam^…|@name>, <!date^…|fallback>, a link, or no token at all."""
    if target.startswith(("https://", "http://", "mailto:", "tel:", "#C")):
        return f"<{target}|{label}>" if label else f"<{target}>"
    shown = label.lstrip("@") or (names.get(target[1:], "…") if target[0] == "@" else target.strip("!@").split("^")[0])
    if target[0] in "@!":
        return f"{'' if target.startswith('!date') else '@'}{literal(shown)}"
    return f"&lt;{target}{'|' + label if label else ''}&gt;"


def to_typed(text: str, names: Mapping[str, str]) -> str:
    """Slack's own mrkdwn of a message as plain text, for a ticket. `names`: as for `relayed`."""
    quiet = _TOKEN.sub(lambda token: _unlinked(token[1], token[2] or ""), relayed(text, names))
    return quiet.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unlinked(target: str, label: str) -> str:
    """Link in words: its label, and its address where that says something else."""
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({address})" if label and label != address else address


def mentioned(text: str) -> list[str]:
    """Ids of the people whom a message mentions."""
    return [token[1][1:] for token in _TOKEN.finditer(text) if token[1].startswith("@")]


def typed(text: str) -> str:
    """Plain text that a person typed elsewhere, as mrkdwn: no mark in it is one, and addresses stay whole."""
    return _LIVE.sub(lambda mark: mark.group().translate(_LOOKALIKES), escape(text))


def literal(text: str) -> str:
    """Text that a person typed, in the middle of mrkdwn: no mark of it is one."""
    return escape(text).translate(_LOOKALIKES)


@lru_cache(CACHED_TEXTS)
def to_plain(markdown: str) -> str:
    """Fallback text: what notifications show and screen readers read. The same words, without marks."""
    return lay_out(parse(markdown), _told, BULLET).strip()


def _told(block: Block) -> str:
    return escape(to_sentences(block.rows) if block.rows else plain(block.spans))


def sections(mrkdwn: str, longest: int) -> list[str]:
    """Pieces of at most `longest` characters, cut between paragraphs, then lines, then anywhere."""
    done: list[str] = []
    for paragraph in mrkdwn.split("\n\n"):
        for piece in _short_enough(paragraph, longest):
            if done and len(done[-1]) + len(piece) + 2 <= longest:
                done[-1] += f"\n\n{piece}"
            else:
                done.append(piece)
    return [piece for piece in done if piece.strip()]


def _short_enough(paragraph: str, longest: int) -> list[str]:
    pieces = []
    while len(paragraph) > longest:
        cut = max(paragraph.rfind("\n", 0, longest), paragraph.rfind(" ", 0, longest))
        cut = cut if cut > 0 else longest
        pieces.append(paragraph[:cut])
        paragraph = paragraph[cut:].lstrip()
    return [*pieces, paragraph]
