"""Content cache: content that was read and found right, so that a later start reads one file and checks nothing.

It holds the knowledge and the counts over its examples. Its key is a hash of all that they come from: the base, the
general layer, the templates that were checked against it, and the code that reads, checks and counts.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from bot.content.cache_file import load, save
from bot.content.content_hash import content_hash
from bot.content.plain_values import converter
from bot.core.matching.example_counts import ExampleCounts
from bot.core.model import Knowledge


@dataclass(frozen=True, slots=True)
class Content:
    """Content of one base, checked, with the counts over its examples."""

    knowledge: Knowledge
    counts: ExampleCounts


def content_key(folders: list[Path]) -> str:
    """Key of content: 16 hex digits over the folders' texts, pictures and code. Raises OSError."""
    return content_hash(folders, "*.yaml", "*.md", "*.py", "*.svg", "*.png")[:16]


def load_or_read(folder: Path, key: str, read: Callable[[], Content]) -> Content:
    """Content of this key from the folder; else as it is read now, and saved there. Raises what `read` raises.

    `key`: empty: the content has none, and is read.
    """
    if not key:
        return read()
    file = folder / f"content-{key}.cache"
    with suppress(OSError, ValueError):  # there is none, or a broken one
        return _to_content(from_json(load(file), cache_strings="none"))
    content = read()
    with suppress(OSError):
        save(file, "content-*", [_to_json(content)])
    return content


def _to_json(content: Content) -> bytes:
    return json.dumps(content, default=_fields, ensure_ascii=False, separators=(",", ":")).encode()


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _to_content(stored: Any) -> Content:
    found: Content = converter(Content)(stored)
    return found
