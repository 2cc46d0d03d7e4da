"""Tests that need seconds of CPU and no server: skipped, by name, in the README's test command; .ci/run runs them."""

import os
from collections.abc import Callable
from typing import Any

import pytest

Test = Callable[..., Any]


def slow(test: Test) -> Test:
    """Marks a test as one of them."""
    skipped = pytest.mark.skipif(
        not os.environ.get("POSTBOTE_INTEGRATION"), reason="slow: needs POSTBOTE_INTEGRATION=1"
    )
    marked: Test = pytest.mark.integration(skipped(test))
    return marked
