"""Ticket modes: what may be written in which queue. Pure.

"note, Support=public" is notes everywhere, but public replies in the queue Support.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from bot.core.model import Mode


@dataclass(frozen=True, slots=True)
class Modes:
    """Ticket modes of one channel."""

    usual: Mode = "note"
    queues: Mapping[str, Mode] = field(default_factory=dict)  # by name in lower case; others: the usual one

    def of(self, queue: str) -> Mode:
        """Mode of one queue, group or mailbox, whatever the case of its name."""
        return self.queues.get(queue.strip().lower(), self.usual)

    @property
    def off(self) -> bool:
        """True if nothing is ever written: the channel is disabled."""
        return self.usual == "off" and all(mode == "off" for mode in self.queues.values())


def parse_modes(text: str) -> Modes:
    """Ticket modes of a setting; empty: note everywhere. Raises ValueError that says what to write instead."""
    usual, queues = "note", {}
    for piece in filter(None, (piece.strip() for piece in text.split(","))):
        queue, separates, mode = (part.strip() for part in piece.rpartition("="))
        if mode.lower() not in get_args(Mode) or (separates and not queue):
            raise ValueError(
                f'{piece!r} is no mode; write off, note or public, or for single queues "note, Support=public"'
            )
        if queue:
            queues[queue.lower()] = cast("Mode", mode.lower())
        else:
            usual = mode.lower()
    return Modes(cast("Mode", usual), queues)
