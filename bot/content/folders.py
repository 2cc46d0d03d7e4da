"""Folders of the content that come with the program."""

from pathlib import Path

GENERAL = Path(__file__).parent / "general_layer"  # of every hoster's base (general.py)
