"""Synchronous dialogue for the chat page: an event is handled within its HTTP request instead of being queued.

The browser sees at once whether an answer came, so nothing is stored before. It uses the same dialogue manager,
decision saver, log and metrics as queued events. A database that is away costs the record, never the reply.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.core.model import DecisionToSave, Event, Reply
from bot.observability.event_log import EventLog, seconds_since_receipt
from bot.storage import Storage
from bot.storage.best_effort import best_effort


class SynchronousDialogue:
    """Synchronous dialogue over a dialogue manager's `handle` and a decision saver's `save`."""

    def __init__(
        self,
        handle: Callable[[Event], Awaitable[Reply]],
        save: Callable[[DecisionToSave], Awaitable[None]],
        storage: Storage,
        event_log: EventLog,
    ) -> None:
        self._handle, self._save, self._storage, self._event_log = handle, save, storage, event_log

    async def handle(self, event: Event) -> Reply:
        """Reply to the event. Raises TryLater, and any exception of a bug: the server logs it and answers 500."""
        event = replace(event, received=time.time())
        with self._event_log.processing(event):
            self._event_log.received(event)
            began = time.perf_counter()
            reply = await self._handle(event)
            if reply.decided:
                await best_effort(event.key, "decision_not_saved", self._save(reply.decided))
            self._event_log.decided(event, reply.answer, time.perf_counter() - began)
            await best_effort(event.key, "latency_not_saved", self._record_latency(event))
            self._event_log.delivered(event, 1)
        return reply

    async def _record_latency(self, event: Event) -> None:
        seconds = seconds_since_receipt(event)
        await self._storage.database.write(lambda: self._storage.mark_delivered(event.key, "", seconds))
