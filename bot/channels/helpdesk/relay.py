"""Relay between a ticket and Slack, for handovers that opened one (bot/dialogue/handover.py).

Polling lists the handovers' tickets that have changed. Each public answer of an agent becomes an event under a key of
its own, which the durable queue takes once; since the queue forgets keys after a day, the newest message is noted
beside the handover too. A closed ticket becomes an event as well, in a round that finds no answer before it.
"""

import asyncio
import html
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog

from bot.channels.helpdesk.http import RequestRefused
from bot.channels.helpdesk.parse import AgentMessage, AskedTicket
from bot.contracts.engine import Engine
from bot.contracts.stores import HandoverStore
from bot.contracts.tickets import TicketMessage
from bot.core.markdown.to_html import to_html
from bot.core.model import Event, Question, Undeliverable
from bot.core.stored_records import Handover
from bot.core.ticket_place import TicketPlace, tickets_of

log = structlog.get_logger()

DAY = 86_400.0  # seconds
FIRST_LOOK_BACK = 30  # days of which changed tickets are read after a start
LOOKS = 2  # at a ticket after each change: helpdesks tell its time in whole seconds, and more may follow within one


class TicketConversations(Protocol):
    """Helpdesk's own way to read and write the tickets of handovers. Everything raises TryLater."""

    async def list_asked(self, days: int) -> Mapping[str, AskedTicket]:
        """Ids of the tickets that the bot has opened, of those changed within so many days."""
        ...

    async def agent_messages(self, number: str, after: int) -> Sequence[AgentMessage]:
        """Public answers of agents with an id above `after`, oldest first; none of machines, and none of the bot's."""
        ...

    async def find_marked(self, number: str, mark: str) -> bool:
        """True if the bot has written a message with this mark."""
        ...

    async def write_marked(self, number: str, html: str, mark: str, *, by_asker: bool) -> None:
        """Writes a customer's message (`by_asker`), or an internal note. Raises RequestRefused."""
        ...


class TicketRelay:
    """Relay of one helpdesk."""

    def __init__(
        self,
        system: str,
        account: str,
        tickets: TicketConversations,
        engine: Engine,
        enqueue: Callable[[Event], Awaitable[None]],
        store: HandoverStore | None,
    ) -> None:
        """`system`, `account`: as in TicketPlace. `store`: None where nothing is handed over."""
        self._prefix, self._account = tickets_of(system, account), account
        self._tickets, self._engine, self._enqueue, self._store = tickets, engine, enqueue, store
        self._looks: dict[str, tuple[AskedTicket, int]] = {}  # ticket → as it was, and how often it was read so
        self._looked_at = 0.0  # on the monotonic clock; 0: not yet

    async def poll_once(self) -> None:
        """One round: stores an event for each answer that is new, and for each ticket that was closed."""
        handovers = await asyncio.to_thread(self._store.of_tickets, self._prefix) if self._store else []
        if not handovers:
            return
        now = time.monotonic()
        days = int((now - self._looked_at) / DAY) + 2 if self._looked_at else FIRST_LOOK_BACK
        asked = await self._tickets.list_asked(days)
        for handover in handovers:
            ticket = handover.place.removeprefix(self._prefix)
            if ticket in asked:
                await self._look(handover, ticket, asked[ticket])
        self._looks = {ticket: look for ticket, look in self._looks.items() if ticket in asked}
        self._looked_at = now

    async def _look(self, handover: Handover, ticket: str, asked: AskedTicket) -> None:
        """Reads a ticket, unless it has been read often enough since it was changed."""
        before, times = self._looks.get(ticket, (asked, 0))
        times = times if before == asked else 0
        if times >= LOOKS:
            return
        found = await self._tickets.agent_messages(ticket, int(handover.relayed or 0))
        for message in found:
            await self._enqueue(_event(handover, message.id, "ticket_answer", message))
            if self._store:
                await asyncio.to_thread(self._store.mark_relayed, handover.place, message.id)
        if asked.is_closed and handover.state == "open" and not found:
            await self._enqueue(_event(handover, "closed", "ticket_closed"))
        self._looks[ticket] = (asked, 0 if found else times + 1)

    async def write(self, place: TicketPlace, message: TicketMessage, *, again: bool, settle: float) -> None:
        """Writes a message into a ticket, once. `again`, and what is raised: see WriteInTicket.

        `settle`: seconds until a message that was under way can be found.
        """
        if place.account != self._account:
            log.error("ticket_of_another_helpdesk", ticket=place.to_text(), ours=self._account)
            raise Undeliverable("the ticket is in another helpdesk")
        if again:
            await asyncio.sleep(settle)
            if await self._tickets.find_marked(place.ticket, message.mark):
                return
        lines = "<br>".join(html.escape(line) for line in message.words.split("\n"))
        whole = to_html(self._engine.render(message.lead)) + (f"<p>{lines}</p>" if message.words else "")
        try:
            await self._tickets.write_marked(place.ticket, whole, message.mark, by_asker=message.by_asker)
        except RequestRefused as refused:
            log.error("ticket_refused", ticket=place.to_text(), why=str(refused))
            raise Undeliverable(str(refused)) from refused


def _event(handover: Handover, name: str, act: str, message: AgentMessage | None = None) -> Event:
    """Event for the asker's channel. `name`: of what happened, unique within the ticket."""
    said = {"name": message.name, "files": list(message.files)} if message else {}
    question = Question(message.text if message else "")
    return Event(f"{handover.place}:{name}", "slack", question, act=act, facts={"place": handover.place, **said})
