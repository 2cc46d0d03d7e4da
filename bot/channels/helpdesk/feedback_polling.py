"""Feedback polling: now and then, beside a channel's own rounds, what agents have said is enqueued."""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.channels.helpdesk.feedback import Feedback
from bot.channels.helpdesk.http import RequestRefused
from bot.core.model import Event, TryLater
from bot.tickets.events import feedback_event

log = structlog.get_logger()

ROUNDS = 5  # of the channel's polling, between two looks


class FeedbackPolling:
    """Poller of one helpdesk's feedback. Where it cannot be read, tickets are answered nevertheless."""

    def __init__(
        self,
        system: str,
        account: str,
        list_feedback: Callable[[], Awaitable[Sequence[Feedback]]],
        enqueue: Callable[[Event], Awaitable[None]],
    ) -> None:
        """`system`, `account`: as in the events' keys. `list_feedback`: may raise TryLater and RequestRefused."""
        self._system, self._account = system, account
        self._list_feedback, self._enqueue = list_feedback, enqueue
        self._due = 0.0  # on the monotonic clock

    async def poll_once(self, interval: float) -> None:
        """Enqueues an event for each, if a look is due. `interval`: seconds between the channel's rounds."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + ROUNDS * interval
        try:
            for said in await self._list_feedback():
                person = f"{self._account}:{said.person}" if said.person else ""
                event = feedback_event(self._system, self._account, said.ticket, said.post, person, said.verdict)
                await self._enqueue(event)
        except (TryLater, RequestRefused) as wrong:
            log.warning("ticket_feedback_unread", channel=self._system, why=str(wrong))
