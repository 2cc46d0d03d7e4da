"""A new ticket → an answer, a note for the agents, or nothing, with the reason kept. What all ticket channels share.

A channel finds new tickets and stores for each an event with the act "ticket" and the key `event_key`; the engine
brings it here, and what is decided here goes back through the channel's `deliver`. See TicketChannel for what a channel
has to be.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import replace
from typing import cast

import structlog

from bot.contracts import Channel, TicketChannel
from bot.core.mail.auto_response import MailboxContext, Verdict
from bot.core.model import Answer, Event, Question, Reply, TryLater
from bot.storage.database import DatabaseError
from bot.storage.decisions import Decisions
from bot.storage.ticket_ledger import Case, LimitedVerdict, TicketLedger
from bot.tickets.assessment import Ask, Checks, consider

log = structlog.get_logger()

SILENCE = Reply(None)
FORGET = 3_600.0  # seconds between two looks for what is too old


class TicketWorkflow:
    """One per process."""

    def __init__(
        self,
        ask: Ask,
        decisions: Decisions,
        ledger: TicketLedger,
        channels: Mapping[str, Channel],
        why: Callable[[Answer], str],
        *,
        alarm: Mapping[str, str] | None = None,
        save: Callable[[Event], Awaitable[None]] | None = None,
        checks: Checks | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`alarm`: the `reply_to` of a Slack message that tells of the breaker; empty: the log alone does.

        `save`: stores an event durably. `checks`: live look-ups for the note.
        """
        self._ask, self._decisions, self._ledger, self._channels = ask, decisions, ledger, channels
        self._why, self._alarm, self._save, self._checks, self._clock = why, dict(alarm or {}), save, checks, clock
        self._forgot = 0.0
        self._telling: set[asyncio.Task[None]] = set()
        self.acts: Mapping[str, Callable[[Event], Awaitable[Reply]]] = {
            "ticket": self._ticket,
            "breaker": self._breaker,
        }

    async def _ticket(self, event: Event) -> Reply:
        """Raises TryLater."""
        channel = cast("TicketChannel | None", self._channels.get(event.channel))
        if channel is None:
            raise TryLater(f"the channel {event.channel} is off")
        case = Case(event.channel, str(event.facts["account"]), str(event.facts["ticket"]), event.key)
        try:
            state = await asyncio.to_thread(self._ledger.register, case, self._clock())
            if state == "done":
                return SILENCE
            return await self._new(event, channel, case, look=state == "decided")
        except DatabaseError as wrong:
            raise TryLater(f"the database does not answer ({type(wrong).__name__})") from wrong

    async def _new(self, event: Event, channel: TicketChannel, case: Case, *, look: bool) -> Reply:
        ticket = await channel.fetch(event)
        if ticket is None:
            return await self._silent(event, case, Answer("ticket", "de"), "", ("gone",))
        mode = channel.mode(ticket.queue)
        if look and ticket.answered:
            ticket = replace(ticket, answered=False)  # perhaps by us: `deliver` looks for our own post first
        known = MailboxContext(channel.own, channel.inbox)
        found = await consider(ticket, known, self._ask, self._checks)
        event = replace(event, question=Question(found.text))
        verdict, reasons = (found.verdict, found.reasons)
        if mode == "off":
            verdict, reasons = "silent", (*reasons, "mode-off")
        elif mode == "note" and verdict == "public":
            verdict, reasons = "note", (*reasons, "mode-note")
        if verdict == "silent":
            return await self._silent(event, case, found.answer, ticket.url, reasons)
        if not await channel.claim(ticket, await asyncio.to_thread(self._ledger.installation_id)):
            return await self._silent(event, case, found.answer, ticket.url, (*reasons, "claimed-by-another"))
        entries = tuple(found.answer.facts.get("entries", ()))
        case = replace(case, verdict=verdict, sender=found.to["to"] or ticket.sender, body=found.text, entries=entries)
        taken = await asyncio.to_thread(self._ledger.commit_verdict, case, self._clock())
        self._tell(taken)
        reasons = (*reasons, *taken.reasons)
        if taken.verdict == "silent":
            return await self._silent(event, case, found.answer, ticket.url, reasons)
        await asyncio.to_thread(self._remember, event, found.answer, ticket.url, taken.verdict, reasons)
        to = {**found.to, "as": taken.verdict, **({"look": "yes"} if look else {})}
        return Reply(found.to_answer(taken.verdict, reasons), to)

    async def _silent(self, event: Event, case: Case, answer: Answer, url: str, reasons: Sequence[str]) -> Reply:
        await asyncio.to_thread(self._remember, event, answer, url, "silent", reasons)
        await asyncio.to_thread(self._ledger.commit_verdict, replace(case, verdict="silent"), self._clock())
        now = self._clock()
        if now - self._forgot > FORGET:
            self._forgot = now
            await asyncio.to_thread(self._ledger.purge_expired, now)
        return SILENCE

    def _remember(self, event: Event, answer: Answer, url: str, verdict: Verdict, reasons: Sequence[str]) -> None:
        """What is not covered is a gap; every other silence has its reason."""
        why = f"{self._why(answer)}\nverdict     {verdict}: {', '.join(reasons) or 'nothing speaks against an answer'}"
        log.info("ticket", key=event.key, verdict=verdict, reasons=",".join(reasons))
        gap = verdict == "silent" and tuple(reasons) == ("not-covered",)
        reason = ", ".join(reasons) if verdict == "silent" and not gap else ""
        self._decisions.save(event, answer, reason=reason, why=why, link=url)

    def _tell(self, taken: LimitedVerdict) -> None:
        """Of a breaker that has tripped or recovered: the log at once, Slack through a stored event."""
        if not taken.breaker:
            return
        log.error(
            "ticket_breaker", state=taken.breaker, cure="too many public replies within an hour: see `postbote why`"
        )
        if self._alarm and self._save:
            now = self._clock()
            event = Event(
                f"breaker:{taken.breaker}:{int(now)}",
                "slack",
                Question(""),
                self._alarm,
                "",
                "breaker",
                {"state": taken.breaker},
            )
            # In a context of its own: the engine takes what is started within a step for a part of it
            task = asyncio.get_running_loop().create_task(self._saved(self._save, event), context=Context())
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _saved(self, save: Callable[[Event], Awaitable[None]], event: Event) -> None:
        try:
            await save(event)
        except (OSError, RuntimeError, TryLater, DatabaseError) as wrong:
            log.warning("alarm_not_stored", key=event.key, why=type(wrong).__name__)

    async def _breaker(self, event: Event) -> Reply:
        return Reply(Answer("breaker", "de", {"state": str(event.facts.get("state", "tripped"))}))
