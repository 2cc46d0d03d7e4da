"""Literals that are looked for before a pattern of a program's line: each match of the pattern must hold one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import error_slots, pasted
from tests.examples import examples

GUARDED: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    **{f"pasted {sign}": (form, (sign,)) for sign, form in pasted._PROGRAM.items()},
    "exception": (error_slots._EXCEPTION, ("Error", "Exception")),
}


@pytest.mark.parametrize("name", GUARDED)
def test_what_a_pattern_matches_holds_the_literal_that_is_looked_for_first(name: str) -> None:
    pattern, literals = GUARDED[name]

    @examples(30, database=None)
    @given(st.from_regex(re.compile(pattern.pattern, pattern.flags & ~re.ASCII)))
    def check(text: str) -> None:
        assert any(literal in text for literal in literals), text

    check()
