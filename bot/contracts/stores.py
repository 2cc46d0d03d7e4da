"""Contracts of the stores that a channel is given."""

from collections.abc import Sequence
from typing import Protocol

from bot.core.stored_records import Handover


class CursorStore(Protocol):
    """Poll cursors: how far a channel has read its system (bot/storage/cursors.py). All functions block."""

    def read(self, key: str) -> str:
        """Cursor, as it was saved; empty where there is none."""
        ...

    def save(self, key: str, place: str) -> None:
        """Saves a cursor. `place`: how far; the channel's own text."""
        ...


class SecretStore(Protocol):
    """Secret store for a channel's tokens, which the channel encrypts itself. All functions block."""

    def get(self, key: str) -> str:
        """Secret, as it was saved; empty where there is none."""
        ...

    def save(self, key: str, secret: str) -> None:
        """Saves a secret in the place of an earlier one."""
        ...

    def delete(self, key: str, since: float = 0.0) -> bool:
        """True for the one caller who deleted the secret. `since`: seconds since the epoch; an older one stays."""
        ...


class HandoverStore(Protocol):
    """Store of requests to a person, filled by the channel that knows where helpers read them. All functions block."""

    def add(self, handover: Handover) -> None:
        """Opens a handover, once."""
        ...

    def of_tickets(self, prefix: str) -> Sequence[Handover]:
        """Handovers, open or solved, whose place is a ticket of one helpdesk (bot/core/ticket_place.py)."""
        ...

    def mark_relayed(self, place: str, message: str) -> None:
        """Notes the newest message of a ticket that was relayed."""
        ...
