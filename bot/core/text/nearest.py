"""Nearest name: what somebody meant who made a typing mistake in one of a few known names."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA


def nearest(typed: str, known: Iterable[str], least: float) -> str:
    """Known name with the fewest letters left out, added, changed or exchanged with the next; empty: none is near.

    `least`: likeness from 0 to 1 that it must have: 1 less the mistakes for each letter of the longer one.
    """
    found = process.extractOne(typed, list(known), scorer=OSA.normalized_similarity, score_cutoff=least)
    return found[0] if found else ""
