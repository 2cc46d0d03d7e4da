"""Proof that every match of a pattern holds what it needs: by the parts of the pattern, whatever the text."""

import re._constants as sre  # type: ignore[import-not-found]  # not public, but all that knows a pattern's parts
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Sequence
from typing import Any

from bot.core.lazy_regex import lower_case

GAP = "\0"  # anything, or nothing
FEW = 4  # characters of a set that are told apart
NEAR = 24  # characters at the ends of a text that may be a part of what is needed
MOST = 5_000  # texts without it that are followed up


def without_needed(pattern: str, flags: int, needs: Sequence[str]) -> set[str]:
    """Beginnings and ends of matches that hold none of `needs`; empty: every match does."""
    return _of_all(parser.parse(pattern, flags), needs)


def _of_all(parts: Iterable[Any], needs: Sequence[str]) -> set[str]:
    found = {""}
    for kind, value in parts:
        more = _of(kind, value, needs)
        joined = {_shortened(begin + end) for begin in found for end in more}
        found = {text for text in joined if not any(letters in text for letters in needs)}
        if len(found) > MOST:
            found = {GAP}
    return found


def _shortened(text: str) -> str:
    while GAP * 2 in text:
        text = text.replace(GAP * 2, GAP)
    return text if len(text) <= 2 * NEAR else f"{text[:NEAR]}{GAP}{text[-NEAR:]}"


def _of(kind: Any, value: Any, needs: Sequence[str]) -> set[str]:
    if kind is sre.LITERAL:
        return {lower_case(chr(value))}
    if kind is sre.IN:
        return _of_set(value)
    if kind is sre.BRANCH:
        return set().union(*(_of_all(one, needs) for one in value[1]))
    if kind in (sre.SUBPATTERN, sre.ATOMIC_GROUP):
        return _of_all(value[3] if kind is sre.SUBPATTERN else value, needs)
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, most, inner = value
        return _of_repeat(least, most, inner, needs)
    if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
        return {""}
    return {GAP}


def _of_repeat(least: int, most: int, inner: Iterable[Any], needs: Sequence[str]) -> set[str]:
    once = [*inner]
    if most <= FEW:
        return set().union(*(_of_all(once * times, needs) for times in range(least, most + 1)))
    if not least:
        return {GAP}
    ends = _of_all(once, needs)
    return ends and {f"{one}{GAP}{other}" for one in ends for other in ends} | ends


def _of_set(items: Sequence[tuple[Any, Any]]) -> set[str]:
    if any(kind not in (sre.LITERAL, sre.RANGE) for kind, _ in items):
        return {GAP}
    codes = [range(value, value + 1) if kind is sre.LITERAL else range(value[0], value[1] + 1) for kind, value in items]
    return {lower_case(chr(n)) for of in codes for n in of} if sum(map(len, codes)) <= FEW else {GAP}
