"""Alarm of the breaker of public replies (bot/storage/ticket_ledger.py): it has tripped, or recovered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context

import structlog

from bot.core.model import Answer, Event, Question, Reply, TryLater
from bot.storage.database import DatabaseError

log = structlog.get_logger()


class BreakerAlarm:
    """Alarm that stands in the log at once, and in Slack by an event of its own."""

    def __init__(self, reply_to: Mapping[str, str], enqueue: Callable[[Event], Awaitable[None]]) -> None:
        """`reply_to`: of the message in Slack; empty: the log alone tells. `enqueue`: stores an event durably."""
        self._reply_to, self._enqueue = reply_to, enqueue
        self._under_way: set[asyncio.Task[None]] = set()  # held so that they are not collected

    def tell(self, state: str, now: float) -> None:
        """Tells of the breaker's new state, "tripped" or "recovered". `now`: seconds since the epoch."""
        log.error("ticket_breaker", state=state, cure="too many public replies within an hour: see `postbote why`")
        if not self._reply_to:
            return
        event = Event(
            f"breaker:{state}:{int(now)}", "slack", Question(""), self._reply_to, "", "breaker", {"state": state}
        )
        # In a context of its own: the engine takes what is started within a step for a part of it
        task = asyncio.get_running_loop().create_task(self._store(event), context=Context())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def handle(self, event: Event) -> Reply:
        """Reply to the alarm's event: the message itself."""
        return Reply(Answer("breaker", "de", {"state": str(event.facts.get("state", "tripped"))}))

    async def _store(self, event: Event) -> None:
        """Enqueues the alarm; one that cannot be stored stands in the log alone."""
        try:
            await self._enqueue(event)
        except (OSError, RuntimeError, TryLater, DatabaseError) as wrong:
            log.warning("alarm_not_stored", key=event.key, why=type(wrong).__name__)
