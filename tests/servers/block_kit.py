"""Validator of messages and views as Slack's own (docs.slack.dev/reference/block-kit): limits, and required fields."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]


def refused(body: Mapping[str, Any]) -> str:
    """Error that chat.postMessage returns for a message; empty if it is taken."""
    if not body.get("channel"):
        return "channel_not_found"
    blocks = body.get("blocks") or []
    if not body.get("text") and not blocks:
        return "no_text"
    if len(body.get("text") or "") > 40_000:
        return "msg_too_long"
    if len(blocks) > 50 or not all(map(is_valid, blocks)) or _repeated(blocks):
        return "invalid_blocks"
    if sum(b["type"] == "table" for b in blocks) > 1:
        return "invalid_attachments"  # only_one_table_allowed
    texts = [b["text"]["text"] for b in blocks if b["type"] == "section" and "text" in b]
    return "msg_blocks_too_long" if sum(map(len, texts)) > 13_200 else ""


def refused_view(view: Mapping[str, Any]) -> str:
    """Error that views.publish and views.open return for a view; empty if it is taken."""
    blocks = view.get("blocks") or []
    if view.get("type") not in ("home", "modal") or len(blocks) > 100 or not all(map(is_valid, blocks)):
        return "invalid_arguments"
    needed = ("title", "submit", "close") if any(b["type"] == "input" for b in blocks) else ("title", "close")
    if view["type"] == "modal" and not all(0 < len(view[k]["text"]) <= 24 for k in needed):
        return "invalid_arguments"
    if any(b["type"] == "table" for b in blocks):  # messages alone hold one
        return "invalid_arguments"
    return "invalid_arguments" if _repeated(blocks) or len(str(view)) > 250_000 else ""


def is_valid(block: Block) -> bool:
    """True if Slack takes the block."""
    check = _BLOCKS.get(str(block.get("type")))
    return check is not None and check(block)


def _repeated(blocks: Sequence[Block]) -> bool:
    """True if a block holds an action_id twice."""
    for block in blocks:
        ids = [e["action_id"] for e in block.get("elements") or [] if isinstance(e, Mapping) and "action_id" in e]
        if len(set(ids)) < len(ids):
            return True
    return False


def _text(text: Any, most: int, kinds: tuple[str, ...] = ("plain_text",)) -> bool:
    return isinstance(text, Mapping) and text.get("type") in kinds and 0 < len(text.get("text") or "") <= most


def _section(block: Block) -> bool:
    return _fields(block) if "fields" in block else _text(block.get("text"), 3_000, ("plain_text", "mrkdwn"))


def _fields(block: Block) -> bool:
    fields = block.get("fields") or []
    return 0 < len(fields) <= 10 and all(_text(field, 2_000, ("plain_text", "mrkdwn")) for field in fields)


def _table(block: Block) -> bool:
    """blocks/table-block: at most 100 rows of 20 cells, each of them text."""
    rows = block.get("rows") or []
    return 0 < len(rows) <= 100 and all(0 < len(row) <= 20 and all(map(_cell, row)) for row in rows)


def _cell(cell: Block) -> bool:
    """An empty text is answered with "must be more than 0 characters" (NousResearch/hermes-agent, issue 72871)."""
    texts = [text for element in cell["elements"] for text in element["elements"]]
    return cell["type"] == "rich_text" and bool(texts) and all(len(text["text"]) > 0 for text in texts)


def _rich_text(block: Block) -> bool:
    """As far as the bot uses it: blocks/rich-text-block, one rich_text_preformatted with one text."""
    elements = block.get("elements") or []
    return len(elements) == 1 and all(
        e.get("type") == "rich_text_preformatted"
        and [t.get("type") for t in e["elements"]] == ["text"]
        and 0 < len(e["elements"][0]["text"]) <= 3_000
        for e in elements
    )


def _context(block: Block) -> bool:
    elements = block.get("elements") or []
    return 0 < len(elements) <= 10 and all(_text(e, 2_000, ("plain_text", "mrkdwn")) for e in elements)


def _actions(block: Block) -> bool:
    elements = block.get("elements") or []
    return 0 < len(elements) <= 25 and all(map(_button, elements))


def _button(element: Block) -> bool:
    return (
        element.get("type") == "button"
        and _text(element.get("text"), 75)
        and 0 < len(element.get("action_id") or "") <= 255
        and len(element.get("value") or "") <= 2_000
        and element.get("style", "primary") in ("primary", "danger")
    )


def _context_actions(block: Block) -> bool:
    elements = block.get("elements") or []
    return 0 < len(elements) <= 5 and all(map(_feedback, elements))


def _feedback(element: Block) -> bool:
    sides = [element.get("positive_button"), element.get("negative_button")]
    return element.get("type") == "feedback_buttons" and all(
        isinstance(side, Mapping)
        and _text(side.get("text"), 75)
        and 0 < len(side.get("value") or "") <= 2_000
        and len(side.get("accessibility_label") or "") <= 75
        for side in sides
    )


def _header(block: Block) -> bool:
    return _text(block.get("text"), 150)


def _input(block: Block) -> bool:
    element = block.get("element") or {}
    return (
        _text(block.get("label"), 2_000)
        and _text(block.get("hint"), 2_000)
        and element.get("type") == "plain_text_input"
        and element.get("max_length", 1) <= 3_000
    )


_BLOCKS: Mapping[str, Callable[[Block], bool]] = {
    "section": _section,
    "table": _table,
    "rich_text": _rich_text,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "header": _header,
    "input": _input,
    "divider": lambda block: True,
}
