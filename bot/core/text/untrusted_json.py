"""JSON of strangers: its texts are made such that they can be encoded, stored and logged.

JSON can name a lone surrogate ("\\ud800", RFC 8259 section 8.2), which UTF-8 cannot write, and NUL, which PostgreSQL
does not store. Both become U+FFFD, the replacement character.
"""

import json
from typing import Any

from bot.core.lazy_regex import lazy_regex

_UNSTORABLE = lazy_regex("[\0\ud800-\udfff]")


def parse_json(text: str | bytes) -> Any:
    """JSON value, with storable texts. Raises ValueError; also where it is nested too deep."""
    try:
        return storable(json.loads(text))
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def storable(value: Any) -> Any:
    """The same JSON value with U+FFFD for what cannot be stored in its texts. Raises RecursionError."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): storable(each) for name, each in value.items()}
    return value
