"""Comma-separated list: settings that hold several values."""

import re


def comma_list(value: str) -> list[str]:
    """Items of a setting that holds several, separated by commas or spaces; empty ones are left out."""
    return [i for i in re.split(r"[,\s]+", value) if i]
