"""Escalation to the helpdesk: "Ask the team" opens a ticket too, in the helpdesk that POSTBOTE_SLACK_TICKETS names, and
what is said in Slack then goes into it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.channels.slack.mrkdwn import to_typed
from bot.contracts.tickets import OpenTicket, TicketMessage, WriteInTicket, idempotency_key
from bot.core.model import Answer, Event, Language, TryLater, Undeliverable

SUBJECT = 100  # characters of a ticket's subject


class TicketEscalation:
    """Opener of one ticket for each request to a person, and writer into it."""

    def __init__(
        self, open_ticket: OpenTicket | None, write: WriteInTicket | None, label: Callable[[str, Language], str]
    ) -> None:
        """`open_ticket`: None where no helpdesk is named. `write`: None where nothing is relayed into tickets.

        `label`: words of templates/labels.md, by name.
        """
        self._open, self._write, self._label = open_ticket, write, label

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
        facts = {"state": "ticket", "number": opened.number, "link": opened.url, "place": opened.place}
        return Answer("handover", answer.language, facts)

    async def write(self, event: Event, answer: Answer, place: str, names: Mapping[str, str], *, again: bool) -> None:
        """Writes what one side said in Slack into the ticket: the asker's words as a customer's, helpers' as a note.

        `names`: user id → name. Raises TryLater and Undeliverable.
        """
        facts = {"state": "relayed", "by": answer.facts["by"], "edited": answer.facts["edited"]}
        name = names.get(event.reply_to.get("user", ""), "")
        lead = Answer("handover", answer.language, {**facts, "name": name, "files": answer.facts["files"]})
        words = to_typed(event.question.text, names)
        by_asker = answer.facts["by"] == "asker"
        await self._send(place, TicketMessage(lead, words, by_asker, idempotency_key(event.key)), again)

    async def note(self, event: Event, note: Answer, place: str, *, again: bool) -> None:
        """Writes an internal note of the bot's own into the ticket; where that is refused, agents are not told."""
        mark = idempotency_key(f"{event.key}:{note.facts['state']}")
        with suppress(Undeliverable):
            await self._send(place, TicketMessage(note, "", by_asker=False, mark=mark), again)

    async def _send(self, place: str, message: TicketMessage, again: bool) -> None:
        if self._write is None:
            raise Undeliverable("no helpdesk is configured")
        await self._write(place, message, again)
