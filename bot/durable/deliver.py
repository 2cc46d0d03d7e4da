"""Deliver step: one attempt to bring a reply to its channel, and the record of how it was posted.

When to try again is the workflow's business (bot/durable/workflow.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from bot.contracts.channel import Channel
from bot.core.model import Answer, Event, TryLater, Undeliverable
from bot.durable.decision_row import DecisionRow
from bot.durable.error_policy import ErrorPolicy, failure_answer
from bot.observability.event_log import EventLog

log = structlog.get_logger()

CHANNEL_OFF_PAUSE = 1_800.0  # seconds until the next attempt where the event's channel is not configured any more


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one attempt to deliver."""

    done: bool  # True if nothing is left to be sent; False: to be tried again
    may_have_posted: bool = False  # True if it failed and the post may stand all the same: no confirmation came
    seconds: float = 0.0  # until the next attempt; 0: the workflow's own back-off
    message_id: str | None = None  # of the post, to be recorded; empty: it has none; None: nothing is to be recorded
    unsaid: str = ""  # reason why nothing was posted although nothing is left to be tried; empty: it was
    withdraw: str = ""  # id of the post that must go again: its question was deleted meanwhile; empty: it may stay


class DeliverStep:
    """Delivers through the channel that the event names."""

    def __init__(
        self, channels: Mapping[str, Channel], decisions: DecisionRow, event_log: EventLog, errors: ErrorPolicy
    ) -> None:
        self._channels, self._decisions = channels, decisions
        self._event_log, self._errors = event_log, errors

    async def run(self, event: Event, answer: Answer | None, *, may_have_posted: bool) -> Outcome:
        """Posts and records; see `post`. For an event whose decision row needs no saving before.

        It comes after a pause, so nothing is posted for a question that was deleted meanwhile.
        """
        if answer and not may_have_posted and await self._decisions.is_deleted(event):
            return Outcome(done=True, unsaid="the question was deleted")
        return await self.record(event, await self.post(event, answer, may_have_posted=may_have_posted))

    async def post(self, event: Event, answer: Answer | None, *, may_have_posted: bool) -> Outcome:
        """One attempt. A bug of ours in the channel is answered with the neutral failure, if there was an answer.

        `answer`: None where the channel does what `reply_to` says without one (deletes a post). `may_have_posted`: True
        if an earlier attempt may have got through, so that the channel looks for its own post first.
        """
        channel = self._channels.get(event.channel)
        if channel is None:
            log.error("channel_disabled", key=event.key, channel=event.channel)
            return Outcome(done=False, seconds=CHANNEL_OFF_PAUSE)
        try:
            sent = await self._errors.run(event, lambda: channel.deliver(event, answer, again=may_have_posted))
            if sent is None and answer:
                await self._errors.run(event, lambda: channel.deliver(event, failure_answer(event), again=True))
                return Outcome(done=True)
        except TryLater as later:
            self._event_log.retried(event, "deliver", str(later), later.seconds)
            return Outcome(done=False, may_have_posted=later.maybe_sent, seconds=later.seconds or 0.0)
        except Undeliverable as refused:
            return Outcome(done=True, unsaid=str(refused))
        return Outcome(done=True, message_id=(sent or "") if sent or answer else None)

    async def record(self, event: Event, outcome: Outcome) -> Outcome:
        """Records in the decision row how the reply was posted, if it was.

        The outcome says whether the post must go again: this look comes after the record, and a deletion looks for the
        record after it was noted, so one of the two always sees the other.
        """
        if outcome.unsaid:
            await self._decisions.drop_reply(event)
        if outcome.message_id is None:
            return outcome
        deleted = await self._decisions.record_delivery(event, outcome.message_id)
        return replace(outcome, withdraw=outcome.message_id) if deleted else outcome
