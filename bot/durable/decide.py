"""Event → what is said, decided once: noted as a step of the engine, or kept by the desk until it is delivered.

Every step is a commit, so a question that is answered at once has none: the desk keeps its reply in the commit that it
makes anyway, and does it while the reply is posted, which takes Slack a hundred times as long (bot/DECISIONS.md).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from dbos import DBOS

from bot.contracts import Channel
from bot.core.model import Answer, Event, Language, Reply, TryLater
from bot.durable.dbos_setup import durable_sleep
from bot.durable.error_policy import ErrorPolicy
from bot.observability.event_log import EventLog
from bot.rate_limit import RateLimiter
from bot.storage import DatabaseError, Storage
from bot.storage.serialization import failure, reply_to_json, to_json, to_reply

log = structlog.get_logger()

FIRST_PAUSE = 1.0  # seconds between attempts, doubled from one to the next
LONGEST_LOOK = 60.0  # seconds between attempts to decide: each is kept as a step, and a helpdesk may be down for long
ASKED = frozenset(
    {"ask", "explain"}
)  # acts that a person waits for; the desk keeps their reply (Decisions.undelivered_reply)

Keep = Callable[[], Awaitable[None]]  # see Reply
Consider = Callable[[Event], Awaitable[Reply]]
Deliver = Callable[[Event, Any, bool], Awaitable[tuple[bool, float | None]]]


@dataclass(frozen=True, slots=True)
class Decided:
    """What is said, and whether that is safe."""

    reply: Mapping[str, Any]  # as JSON: {"answer": … or None, "to": …}
    noted: bool  # as a step
    keep: Keep | None = None  # None where it is done


class DecideStep:
    """One per process."""

    def __init__(
        self,
        consider: Consider,
        channels: Mapping[str, Channel],
        storage: Storage,
        event_log: EventLog,
        guard: ErrorPolicy,
        turns: RateLimiter | None = None,
    ) -> None:
        self._consider, self._channels = consider, channels
        self._storage, self._event_log, self._guard = storage, event_log, guard
        self._turns = turns or RateLimiter()

    async def decided(self, event: Event, deliver: Deliver, *, late: bool, again: bool) -> Decided:
        """After a wait, where the person asks too much at once; a wait is always noted, and `deliver` says so.

        `late`: nothing is noted that need not be. `again`: an earlier run may have decided it, and kept it.
        """
        known: Mapping[str, Any] | None = None
        if late and again:
            known = await self._kept(event)
        elif late:
            found = await self._decide(event)
            if isinstance(found, Reply):
                return Decided(reply_to_json(found), noted=False, keep=found.keep)
            known = found
        reply = await (self.noted(event, known) if known else self._noted(event, in_turn=False))
        pause = FIRST_PAUSE
        while "wait" in reply:
            if reply["note"]:
                note = replace(event, key=f"{event.key}:slow", reply_to={**event.reply_to, "note": "yes"})
                await DBOS.run_step_async({"name": "note"}, deliver, note, reply["note"], False)
            await durable_sleep(reply["wait"] or pause)
            pause = pause if reply["wait"] else min(LONGEST_LOOK, pause * 2)
            reply = await self._noted(event, in_turn=True)
        return Decided(reply, noted=True)

    async def noted(self, event: Event, reply: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an earlier run has noted, else this, which is noted."""

        async def known() -> Mapping[str, Any]:
            return reply

        return to_reply(await DBOS.run_step_async({"name": "respond"}, known))

    async def keep(self, event: Event, keep: Keep | None) -> None:
        """What must be kept of a decision. Trouble with that is nobody's: the reply is what counts."""
        try:
            if keep:
                await self._guard.run(event, keep)
        except TryLater as later:
            log.warning("not_kept", key=event.key, why=str(later))

    async def _noted(self, event: Event, *, in_turn: bool) -> Mapping[str, Any]:
        """What an earlier run has noted, else what is decided now, which is kept and noted."""
        return to_reply(await DBOS.run_step_async({"name": "respond"}, self._respond_step, event, in_turn))

    async def _respond_step(self, event: Event, in_turn: bool) -> Mapping[str, Any]:
        found = await self._decide(event, in_turn=in_turn)
        if not isinstance(found, Reply):
            return found
        await self.keep(event, found.keep)
        return reply_to_json(found)

    async def _kept(self, event: Event) -> Mapping[str, Any] | None:
        try:
            return await asyncio.to_thread(self._storage.decisions.undelivered_reply, event.key)
        except DatabaseError as wrong:
            log.warning("reply_not_read", key=event.key, why=type(wrong).__name__)
            return None

    async def _decide(self, event: Event, *, in_turn: bool = False) -> Reply | Mapping[str, Any]:
        """The neutral failure where our code is at fault; {"wait": seconds, "note": …} where it must wait.

        0: the usual pause.
        """
        if event.act in ASKED and not in_turn:
            seconds, tell = self._turns.acquire(event.person, self._guard.loop.time())
            if seconds:
                hint = event.question.language or event.question.language_hint or await self._hint(event) or "de"
                return {"wait": seconds, "note": to_json(Answer("slow", hint)) if tell else None}
        began = self._guard.loop.time()
        try:
            reply = await self._guard.run(event, lambda: self._consider(event)) or await self._failed(event)
        except TryLater as later:
            self._event_log.retried(event, "decide", str(later), later.seconds)
            return {"wait": later.seconds or 0.0, "note": None}
        self._event_log.decided(event, reply.answer, self._guard.loop.time() - began)
        return reply

    async def _failed(self, event: Event) -> Reply:
        """The neutral reply to a question; it is a gap too. What was no question gets none."""
        if event.act not in ASKED:
            return Reply(None)
        answer = failure(event)
        try:
            await asyncio.to_thread(self._storage.decisions.save, event, answer)
        except DatabaseError as wrong:
            log.warning("not_remembered", key=event.key, why=type(wrong).__name__)
        return Reply(answer)

    async def _hint(self, event: Event) -> Language | None:
        channel = self._channels.get(event.channel)
        return await self._guard.on_main_loop(lambda: channel.language_hint(event)) if channel else None
