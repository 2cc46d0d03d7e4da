"""Mail channel: a mailbox whose new mails are tickets; IMAP in, SMTP out.

New mails are found by their UIDs, from the stored cursor on; IDLE only makes the next look come sooner. In mode
note a draft for the agents and a note with the decision are put into the mailbox; in mode public the reply is sent.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from starlette.routing import BaseRoute

from bot.channels.mail.delivery import ANSWERED, MailDelivery, in_mail_thread, mail_uid
from bot.channels.mail.doctor import run_doctor_checks
from bot.channels.mail.imap import Mailbox
from bot.contracts.channel import Channel, ChannelDefaults, Disabled
from bot.contracts.channel_context import ChannelContext
from bot.core.mail.auto_response import own_addresses
from bot.core.mail.server_url import to_server
from bot.core.mail.ticket_modes import parse_modes
from bot.core.model import Answer, Event, Mode, Ticket, TryLater
from bot.tickets.assessment import ticket_of_mail
from bot.tickets.events import ticket_event

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["MailChannel", "open_channel", "run_doctor_checks"]
log = structlog.get_logger()

POLL_INTERVAL = 10.0  # seconds between two looks; IDLE ends the wait at once
PAUSE_AFTER_ERROR = 5.0  # seconds
STOP_CHECK = 0.2  # seconds after which a wait notices that it shall end
STOPPED_WITHIN = 3.0  # seconds that a stop waits for the mail server


def open_channel(settings: "Settings", context: ChannelContext) -> Channel | Disabled:
    """Mail channel, where a mailbox is named and its mode is not off; else Disabled."""
    if settings.postbote_mail_imap_url is None:
        return Disabled("mail", "set POSTBOTE_MAIL_IMAP_URL, POSTBOTE_MAIL_SMTP_URL and POSTBOTE_MAIL_ADDRESS")
    if parse_modes(settings.postbote_mail_mode).off:
        return Disabled("mail", "POSTBOTE_MAIL_MODE is off; set it to note or public")
    return MailChannel(context, settings)


class MailChannel(ChannelDefaults):
    """Ticket channel of one mailbox."""

    name = "mail"
    routes: Sequence[BaseRoute] = ()

    def __init__(
        self,
        context: ChannelContext,
        settings: "Settings",
        *,
        poll: float = POLL_INTERVAL,
        pause: float = PAUSE_AFTER_ERROR,
    ) -> None:
        """`poll`: seconds between two looks; `pause`: seconds after an error. The settings name servers and address."""
        imap_url, smtp_url = settings.postbote_mail_imap_url, settings.postbote_mail_smtp_url
        imap = to_server(imap_url.get_secret_value() if imap_url else "", ("imaps", "imap"))
        smtp = to_server(smtp_url.get_secret_value() if smtp_url else "", ("smtps", "smtp"))
        addresses = settings.mail_addresses()
        self._context, self._modes = context, parse_modes(settings.postbote_mail_mode)
        self._poll, self._pause = poll, pause
        self._box, self._idle = Mailbox(imap), Mailbox(imap)
        self._address = addresses[0]
        self._account = self._address + (f"/{imap.folder}" if imap.folder else "")
        self.own, self.inbox = own_addresses(settings.own_addresses()), own_addresses(addresses)
        self._delivery = MailDelivery(
            self._box, smtp, self._address, render=context.engine.render, done=settings.postbote_mail_done
        )
        self._problem, self._stopping = "the mailbox has not been looked at yet", False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts polling; returns without waiting for the server."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends polling, the look that is under way included, and closes the connection that idles.

        A server that says nothing is not waited for: that takes imap.TIMEOUT, and the runs under way need the time.
        """
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPED_WITHIN):
                if self._task:
                    await asyncio.gather(self._task, return_exceptions=True)
                await asyncio.to_thread(self._idle.close)

    async def readiness_problem(self) -> str:
        """Problem of the last look, one line; empty where it went well."""
        return self._problem

    def mode(self, queue: str) -> Mode:
        """Mode of a queue: what may be written there; the queue is the mailbox's address."""
        return self._modes.of(queue)

    async def fetch(self, event: Event) -> Ticket | None:
        """Ticket of an event; None where the mail is gone, or the mailbox has new UIDs. Raises TryLater."""
        validity, uid = mail_uid(event)
        current, _ = await in_mail_thread(self._box.uid_state)
        stored = await in_mail_thread(lambda: self._box.fetch(uid)) if current == validity else None
        if stored is None:
            return None
        return ticket_of_mail(
            stored.raw,
            self._account,
            event.reply_to["ticket"],
            answered=bool({r"\answered", ANSWERED.lower()} & stored.flags),
            version=stored.modseq,
            queue=self._address,
            created=stored.at,
        )

    async def newest(self, number: int) -> Sequence[Event]:
        """Events of the newest mails, newest first, answered or not: for the preview. Raises TryLater."""
        validity, _ = await in_mail_thread(self._box.uid_state)
        uids = await in_mail_thread(lambda: self._box.newest_uids(number))
        return [ticket_event("mail", self._account, f"{validity}.{uid}") for uid in uids]

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """True if `by` holds the mail: a keyword, set where nobody else has set one since (RFC 7162)."""
        uid = int(ticket.id.partition(".")[2])
        return await in_mail_thread(lambda: self._box.claim(uid, f"$KbBot-{by[:16]}"))

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Sends the reply, or writes draft and note; the Message-ID (see TicketChannel)."""
        if answer is None or answer.template not in ("ticket", "ticket_note"):
            return ""
        may_be_sent = again or event.reply_to.get("look") == "yes"
        write = self._delivery.reply if answer.template == "ticket" else self._delivery.note
        return await write(event, answer, may_be_sent=may_be_sent)

    async def _run(self) -> None:
        while not self._stopping:
            try:
                following = await self._poll_once()
                self._set_problem("")
                await self._wait_for_mail(following)
            except TryLater as wrong:
                self._set_problem(str(wrong))
                await self._sleep_after_error()
            except Exception as wrong:  # noqa: BLE001 - whatever kept a mail from being stored, the next look finds it
                self._set_problem(f"new mails cannot be stored ({type(wrong).__name__})")
                await self._sleep_after_error()

    async def _wait_for_mail(self, following: int) -> None:
        await in_mail_thread(lambda: self._idle.wait_for_mail(self._poll, following, lambda: self._stopping))
        await asyncio.sleep(STOP_CHECK)  # many mails at once are one look

    async def _poll_once(self) -> int:
        """Enqueues an event for each mail since the cursor; the next UID.

        What was there before the first look is left alone, and so is all where UIDVALIDITY has changed.
        """
        validity, following = await in_mail_thread(self._box.uid_state)
        cursors, key = self._context.cursors, f"mail:{self._account}"
        known, _, since = (await asyncio.to_thread(cursors.read, key)).partition(".")
        if known != str(validity):
            log.warning(
                "mailbox_cursor_reset", account=self._account, uidvalidity=validity, answered_from_uid=following
            )
            await asyncio.to_thread(cursors.save, key, f"{validity}.{following}")
        elif following > int(since):
            for uid in await in_mail_thread(lambda: self._box.new_uids(int(since))):
                await self._context.enqueue(ticket_event("mail", self._account, f"{validity}.{uid}"))
                following = max(following, uid + 1)
            await asyncio.to_thread(cursors.save, key, f"{validity}.{following}")
        return following

    def _set_problem(self, problem: str) -> None:
        if problem and problem != self._problem:
            log.warning("mailbox_unavailable", why=problem)
        elif self._problem and not problem:
            log.info("mailbox_available", account=self._account)
        self._problem = problem

    async def _sleep_after_error(self) -> None:
        for _ in range(int(self._pause / STOP_CHECK) + 1):
            if not self._stopping:
                await asyncio.sleep(STOP_CHECK)
