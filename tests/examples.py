"""Hypothesis: how many examples a property is tried with. The README's test command draws a sixth of them, others in
each run; with POSTBOTE_INTEGRATION=1 properties are integration tests too (conftest.py), and .ci/run draws all.
"""

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

SHARE = 1 if os.environ.get("POSTBOTE_INTEGRATION") else 6


def examples(number: int, **more: Any) -> settings:
    """Decorator: as many examples, of which the quick run draws a sixth, and no deadline. `more`: other settings."""
    return settings(max_examples=number // SHARE, deadline=None, **more)


def draw_fewer() -> None:
    """Makes a sixth of Hypothesis' hundred the number of properties that name none; a busy machine fails none."""
    settings.register_profile("share", max_examples=100 // SHARE, deadline=None)
    settings.load_profile("share")


def any_text(longest: int) -> st.SearchStrategy[str]:
    """Texts of at most so many characters, of all that UTF-8 has.

    `st.text` draws the same by itself, but in a fresh clone it asks UTF-8 for each of a million signs first: 1.3 s.
    """
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=longest)


def load_tables() -> None:
    """Makes Hypothesis load its tables of Unicode, which it makes in a fresh clone."""

    @settings(max_examples=1, database=None)
    @given(any_text(1))
    def draw(text: str) -> None:
        pass

    draw()
