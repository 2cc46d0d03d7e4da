"""Delivery of a decided answer: a reply that is sent, or a draft and a note in the mailbox. Each at most once.

The reply's Message-ID follows from the event's key, and its copy is put into Sent, marked as being sent, before the
last word of SMTP. A process that starts again finds it there. Killed within that word, nobody can know whether the
server took the mail: then it is not sent again, and the customer's mail is flagged for a person.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from bot.channels.mail import compose
from bot.channels.mail.imap import CLAIM, Mailbox, MailboxError
from bot.channels.mail.smtp import ReplyRefused, send
from bot.core.mail.auto_response import is_plain_address
from bot.core.mail.server_url import Server
from bot.core.model import Answer, Event, TryLater

log = structlog.get_logger()
T = TypeVar("T")

SENDING = "$KbBotSending"  # on a copy in Sent whose mail may or may not have left
ANSWERED = "$KbBotAnswered"
MOST_CONNECTIONS = 4  # SMTP connections
_POOL = ThreadPoolExecutor(8, "mail")  # more than wait at once: one for new mails, one for each of MOST_CONNECTIONS
ToMail = Callable[[str, str, Mapping[str, str], str, str, float], bytes]


class MailDelivery:
    """Delivery from one mailbox."""

    def __init__(self, box: Mailbox, smtp: Server, address: str, render: Callable[[Answer], str], done: str) -> None:
        """`done`: folder that mails are moved to once they are answered publicly; empty: they stay."""
        self._box, self._smtp, self._address, self._render, self._done = box, smtp, address, render, done
        self._connections = asyncio.Semaphore(MOST_CONNECTIONS)
        self._sent: set[str] = set()  # Message-IDs that SMTP has taken from this process, until they are marked
        self._unsent: set[str] = set()  # those that it surely has not, until their copies are deleted

    async def reply(self, event: Event, answer: Answer, *, may_be_sent: bool) -> str:
        """Sends the public reply; its Message-ID.

        `may_be_sent`: an earlier attempt may have got through. Then nothing is sent where the reply was sent, may have
        been, or a person has answered.
        """
        message_id = compose.own_id(event.key, "public", self._address)
        folder = await self._in_thread(lambda: self._box.special_folder(r"\Sent"))
        if message_id not in self._sent:
            known = await self._find_earlier(event, answer, folder, message_id) if may_be_sent else ""
            if known:
                return known
            if message_id in self._unsent:
                await self._delete_copy(folder, message_id)
            raw = self._to_mail(compose.to_reply, event, answer, message_id)
            try:
                await self._send(event, folder, raw, message_id)
            except ReplyRefused as wrong:
                log.warning("reply_refused", key=event.key, why=str(wrong))
                await self._flag_for_person(event, answer, "refused", str(wrong))
                return message_id
        await self._mark_as_answered(event, folder, message_id)
        return message_id

    async def note(self, event: Event, answer: Answer, *, may_be_sent: bool) -> str:
        """Writes a draft of the reply, where there is one, and a note with the decision; the note's Message-ID.

        `may_be_sent`: an earlier attempt may have written them.
        """
        facts = {**answer.facts, "draft": True, "with_draft": False}
        if facts.get("outcome") == "answer" and is_plain_address(event.reply_to.get("to", "")):
            draft_id = compose.own_id(event.key, "draft", self._address)
            draft = self._to_mail(compose.to_draft, event, Answer("ticket", answer.language, facts), draft_id)
            folder = await self._in_thread(lambda: self._box.special_folder(r"\Drafts"))
            await self._append_once(folder, draft, draft_id, r"\Draft", may_be_sent=may_be_sent)
        return await self._put_note(event, Answer("ticket_note", answer.language, facts), may_be_sent=may_be_sent)

    async def _find_earlier(self, event: Event, answer: Answer, folder: str, message_id: str) -> str:
        """Trace of an earlier attempt: not empty where nothing may be sent any more.

        The reply was sent, it may have been, or a person has answered.
        """
        found = await self._in_thread(lambda: self._box.find(folder, message_id))
        if found and SENDING.lower() in found.flags:
            log.error("reply_may_not_have_been_sent", key=event.key, cure="the mail is flagged: look whether it was")
            await self._flag_for_person(event, answer, "maybe-sent", "")
            return message_id
        if found:
            await self._mark_as_answered(event, folder, message_id)
            return message_id
        stored = await self._in_thread(lambda: self._box.fetch(mail_uid(event)[1]))
        return "answered by a person" if stored and r"\answered" in stored.flags else ""

    async def _send(self, event: Event, folder: str, raw: bytes, message_id: str) -> None:
        """Sends the reply, its copy in Sent first. Raises ReplyRefused and TryLater."""

        async def before() -> None:
            await self._in_thread(lambda: self._box.append(folder, raw, (r"\Seen", SENDING)))

        async with self._connections:
            try:
                await send(self._smtp, event.reply_to["to"], raw, before)
            except (ReplyRefused, TryLater) as wrong:
                if not (isinstance(wrong, TryLater) and wrong.maybe_sent):
                    self._unsent.add(message_id)
                    await self._delete_copy(folder, message_id)
                raise
        self._sent.add(message_id)

    async def _delete_copy(self, folder: str, message_id: str) -> None:
        """Deletes the copy of what was surely not sent."""
        found = await self._in_thread(lambda: self._box.find(folder, message_id))
        if found:
            await self._in_thread(lambda: self._box.remove(folder, found.uid))
        self._unsent.discard(message_id)

    async def _mark_as_answered(self, event: Event, folder: str, message_id: str) -> None:
        """Marks the copy as sent, and the customer's mail as answered. Harmless a second time."""
        found = await self._in_thread(lambda: self._box.find(folder, message_id))
        if found:
            await self._in_thread(lambda: self._box.mark(folder, found.uid, SENDING, remove_flags=True))
        uid = mail_uid(event)[1]
        await self._in_thread(lambda: self._box.mark(self._box.folder, uid, rf"\Answered {ANSWERED}"))
        if self._done:
            await self._in_thread(lambda: self._box.move(uid, self._done))
        self._sent.discard(message_id)

    async def _flag_for_person(self, event: Event, answer: Answer, reason: str, said: str) -> None:
        """Flags the customer's mail and says why in a note."""
        await self._in_thread(lambda: self._box.mark(self._box.folder, mail_uid(event)[1], r"\Flagged"))
        facts = {**answer.facts, "reasons": [reason], "said": said, "draft": True, "with_draft": True}
        await self._put_note(event, Answer("ticket_note", answer.language, facts), may_be_sent=True)

    async def _put_note(self, event: Event, note: Answer, *, may_be_sent: bool) -> str:
        note_id = compose.own_id(event.key, "note", self._address)
        raw = self._to_mail(compose.to_note, event, note, note_id)
        await self._append_once(self._box.folder, raw, note_id, rf"\Seen {CLAIM}", may_be_sent=may_be_sent)
        return note_id

    async def _append_once(self, folder: str, raw: bytes, message_id: str, flags: str, *, may_be_sent: bool) -> None:
        found = await self._in_thread(lambda: self._box.find(folder, message_id)) if may_be_sent else None
        if found:
            return
        await self._in_thread(lambda: self._box.append(folder, raw, flags.split()), maybe_sent=True)

    def _to_mail(self, to_mail: ToMail, event: Event, answer: Answer, message_id: str) -> bytes:
        markdown = self._render(answer)
        return to_mail(markdown, answer.language, event.reply_to, self._address, message_id, time.time())

    async def _in_thread(self, work: Callable[[], T], *, maybe_sent: bool = False) -> T:
        return await in_mail_thread(work, maybe_sent=maybe_sent)


async def in_mail_thread(work: Callable[[], T], *, maybe_sent: bool = False) -> T:
    """Runs `work` in the mail pool: a mail server may take its time, the database's threads may not.

    Errors of the mailbox become TryLater, with `maybe_sent`: the work may have been done nevertheless.
    """
    try:
        return await asyncio.get_running_loop().run_in_executor(_POOL, work)
    except MailboxError as wrong:
        raise TryLater(f"IMAP: {wrong}", maybe_sent=maybe_sent) from None


def mail_uid(event: Event) -> tuple[int, int]:
    """UIDVALIDITY and UID of an event's mail."""
    validity, _, uid = event.reply_to["ticket"].partition(".")
    return int(validity), int(uid)
