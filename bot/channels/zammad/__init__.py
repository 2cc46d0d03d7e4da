"""Zammad over REST: polling by search is the truth, a trigger's webhook makes it faster.

Only what is Zammad's own stands here: the search by time, the tag, the types of articles. The rest is
bot/channels/helpdesk/channel.py.
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
from bot.channels.zammad import webhook
from bot.channels.zammad.api import ZammadApi
from bot.channels.zammad.doctor import run_doctor_checks
from bot.channels.zammad.parse import TAG, WRONG_TAG, to_url
from bot.contracts.channel import Channel, Disabled
from bot.contracts.channel_context import ChannelContext
from bot.contracts.tickets import OpenedTicket
from bot.core.model import Event, Ticket, TryLater

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.settings.helpdesk import HelpdeskAccount

__all__ = ["ZammadChannel", "open_channel", "run_doctor_checks"]
log = structlog.get_logger()
LOOK_BACK = 7  # days of which tags and notes are read after a start


def open_channel(settings: "Settings", context: ChannelContext) -> Channel | Disabled:
    """Zammad's channel, where a URL and a token are set, and some group is not off; else Disabled."""
    return open_helpdesk("zammad", settings.zammad, lambda account: ZammadChannel(account, settings, context))


class ZammadChannel(HelpdeskChannel):
    """Ticket channel of one Zammad."""

    title = "Zammad"
    overlap = 1_800.0  # seconds: the search learns of a ticket in the background
    largest_webhook = webhook.LARGEST
    always_looks_for_own_post = True  # the tag is no lock
    mark_delay = 6  # the search learns of a tag in the background too
    cannot_open = "POSTBOTE_SLACK_TICKETS"

    def __init__(
        self, account: "HelpdeskAccount", settings: "Settings", context: ChannelContext, *, settle: float = SETTLE
    ) -> None:
        """`settle`: seconds to wait before the bot's own post is looked for."""
        self.api = ZammadApi(account)
        super().__init__(account, settings, context, client=self.api.client, conversations=self.api, settle=settle)
        self._sender = settings.postbote_zammad_sender
        self._changed: dict[str, str] | None = None  # tickets whose notes were read → when they were changed

    @property
    def inbox(self) -> frozenset[str]:
        """Addresses of POSTBOTE_OWN_ADDRESSES: Zammad tells those of its groups to administrators only."""
        return self._configured_addresses

    def url(self, ticket: str) -> str:
        """Web address at which an agent opens a ticket."""
        return to_url(self._client.root, ticket)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Event | None:
        """Event of a trigger's webhook; None where no customer has written, or the group is off. Raises BadHook."""
        number, group = webhook.to_ticket_and_queue(self._secret, headers, body)
        return self.to_event(number) if number and self.mode(group) != "off" else None

    async def list_since(self, position: float) -> AsyncIterator[Sequence[ListedTicket]]:
        """Tickets created at a time (seconds since the epoch) or later, oldest first, a page at a time."""
        async for page in self.api.list_since(position):
            yield page

    async def list_newest(self, number: int) -> Sequence[ListedTicket]:
        """Newest tickets, newest first."""
        return await self.api.list_newest(number)

    async def first_position(self) -> float:
        """Time now, where there are no tickets. Raises TryLater where there are some, and the search finds none."""
        if await self.api.has_tickets():
            raise TryLater("Zammad's search finds nothing: polling needs Elasticsearch; until then only hooks work")
        return float(int(time.time()))

    async def fetch(self, event: Event) -> Ticket | None:
        """Ticket of an event; None where it is gone. The bot's own address is read before."""
        address = str((await self.api.own_user()).get("email") or "").lower()
        self._helpdesk_addresses = frozenset(filter(None, [address]))
        return await self.api.ticket(event.reply_to["ticket"])

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """True always: Zammad has no lock. The tag is for people and for reports; whoever posts looks before."""
        try:
            await self.api.tag(ticket.id)
        except RequestRefused as refused:
            log.warning("zammad_not_tagged", ticket=ticket.id, why=str(refused))
        return True

    async def find_own_post(self, ticket: str) -> str:
        """Id of the article that the bot has written; empty where there is none."""
        return await self.api.find_own_article(ticket)

    async def write(self, event: Event, html: str) -> str:
        """Writes an article; its id."""
        return await self.api.write(self._to_article(event, html))

    async def agent_facts(self, event: Event, reply: str) -> Mapping[str, Any]:
        """Facts of the note: a tag or note says that it is wrong; the reply is a shared draft, where it can be."""
        mail, ticket = self._to_mail(event), event.reply_to["ticket"]
        form = {"cc": "", "subtype": "", "content_type": "text/html", "ticket_id": int(ticket)}
        article = {**form, **mail, "body": reply, "type": "email", "internal": False}
        group = event.reply_to.get("queue", "")
        drafted = bool(reply and mail["to"]) and await self.api.draft(ticket, group, article)
        return {"wrong_by": "tag", "wrong_tag": WRONG_TAG, "drafted": drafted}

    async def list_feedback(self) -> Sequence[Feedback]:
        """Feedback of agents: the tag on a ticket, and what notes say that were written since the last look."""
        days = LOOK_BACK if self._changed is None else 1
        tagged = await self.api.list_changed(WRONG_TAG, days)
        changed = await self.api.list_changed(TAG, days)
        known, self._changed = self._changed or {}, changed
        read = [ticket for ticket, at in changed.items() if known.get(ticket) != at]
        said = [one for ticket in read for one in await self.api.feedback(ticket)]
        return [*(Feedback(ticket, WRONG_TAG, "tag", "unhelpful") for ticket in tagged), *said]

    async def find_or_open(self, queue: str, subject: str, html: str, mark: str) -> OpenedTicket:
        """Ticket whose tag holds this mark, or a new one (see HelpdeskChannel)."""
        tag = f"postbote-{mark}"
        found = await self.api.find_by_tag(tag) or await self.api.open(queue, subject, html, tag)
        ticket = str(found["id"])
        return OpenedTicket(str(found.get("number") or ticket), self.url(ticket), self.place(ticket))

    def _to_article(self, event: Event, html: str) -> Mapping[str, Any]:
        """Article of a note or reply: an internal one of type email would be mailed all the same, a public note not."""
        to = event.reply_to
        body = {"ticket_id": int(to["ticket"]), "body": html, "content_type": "text/html"}
        if to.get("as") != "public":
            return {**body, "type": "note", "internal": True, "sender": "Agent"}
        return {**body, **self._to_mail(event), "type": "email", "internal": False, "sender": self._sender}

    def _to_mail(self, event: Event) -> Mapping[str, str]:
        """Recipient, subject and what is answered, of an article that is mailed."""
        return {name: event.reply_to.get(name, "") for name in ("to", "subject", "in_reply_to")}
