"""Ticket workflow: from a ticket that a channel has noticed to a reply, a note, or silence with its reason.

**The life of a ticket**

1. *Noticed.* A channel's poller, webhook or IMAP look enqueues an event with the act "ticket" under the ticket's own
   key (`ticket_event`), so a ticket that is noticed twice is one event. Nothing of the ticket is stored.
2. *Registered.* `TicketLedger` has one row per ticket, for ever and for all processes. Its state decides what may still
   happen: **new** (nothing decided), **decided** (a reply was committed, and may have been posted), **done** (posted,
   silent, or decided more than a day ago and never confirmed: a missing answer is cheaper than a second one).
3. *Fetched* from the helpdesk, now: somebody may have answered meanwhile. Gone → silent.
4. *Assessed* (bot/tickets/assessment.py): verdict, reasons, answer. The queue's mode makes the verdict stricter.
5. *Claimed* in the helpdesk (custom field, tag, IMAP keyword), so that another installation with another database
   leaves it alone. Held by another one → silent.
6. *Committed.* The ledger counts the quotas and the breaker and stores the verdict in one transaction, before anything
   is sent; a limit turns a public reply into a note, the same mail again into silence. A breaker that trips or
   recovers raises an alarm.
7. *Decided.* The decision is saved for `postbote why` and the dashboard, the reply goes to the worker, the worker hands
   it to the channel's `deliver`. What the channel names as the post's id is written into the row: done.

Steps 3 to 6 end in silence as well: the reason is saved with the decision, and the row is done.

**What a second run may assume** (after a crash, a database that was away, a helpdesk that asked to wait: TryLater). The
key and the row are the same. State new: nothing was sent, everything is done anew; a claim that is ours is ours still.
State decided: the reply may have been posted, so the ticket is assessed as if it were unanswered (it may be answered by
us), its verdict is committed again, and `look` makes the channel look for its own post before it sends. State done:
nothing is sent, whatever happens.

TicketChannel (bot/contracts/tickets.py) says what a channel has to be.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import structlog

from bot.contracts.channel import Channel
from bot.contracts.engine import Engine
from bot.contracts.tickets import TicketChannel
from bot.core.mail.auto_response import MailboxContext, Verdict
from bot.core.model import Answer, Event, Question, Reply, TryLater
from bot.storage import DatabaseError, Storage
from bot.storage.ticket_ledger import Case, TicketLedger
from bot.tickets.assessment import LiveChecks, assess
from bot.tickets.breaker_alarm import BreakerAlarm

log = structlog.get_logger()

SILENCE = Reply(None)
PURGE_INTERVAL = 3_600.0  # seconds between two purges of senders that are too old


class TicketWorkflow:
    """Handler of ticket, feedback and breaker events; one per process. `handlers`: act → its function."""

    def __init__(
        self,
        engine: Engine,
        storage: Storage,
        ledger: TicketLedger,
        channels: Mapping[str, Channel],
        alarm: BreakerAlarm,
        *,
        live_checks: LiveChecks | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`channels`: by name; may be filled later. `live_checks`: look-ups for the note; None: none.

        `clock`: seconds since the epoch.
        """
        self._engine, self._decisions, self._feedback = engine, storage.decisions, storage.feedback
        self._ledger, self._channels, self._alarm = ledger, channels, alarm
        self._live_checks, self._clock = live_checks, clock
        self._purged_at = 0.0
        self.handlers: Mapping[str, Callable[[Event], Awaitable[Reply]]] = {
            "ticket": self._handle_ticket,
            "breaker": alarm.handle,
            "ticket_feedback": self._handle_feedback,
        }

    async def _handle_ticket(self, event: Event) -> Reply:
        """Reply to a ticket event. Raises TryLater."""
        channel = cast("TicketChannel | None", self._channels.get(event.channel))
        if channel is None:
            raise TryLater(f"the channel {event.channel} is off")
        case = Case(event.channel, str(event.facts["account"]), str(event.facts["ticket"]), event.key)
        try:
            state = await asyncio.to_thread(self._ledger.register, case, self._clock())
            if state == "done":
                return SILENCE
            return await self._handle_new_ticket(event, channel, case, may_be_posted=state == "decided")
        except DatabaseError as wrong:
            raise TryLater(f"the database does not answer ({type(wrong).__name__})") from wrong

    async def _handle_new_ticket(
        self, event: Event, channel: TicketChannel, case: Case, *, may_be_posted: bool
    ) -> Reply:
        """Steps 3 to 7. `may_be_posted`: an earlier run has committed a reply, which may have been sent."""
        ticket = await channel.fetch(event)
        if ticket is None:
            return await self._stay_silent(event, case, Answer("ticket", "de"), "", ("gone",))
        if may_be_posted and ticket.answered:
            ticket = replace(ticket, answered=False)  # perhaps by us: `deliver` looks for our own post first
        context = MailboxContext(channel.own, channel.inbox)
        found = await assess(ticket, context, self._engine.respond, self._live_checks)
        event = replace(event, question=Question(found.text))
        verdict, reasons = found.in_mode(channel.mode(ticket.queue))
        if verdict == "silent":
            return await self._stay_silent(event, case, found.answer, ticket.url, reasons)
        if not await channel.claim(ticket, await asyncio.to_thread(self._ledger.installation_id)):
            return await self._stay_silent(event, case, found.answer, ticket.url, (*reasons, "claimed-by-another"))
        entries = tuple(found.answer.facts.get("entries", ()))
        case = replace(case, verdict=verdict, sender=found.to["to"] or ticket.sender, body=found.text, entries=entries)
        limited = await asyncio.to_thread(self._ledger.commit_verdict, case, self._clock())
        if limited.breaker:
            self._alarm.tell(limited.breaker, self._clock())
        reasons = (*reasons, *limited.reasons)
        if limited.verdict == "silent":
            return await self._stay_silent(event, case, found.answer, ticket.url, reasons)
        await asyncio.to_thread(self._save_decision, event, found.answer, ticket.url, limited.verdict, reasons)
        to = {**found.to, "as": limited.verdict, **({"look": "yes"} if may_be_posted else {})}
        return Reply(found.to_answer(limited.verdict, reasons), to)

    async def _stay_silent(self, event: Event, case: Case, answer: Answer, url: str, reasons: Sequence[str]) -> Reply:
        """Saves the decision with its reasons, ends the ticket in the ledger, and now and then purges old senders."""
        await asyncio.to_thread(self._save_decision, event, answer, url, "silent", reasons)
        await asyncio.to_thread(self._ledger.commit_verdict, replace(case, verdict="silent"), self._clock())
        now = self._clock()
        if now - self._purged_at > PURGE_INTERVAL:
            self._purged_at = now
            await asyncio.to_thread(self._ledger.purge_expired, now)
        return SILENCE

    def _save_decision(self, event: Event, answer: Answer, url: str, verdict: Verdict, reasons: Sequence[str]) -> None:
        """Stores the decision; blocks.

        Silence only because no entry covers the question, or none surely, is a gap of the knowledge base and stored
        without a reason; every other silence has its reason.
        """
        against = ", ".join(reasons) or "nothing speaks against an answer"
        why = f"{self._engine.explain(answer)}\nverdict     {verdict}: {against}"
        log.info("ticket", key=event.key, verdict=verdict, reasons=",".join(reasons))
        gap = verdict == "silent" and tuple(reasons) in (("not-covered",), ("too-vague",))
        reason = ", ".join(reasons) if verdict == "silent" and not gap else ""
        self._decisions.save(event, answer, reason=reason, why=why, link=url)

    async def _handle_feedback(self, event: Event) -> Reply:
        """Records an agent's verdict; what was wrong is then a gap (bot/core/gaps.py). Raises TryLater."""
        key, verdict = str(event.facts["key"]), str(event.facts["verdict"])
        try:
            await asyncio.to_thread(self._feedback.record, key, event.person, verdict)
        except DatabaseError as wrong:
            raise TryLater(f"the database does not answer ({type(wrong).__name__})") from wrong
        return SILENCE
