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


def load_tables() -> None:
    """Makes Hypothesis load its tables of Unicode, and make them in a fresh clone, which takes 1 s of CPU."""

    @settings(max_examples=1, database=None)
    @given(st.text())
    def draw(text: str) -> None:
        pass

    draw()
