"""Workflow of one event: decides the reply, delivers it, pauses and tries again. Explained whole in worker.py.

Steps of the engine, in this order, each a commit: "decide" (a reply, or a wait before the next "decide"), "note" (a
wait is told), sleeps, "deliver" (second and later attempts). A workflow that runs again is given the results of the
steps that were done. A question that is answered at once has none of them.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any, cast

from dbos import DBOS

from bot.core.model import QUESTION_ACTS, Answer, Event, Reply
from bot.durable.decide import DecideStep, Wait
from bot.durable.decision_row import DecisionRow
from bot.durable.deliver import DeliverStep, Outcome
from bot.durable.error_policy import failure_answer
from bot.durable.recovery import Recovery
from bot.durable.retry import DecideBackoff, DeliverBackoff, durable_sleep
from bot.observability.event_log import EventLog
from bot.storage.serialization import reply_to_json, to_answer, to_json, to_reply


@dataclass(frozen=True, slots=True)
class RunState:
    """State of one run of a workflow, from its decision to its delivery; replaced as the run goes on.

    `reply`: decided; its `decided` is None where an earlier run, or step "decide", has saved the decision.

    `may_have_posted`: True if the post may stand in the channel already, so that the channel looks for it before it
    posts: this is not the event's first run, and an earlier one may have come so far; or an attempt of this run ended
    without a confirmation. It never becomes False again.

    `checkpointed`: True if `reply` is the result of step "decide", so that every later run delivers the same. False on
    the fast path alone: there the decision row has the reply, and the run must checkpoint it before it pauses.
    """

    reply: Reply
    may_have_posted: bool
    checkpointed: bool


class EventWorkflow:
    """Durable way of an event from its decision to its delivery."""

    def __init__(
        self, decide: DecideStep, deliver: DeliverStep, decisions: DecisionRow, recovery: Recovery, event_log: EventLog
    ) -> None:
        self._decide, self._deliver, self._decisions = decide, deliver, decisions
        self._recovery, self._event_log = recovery, event_log

    async def run(self, event: Event, stored_by: str) -> None:
        """Returns when the reply is delivered or given up, or when there is nothing to say.

        `stored_by`: id of the process that stored the event and runs it first.
        """
        decide = self._decide_question if event.act in QUESTION_ACTS else self._decide_other
        state = await decide(event, stored_by)
        if state.reply.answer is None and not state.reply.to:
            await self._decide.save(event, state.reply)
            return
        await self._deliver_until_done(replace(event, reply_to={**event.reply_to, **state.reply.to}), state)

    async def deliver_failure(self, event: Event) -> None:
        """One attempt at the neutral failure, for a question whose run a bug of ours ended; its reply may be out."""
        if event.act in QUESTION_ACTS:
            await self._deliver.run(event, failure_answer(event), may_have_posted=True)

    # Decide

    async def _decide_question(self, event: Event, stored_by: str) -> RunState:
        """Fast path: a first run that need not wait writes no checkpoint. A later run takes the saved reply, if any."""
        may_have_posted = self._recovery.mark_attempted(event.key, stored_by)
        if may_have_posted:
            saved = await self._decisions.undelivered_reply(event)
            found = await (self._checkpoint(saved) if saved else self._decide_as_step(event, rate_limited=True))
        else:
            decided = await self._decide.run(event, rate_limited=True)
            if isinstance(decided, Reply):
                return RunState(decided, may_have_posted=False, checkpointed=False)
            found = await self._checkpoint(decided)
        reply = await self._wait_for_reply(event, found, may_have_posted=may_have_posted)
        return RunState(reply, may_have_posted, checkpointed=True)

    async def _decide_other(self, event: Event, stored_by: str) -> RunState:
        """Checkpoint first: a press, an edit or a ticket changes something, and may be decided otherwise once more."""
        found = await self._decide_as_step(event, rate_limited=True)
        reply = await self._wait_for_reply(event, found, may_have_posted=False)
        return RunState(reply, self._recovery.mark_attempted(event.key, stored_by), checkpointed=True)

    async def _wait_for_reply(self, event: Event, found: Reply | Wait, *, may_have_posted: bool) -> Reply:
        """Reply, after as many durable pauses as it takes; this has no end of its own."""
        backoff = DecideBackoff()
        while isinstance(found, Wait):
            if found.notice:
                notice = replace(event, key=f"{event.key}:slow", reply_to={**event.reply_to, "note": "yes"})
                await self._deliver_as_step("note", notice, found.notice, may_have_posted)
            await durable_sleep(backoff.next_pause(found.seconds))
            found = await self._decide_as_step(event, rate_limited=False)
        return found

    async def _decide_as_step(self, event: Event, *, rate_limited: bool) -> Reply | Wait:
        """Decision as step "decide": a replay returns the stored one; a first run decides, saves and checkpoints."""

        async def decide() -> Mapping[str, Any]:
            found = await self._decide.run(event, rate_limited=rate_limited)
            if isinstance(found, Reply):
                await self._decide.save(event, found)
            return _to_checkpoint(found)

        return _from_checkpoint(await DBOS.run_step_async({"name": "decide"}, decide))

    async def _checkpoint(self, decided: Reply | Wait) -> Reply | Wait:
        """Checkpoints what is decided already as step "decide"; on replay returns what the first run checkpointed."""

        async def known() -> Mapping[str, Any]:
            return _to_checkpoint(decided)

        return _from_checkpoint(await DBOS.run_step_async({"name": "decide"}, known))

    # Deliver

    async def _deliver_until_done(self, event: Event, state: RunState) -> None:
        """Attempts until one is the last. The first is no step: a later run repeats it, and looks for its own post."""
        backoff = DeliverBackoff()
        for attempt in count(1):
            if attempt == 1:
                outcome = await self._deliver_and_save(event, state)
            else:
                outcome = await self._deliver_as_step("deliver", event, state.reply.answer, state.may_have_posted)
            if outcome.done:
                await self._end(event, outcome, attempt)
                return
            if backoff.is_used_up():
                self._event_log.gave_up(event, backoff.waited)
                return
            state = await self._before_pause(state, outcome)
            await durable_sleep(backoff.next_pause(outcome.seconds))

    async def _end(self, event: Event, outcome: Outcome, attempts: int) -> None:
        """Log line of the end; a post whose question was deleted meanwhile is deleted too."""
        if outcome.unsaid:
            self._event_log.unsaid(event, outcome.unsaid)
            return
        self._event_log.delivered(event, attempts)
        if outcome.withdraw:
            to = {**event.reply_to, "update": "", "delete": outcome.withdraw}
            gone = RunState(Reply(None, to), may_have_posted=False, checkpointed=True)
            await self._deliver_until_done(replace(event, reply_to=to), gone)

    async def _before_pause(self, state: RunState, outcome: Outcome) -> RunState:
        """State with a reply that survives the pause."""
        may_have_posted = state.may_have_posted or outcome.may_have_posted
        if state.checkpointed:
            return replace(state, may_have_posted=may_have_posted)
        reply = cast("Reply", await self._checkpoint(state.reply))  # on the fast path there is no wait before it
        return RunState(reply, may_have_posted, checkpointed=True)

    async def _deliver_and_save(self, event: Event, state: RunState) -> Outcome:
        """Posts the reply and saves the decision concurrently; the request is written before the commit starts.

        How it was posted is recorded last, since saving writes the row that the record changes.
        """
        saving = asyncio.create_task(self._save_decision(event, state.reply))
        try:
            outcome = await self._deliver.post(event, state.reply.answer, may_have_posted=state.may_have_posted)
        finally:
            await saving
        return await self._deliver.record(event, outcome)

    async def _save_decision(self, event: Event, reply: Reply) -> None:
        await asyncio.sleep(0)  # aiohttp writes a request in a task of its own, which is made after this one
        await self._decide.save(event, reply)

    async def _deliver_as_step(self, step: str, event: Event, answer: Answer | None, may_have_posted: bool) -> Outcome:
        async def deliver() -> Mapping[str, Any]:
            return asdict(await self._deliver.run(event, answer, may_have_posted=may_have_posted))

        return Outcome(**await DBOS.run_step_async({"name": step}, deliver))


def _to_checkpoint(decided: Reply | Wait) -> Mapping[str, Any]:
    """{"answer": … or None, "to": …}, or {"wait": seconds, "notice": … or None}: plain values, no classes of ours."""
    if isinstance(decided, Reply):
        return reply_to_json(decided)
    return {"wait": decided.seconds, "notice": to_json(decided.notice) if decided.notice else None}


def _from_checkpoint(stored: Mapping[str, Any]) -> Reply | Wait:
    if "wait" in stored:
        return Wait(stored["wait"], to_answer(stored["notice"]) if stored["notice"] else None)
    return to_reply(stored)
