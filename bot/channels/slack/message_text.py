"""Reader of a message: all that a person sees of it, as text: its words, blocks, tables, attachments and snippets.

Slack gives a person's words twice, as `text` and as a rich_text block; what an app posts may stand in blocks or
attachments alone, beside a `text` that is empty or says less; a forwarded message and a pasted table are attachments
(docs.slack.dev/reference/block-kit/blocks, docs.slack.dev/messaging/formatting-message-text#attachments).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.channels.slack.snippets import previews

MOST_PARTS = 50  # attachments, or blocks, of a message that are read
DEEPEST = 6  # blocks within blocks, and forwarded messages within forwarded ones, that are read
NO_PREVIEW = "[no preview available]"  # fallback of an attachment of which Slack says nothing in words
_UNWORDED = re.compile(r"[\W_]+")

Shape = Mapping[str, Any]


def to_text(message: Shape) -> str:
    """Text of a message, piece by piece; what a piece repeats of those before it is left out. Empty: it has no words.

    Of a person's message `text` is whole, so that its rich_text blocks are read only where it is empty.
    """
    said = str(message.get("text") or "")
    pieces = [said, *previews(message)]
    person = not (message.get("bot_id") or message.get("app_id"))
    pieces += [found for found in _blocks(message, 0) if not (person and said and found.kind == "rich_text")]
    pieces += _attachments(message, 0)
    return _joined(pieces)


class _Found(str):
    """Text of a block, with the block's type."""

    kind = ""


def _joined(pieces: Iterable[str]) -> str:
    kept: list[str] = []
    known = ""
    for piece in pieces:
        words = _UNWORDED.sub("", piece)
        if piece.strip() and not (words and words in known):
            kept.append(piece.strip("\n") if kept else piece)
            known += f"{words}\n"
    return "\n".join(kept)


def _attachments(message: Shape, depth: int) -> Iterator[str]:
    for attachment in _shapes(message.get("attachments")):
        if not _is_link_preview(attachment):
            yield from _attachment(attachment, depth)


def _is_link_preview(attachment: Shape) -> bool:
    """True for Slack's preview of a link to a web page: nobody wrote it here. A link to a message is a quotation."""
    linked = attachment.get("original_url") or attachment.get("from_url")
    return bool(linked) and not (attachment.get("is_share") or attachment.get("is_msg_unfurl"))


def _attachment(attachment: Shape, depth: int) -> Iterator[str]:
    """Pieces of an attachment, in the order in which Slack shows them."""
    found = [str(attachment.get(name) or "") for name in ("pretext", "title", "text")]
    found += [
        ": ".join(filter(None, (str(field.get("title") or ""), str(field.get("value") or ""))))
        for field in _shapes(attachment.get("fields"))
    ]
    found += previews(attachment)
    if depth < DEEPEST:
        found += _blocks(attachment, depth + 1)
        for quoted in _shapes(attachment.get("message_blocks")):
            found += _blocks(_shape(quoted.get("message")), depth + 1)
        found += _attachments(attachment, depth + 1)
    fallback = str(attachment.get("fallback") or "")
    yield from found if any(piece.strip() for piece in found) else [fallback] if fallback != NO_PREVIEW else []


def _blocks(message: Shape, depth: int) -> Iterator[_Found]:
    for block in _shapes(message.get("blocks")):
        found = _Found(_block(block, depth))
        found.kind = str(block.get("type"))
        yield found


def _block(block: Shape, depth: int) -> str:
    read = _READERS.get(str(block.get("type")))
    return read(block, depth) if read and depth < DEEPEST else ""


def _section(block: Shape, depth: int) -> str:
    """Text of a block that holds text objects: header, section with its fields, context, markdown, alert, image."""
    objects = [block.get("text"), *_listed(block.get("fields")), *_listed(block.get("elements")), block.get("title")]
    return "\n".join(filter(None, map(_text_of, objects)))


def _rich_text(block: Shape, depth: int) -> str:
    return "\n".join(_rich_element(element, depth + 1) for element in _shapes(block.get("elements")))


def _rich_element(element: Shape, depth: int) -> str:
    """Section, preformatted text, quotation or list of a rich_text block; of a list each item on a line of its own."""
    if depth >= DEEPEST:
        return ""
    if element.get("type") == "rich_text_list":
        return "\n".join(_rich_element(item, depth + 1) for item in _shapes(element.get("elements")))
    return "".join(map(_inline, _shapes(element.get("elements"))))


def _inline(element: Shape) -> str:
    """Words of an inline element in Slack's own markup, as `text` has them."""
    kind = element.get("type")
    if kind == "link":
        shown = str(element.get("text") or "")
        return shown or str(element.get("url") or "")
    if kind == "user":
        return f"<@{element.get('user_id', '')}>"
    if kind == "emoji":
        return f":{element.get('name', '')}:"
    return str(element.get("text") or "") if kind in ("text", "raw_text") else ""


def _table(block: Shape, depth: int) -> str:
    """Rows as lines; the cells of a row stand beside each other, so that a log's columns read as a line of the log."""
    rows = [row for row in _listed(block.get("rows")) if isinstance(row, list)]
    return "\n".join(" ".join(filter(None, (_cell(cell, depth) for cell in row))) for row in rows)


def _cell(cell: Any, depth: int) -> str:
    if not isinstance(cell, Mapping):
        return ""
    return _rich_text(cell, depth) if cell.get("type") == "rich_text" else str(cell.get("text") or "")


_READERS: Mapping[str, Callable[[Shape, int], str]] = {
    "rich_text": _rich_text,
    "section": _section,
    "header": _section,
    "context": _section,
    "markdown": _section,
    "alert": _section,
    "image": _section,
    "table": _table,
    "data_table": _table,
}


def _text_of(found: Any) -> str:
    """Words of a text object, or of a field that is a string (blocks/markdown-block)."""
    if isinstance(found, str):
        return found
    text = found.get("text") if isinstance(found, Mapping) else ""
    return text if isinstance(text, str) else ""


def _shape(found: Any) -> Shape:
    return found if isinstance(found, Mapping) else {}


def _shapes(found: Any) -> list[Shape]:
    return [one for one in _listed(found) if isinstance(one, Mapping)]


def _listed(found: Any) -> list[Any]:
    return found[:MOST_PARTS] if isinstance(found, list) else []
