"""Synchronous dialogue for the chat page: an event is handled within its HTTP request instead of being queued.

The browser sees at once whether an answer came, so nothing is stored before. It uses the same dialogue manager, log and
metrics as queued events; the decision is saved for follow-ups, gaps and the dashboard.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.core.model import Event, Reply
from bot.observability.event_log import EventLog, seconds_since_receipt
from bot.storage import DatabaseError, Storage

log = structlog.get_logger()


class SynchronousDialogue:
    """Synchronous dialogue over a dialogue manager's `handle`."""

    def __init__(self, handle: Callable[[Event], Awaitable[Reply]], storage: Storage, event_log: EventLog) -> None:
        self._handle, self._storage, self._event_log = handle, storage, event_log

    async def handle(self, event: Event) -> Reply:
        """Reply to the event. Raises TryLater, and any exception of a bug: the server logs it and answers 500."""
        event = replace(event, received=time.time())
        with self._event_log.processing(event):
            self._event_log.received(event)
            began = time.perf_counter()
            reply = await self._handle(event)
            if reply.save_decision:
                await reply.save_decision()
            self._event_log.decided(event, reply.answer, time.perf_counter() - began)
            await self._record_latency(event)
            self._event_log.delivered(event, 1)
        return reply

    async def _record_latency(self, event: Event) -> None:
        try:
            seconds = seconds_since_receipt(event)
            await self._storage.database.write(lambda: self._storage.mark_delivered(event.key, "", seconds))
        except DatabaseError as wrong:
            log.warning("latency_not_saved", key=event.key, why=type(wrong).__name__)
