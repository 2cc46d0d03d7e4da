"""Decide step: event → Reply, or a Wait where there is no reply yet.

Checkpoints and pauses are the workflow's business (bot/durable/workflow.py); nothing is delivered here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.contracts.channel import Channel
from bot.core.model import QUESTION_ACTS, Answer, Event, Language, Reply, TryLater
from bot.core.rate_limit import RateLimiter
from bot.durable.decision_row import DecisionRow
from bot.durable.error_policy import ErrorPolicy, failure_answer
from bot.observability.event_log import EventLog

log = structlog.get_logger()

Handle = Callable[[Event], Awaitable[Reply]]  # bot/dialogue/manager.py; raises TryLater


# Commands cost less than questions, but /faq asks one; what a look-up costs is limited in bot/answering/lookup
QUESTION_COMMANDS = frozenset({"", "faq"})
COMMANDS_AT_ONCE, COMMAND_EVERY = 30, 1.0  # commands of a person, and seconds from one to the next after those


@dataclass(frozen=True, slots=True)
class Wait:
    """Pause before the next attempt to decide."""

    seconds: float  # 0: the workflow's own back-off
    notice: Answer | None = None  # said to the person before the pause; None: nothing


class DecideStep:
    """Decides the reply to an event; a second call decides anew."""

    def __init__(
        self,
        handle: Handle,
        channels: Mapping[str, Channel],
        decisions: DecisionRow,
        event_log: EventLog,
        errors: ErrorPolicy,
        rate_limiter: RateLimiter,
    ) -> None:
        self._handle, self._channels = handle, channels
        self._decisions, self._event_log, self._errors = decisions, event_log, errors
        self._rate_limiter, self._command_limiter = rate_limiter, RateLimiter(COMMANDS_AT_ONCE, COMMAND_EVERY)

    async def run(self, event: Event, *, rate_limited: bool) -> Reply | Wait:
        """Reply to the event, the neutral failure after a bug of ours; Wait where the rate limit or TryLater says so.

        `rate_limited`: True if a question takes a token of its person's rate limit; False after a wait, since the
        token is taken then.
        """
        if rate_limited and event.act in QUESTION_ACTS:
            asks = event.question.command in QUESTION_COMMANDS
            limiter = self._rate_limiter if asks else self._command_limiter
            seconds, tell = limiter.acquire(event.person, self._errors.loop.time())
            if seconds:
                return Wait(seconds, Answer("slow", await self._language(event)) if tell else None)
        began = self._errors.loop.time()
        try:
            reply = await self._errors.run(event, lambda: self._handle(event)) or await self._failure(event)
        except TryLater as later:
            self._event_log.retried(event, "decide", str(later), later.seconds)
            return Wait(later.seconds or 0.0)
        self._event_log.decided(event, reply.answer, self._errors.loop.time() - began)
        return reply

    async def save(self, event: Event, reply: Reply) -> None:
        """Saves the decision row of a reply; trouble is logged only, because the reply must go out anyway."""
        decided = reply.decided
        if decided is None:
            return
        try:
            await self._errors.run(event, lambda: self._decisions.save(decided))
        except TryLater as later:
            log.warning("decision_not_saved", key=event.key, why=str(later))

    async def _failure(self, event: Event) -> Reply:
        """Neutral reply to a question; other acts (a button, an edit) get none."""
        if event.act not in QUESTION_ACTS:
            return Reply(None)
        answer = failure_answer(event)
        await self._decisions.save_failure(event, answer)
        return Reply(answer)

    async def _language(self, event: Event) -> Language:
        return event.question.language or event.question.language_hint or await self._channel_hint(event) or "de"

    async def _channel_hint(self, event: Event) -> Language | None:
        channel = self._channels.get(event.channel)
        return await self._errors.on_main_loop(lambda: channel.language_hint(event)) if channel else None
