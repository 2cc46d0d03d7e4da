"""Channels: one folder each, found by scanning. A channel parses what arrives into an Event and sends an Answer in
its dialect.

A channel's package has `def open_channel(settings: Settings, parts: Parts) -> Channel | Off`, and perhaps
`async def examine(settings: Settings) -> Sequence[Check]`.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from bot.contracts import Channel, ChannelContext, Disabled, DoctorResult
from bot.settings import Settings


def _modules() -> Mapping[str, ModuleType | Any]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.ispkg)
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def find_examinations() -> Mapping[str, Callable[[Settings], Awaitable[Sequence[DoctorResult]]]]:
    """`examine` of the folders that have one: the configuration against the live service, for `postbote doctor`."""
    return {name: module.examine for name, module in _modules().items() if hasattr(module, "examine")}


def find_channels() -> Mapping[str, Callable[[Settings, ChannelContext], Channel | Disabled]]:
    """`open_channel` of the folders that have one, by the folder's name."""
    return {name: module.open_channel for name, module in _modules().items() if hasattr(module, "open_channel")}
