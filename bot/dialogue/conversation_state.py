"""State of a conversation: what is known before a message is understood, and the record of what was decided.

A database that is away costs the record, never the reply.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TypeVar

import structlog

from bot.contracts.channel import Channel
from bot.contracts.engine import Engine
from bot.core.model import QUESTION_ACTS, Answer, Event, Reply
from bot.core.privacy.redacted_decision import without_words
from bot.storage import DatabaseError, Storage
from bot.storage.decisions import Context

T = TypeVar("T")
log = structlog.get_logger()


class ConversationState:
    """State of the conversations of one storage; links of the open channels, and the engine's explanations, go in."""

    def __init__(self, engine: Engine, storage: Storage, channels: Mapping[str, Channel]) -> None:
        self._engine, self._storage, self._channels = engine, storage, channels

    async def context(self, event: Event) -> Context:
        """Context of a question, in one look at the database; an empty one while it is away."""
        found = await self._best_effort(event, asyncio.to_thread(self._storage.decisions.context_of, event))
        return found or Context()

    async def is_overheard(self, event: Event) -> bool:
        """True if messages that do not address the bot are read here: in its threads, and in mode listen."""
        if await asyncio.to_thread(self._storage.threads.get, event.conversation):
            return True
        return event.facts.get("root") is True and await self._mode(event) == "listen"

    async def save_decision(
        self,
        event: Event,
        answer: Answer,
        mode: str,
        reply: Reply | None = None,
        reason: str = "",
        *,
        said: bool = True,
    ) -> None:
        """Saves the decision: for follow-ups, `postbote why`, gaps and dashboard.

        `reply`: kept until it is delivered, for a run after a crash (bot/durable/worker.py). `reason`: why nothing is
        said; empty: something is. `said`: False for an edit, after which the thread is not the bot's anew.
        """
        channel = self._channels.get(event.channel)
        if reason and event.act not in QUESTION_ACTS and answer.decision:
            answer = replace(answer, decision=without_words(answer.decision))
        why = f"{self._engine.explain(answer)}\nmode        {mode if event.location else '-'}" + (
            reason and f"\nsilent      {reason}"
        )
        link = await channel.permalink(event) if channel else ""
        spoke = said and not reason and bool(event.facts.get("thread"))
        saving = self._storage.database.write(
            lambda: self._storage.decisions.save(
                event, answer, reason=reason, why=why, link=link, spoke=spoke, reply=reply
            )
        )
        await self._best_effort(event, saving)

    async def _mode(self, event: Event) -> str:
        return await self._best_effort(event, asyncio.to_thread(self._storage.modes.get, event.location)) or "mention"

    async def _best_effort(self, event: Event, work: Awaitable[T]) -> T | None:
        """Result of a database call; None where it fails: a question is answered all the same."""
        try:
            return await work
        except DatabaseError as wrong:
            log.warning("database_unavailable", key=event.key, why=type(wrong).__name__)
            return None
