"""Our Markdown → Slack's mrkdwn (docs.slack.dev/messaging/formatting-message-text).

Escapes first: nothing can mention, ping or link.
"""

import re
from functools import lru_cache

from bot.core.markdown.table import aligned, bare, spoken, to_rows

REMEMBERED = 256  # texts: most answers are given again, to others
_CODE = re.compile(r"(?<!\\)`([^`\n]+)`")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_EMPHASIS = re.compile(r"(?<!\\)(?:(?<!\w)_|_(?!\w))")
_BULLET = re.compile(r"^- ", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_\[\]|#~]|&lt;|&gt;)")
# mrkdwn has no escape for its marks: what a person typed gets characters that look the same and are none
_MARKS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "'"})


@lru_cache(REMEMBERED)
def to_mrkdwn(markdown: str) -> str:
    """Bold, emphasis, code, bullets, and tables as text of one width; every `&`, `<` and `>` is escaped."""
    return "\n\n".join(_table(rows) if (rows := to_rows(part)) else _words(part) for part in markdown.split("\n\n"))


def _words(markdown: str) -> str:
    pieces = _CODE.split(escape(markdown))
    return "".join(f"`{piece}`" if place % 2 else _styled(piece) for place, piece in enumerate(pieces))


def _table(rows: list[list[str]]) -> str:
    """A block of code: mrkdwn has no tables, and this one is copied as it stands there."""
    plain = [[bare(cell).replace("`", "'") for cell in row] for row in rows]
    return f"```{escape(aligned(plain))}```"


def escape(text: str) -> str:
    """The three characters that Slack asks to escape. Without them no mention is live: "@here" stays plain words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """What a person typed, in the middle of mrkdwn: no mark of it is one."""
    return escape(text).translate(_MARKS)


@lru_cache(REMEMBERED)
def to_plain(markdown: str) -> str:
    """The fallback text: what notifications show and screen readers read. The same words, without marks."""
    parts = markdown.split("\n\n")
    return "\n\n".join(_told(rows) if (rows := to_rows(part)) else _without_marks(part) for part in parts).strip()


def _told(rows: list[list[str]]) -> str:
    return escape(spoken([[bare(cell) for cell in row] for row in rows]))


def _without_marks(markdown: str) -> str:
    pieces = _CODE.split(escape(markdown))
    return "".join(piece if place % 2 else _bare(piece) for place, piece in enumerate(pieces))


def sections(markdown: str, longest: int) -> list[str]:
    """Pieces of at most `longest` characters, cut between paragraphs, then lines, then anywhere."""
    done: list[str] = []
    for paragraph in markdown.split("\n\n"):
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


def _styled(text: str) -> str:
    text = _BULLET.sub("• ", _BOLD.sub(r"*\1*", text))
    return _ESCAPED.sub(_harmless, text)


def _harmless(escaped: re.Match[str]) -> str:
    return escaped.group(1).translate(_MARKS)


def _bare(text: str) -> str:
    text = _BULLET.sub("• ", _BOLD.sub(r"\1", text))
    text = _EMPHASIS.sub("", text)
    return _ESCAPED.sub(r"\1", text)
