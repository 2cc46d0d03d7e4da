"""The project's own content, read when a process first asks for it: not while tests are collected."""

from functools import cache
from pathlib import Path

from bot.commands import find_commands
from bot.content.loader import load
from bot.content.renderer import Renderer
from bot.core.matching.features import FeatureExtractor
from bot.core.model import Knowledge

PROJECT = Path(__file__).parents[1]


@cache
def knowledge() -> Knowledge:
    return load(PROJECT / "knowledge")


@cache
def renderer() -> Renderer:
    hints = {name: command.HINT for name, command in find_commands().items()}
    return Renderer(PROJECT / "templates", knowledge(), hints)


@cache
def extractor() -> FeatureExtractor:
    return FeatureExtractor(knowledge())
