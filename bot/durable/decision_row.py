"""Decision row: what durable delivery reads and writes of a decision in bot/storage, as far as the database lets it.

The reply matters more than its record. So a database in trouble costs a log line here, never a reply.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.core.model import Answer, DecisionToSave, Event, Reply
from bot.observability.event_log import seconds_since_receipt
from bot.storage import Storage
from bot.storage.best_effort import best_effort
from bot.storage.serialization import to_reply

T = TypeVar("T")

Save = Callable[[DecisionToSave], Awaitable[None]]  # bot/dialogue/decision_saver.py; raises DatabaseError


class DecisionRow:
    """Access to the rows of decisions, found by their event's key."""

    def __init__(self, save: Save, storage: Storage) -> None:
        self._save, self._storage = save, storage

    async def save(self, decided: DecisionToSave) -> None:
        """Saves what was decided. Raises whatever is wrong, which the error policy sorts and the decide step logs."""
        await self._save(decided)

    async def undelivered_reply(self, event: Event) -> Reply | None:
        """Reply that an earlier run decided, saved and did not record as delivered; None: none, or no database."""
        look = asyncio.to_thread(self._storage.decisions.undelivered_reply, event.key)
        stored = await best_effort(event.key, "stored_reply_not_read", look)
        return to_reply(stored) if stored else None

    async def save_failure(self, event: Event, answer: Answer) -> None:
        """Saves the neutral reply as the event's decision: a question that met a bug is a gap too."""
        saved = self._write(lambda: self._storage.decisions.save(event, answer))
        await best_effort(event.key, "failure_not_saved", saved)

    async def is_deleted(self, event: Event) -> bool:
        """True if the question of an event was deleted; False too while the database is away."""
        key = event.reply_to.get("key", event.key)
        look = asyncio.to_thread(self._storage.deleted_questions.has, key)
        return await best_effort(event.key, "deletion_not_read", look) or False

    async def drop_reply(self, event: Event) -> None:
        """Drops the undelivered reply: it will not be delivered."""
        key = event.reply_to.get("key", event.key)
        dropped = self._write(lambda: self._storage.mark_delivered(key, "", 0.0))
        await best_effort(event.key, "delivery_not_recorded", dropped)

    async def record_delivery(self, event: Event, message_id: str) -> bool:
        """Records the post's name, which an edit or a deletion needs, and its latency; drops the undelivered reply.

        True if the question was deleted meanwhile: nothing is kept of it then.

        An edit updates the post of an earlier question: `reply_to["key"]` is that question's, whose latency stays.
        """
        key = event.reply_to.get("key", event.key)
        seconds = seconds_since_receipt(event) if key == event.key else 0.0
        ticket = event.act == "ticket"
        recorded = self._write(lambda: self._storage.mark_delivered(key, message_id, seconds, ticket=ticket))
        return await best_effort(event.key, "delivery_not_recorded", recorded) or False

    def _write(self, work: Callable[[], T]) -> Awaitable[T]:
        return self._storage.database.write(work)
