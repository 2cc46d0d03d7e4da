"""A request to a person becomes a ticket too, in the helpdesk that POSTBOTE_SLACK_TICKETS names."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from bot.contracts import OpenTicket
from bot.core.model import Answer, Event, Language, TryLater

SUBJECT = 100  # characters of the question in the subject


class TicketLink:
    """Opens tickets, each once."""

    def __init__(self, open_ticket: OpenTicket | None, label: Callable[[str, Language], str]) -> None:
        """`open_ticket`: None where no helpdesk is named."""
        self._open, self._label = open_ticket, label

    @property
    def takes(self) -> bool:
        """Is there one?"""
        return self._open is not None

    async def link(self, event: Event, answer: Answer, *, again: bool) -> Answer | None:
        """What to say in the thread, with the ticket's number and link; None where there is no helpdesk.

        Raises TryLater. What was posted in Slack before is looked for then, as if it had been this attempt's.
        """
        if self._open is None:
            return None
        question = " ".join(str(answer.facts.get("question", "")).split())
        subject = f"{self._label('ticket_subject', answer.language)}{': ' if question else ''}{question}"[:SUBJECT]
        request = replace(answer, facts={**answer.facts, "state": "request"})
        try:
            opened = await self._open(subject, request, mark_of(event.key), again)
        except TryLater as later:
            raise TryLater(str(later), later.seconds, maybe_sent=True) from later
        return Answer("handover", answer.language, {"state": "ticket", "number": opened.number, "link": opened.url})


def mark_of(key: str) -> str:
    """What the ticket of a press is found by after a crash."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]
