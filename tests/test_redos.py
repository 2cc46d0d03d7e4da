"""ReDoS: no text that anybody sends can keep a regular expression busy (tests/redos.py)."""

import os
import re
import subprocess
import sys

import pytest

from tests.redos import LIMIT, Found, all_patterns, seconds, shapes
from tests.slow import few

LONGEST = 1.5  # seconds of CPU for 50 kB; the slowest took 0.1 (0.4 on a busy machine); a quadratic one never ends
ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))


@pytest.mark.integration
@pytest.mark.skipif(not ASKED, reason="takes 9 seconds of CPU: POSTBOTE_INTEGRATION=1 runs it")
def test_no_pattern_is_kept_busy_by_50_kb_of_hostile_text() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.redos"], capture_output=True, text=True, check=True)
    lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert len({where for _, where, _ in lines}) > 80
    assert [(where, shape, took) for took, where, shape in lines if float(took) > LONGEST] == []


BAD = [
    (r"(a+)+$", True),  # exponential
    (r"[ \t]+\n", False),  # quadratic where it is searched for: was in bot/content/renderer.py
    (r"(?:[A-Z][\w.]*\s*){0,4}$", False),  # cubic: was in bot/core/matching/ticket_trimming.py
]


@pytest.mark.parametrize(("pattern", "anchored"), few(1, BAD))
def test_a_bad_pattern_is_found(pattern: str, anchored: bool) -> None:
    found = Found(pattern, 0, "here", anchored)
    times = (seconds(found, text, 0.1) for text in shapes(pattern, 0).values())
    assert any(took == 0.1 for took in times)


@pytest.mark.integration
@pytest.mark.skipif(not ASKED, reason="imports all of bot/: POSTBOTE_INTEGRATION=1 runs it")
def test_all_places_are_looked_at() -> None:
    """Calls with a text, named constants, f-strings, and patterns that a loop compiles."""
    patterns = {found.pattern for found in all_patterns()}
    assert any("hooks" in pattern for pattern in patterns), "bot/core/privacy/redaction.py compiles a list"
    assert any(re.escape("<@x[|>]") == re.escape(pattern) for pattern in patterns), "bot/channels/slack/events.py"
    assert LIMIT > LONGEST
