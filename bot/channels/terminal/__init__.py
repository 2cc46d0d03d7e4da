"""The terminal: `postbote ask` and `postbote answer --jsonl`. Its asker waits on the line, so nothing is stored."""

from typing import TYPE_CHECKING

from bot.contracts import Off, Parts

if TYPE_CHECKING:
    from bot.settings import Settings


def open_channel(settings: "Settings", parts: Parts) -> Off:
    """Nothing to open: the command line calls `show` and `stream` itself."""
    return Off("terminal", "")
