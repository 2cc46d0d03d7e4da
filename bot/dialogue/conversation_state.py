"""State of a conversation: what is known before a message is understood.

A database that is away costs the context, never the reply.
"""

import asyncio

from bot.core.model import Event
from bot.storage import Storage
from bot.storage.best_effort import best_effort
from bot.storage.decisions import Context
from bot.storage.modes import DEFAULT_MODE

UNAVAILABLE = "database_unavailable"  # in the log


class ConversationState:
    """State of the conversations of one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def context(self, event: Event) -> Context:
        """Context of a question, in one look at the database; an empty one while it is away."""
        look = asyncio.to_thread(self._storage.decisions.context_of, event)
        return await best_effort(event.key, UNAVAILABLE, look) or Context()

    async def is_overheard(self, event: Event) -> bool:
        """True if messages that do not address the bot are read here: in its threads, and in mode listen."""
        if await asyncio.to_thread(self._storage.threads.get, event.conversation):
            return True
        return event.facts.get("root") is True and await self._mode(event) == "listen"

    async def _mode(self, event: Event) -> str:
        look = asyncio.to_thread(self._storage.modes.get, event.location)
        return await best_effort(event.key, UNAVAILABLE, look) or DEFAULT_MODE
