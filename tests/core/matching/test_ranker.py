"""Ranker: which examples are the nearest."""

import numpy as np

from bot.core.matching.ranker import MOST_NEAR, SAMPLED, places_of_nearest
from tests.rows import each_row


@each_row("digits", [1, 2, 3, 7])
@each_row("share", [0.0, 0.01, 0.5, 1.0])
def test_the_nearest_are_the_highest_and_all_that_are_equal_to_the_last(digits: int, share: float) -> None:
    """Which of equal ones NumPy puts first depends on the processor."""
    random = np.random.default_rng(1)
    for size in (MOST_NEAR + 1, 20_000):
        cosine = np.where(random.random(size) < share, random.random(size).round(digits), 0).astype(np.float32)
        highest = np.sort(cosine)[::-1]
        expected = [place for place in range(size) if cosine[place] >= highest[MOST_NEAR - 1] and cosine[place]]
        assert places_of_nearest(cosine).tolist() == expected


@each_row("apart", [2, 7, 11])
@each_row("high_between", [False, True])
def test_the_nearest_are_found_wherever_the_highest_stand(apart: int, *, high_between: bool) -> None:
    """They may stand at the places of a sample alone, or beside them."""
    size = apart * SAMPLED - 1
    cosine = np.linspace(0.1, 0.2, size).astype(np.float32)
    cosine[(np.arange(size) % apart != 0) == high_between] += np.float32(0.5)
    highest = np.sort(cosine)[-MOST_NEAR]
    assert places_of_nearest(cosine).tolist() == np.flatnonzero(cosine >= highest).tolist()
