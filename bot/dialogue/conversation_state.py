"""State of a conversation: what is known before a message is understood.

A database that is away costs the context, never the reply.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import structlog

from bot.core.model import Event
from bot.storage import DatabaseError, Storage
from bot.storage.decisions import Context

T = TypeVar("T")
log = structlog.get_logger()


class ConversationState:
    """State of the conversations of one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def context(self, event: Event) -> Context:
        """Context of a question, in one look at the database; an empty one while it is away."""
        found = await self._best_effort(event, asyncio.to_thread(self._storage.decisions.context_of, event))
        return found or Context()

    async def is_overheard(self, event: Event) -> bool:
        """True if messages that do not address the bot are read here: in its threads, and in mode listen."""
        if await asyncio.to_thread(self._storage.threads.get, event.conversation):
            return True
        return event.facts.get("root") is True and await self._mode(event) == "listen"

    async def _mode(self, event: Event) -> str:
        return await self._best_effort(event, asyncio.to_thread(self._storage.modes.get, event.location)) or "mention"

    async def _best_effort(self, event: Event, work: Awaitable[T]) -> T | None:
        """Result of a database call; None where it fails: a question is answered all the same."""
        try:
            return await work
        except DatabaseError as wrong:
            log.warning("database_unavailable", key=event.key, why=type(wrong).__name__)
            return None
