"""Folders that come with the program: the general layer of the content, and the code that learns it."""

from collections.abc import Sequence
from pathlib import Path

GENERAL = Path(__file__).parent / "general_layer"  # of every hoster's base (general.py)
CORE = Path(__file__).parents[1] / "core"


def learnt_from(knowledge: Path) -> Sequence[Path]:
    """Folders from which the model of a knowledge base is learnt: a change in one of them is a change of the model."""
    return knowledge, GENERAL, CORE
