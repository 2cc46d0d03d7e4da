"""What was decided → a reply that is sent, or a draft and a note in the mailbox. Each is there at most once.

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
from bot.channels.mail.imap import CLAIM, Mailbox, Trouble
from bot.channels.mail.smtp import Refused, send
from bot.core.mail.auto_response import is_plain_address
from bot.core.mail.server_url import Server
from bot.core.model import Answer, Event, TryLater

log = structlog.get_logger()
T = TypeVar("T")

SENDING = "$KbBotSending"  # on a copy in Sent whose mail may or may not have left
ANSWERED = "$KbBotAnswered"
AT_ONCE = 4  # SMTP connections
_THREADS = ThreadPoolExecutor(8, "mail")  # more than wait at once: one for new mails, one for each of AT_ONCE
ToMail = Callable[[str, str, Mapping[str, str], str, str, float], bytes]


class Delivery:
    """Of one mailbox. `done`: folder for what was answered publicly; empty: it stays."""

    def __init__(self, box: Mailbox, smtp: Server, address: str, render: Callable[[Answer], str], done: str) -> None:
        self._box, self._smtp, self._address, self._render, self._done = box, smtp, address, render, done
        self._sending = asyncio.Semaphore(AT_ONCE)
        self._sent: set[str] = set()  # Message-IDs that SMTP has taken from this process, until they are marked
        self._unsent: set[str] = set()  # those that it surely has not, until their copies are deleted

    async def reply(self, event: Event, answer: Answer, *, look: bool) -> str:
        """Its Message-ID; sent, unless `look` finds that it was, may have been, or need not be any more."""
        message_id = compose.own_id(event.key, "public", self._address)
        folder = await self._do(lambda: self._box.special(r"\Sent"))
        if message_id not in self._sent:
            known = await self._looked(event, answer, folder, message_id) if look else ""
            if known:
                return known
            if message_id in self._unsent:
                await self._take_back(folder, message_id)
            raw = self._to_mail(compose.to_reply, event, answer, message_id)
            try:
                await self._send(event, folder, raw, message_id)
            except Refused as wrong:
                log.warning("reply_refused", key=event.key, why=str(wrong))
                await self._for_a_person(event, answer, "refused", str(wrong))
                return message_id
        await self._finish(event, folder, message_id)
        return message_id

    async def note(self, event: Event, answer: Answer, *, look: bool) -> str:
        """The note's Message-ID. A draft of the reply, where there is one, and a note with the decision."""
        facts = {**answer.facts, "draft": True, "with_draft": False}
        if facts.get("outcome") == "answer" and is_plain_address(event.reply_to.get("to", "")):
            draft_id = compose.own_id(event.key, "draft", self._address)
            draft = self._to_mail(compose.to_draft, event, Answer("ticket", answer.language, facts), draft_id)
            folder = await self._do(lambda: self._box.special(r"\Drafts"))
            await self._put(folder, draft, draft_id, r"\Draft", look=look)
        return await self._put_note(event, Answer("ticket_note", answer.language, facts), look=look)

    async def _looked(self, event: Event, answer: Answer, folder: str, message_id: str) -> str:
        """Not empty where nothing may be sent any more: it was, or it may have been, or a person has answered."""
        found = await self._do(lambda: self._box.find(folder, message_id))
        if found and SENDING.lower() in found.flags:
            log.error("reply_may_not_have_been_sent", key=event.key, cure="the mail is flagged: look whether it was")
            await self._for_a_person(event, answer, "maybe-sent", "")
            return message_id
        if found:
            await self._finish(event, folder, message_id)
            return message_id
        held = await self._do(lambda: self._box.fetch(place(event)[1]))
        return "answered by a person" if held and r"\answered" in held.flags else ""

    async def _send(self, event: Event, folder: str, raw: bytes, message_id: str) -> None:
        """Raises Refused and TryLater."""

        async def before() -> None:
            await self._do(lambda: self._box.append(folder, raw, (r"\Seen", SENDING)))

        async with self._sending:
            try:
                await send(self._smtp, event.reply_to["to"], raw, before)
            except (Refused, TryLater) as wrong:
                if not (isinstance(wrong, TryLater) and wrong.maybe_sent):
                    self._unsent.add(message_id)
                    await self._take_back(folder, message_id)
                raise
        self._sent.add(message_id)

    async def _take_back(self, folder: str, message_id: str) -> None:
        """The copy of what was surely not sent."""
        found = await self._do(lambda: self._box.find(folder, message_id))
        if found:
            await self._do(lambda: self._box.remove(folder, found.uid))
        self._unsent.discard(message_id)

    async def _finish(self, event: Event, folder: str, message_id: str) -> None:
        """The copy is one of a mail that was sent, and the customer's mail is answered. Harmless a second time."""
        found = await self._do(lambda: self._box.find(folder, message_id))
        if found:
            await self._do(lambda: self._box.mark(folder, found.uid, SENDING, take_away=True))
        uid = place(event)[1]
        await self._do(lambda: self._box.mark(self._box.folder, uid, rf"\Answered {ANSWERED}"))
        if self._done:
            await self._do(lambda: self._box.move(uid, self._done))
        self._sent.discard(message_id)

    async def _for_a_person(self, event: Event, answer: Answer, reason: str, said: str) -> None:
        """Flags the customer's mail and says why in a note."""
        await self._do(lambda: self._box.mark(self._box.folder, place(event)[1], r"\Flagged"))
        facts = {**answer.facts, "reasons": [reason], "said": said, "draft": True, "with_draft": True}
        await self._put_note(event, Answer("ticket_note", answer.language, facts), look=True)

    async def _put_note(self, event: Event, note: Answer, *, look: bool) -> str:
        note_id = compose.own_id(event.key, "note", self._address)
        raw = self._to_mail(compose.to_note, event, note, note_id)
        await self._put(self._box.folder, raw, note_id, rf"\Seen {CLAIM}", look=look)
        return note_id

    async def _put(self, folder: str, raw: bytes, message_id: str, flags: str, *, look: bool) -> None:
        found = await self._do(lambda: self._box.find(folder, message_id)) if look else None
        if found:
            return
        await self._do(lambda: self._box.append(folder, raw, flags.split()), maybe_sent=True)

    def _to_mail(self, to_mail: ToMail, event: Event, answer: Answer, message_id: str) -> bytes:
        markdown = self._render(answer)
        return to_mail(markdown, answer.language, event.reply_to, self._address, message_id, time.time())

    async def _do(self, work: Callable[[], T], *, maybe_sent: bool = False) -> T:
        return await blocking(work, maybe_sent=maybe_sent)


async def blocking(work: Callable[[], T], *, maybe_sent: bool = False) -> T:
    """In a thread of its own: a mail server may take its time, the database's threads may not. Its trouble passes."""
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
    except Trouble as wrong:
        raise TryLater(f"IMAP: {wrong}", maybe_sent=maybe_sent) from None


def place(event: Event) -> tuple[int, int]:
    """(UIDVALIDITY, UID) of a customer's mail."""
    validity, _, uid = event.reply_to["ticket"].partition(".")
    return int(validity), int(uid)
