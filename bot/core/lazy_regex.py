"""Lazy regular expressions: compiled when they are first used, so that a start waits only for those that it needs.

To compile all of them takes longer than to answer a question (tests/core/test_lazy_regex.py compiles each).
"""

import re
from typing import Any, cast

_made: list["_LazyRegex"] = []


def lazy_regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Pattern as of re.compile, compiled at its first use; for the constants of modules.

    It has all methods of a pattern; functions such as `re.sub` do not take it.
    """
    made = _LazyRegex(pattern, flags)
    _made.append(made)
    return cast("re.Pattern[str]", made)


def compile_all() -> None:
    """Compiles the patterns of all loaded modules, so that no question waits for it."""
    for made in tuple(_made):
        made.search  # noqa: B018 (it is looked up)


class _LazyRegex:
    """Stand-in for a pattern: looking up a method for the first time compiles it, and puts all methods here."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._made_of = pattern, flags

    def __getattr__(self, name: str) -> Any:  # only asked for what is not here yet
        compiled = re.compile(*self._made_of)
        for method in ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
