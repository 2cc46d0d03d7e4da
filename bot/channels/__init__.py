"""Channels: one folder for each system that events come from, found by scanning.

A channel parses what arrives into an Event, and delivers an Answer in its dialect.

A channel's package has `def open_channel(settings: Settings, context: ChannelContext) -> Channel | Disabled`, and may
have `async def run_doctor_checks(settings: Settings) -> Sequence[DoctorResult]`.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from bot.contracts.channel import Channel, Disabled, DoctorResult
from bot.contracts.channel_context import ChannelContext
from bot.settings import Settings

OpenChannel = Callable[[Settings, ChannelContext], Channel | Disabled]


def _modules() -> Mapping[str, ModuleType | Any]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.ispkg)
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def find_doctor_checks() -> Mapping[str, Callable[[Settings], Awaitable[Sequence[DoctorResult]]]]:
    """Doctor checks of the channels: `run_doctor_checks` of every folder that has one, by the folder's name, sorted."""
    return {
        name: module.run_doctor_checks for name, module in _modules().items() if hasattr(module, "run_doctor_checks")
    }


def find_channels() -> Mapping[str, OpenChannel]:
    """Openers of the channels: `open_channel` of every folder that has one, by the folder's name, sorted."""
    return {name: module.open_channel for name, module in _modules().items() if hasattr(module, "open_channel")}
