"""Request Tracker 5 over REST 2.0: polling is the truth, a scrip's hook makes it faster."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import structlog
from starlette.routing import Route

from bot.channels.helpdesk.account import account_of
from bot.channels.helpdesk.http import HelpdeskClient, Refused
from bot.channels.helpdesk.poller import Poller
from bot.channels.helpdesk.webhook import route
from bot.channels.rt import webhook
from bot.channels.rt.api import Api
from bot.channels.rt.doctor import examine
from bot.channels.rt.parse import Listed
from bot.contracts import Channel, ChannelContext, ChannelDefaults, Disabled, OpenedTicket
from bot.core.mail.ticket_modes import Modes, parse_modes
from bot.core.markdown.to_html import to_html
from bot.core.model import Answer, Event, Mode, Ticket, TryLater
from bot.tickets.assessment import ticket_event

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["Rt", "examine", "open_channel"]
log = structlog.get_logger()

PATH = "/hooks/rt"
OVERLAP = 200  # ids that are looked at again: RT numbers a ticket before it can be seen
FRESH = 3_600.0  # seconds for which queues and addresses are taken as known
APPEARS = 60.0  # seconds after a hook within which its ticket appears
SETTLE = 5.0  # seconds after which a post that was under way can be seen
TEMPLATES = frozenset({"ticket", "ticket_note"})


def open_channel(settings: "Settings", parts: ChannelContext) -> Channel | Disabled:
    """On where a URL and a token are set, and some queue is not off."""
    if settings.postbote_rt_url is None or settings.postbote_rt_token is None:
        return Disabled("rt", "set POSTBOTE_RT_URL and POSTBOTE_RT_TOKEN")
    if parse_modes(settings.postbote_rt_mode).off:
        return Disabled("rt", "POSTBOTE_RT_MODE is off; set it to note or public")
    return Rt(settings, parts)


class Rt(ChannelDefaults):
    """One RT."""

    def __init__(self, settings: "Settings", parts: ChannelContext, *, settle: float = SETTLE) -> None:
        """`settle`: seconds."""
        assert settings.postbote_rt_url  # noqa: S101 - open_channel has looked
        assert settings.postbote_rt_token  # noqa: S101
        self._parts, self._cursors, self._settle = parts, parts.cursors, settle
        token = settings.postbote_rt_token.get_secret_value()
        self._client = HelpdeskClient(
            settings.postbote_rt_url, {"Authorization": f"token {token}"}, "POSTBOTE_RT_TOKEN"
        )
        self.api = Api(self._client, token)
        self._account = account_of(self._client.root)
        self._modes: Modes = parse_modes(settings.postbote_rt_mode)
        self._addresses, self._asked_at = frozenset[str](), -FRESH
        self._ours = settings.own_addresses()
        self._stored: set[int] = set()
        self._lacking = ""
        self._rounds = Poller("rt", self._look, settings.postbote_tickets_poll)
        secret = settings.postbote_rt_webhook_secret
        self._secret = secret.get_secret_value() if secret else ""
        self.routes: Sequence[Route] = [route(PATH, self._read, parts.enqueue, webhook.LARGEST)] if self._secret else []

    @property
    def name(self) -> str:
        """With what makes it faster."""
        return f"rt ({PATH})" if self._secret else "rt (polling only; POSTBOTE_RT_WEBHOOK_SECRET turns hooks on)"

    @property
    def own(self) -> frozenset[str]:
        """See TicketChannel; of the queues as soon as a ticket was fetched."""
        return self._ours | self._addresses

    @property
    def inbox(self) -> frozenset[str]:
        """The queues' addresses, and all others of ours that may lead there."""
        return self.own if self._addresses else frozenset()

    async def start(self) -> None:
        """Begins to look, without waiting for RT."""
        await self._rounds.start()

    async def stop(self) -> None:
        """Ends looking, and the connections."""
        await self._rounds.stop()
        await self._client.close()

    async def readiness_problem(self) -> str:
        """Of the last round."""
        lacking = self._lacking and f"the queue {self._lacking!r} lacks the custom field bot-state"
        return self._rounds.trouble or lacking

    async def permalink(self, event: Event) -> str:
        """Where an agent opens the ticket."""
        return self.url(event.reply_to.get("ticket", ""))

    def url(self, ticket: str) -> str:
        """Where an agent opens a ticket."""
        return f"{self._client.root}Ticket/Display.html?id={ticket}"

    def mode(self, queue: str) -> Mode:
        """See TicketChannel."""
        return self._modes.of(queue)

    async def newest(self, number: int) -> Sequence[Event]:
        """See TicketChannel."""
        return [self._event(str(listed.id)) for listed in await self.api.newest(number)]

    async def fetch(self, event: Event) -> Ticket | None:
        """See TicketChannel. Right after a hook a ticket may not be there yet."""
        await self._ask_addresses()
        found = await self.api.ticket(event.reply_to["ticket"])
        if found is None and time.time() - float(event.reply_to.get("at", "0")) < APPEARS:
            raise TryLater(f"ticket {event.reply_to['ticket']} is not there yet", 2.0)
        return found

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """See TicketChannel: by the custom field, with the ETag as it was fetched."""
        etag, _, state = ticket.version.partition("|")
        if state:
            return state == by
        try:
            state = await self.api.claim(ticket.id, etag, by)
        except Refused as no:
            raise TryLater(f"ticket {ticket.id} has changed ({no})", 1.0) from no  # and is looked at anew
        if not state:
            raise TryLater("bot-state cannot be set: create that custom field for the queue, and let the bot modify it")
        return state == by

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """See TicketChannel: id of the transaction."""
        number = event.reply_to["ticket"]
        if answer is None or answer.template not in TEMPLATES:
            log.error("ticket_left_to_people", key=event.key)
            return ""
        if again or event.reply_to.get("look"):
            await asyncio.sleep(self._settle)
            found = await self.api.own_post(number)
            if found:
                return found
        how = "correspond" if await self._is_for_one(event) else "comment"
        try:
            return await self.api.write(number, how, to_html(self._parts.engine.render(answer)))
        except Refused as no:
            return self._refused(event, how, no)

    async def _is_for_one(self, event: Event) -> bool:
        """Public, and RT would send it to the asker alone. A machine writes to nobody else (RFC 3834, 4)."""
        if event.reply_to.get("as") != "public":
            return False
        others = await self.api.recipients(event.reply_to["ticket"]) - {event.reply_to.get("to", "")}
        if others:
            log.warning("ticket_reaches_others", key=event.key, number=len(others), instead="a comment")
        return not others

    async def open_ticket(self, queue: str, subject: str, request: Answer, mark: str, *, again: bool) -> OpenedTicket:
        """See TicketOpener. The mark stands in the custom field, so that no bot takes the ticket for a customer's."""
        if again:
            await asyncio.sleep(self._settle)
        mark = f"asked:{mark}"
        try:
            html = to_html(self._parts.engine.render(request))
            number = await self.api.find(mark) or await self.api.open(queue, subject, html, mark)
        except Refused as no:
            raise TryLater(
                f"RT opens no ticket in {queue!r} ({no}); check POSTBOTE_SLACK_TICKETS, CreateTicket"
            ) from no
        return OpenedTicket(number, self.url(number))

    def _refused(self, event: Event, how: str, no: Refused) -> str:
        """RT answers 400 where a right is missing, and where there is no such ticket."""
        if no.status == 400 and "ermission" in no.says:
            right = "ReplyToTicket" if how == "correspond" else "CommentOnTicket"
            raise TryLater(f"RT: {no}; grant the bot {right} on the queue") from no
        log.error("ticket_refused", key=event.key, why=str(no))
        return ""

    def _read(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        number, queue = webhook.to_number(self._secret, headers, body)
        return None if queue and self.mode(queue) == "off" else self._event(number, at=str(int(time.time())))

    def _event(self, number: str, **more: str) -> Event:
        return ticket_event("rt", self._account, number, **more)

    async def _look(self) -> None:
        """One round: every ticket that is open, new to us and nobody's."""
        first, last = await self._place()
        before = last
        await self._ask_addresses()
        self._lacking = ""
        async for page in self.api.since(max(first, last - OVERLAP)):
            for listed in page:
                if listed.is_news(before, time.time()):
                    await self._keep(listed)
            last = max(last, page[-1].id)
            await self._move(first, last)

    async def _keep(self, listed: Listed) -> None:
        if self.mode(listed.queue) == "off" or listed.state or listed.id in self._stored:
            return
        if not listed.has_field:
            self._lacking = listed.queue
        await self._parts.enqueue(self._event(str(listed.id)))
        self._stored.add(listed.id)

    async def _place(self) -> tuple[int, int]:
        """(The last ticket before the first start: up to there all is left to people, the last one that was seen)."""
        first, _, last = (await asyncio.to_thread(self._cursors.read, self._bookmark)).partition("-")
        if last.isdigit():
            return int(first), int(last)
        newest = await self.api.newest()
        number = newest[0].id if newest else 0
        await self._move(number, number)
        return number, number

    async def _move(self, first: int, last: int) -> None:
        self._stored = {number for number in self._stored if number > last - 2 * OVERLAP}
        await asyncio.to_thread(self._cursors.save, self._bookmark, f"{first}-{last}")

    @property
    def _bookmark(self) -> str:
        return f"rt:{self._account}"[:200]

    async def _ask_addresses(self) -> None:
        """Of all queues, and ours: nobody there is ever answered."""
        if time.monotonic() - self._asked_at < FRESH:
            return
        queues = await self.api.queues()
        listed = [str(q.get(name) or "") for q in queues for name in ("CorrespondAddress", "CommentAddress")]
        addresses = {*listed, await self.api.address()}
        self._addresses = frozenset(address.lower() for address in addresses if "@" in address)
        self._asked_at = time.monotonic()
