"""Comma-separated list: settings that hold several values."""

import re


def comma_list(value: str) -> list[str]:
    """Items of a setting that holds several, separated by commas or spaces; empty ones are left out."""
    return [i for i in re.split(r"[,\s]+", value) if i]


def check_items(value: str, pattern: re.Pattern[str], says: str) -> str:
    """The setting, each of whose items is matched by the pattern as a whole.

    Raises ValueError with the first that is not, and what the error `says` of it: "is no Slack id; write …".
    """
    if wrong := [item for item in comma_list(value) if not pattern.fullmatch(item)]:
        raise ValueError(f"{wrong[0]!r} {says}")
    return value
