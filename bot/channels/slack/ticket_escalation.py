"""Escalation to the helpdesk: "Ask the team" opens a ticket too, in the helpdesk that POSTBOTE_SLACK_TICKETS names."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from bot.contracts import OpenTicket
from bot.core.model import Answer, Event, Language, TryLater

SUBJECT = 100  # characters of a ticket's subject


class TicketEscalation:
    """Opener of one ticket for each request to a person."""

    def __init__(self, open_ticket: OpenTicket | None, label: Callable[[str, Language], str]) -> None:
        """`open_ticket`: None where no helpdesk is named. `label`: words of templates/labels.md, by name."""
        self._open, self._label = open_ticket, label

    async def open_ticket(self, event: Event, answer: Answer, *, again: bool) -> Answer | None:
        """Opens the ticket of a request. Returns the note for the thread, with its number and link; None: no helpdesk.

        `again`: an earlier attempt may have opened it; the helpdesk then looks for it by its key. Raises TryLater with
        `maybe_sent`, so that what was posted in Slack before is looked for too, as if it had been this attempt's.
        """
        if self._open is None:
            return None
        question = " ".join(str(answer.facts.get("question", "")).split())
        subject = f"{self._label('ticket_subject', answer.language)}{': ' if question else ''}{question}"[:SUBJECT]
        asker = str(answer.facts.get("asker", "")).partition(":")[2]
        request = replace(answer, facts={**answer.facts, "state": "request", "asker": asker})
        try:
            opened = await self._open(subject, request, idempotency_key(event.key), again)
        except TryLater as later:
            raise TryLater(str(later), later.seconds, maybe_sent=True) from later
        return Answer("handover", answer.language, {"state": "ticket", "number": opened.number, "link": opened.url})


def idempotency_key(event_key: str) -> str:
    """Idempotency key of an event's ticket, 24 hexadecimal digits: the ticket is found by it after a crash."""
    return hashlib.sha256(event_key.encode()).hexdigest()[:24]
