"""Request Tracker 5 over REST 2.0: polling is the truth, a scrip's webhook makes it faster.

Only what is RT's own stands here: the claim by a custom field, the queues' addresses, correspondence and comments. The
rest is bot/channels/helpdesk/channel.py.
"""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from bot.channels.helpdesk.channel import SETTLE, HelpdeskChannel
from bot.channels.helpdesk.feedback import Feedback
from bot.channels.helpdesk.http import RequestRefused
from bot.channels.helpdesk.open_helpdesk import open_helpdesk
from bot.channels.helpdesk.parse import ListedTicket
from bot.channels.rt import webhook
from bot.channels.rt.agents import ASKED, to_reply_url
from bot.channels.rt.api import RtApi
from bot.channels.rt.doctor import run_doctor_checks
from bot.channels.rt.parse import is_new, to_url
from bot.contracts.channel import Channel, Disabled
from bot.contracts.channel_context import ChannelContext
from bot.contracts.tickets import OpenedTicket
from bot.core.model import Event, Ticket, TryLater

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.settings.helpdesk import HelpdeskAccount

__all__ = ["RtChannel", "open_channel", "run_doctor_checks"]
log = structlog.get_logger()

ADDRESSES_FRESH = 3_600.0  # seconds for which queues and addresses are taken as known
LOOK_BACK = 7  # days of which comments are read after a start
APPEARS_AFTER_WEBHOOK = 60.0  # seconds after a webhook within which its ticket appears


def open_channel(settings: "Settings", context: ChannelContext) -> Channel | Disabled:
    """Channel of RT, where a URL and a token are set, and some queue is not off; else Disabled."""
    return open_helpdesk("rt", settings.rt, lambda account: RtChannel(account, settings, context))


