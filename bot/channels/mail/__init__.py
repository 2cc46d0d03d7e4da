"""A mailbox with tickets: IMAP in, SMTP out.

New mails are found by their UIDs, from where the last look ended; IDLE only makes the next look come sooner. In mode
note a draft for the agents and a note with the decision are put into the mailbox; in mode public the reply is sent.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from starlette.routing import BaseRoute

from bot.channels.mail.delivery import ANSWERED, Delivery, blocking, place
from bot.channels.mail.doctor import examine
from bot.channels.mail.imap import Mailbox
from bot.contracts import Channel, ChannelContext, ChannelDefaults, Disabled
from bot.core.mail.auto_response import own_addresses
from bot.core.mail.server_url import to_server
from bot.core.mail.ticket_modes import parse_modes
from bot.core.model import Answer, Event, Mode, Ticket, TryLater
from bot.tickets.assessment import ticket_event, ticket_of_mail

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["Mail", "examine", "open_channel"]
log = structlog.get_logger()

POLL = 10.0  # seconds between two looks; IDLE ends the wait at once, but for mails that come just before it begins
PAUSE = 5.0  # seconds after trouble
STEP = 0.2  # seconds after which a wait notices that it shall end


def open_channel(settings: "Settings", parts: ChannelContext) -> Channel | Disabled:
    """On where a mailbox is named and its mode is not off."""
    if settings.postbote_mail_imap_url is None:
        return Disabled("mail", "set POSTBOTE_MAIL_IMAP_URL, POSTBOTE_MAIL_SMTP_URL and POSTBOTE_MAIL_ADDRESS")
    if parse_modes(settings.postbote_mail_mode).off:
        return Disabled("mail", "POSTBOTE_MAIL_MODE is off; set it to note or public")
    return Mail(parts, settings)


class Mail(ChannelDefaults):
    """The channel; a TicketChannel."""

    name = "mail"
    routes: Sequence[BaseRoute] = ()

    def __init__(
        self, parts: ChannelContext, settings: "Settings", *, poll: float = POLL, pause: float = PAUSE
    ) -> None:
        """`poll`, `pause`: seconds. The settings name both servers and an address."""
        imap_url, smtp_url = settings.postbote_mail_imap_url, settings.postbote_mail_smtp_url
        imap = to_server(imap_url.get_secret_value() if imap_url else "", ("imaps", "imap"))
        smtp = to_server(smtp_url.get_secret_value() if smtp_url else "", ("smtps", "smtp"))
        addresses = settings.mail_addresses()
        self._parts, self._modes = parts, parse_modes(settings.postbote_mail_mode)
        self._poll, self._pause = poll, pause
        self._box, self._idle = Mailbox(imap), Mailbox(imap)
        self._address = addresses[0]
        self._account = self._address + (f"/{imap.folder}" if imap.folder else "")
        self.own, self.inbox = own_addresses(settings.own_addresses()), own_addresses(addresses)
        self._delivery = Delivery(self._box, smtp, self._address, parts.engine.render, settings.postbote_mail_done)
        self._trouble, self._stopping = "the mailbox has not been looked at yet", False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Looks for mails from now on, without waiting for the server."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends the look that is under way."""
        self._stopping = True
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self._idle.close)

    async def readiness_problem(self) -> str:
        """What the last look failed with; empty where it went well."""
        return self._trouble

    def mode(self, queue: str) -> Mode:
        """See TicketChannel; the queue is the mailbox's address."""
        return self._modes.of(queue)

    async def fetch(self, event: Event) -> Ticket | None:
        """See TicketChannel."""
        validity, uid = place(event)
        current, _ = await blocking(self._box.state)
        held = await blocking(lambda: self._box.fetch(uid)) if current == validity else None
        if held is None:
            return None
        return ticket_of_mail(
            held.raw,
            self._account,
            event.reply_to["ticket"],
            answered=bool({r"\answered", ANSWERED.lower()} & held.flags),
            version=held.modseq,
            queue=self._address,
            created=held.at,
        )

    async def newest(self, number: int) -> Sequence[Event]:
        """Of the newest mails, newest first, whether answered or not: for the preview."""
        validity, _ = await blocking(self._box.state)
        uids = await blocking(lambda: self._box.last(number))
        return [ticket_event("mail", self._account, f"{validity}.{uid}") for uid in uids]

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """See TicketChannel: a keyword, set where nobody else has set one since (RFC 7162)."""
        uid = int(ticket.id.partition(".")[2])
        return await blocking(lambda: self._box.claim(uid, f"$KbBot-{by[:16]}"))

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """See TicketChannel; the Message-ID of what was written."""
        if answer is None or answer.template not in ("ticket", "ticket_note"):
            return ""
        look = again or event.reply_to.get("look") == "yes"
        write = self._delivery.reply if answer.template == "ticket" else self._delivery.note
        return await write(event, answer, look=look)

    async def _run(self) -> None:
        while not self._stopping:
            try:
                following = await self._look()
                self._well("")
                await self._wait(following)
            except TryLater as wrong:
                self._well(str(wrong))
                await self._rest()
            except Exception as wrong:  # noqa: BLE001 - whatever kept a mail from being stored, the next look finds it
                self._well(f"new mails cannot be stored ({type(wrong).__name__})")
                await self._rest()

    async def _wait(self, following: int) -> None:
        await blocking(lambda: self._idle.wait(self._poll, following, lambda: self._stopping))
        await asyncio.sleep(STEP)  # many mails at once are one look

    async def _look(self) -> int:
        """Stores an event for each mail since the last look; what was there before the first one is left alone.

        The next UID.
        """
        validity, following = await blocking(self._box.state)
        places, name = self._parts.cursors, f"mail:{self._account}"
        known, _, since = (await asyncio.to_thread(places.read, name)).partition(".")
        if known != str(validity):
            log.warning("mailbox_is_new", account=self._account, uidvalidity=validity, answered_from_uid=following)
            await asyncio.to_thread(places.save, name, f"{validity}.{following}")
        elif following > int(since):
            for uid in await blocking(lambda: self._box.new(int(since))):
                await self._parts.enqueue(ticket_event("mail", self._account, f"{validity}.{uid}"))
                following = max(following, uid + 1)
            await asyncio.to_thread(places.save, name, f"{validity}.{following}")
        return following

    def _well(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.warning("mailbox_in_trouble", why=trouble)
        elif self._trouble and not trouble:
            log.info("mailbox_is_well", account=self._account)
        self._trouble = trouble

    async def _rest(self) -> None:
        for _ in range(int(self._pause / STEP) + 1):
            if not self._stopping:
                await asyncio.sleep(STEP)
