"""Channel context: what bot/app.py hands to a channel that it opens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.contracts.engine import Engine
from bot.contracts.stores import CursorStore, HandoverStore, SecretStore
from bot.contracts.tickets import OpenTicket, WriteInTicket
from bot.core.model import Event


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """Dependencies of a channel, handed to its `open_channel` by bot/app.py."""

    engine: Engine
    # Returns when the event is durable, or is known not to concern the bot (an overheard message); a repeated key is
    # no error. Raises where the event cannot be stored.
    enqueue: Callable[[Event], Awaitable[None]]
    secrets: SecretStore
    erase_team: Callable[[str], None]  # deletes everything of a workspace ("T0001"); blocks
    cursors: CursorStore
    handovers: HandoverStore | None = None  # None: this channel hands nothing over
    open_ticket: OpenTicket | None = None  # None: no helpdesk is configured for requests to a person
    write_in_ticket: WriteInTicket | None = None  # None: nothing is relayed into tickets