class RtChannel(HelpdeskChannel):
    """Ticket channel of one RT."""

    title = "RT"
    overlap = 200.0  # ids: RT numbers a ticket before it can be seen
    largest_webhook = webhook.LARGEST
    always_looks_for_own_post = False  # the claim is checked by RT
    cannot_open = "POSTBOTE_SLACK_TICKETS, CreateTicket"

    def __init__(
        self, account: "HelpdeskAccount", settings: "Settings", context: ChannelContext, *, settle: float = SETTLE
    ) -> None:
        """`settle`: seconds to wait before the bot's own post is looked for."""
        self.api = RtApi(account)
        super().__init__(account, settings, context, client=self.api.client, conversations=self.api, settle=settle)
        self._addresses_read_at = -ADDRESSES_FRESH  # on the monotonic clock
        self._changed: dict[str, str] | None = None  # tickets whose comments were read → when they were changed
        self._queue_without_field = ""  # that polling has found a ticket in during the last round

    @property
    def inbox(self) -> frozenset[str]:
        """Addresses of the queues, and all others of ours that may lead there; empty until RT was asked."""
        return self.own if self._helpdesk_addresses else frozenset()

    async def readiness_problem(self) -> str:
        """Problem of the last polling round, or a queue without the custom field; empty where it went well."""
        queue = self._queue_without_field
        return await super().readiness_problem() or (queue and f"the queue {queue!r} lacks the custom field bot-state")

    def url(self, ticket: str) -> str:
        """Web address at which an agent opens a ticket."""
        return to_url(self._client.root, ticket)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """Event of a scrip's webhook; None where its queue is off. Raises BadHook."""
        number, queue = webhook.to_ticket_and_queue(self._secret, headers, body)
        return None if queue and self.mode(queue) == "off" else self.to_event(number, at=str(int(time.time())))

    async def list_since(self, position: float) -> AsyncIterator[Sequence[ListedTicket]]:
        """Open tickets after an id, oldest first, a page at a time; the addresses of the queues are read before."""
        await self._read_addresses()
        self._queue_without_field = ""
        async for page in self.api.list_since(int(position)):
            yield page

    async def list_newest(self, number: int) -> Sequence[ListedTicket]:
        """Newest tickets, newest first."""
        return await self.api.list_newest(number)

    def is_new(self, listed: ListedTicket, last: float) -> bool:
        """True if the round before, which ended at the id `last`, cannot have seen the ticket."""
        return is_new(listed, last, time.time())

    async def enqueue(self, listed: ListedTicket) -> None:
        """Enqueues a ticket's event; a queue without the custom field is noted for /readyz."""
        if not listed.can_be_claimed:
            self._queue_without_field = listed.queue
        await super().enqueue(listed)

    async def fetch(self, event: Event) -> Ticket | None:
        """Ticket of an event; None where it is gone. Right after a webhook it may not be there yet: TryLater."""
        await self._read_addresses()
        number = event.reply_to["ticket"]
        ticket = await self.api.ticket(number)
        if ticket is None and time.time() - float(event.reply_to.get("at", "0")) < APPEARS_AFTER_WEBHOOK:
            raise TryLater(f"ticket {number} is not there yet", 2.0)
        return ticket

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """True if `by` holds the ticket: the custom field is set with the ETag as it was fetched. Raises TryLater."""
        etag, _, holder = ticket.version.partition("|")
        if holder:
            return holder == by
        try:
            holder = await self.api.claim(ticket.id, etag, by)
        except RequestRefused as refused:  # and is looked at anew
            raise TryLater(f"ticket {ticket.id} has changed ({refused})", 1.0) from refused
        if not holder:
            raise TryLater("bot-state cannot be set: create that custom field for the queue, and let the bot modify it")
        return holder == by

    async def find_own_post(self, ticket: str) -> str:
        """Id of the transaction in which the bot has written; empty where there is none."""
        return await self.api.find_own_post(ticket)

    async def write(self, event: Event, html: str) -> str:
        """Writes correspondence or a comment; the transaction's id.

        RT answers 400 where a right is missing, and where there is no such ticket: TryLater for the first.
        """
        how = "correspond" if await self._reaches_asker_alone(event) else "comment"
        try:
            return await self.api.write(event.reply_to["ticket"], how, html)
        except RequestRefused as refused:
            if refused.status == 400 and "ermission" in refused.says:
                right = "ReplyToTicket" if how == "correspond" else "CommentOnTicket"
                raise TryLater(f"RT: {refused}; grant the bot {right} on the queue") from refused
            raise

    async def _reaches_asker_alone(self, event: Event) -> bool:
        """True for a public reply that RT would send to the asker alone: a machine writes to nobody else.

        RFC 3834, 4.
        """
        if event.reply_to.get("as") != "public":
            return False
        others = await self.api.recipients(event.reply_to["ticket"]) - {event.reply_to.get("to", "")}
        if others:
            log.warning("ticket_reaches_others", key=event.key, number=len(others), instead="a comment")
        return not others

    async def agent_facts(self, event: Event, reply: str) -> Mapping[str, Any]:
        """Comments say what was wrong; the reply page opens with the reply in it, where RT is reached over https."""
        url = to_reply_url(self._client.root, event.reply_to["ticket"], reply) if reply else ""
        return {"wrong_by": "comment", "reply_url": url}

    async def list_feedback(self) -> Sequence[Feedback]:
        """Feedback that agents have given in comments, in tickets that were changed since the last look."""
        changed = await self.api.list_changed(LOOK_BACK if self._changed is None else 1)
        known, self._changed = self._changed or {}, changed
        read = [ticket for ticket, at in changed.items() if known.get(ticket) != at]
        return [said for ticket in read for said in await self.api.feedback(ticket)]

    async def find_or_open(self, queue: str, subject: str, html: str, mark: str) -> OpenedTicket:
        """Ticket with this mark in its custom field, so that no bot takes it for a customer's; or a new one."""
        mark = f"{ASKED}{mark}"
        number = await self.api.find_by_mark(mark) or await self.api.open(queue, subject, html, mark)
        return OpenedTicket(number, self.url(number), self.place(number))

    async def _read_addresses(self) -> None:
        """Addresses of all queues, and the bot's own: nobody there is ever answered. Read once an hour."""
        if time.monotonic() - self._addresses_read_at < ADDRESSES_FRESH:
            return
        queues = await self.api.queues()
        listed = [str(queue.get(name) or "") for queue in queues for name in ("CorrespondAddress", "CommentAddress")]
        addresses = {*listed, await self.api.own_address()}
        self._helpdesk_addresses = frozenset(address.lower() for address in addresses if "@" in address)
        self._addresses_read_at = time.monotonic()
