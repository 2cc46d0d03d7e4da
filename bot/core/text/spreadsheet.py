"""Cells of a spreadsheet: a text that a stranger wrote is never run as a formula (owasp.org, CSV injection)."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a text begins that is run where the file is opened


def without_formula(text: str) -> str:
    """Text for a cell: with a quote before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
