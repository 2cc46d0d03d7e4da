"""Filters of templates and entries: what people typed as code or plain words, numbers with their unit, and series."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jinja2

from bot.core.languages import KNOWN
from bot.core.lazy_regex import lazy_regex

_UNITS = ("hours", "minutes", "seconds")
_CONTROL = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MARKS = lazy_regex(r"([\\`*_\[\]<>|#~])")  # of Markdown, wherever they stand
_ITEM = lazy_regex(r"\A(\d{0,9})([-+.)])(?=\s|\Z)")  # the beginning of a list's item, if it begins a line


def code(value: object) -> str:
    """Filter for what a person or name server typed: inline code. It cannot end the code, break the line or ping."""
    plain = _CONTROL.sub(" ", str(value)).replace("`", "'").strip()
    return f"`{plain}`" if plain else ""


def text(value: object) -> str:
    """Filter for what a person typed: plain words inside Markdown, each mark with a backslash before it.

    Control characters become a space, and blanks at both ends go.
    """
    plain = _MARKS.sub(r"\\\1", _CONTROL.sub(" ", str(value)).strip())
    return _ITEM.sub(r"\1\\\2", plain)


@jinja2.pass_context
def series(context: jinja2.runtime.Context, parts: Sequence[str], last: str = "") -> str:
    """Filter for several things in one sentence: "SMTP, POP3 und IMAP". `last`: before the last one; empty: "und"."""
    *first, end = map(str, parts)
    between = f" {last or KNOWN[context['language']].conjunction} "
    return f"{', '.join(first)}{between}{end}" if first else end


def _unit_filter(unit: str) -> Any:
    def counted(context: jinja2.runtime.Context, number: int) -> str:
        one, many = KNOWN[context["language"]].units[unit]
        return f"{number} {one if number == 1 else many}"

    return counted


FILTERS: Mapping[str, Callable[..., str]] = {  # all that entries may use
    "code": code,
    "text": text,
    **{unit: jinja2.pass_context(_unit_filter(unit)) for unit in _UNITS},
}
