"""Our Markdown → Slack's mrkdwn (docs.slack.dev/messaging/formatting-message-text).

Escapes first: nothing can mention, ping or link.
"""

import re

_CODE = re.compile(r"(?<!\\)`([^`\n]+)`")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_EMPHASIS = re.compile(r"(?<!\\)(?:(?<!\w)_|_(?!\w))")
_BULLET = re.compile(r"^- ", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_\[\]|#~]|&lt;|&gt;)")
# mrkdwn has no escape for its marks: what a person typed gets characters that look the same and are none
_MARKS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "'"})


def to_mrkdwn(markdown: str) -> str:
    """Bold, emphasis, code and bullets; every `&`, `<` and `>` is escaped."""
    pieces = _CODE.split(escape(markdown))
    return "".join(f"`{piece}`" if place % 2 else _styled(piece) for place, piece in enumerate(pieces))


def escape(text: str) -> str:
    """The three characters that Slack asks to escape. Without them no mention is live: "@here" stays plain words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """What a person typed, in the middle of mrkdwn: no mark of it is one."""
    return escape(text).translate(_MARKS)


def to_plain(markdown: str) -> str:
    """The fallback text: what notifications show and screen readers read. The same words, without marks."""
    pieces = _CODE.split(escape(markdown))
    return "".join(piece if place % 2 else _bare(piece) for place, piece in enumerate(pieces)).strip()


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
