"""Lazy regular expressions: compiled when they are first used, so that a start waits only for those that it needs.

To compile all of them takes longer than to answer a question (tests/core/test_lazy_regex.py compiles each). Most match
in few messages, and need letters that few messages have: where none of these stands, nothing is searched.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, cast

TEXTS = 16  # that are remembered in lower case: most patterns are looked for in a sentence one after the other

_made: list["_LazyRegex"] = []
_LIKE_ASCII = {"ſ": "s", "ı": "i", "\u0307": ""}  # (?i) takes the first two for s and i; "İ" in lower case has the last


def lazy_regex(pattern: str, flags: int = 0, needs: Sequence[str] = ()) -> re.Pattern[str]:
    """Pattern as of re.compile, compiled at its first use; for the constants of modules.

    It has all methods of a pattern; functions such as `re.sub` do not take it. `needs`: letters in lower case, some of
    which stand in every match, as tests/core/test_lazy_regex.py proves; where none of them stands in a text, `search`,
    `match`, `finditer` and `sub` know at once that there is none. Empty: there is nothing to look for.
    """
    made = _LazyRegex(pattern, flags, needs)
    _made.append(made)
    return cast("re.Pattern[str]", made)


def one_of(words: str) -> str:
    """Pattern of one of the words, or patterns of words, between commas; with "_" for a blank."""
    return rf"(?:{'|'.join(words.replace('_', ' ').split(','))})"


def compile_all() -> None:
    """Compiles the patterns of all loaded modules, so that no question waits for it."""
    for made in tuple(_made):
        made.search  # noqa: B018 (it is looked up)


@lru_cache(TEXTS)
def lower_case(text: str) -> str:
    """Text in lower case, in which letters stand wherever a pattern with (?i) finds them in the text."""
    lower = text.lower()
    for letter, plain in () if lower.isascii() else _LIKE_ASCII.items():
        lower = lower.replace(letter, plain)
    return lower


class _LazyRegex:
    """Stand-in for a pattern: looking up a method for the first time compiles it, and puts all methods here."""

    def __init__(self, pattern: str, flags: int, needs: Sequence[str]) -> None:
        self._made_of = pattern, flags
        self.needs = tuple(needs)

    def __getattr__(self, name: str) -> Any:  # only asked for what is not here yet
        compiled = re.compile(*self._made_of)
        for method in ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"):
            setattr(self, method, getattr(compiled, method))
        if self.needs:
            self.search = _where_needed(compiled.search, self.needs)
            self.match = _where_needed(compiled.match, self.needs)
            self.finditer = _where_needed(compiled.finditer, self.needs, ())
            self.sub = _replaced_where_needed(compiled.sub, self.needs)
        return getattr(self if name in self.__dict__ else compiled, name)


def _where_needed(look: Callable[..., Any], needs: Sequence[str], nothing: Any = None) -> Callable[..., Any]:
    """Method of a pattern that is not called for a text without what the pattern needs, and is `nothing` there."""

    def looked(text: str, *span: int) -> Any:
        lower = lower_case(text)
        for letters in needs:
            if letters in lower:
                return look(text, *span)
        return nothing

    return looked


def _replaced_where_needed(replace: Callable[..., Any], needs: Sequence[str]) -> Callable[..., Any]:
    def replaced(by: Any, text: str, *count: int) -> Any:
        lower = lower_case(text)
        for letters in needs:
            if letters in lower:
                return replace(by, text, *count)
        return text

    return replaced
