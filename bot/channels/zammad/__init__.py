"""Zammad over REST: polling by search is the truth, a trigger's webhook makes it faster."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from starlette.routing import Route

from bot.channels.helpdesk.account import account_of
from bot.channels.helpdesk.http import HelpdeskClient, Refused
from bot.channels.helpdesk.poller import Poller
from bot.channels.helpdesk.webhook import route
from bot.channels.zammad import webhook
from bot.channels.zammad.api import Api
from bot.channels.zammad.doctor import examine
from bot.channels.zammad.parse import seconds, url_of
from bot.contracts import Channel, ChannelContext, ChannelDefaults, Disabled, OpenedTicket
from bot.core.mail.ticket_modes import parse_modes
from bot.core.markdown.to_html import to_html
from bot.core.model import Answer, Event, Mode, Ticket, TryLater
from bot.tickets.assessment import ticket_event

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["Zammad", "examine", "open_channel"]
log = structlog.get_logger()

PATH = "/hooks/zammad"
OVERLAP = 1_800.0  # seconds that are looked at again: the search learns of a ticket in the background
SETTLE = 5.0  # seconds after which a post that was under way can be seen
SEARCHED = 6  # times SETTLE until the search knows a new ticket
TEMPLATES = frozenset({"ticket", "ticket_note"})


def open_channel(settings: "Settings", parts: ChannelContext) -> Channel | Disabled:
    """On where a URL and a token are set, and some group is not off."""
    if settings.postbote_zammad_url is None or settings.postbote_zammad_token is None:
        return Disabled("zammad", "set POSTBOTE_ZAMMAD_URL and POSTBOTE_ZAMMAD_TOKEN")
    if parse_modes(settings.postbote_zammad_mode).off:
        return Disabled("zammad", "POSTBOTE_ZAMMAD_MODE is off; set it to note or public")
    return Zammad(settings, parts)


class Zammad(ChannelDefaults):
    """One Zammad."""

    def __init__(self, settings: "Settings", parts: ChannelContext, *, settle: float = SETTLE) -> None:
        """`settle`: seconds."""
        self._parts, self._cursors, self._settle = parts, parts.cursors, settle
        self._client = to_client(settings)
        self.api = Api(self._client)
        self._account = account_of(self._client.root)
        self._modes, self._sender = parse_modes(settings.postbote_zammad_mode), settings.postbote_zammad_sender
        self._ours, self._address = settings.own_addresses(), ""
        self._stored: dict[str, float] = {}  # id → when it was created
        self._rounds = Poller("zammad", self._look, settings.postbote_tickets_poll)
        secret = settings.postbote_zammad_webhook_secret
        self._secret = secret.get_secret_value() if secret else ""
        self.routes: Sequence[Route] = [route(PATH, self._read, parts.enqueue, webhook.LARGEST)] if self._secret else []

    @property
    def name(self) -> str:
        """With what makes it faster."""
        off = "zammad (polling only; POSTBOTE_ZAMMAD_WEBHOOK_SECRET turns hooks on)"
        return f"zammad ({PATH})" if self._secret else off

    @property
    def own(self) -> frozenset[str]:
        """See TicketChannel. Zammad tells its groups' addresses to administrators only: POSTBOTE_OWN_ADDRESSES."""
        return self._ours | {self._address} if self._address else self._ours

    @property
    def inbox(self) -> frozenset[str]:
        """The same, without the bot's own."""
        return self._ours

    async def start(self) -> None:
        """Begins to look, without waiting for Zammad."""
        await self._rounds.start()

    async def stop(self) -> None:
        """Ends looking, and the connections."""
        await self._rounds.stop()
        await self._client.close()

    async def readiness_problem(self) -> str:
        """Of the last round."""
        return self._rounds.trouble

    async def permalink(self, event: Event) -> str:
        """Where an agent opens the ticket."""
        return self.url(event.reply_to.get("ticket", ""))

    def url(self, ticket: str) -> str:
        """Where an agent opens a ticket."""
        return url_of(self._client.root, ticket)

    def mode(self, queue: str) -> Mode:
        """See TicketChannel."""
        return self._modes.of(queue)

    async def newest(self, number: int) -> Sequence[Event]:
        """See TicketChannel."""
        return [self._event(str(found["id"])) for found in await self.api.newest(number)]

    async def fetch(self, event: Event) -> Ticket | None:
        """See TicketChannel."""
        self._address = str((await self.api.us()).get("email") or "").lower()
        return await self.api.ticket(event.reply_to["ticket"])

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """Zammad has no lock: the tag is for people and for reports, and whoever posts looks before."""
        try:
            await self.api.tag(ticket.id)
        except Refused as no:
            log.warning("zammad_not_tagged", ticket=ticket.id, why=str(no))
        return True

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """See TicketChannel: id of the article."""
        if answer is None or answer.template not in TEMPLATES:
            log.error("ticket_left_to_people", key=event.key)
            return ""
        if again or event.reply_to.get("look"):
            await asyncio.sleep(self._settle)
        found = await self.api.own_article(event.reply_to["ticket"])
        if found:
            return found
        try:
            return await self.api.write(self._article(event, to_html(self._parts.engine.render(answer))))
        except Refused as no:
            log.error("ticket_refused", key=event.key, why=str(no))
            return ""

    async def open_ticket(self, queue: str, subject: str, request: Answer, mark: str, *, again: bool) -> OpenedTicket:
        """See TicketOpener. The search learns of a ticket in the background: after a crash, some time is waited."""
        if again:
            await asyncio.sleep(self._settle * SEARCHED)
        tag = f"postbote-{mark}"
        try:
            html = to_html(self._parts.engine.render(request))
            found = await self.api.find(tag) or await self.api.open(queue, subject, html, tag)
        except Refused as no:
            raise TryLater(f"Zammad opens no ticket in {queue!r} ({no}); check POSTBOTE_SLACK_TICKETS") from no
        return OpenedTicket(str(found.get("number") or found["id"]), self.url(str(found["id"])))

    def _article(self, event: Event, html: str) -> Mapping[str, Any]:
        """An internal article of type email would be mailed nevertheless; a public note would not."""
        to = event.reply_to
        body = {"ticket_id": int(to["ticket"]), "body": html, "content_type": "text/html"}
        if to.get("as") != "public":
            return {**body, "type": "note", "internal": True, "sender": "Agent"}
        mail = {"to": to["to"], "subject": to.get("subject", ""), "in_reply_to": to.get("in_reply_to", "")}
        return {**body, **mail, "type": "email", "internal": False, "sender": self._sender}

    def _read(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        number, group = webhook.to_number(self._secret, headers, body)
        return self._event(number) if number and self.mode(group) != "off" else None

    def _event(self, number: str) -> Event:
        return ticket_event("zammad", self._account, number)

    async def _look(self) -> None:
        """One round: every ticket that was created since the last one, and a little before."""
        first, last = await self._place()
        async for page in self.api.since(max(first, _earlier(last))):
            for found in page:
                if str(found.get("created_at") or "") > first:
                    await self._keep(str(found["id"]), found)
            last = max(last, str(page[-1].get("created_at") or ""))
            await self._move(first, last)

    async def _keep(self, number: str, found: Mapping[str, Any]) -> None:
        if number not in self._stored and self.mode(str(found.get("group") or "")) != "off":
            await self._parts.enqueue(self._event(number))
            self._stored[number] = seconds(str(found.get("created_at") or ""))

    async def _place(self) -> tuple[str, str]:
        """When the last ticket before the first start was created, and the last one that was seen: ISO 8601."""
        first, _, last = (await asyncio.to_thread(self._cursors.read, self._bookmark)).partition(" ")
        if last:
            return first, last
        newest = await self.api.newest(1)
        if not newest and await self.api.has_tickets():
            raise TryLater("Zammad's search finds nothing: polling needs Elasticsearch; until then only hooks work")
        stamp = str(newest[0].get("created_at")) if newest else _now()
        await self._move(stamp, stamp)
        return stamp, stamp

    async def _move(self, first: str, last: str) -> None:
        oldest = seconds(last) - 2 * OVERLAP
        self._stored = {number: at for number, at in self._stored.items() if at > oldest}
        await asyncio.to_thread(self._cursors.save, self._bookmark, f"{first} {last}")

    @property
    def _bookmark(self) -> str:
        return f"zammad:{self._account}"[:200]


def to_client(settings: "Settings") -> HelpdeskClient:
    """The URL and the token must be set."""
    token = settings.postbote_zammad_token.get_secret_value() if settings.postbote_zammad_token else ""
    headers = {"Authorization": f"Token token={token}"}
    return HelpdeskClient(settings.postbote_zammad_url or "", headers, "POSTBOTE_ZAMMAD_TOKEN")


def _earlier(stamp: str) -> str:
    return _iso(seconds(stamp) - OVERLAP)


def _now() -> str:
    return _iso(datetime.now(UTC).timestamp())


def _iso(at: float) -> str:
    return datetime.fromtimestamp(max(at, 0.0), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
