"""YAML edit: files of the knowledge base read and written so that what is not changed stays to the byte.

ruamel.yaml (MIT) keeps comments, order and quotes.
"""

import io
import re
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.core.lazy_regex import lazy_regex

INDENTS = ((4, 2), (2, 0))  # (sequence, offset): "  - item" and "- item", as a file has it
_WORD = lazy_regex(r"(?!(?:null|true|false|yes|no|on|off|y|n)$)[a-z][a-z0-9-]*", re.ASCII)  # needs no quotes


class EditError(Exception):
    """Refusal of an edit. `reason`: id, exists, gone, empty, title, unreadable, unchanged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def replace_listed(raw: CommentedMap, key: str, wanted: Sequence[str]) -> None:
    """Makes the list under a key hold what is wanted; what stays keeps its place and its comment."""
    listed = raw.get(key)
    if listed is None:
        listed = raw[key] = CommentedSeq()
    for place in reversed(range(len(listed))):
        if str(listed[place]) not in wanted:
            del listed[place]
    known = list(map(str, listed))
    new = [text for text in wanted if text not in known]
    if new and not known:
        listed = raw[key] = CommentedSeq()  # an empty list is written in one line
    is_plain = key == "related"  # ids, unless YAML would read something else ("no")
    listed.extend(one if is_plain and _WORD.fullmatch(one) else DoubleQuotedScalarString(one) for one in new)


def mapping(file: Path) -> CommentedMap:
    """Mapping of a file; empty where there is none. Raises EditError where it cannot be read."""
    return _parsed(file.read_text(encoding="utf-8")) if file.is_file() else CommentedMap()


def loaded(file: Path) -> tuple[CommentedMap, tuple[int, int]]:
    """Mapping of a file, and the indents with which it is written as it stands. Raises EditError."""
    text = file.read_text(encoding="utf-8")
    raw = _parsed(text)
    return raw, next((indent for indent in INDENTS if dumped(raw, indent) == text), INDENTS[0])


def _parsed(text: str) -> CommentedMap:
    try:
        raw = _yaml(INDENTS[0]).load(text)
    except YAMLError as wrong:
        raise EditError("unreadable") from wrong
    if not isinstance(raw, CommentedMap):
        raise EditError("unreadable")
    return raw


def _yaml(indent: tuple[int, int]) -> YAML:
    yaml = YAML()  # round trip; plain types only, as the safe loader
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # no line is broken
    yaml.indent(mapping=2, sequence=indent[0], offset=indent[1])
    return yaml


def dumped(raw: CommentedMap, indent: tuple[int, int]) -> str:
    out = io.StringIO()
    _yaml(indent).dump(raw, out)
    return out.getvalue()
