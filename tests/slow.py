"""Tests that need seconds of CPU and no server: skipped, by name, in the README's test command; .ci/run runs them."""

import os
from collections.abc import Callable
from typing import Any

import pytest

Test = Callable[..., Any]
SLOW = (  # for a whole module: pytestmark = [*SLOW]
    pytest.mark.integration,
    pytest.mark.skipif(not os.environ.get("POSTBOTE_INTEGRATION"), reason="slow: POSTBOTE_INTEGRATION=1 runs it"),
)


def slow(test: Test) -> Test:
    """Marks one test."""
    for mark in SLOW:
        test = mark(test)
    return test
