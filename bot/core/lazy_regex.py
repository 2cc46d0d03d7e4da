"""Lazy regular expressions: compiled when they are first used, so that a start waits only for those that it needs.

To compile all of them takes longer than to answer a question (tests/core/test_lazy_regex.py compiles each). Most match
in few messages, and need letters that few messages have: where none of these stands, nothing is searched.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

MANY = 50  # letters that a pattern needs, from which `match`, at its one place, sees sooner that there is no match
TEXTS = 16  # that are remembered in lower case: most patterns are looked for in a sentence one after the other

_LOOKING = {"search": None, "match": None, "finditer": (), "sub": None}  # methods that look for `needs` first → nothing
_made: list["_LazyRegex"] = []
_tables: list[tuple[str, Mapping[str, str], str]] = []  # of `phrases`: begin, rows, end
_LIKE_ASCII = {"ſ": "s", "ı": "i", "\u0307": ""}  # (?i) takes the first two for s and i; "İ" in lower case has the last


def lazy_regex(pattern: str, flags: int = 0, needs: Sequence[str] = ()) -> re.Pattern[str]:
    """Pattern as of re.compile, compiled at its first use; for the constants of modules.

    It has all methods of a pattern; functions such as `re.sub` do not take it. `needs`: letters in lower case, some of
    which stand in every match, as tests/core/test_lazy_regex.py proves; where none of them stands in a text, `search`,
    `match`, `finditer` and `sub` know at once that there is none. Empty: there is nothing to look for. Many are written
    as tuples in a tuple, `(*("a", "b"), *("c",))`: else the formatter gives each a line of its own.
    """
    made = _LazyRegex(pattern, flags, needs)
    _made.append(made)
    return cast("re.Pattern[str]", made)


def one_of(words: str) -> str:
    """Pattern of one of the words, or patterns of words, between commas; with "_" for a blank."""
    return rf"(?:{'|'.join(words.replace('_', ' ').split(','))})"


def phrases(rows: Mapping[str, str], begin: str = "", end: str = "", needs: Sequence[str] = ()) -> re.Pattern[str]:
    """Pattern of a table of phrases, in small letters or capitals: what one of its rows matches.

    `rows`: example, which names the row → pattern of phrases like it, in the order in which they are tried;
    tests/core/test_lazy_regex.py looks for each example with its row alone. `begin`, `end`: patterns before and behind
    every row; empty: rows say themselves where they stand. `needs`: as of `lazy_regex`.
    """
    _tables.append((begin, rows, end))
    any_row = "|".join(rows.values())
    return lazy_regex(f"{begin}(?:{any_row}){end}" if begin or end else any_row, re.IGNORECASE, needs)


def compile_all() -> None:
    """Compiles the patterns of all loaded modules, so that no question waits for it."""
    for made in tuple(_made):
        made.compiled()


@lru_cache(TEXTS)
def lower_case(text: str) -> str:
    """Text in lower case, in which letters stand wherever a pattern with (?i) finds them in the text."""
    lower = text.lower()
    for letter, plain in () if lower.isascii() else _LIKE_ASCII.items():
        lower = lower.replace(letter, plain)
    return lower


class _LazyRegex:
    """Stand-in for a pattern: looking up a method for the first time compiles it, and puts all methods here.

    Where it needs letters, the first text that has some of them compiles it.
    """

    def __init__(self, pattern: str, flags: int, needs: Sequence[str]) -> None:
        self._made_of = pattern, flags
        self.needs = tuple(needs)

    def __getattr__(self, name: str) -> Any:  # only asked for what is not here yet
        if self.needs and name in _LOOKING:
            return _where_needed(name, lambda *given: getattr(self.compiled(), name)(*given), self.needs)
        return getattr(self.compiled(), name)

    def compiled(self) -> re.Pattern[str]:
        """Pattern itself; from now on its methods are here."""
        compiled = re.compile(*self._made_of)
        for name in ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"):
            method = getattr(compiled, name)
            looks_first = self.needs and name in _LOOKING and not (name == "match" and len(self.needs) > MANY)
            setattr(self, name, _where_needed(name, method, self.needs) if looks_first else method)
        return compiled


def _where_needed(name: str, look: Callable[..., Any], needs: Sequence[str]) -> Callable[..., Any]:
    """Method of a pattern that is not called for a text without what the pattern needs: nothing is found there."""

    def looked(text: str, *span: int) -> Any:
        lower = lower_case(text)
        for letters in needs:
            if letters in lower:
                return look(text, *span)
        return nothing

    def replaced(by: Any, text: str, *count: int) -> Any:
        lower = lower_case(text)
        for letters in needs:
            if letters in lower:
                return look(by, text, *count)
        return text

    nothing = _LOOKING[name]
    return replaced if name == "sub" else looked
