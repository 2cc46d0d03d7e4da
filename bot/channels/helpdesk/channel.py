"""Base class of the channels of helpdesks with a REST interface: everything in which RT and Zammad are alike.

Polling is the truth: each round lists the tickets since the cursor (and some before it, because a ticket can be seen
later than its neighbours) and enqueues an event for each that is new. A webhook enqueues the same event, under the same
key, only sooner. What a ticket is answered is decided elsewhere (bot/tickets/workflow.py); `deliver` writes it once:
wherever an earlier attempt may have got through, it looks for the bot's own post first.

A helpdesk's own class says how its tickets are listed, fetched, claimed and written. Inheritance instead of a protocol
and a part that is passed in: eight small operations share one client, one account and one set of known addresses.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from starlette.routing import Route

from bot.channels.helpdesk.feedback import Feedback
from bot.channels.helpdesk.feedback_polling import FeedbackPolling
from bot.channels.helpdesk.http import HelpdeskClient, RequestRefused
from bot.channels.helpdesk.parse import Cursor, ListedTicket, to_account_name, to_cursor
from bot.channels.helpdesk.poller import Poller
from bot.channels.helpdesk.relay import TicketConversations, TicketRelay
from bot.channels.helpdesk.webhook import webhook_path, webhook_route
from bot.contracts.channel import ChannelDefaults
from bot.contracts.channel_context import ChannelContext
from bot.contracts.tickets import OpenedTicket, TicketMessage
from bot.core.mail.ticket_modes import parse_modes
from bot.core.markdown.to_html import to_html
from bot.core.model import Answer, Event, Mode, Ticket, TryLater
from bot.core.ticket_place import TicketPlace
from bot.settings.helpdesk import HelpdeskAccount
from bot.tickets.events import ticket_event

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger()

SETTLE = 5.0  # seconds after which a post that was under way can be seen
TEMPLATES = frozenset({"ticket", "ticket_note"})  # of answers that are written; all others leave the ticket to people


class HelpdeskChannel(ChannelDefaults, ABC):
    """Ticket channel of one helpdesk (TicketChannel and TicketOpener of bot/contracts/tickets.py)."""

    title: ClassVar[str]  # the helpdesk's name in messages
    overlap: ClassVar[float]  # how far before the cursor each round looks again; in the unit of positions
    largest_webhook: ClassVar[int]  # bytes of a webhook's body
    always_looks_for_own_post: ClassVar[bool]  # True where `claim` cannot keep two installations apart
    mark_delay: ClassVar[int] = 1  # times `settle` until a ticket that was just opened is found by its mark
    cannot_open: ClassVar[str]  # what to check where no ticket can be opened

    def __init__(
        self,
        account: HelpdeskAccount,
        settings: "Settings",
        context: ChannelContext,
        client: HelpdeskClient,
        conversations: TicketConversations,
        *,
        settle: float = SETTLE,
    ) -> None:
        """`conversations`: of handovers. `settle`: seconds to wait before the bot's own post is looked for."""
        self._context, self._cursors, self._client, self._settle = context, context.cursors, client, settle
        self._system, self._secret = account.system, account.webhook_secret
        self._account = to_account_name(client.root)
        self._cursor_key = f"{account.system}:{self._account}"[:200]
        self._modes = parse_modes(account.mode)
        self._configured_addresses = settings.own_addresses()
        self._helpdesk_addresses = frozenset[str]()  # what the helpdesk itself names as ours, once it was asked
        self._enqueued: dict[str, float] = {}  # id → position of tickets near the cursor, enqueued by this process
        self._relay = TicketRelay(
            account.system,
            self._account,
            tickets=conversations,
            engine=context.engine,
            enqueue=context.enqueue,
            store=context.handovers,
        )
        self._poller = Poller(account.system, self._poll_once, settings.postbote_tickets_poll)
        self._feedback = FeedbackPolling(account.system, self._account, self.list_feedback, context.enqueue)
        path = webhook_path(account.system)
        self.routes: Sequence[Route] = (
            [webhook_route(path, self.parse_webhook, context.enqueue, self.largest_webhook)] if self._secret else []
        )

    # The helpdesk's own

    @property
    @abstractmethod
    def inbox(self) -> frozenset[str]:
        """Addresses that this helpdesk's tickets are sent to; empty: not known."""

    @abstractmethod
    def url(self, ticket: str) -> str:
        """Web address at which an agent opens a ticket, by its id."""

    @abstractmethod
    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """Event of a genuine webhook; None where nothing is to be done. Raises BadHook."""

    @abstractmethod
    def list_since(self, position: float) -> AsyncIterator[Sequence[ListedTicket]]:
        """Tickets from a position on, oldest first, one non-empty page at a time. Raises TryLater."""

    @abstractmethod
    async def list_newest(self, number: int) -> Sequence[ListedTicket]:
        """Newest tickets, newest first. Raises TryLater."""

    @abstractmethod
    async def fetch(self, event: Event) -> Ticket | None:
        """Ticket of an event; None where it is gone for good. Raises TryLater."""

    @abstractmethod
    async def claim(self, ticket: Ticket, by: str) -> bool:
        """True if the installation `by` now holds the ticket (see TicketChannel). Raises TryLater."""

    @abstractmethod
    async def find_own_post(self, ticket: str) -> str:
        """Id of what the bot has written in a ticket; empty where there is nothing. Raises TryLater."""

    @abstractmethod
    async def write(self, event: Event, html: str) -> str:
        """Writes a reply or a note, as `event.reply_to` says; the post's id. Raises TryLater and RequestRefused."""

    @abstractmethod
    async def find_or_open(self, queue: str, subject: str, html: str, mark: str) -> OpenedTicket:
        """Ticket with this mark, opened where there is none yet. Raises TryLater and RequestRefused.

        `queue`: queue or group. `html`: its first message. `mark`: letters and digits, the same for the same request.
        """

    async def agent_facts(self, event: Event, reply: str) -> Mapping[str, Any]:
        """Facts of templates/ticket_note.md that only this helpdesk knows; empty: none.

        reply_url: where an agent opens the ready reply to send it; drafted: True if it is in the ticket as a draft;
        wrong_by, wrong_tag: how an agent says that it is wrong ("comment" or "tag"). `reply`: its HTML, empty: none.
        """
        return {}

    async def list_feedback(self) -> Sequence[Feedback]:
        """Feedback of agents on the bot's posts lately; the same again does no harm. Raises TryLater."""
        return []

    def is_new(self, listed: ListedTicket, last: float) -> bool:
        """True if the round before, which ended at position `last`, cannot have seen the ticket; True: not known."""
        return True

    async def first_position(self) -> float:
        """Position at which an empty helpdesk begins. Raises TryLater where it cannot be polled."""
        return 0.0

    # What they share

    @property
    def name(self) -> str:
        """Channel name with its webhook path, for the start-up lines."""
        variable = f"POSTBOTE_{self._system.upper()}_WEBHOOK_SECRET"
        how = webhook_path(self._system) if self._secret else f"polling only; {variable} turns hooks on"
        return f"{self._system} ({how})"

    @property
    def own(self) -> frozenset[str]:
        """Addresses that are ours: those of POSTBOTE_OWN_ADDRESSES, and what the helpdesk names, once it was asked."""
        return self._configured_addresses | self._helpdesk_addresses

    async def start(self) -> None:
        """Starts polling; returns without waiting for the helpdesk."""
        await self._poller.start()

    async def stop(self) -> None:
        """Ends polling."""
        await self._poller.stop()

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def readiness_problem(self) -> str:
        """Problem of the last polling round, one line; empty where it went well."""
        return self._poller.problem

    async def permalink(self, event: Event) -> str:
        """Web address at which an agent opens the ticket of an event."""
        return self.url(event.reply_to.get("ticket", ""))

    def mode(self, queue: str) -> Mode:
        """Mode of a queue: what may be written there."""
        return self._modes.of(queue)

    async def newest(self, number: int) -> Sequence[Event]:
        """Events of the newest tickets, newest first, answered or not: for the preview. Raises TryLater."""
        return [self.to_event(listed.id) for listed in await self.list_newest(number)]

    def to_event(self, ticket: str, **reply_to: str) -> Event:
        """Event of a ticket, by its id; the same key each time. `reply_to`: more that `fetch` needs to know."""
        return ticket_event(self._system, self._account, ticket, **reply_to)

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Writes the answer once; the id of the post, empty where nothing is written (see TicketChannel).

        `again`: an earlier attempt may have got through.
        """
        if answer is None or answer.template not in TEMPLATES:
            log.error("ticket_left_to_people", key=event.key)
            return ""
        may_be_posted = again or bool(event.reply_to.get("look"))
        if may_be_posted:
            await asyncio.sleep(self._settle)
        if may_be_posted or self.always_looks_for_own_post:
            found = await self.find_own_post(event.reply_to["ticket"])
            if found:
                return found
        try:
            return await self.write(event, await self._to_html(event, answer))
        except RequestRefused as refused:
            log.error("ticket_refused", key=event.key, why=str(refused))
            return ""

    async def _to_html(self, event: Event, answer: Answer) -> str:
        """HTML of a reply or note; a note also tells where the ready reply is, and how to say that it is wrong."""
        render = self._context.engine.render
        if answer.template == "ticket_note":
            facts = dict(answer.facts)
            is_answer = facts.get("outcome") == "answer"
            draft = Answer("ticket", answer.language, {**facts, "draft": True}) if is_answer else None
            facts |= await self.agent_facts(event, to_html(render(draft)) if draft else "")
            answer = replace(answer, facts=facts)
        return to_html(render(answer))

    async def open_ticket(self, queue: str, subject: str, request: Answer, mark: str, *, again: bool) -> OpenedTicket:
        """Opens a ticket, or returns the one that has the mark already (see TicketOpener). Raises TryLater.

        `again`: an earlier attempt may have got through a moment ago, so the helpdesk is given time to know of it.
        """
        if again:
            await asyncio.sleep(self._settle * self.mark_delay)
        try:
            return await self.find_or_open(queue, subject, to_html(self._context.engine.render(request)), mark)
        except RequestRefused as refused:
            raise TryLater(
                f"{self.title} opens no ticket in {queue!r} ({refused}); check {self.cannot_open}"
            ) from refused

    def place(self, ticket: str) -> str:
        """Place of a handover that a ticket is, by its id."""
        return TicketPlace(self._system, self._account, ticket).to_text()

    async def write_in_ticket(self, place: TicketPlace, message: TicketMessage, *, again: bool) -> None:
        """Writes into the ticket of a handover, once (see WriteInTicket)."""
        await self._relay.write(place, message, again=again, settle=self._settle)

    # Polling

    async def _poll_once(self) -> None:
        """One round: enqueues every ticket since the cursor, or a little before it, that is new."""
        cursor = await self._read_cursor()
        last = cursor.last
        async for page in self.list_since(max(cursor.first, cursor.last - self.overlap)):
            for listed in page:
                if listed.position > cursor.first and self.is_new(listed, last) and self._is_wanted(listed):
                    await self.enqueue(listed)
            cursor = replace(cursor, last=max(cursor.last, page[-1].position))
            await self._save_cursor(cursor)
        await self._feedback.poll_once(self._poller.interval)
        await self._relay.poll_once()

    def _is_wanted(self, listed: ListedTicket) -> bool:
        return listed.id not in self._enqueued and not listed.claimed_by and self.mode(listed.queue) != "off"

    async def enqueue(self, listed: ListedTicket) -> None:
        """Enqueues the event of a ticket that polling has found."""
        await self._context.enqueue(self.to_event(listed.id))
        self._enqueued[listed.id] = listed.position

    async def _read_cursor(self) -> Cursor:
        """Stored cursor; at the very first start a new one, so that all older tickets are left to people."""
        cursor = to_cursor(await asyncio.to_thread(self._cursors.read, self._cursor_key))
        if cursor is None:
            newest = await self.list_newest(1)
            position = newest[0].position if newest else await self.first_position()
            cursor = Cursor(position, position)
            await self._save_cursor(cursor)
        return cursor

    async def _save_cursor(self, cursor: Cursor) -> None:
        oldest = cursor.last - 2 * self.overlap  # no round looks so far back
        self._enqueued = {ticket: position for ticket, position in self._enqueued.items() if position > oldest}
        await asyncio.to_thread(self._cursors.save, self._cursor_key, cursor.to_text())
