"""Event → Reply for who waits on the line: a browser sees at once whether an answer came, so nothing is stored before.

The same desk as for stored events, the same log and counts; what was decided is kept for gaps and dashboard.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.core.model import Event, Reply
from bot.observability.event_log import EventLog, seconds_since_receipt
from bot.storage.store import DatabaseError, Store

log = structlog.get_logger()


class SynchronousDialogue:
    """One per process."""

    def __init__(self, consider: Callable[[Event], Awaitable[Reply]], store: Store, event_log: EventLog) -> None:
        self._consider, self._store, self._event_log = consider, store, event_log

    async def handle(self, event: Event) -> Reply:
        """What to say. Raises TryLater, and whatever a bug of ours raises: the server logs it and says no more."""
        event = replace(event, received=time.time())
        with self._event_log.processing(event):
            self._event_log.received(event)
            began = time.perf_counter()
            reply = await self._consider(event)
            if reply.keep:
                await reply.keep()
            self._event_log.decided(event, reply.answer, time.perf_counter() - began)
            await self._keep(event)
            self._event_log.delivered(event, 1)
        return reply

    async def _keep(self, event: Event) -> None:
        """How long it took; not worth a person's answer."""
        try:
            await asyncio.to_thread(self._store.sent, event.key, "", seconds_since_receipt(event))
        except DatabaseError as wrong:
            log.warning("not_kept", key=event.key, why=type(wrong).__name__)
