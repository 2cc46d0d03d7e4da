"""Event → Reply: what is done about what somebody did.

The desk knows the conversation: what was asked before, in which mode a channel is, whether a person has taken over.
What is said stands in the answer; to what of it the channel turns is the channel's business.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from bot.contracts import Channel, Respond
from bot.core.model import Answer, Before, Event, Kept, Language, Reply, TryLater
from bot.core.speak_policy import (
    is_greeting,
    is_thanks,
    language_of_small_talk,
    why_silent_in_channel,
    why_silent_in_thread,
)
from bot.core.text.normalize import clean
from bot.dialogue.actions import ButtonActions
from bot.dialogue.channel_admin import StoredChannelAdmin
from bot.storage.store import DatabaseError, Store

log = structlog.get_logger()

SILENCE = Reply(None)
PATIENCE = 30.0  # seconds for which an edit waits for the answer to what it changes
ADDRESSED = frozenset({"ask", "explain"})


class DialogueManager:
    """One per process."""

    def __init__(
        self,
        respond: Respond,
        store: Store,
        channels: Mapping[str, Channel],
        sections: Callable[[], Mapping[str, tuple[str, ...]]],
        why: Callable[[Answer], str],
        others: Mapping[str, Callable[[Event], Awaitable[Reply]]] | None = None,
        notice: Callable[[], str] = str,
    ) -> None:
        """`sections`: of the FAQ → ids of their entries. `why`: the decision behind an answer, as lines.

        `others`: acts that are no part of a conversation (bot/tickets/workflow.py).
        `notice`: what keeps newer content from being used, for editors; empty: nothing.
        """
        self._respond = respond
        self._store = store
        self._channels = channels
        self._why = why
        presses = ButtonActions(store, respond, sections, self._may, notice)
        self._acts: Mapping[str, Callable[[Event], Awaitable[Reply]]] = {
            "ask": self._ask,
            "explain": self._ask,
            "overheard": self._overheard,
            "edited": self._edited,
            "deleted": self._deleted,
            **presses.acts,
            **(others or {}),
        }

    async def handle(self, event: Event) -> Reply:
        """What to do. Raises TryLater."""
        act = self._acts.get(event.act)
        if act is None:
            log.error("unknown_act", key=event.key, act=event.act)
            return SILENCE
        channel = self._channels.get(event.channel)
        if channel and event.facts.get("snippets"):
            event = replace(event, question=replace(event.question, text=await channel.read_full_text(event)))
        if event.act in ("home", "prompts"):
            hint = await _hint(self._channels.get(event.channel), event)
            event = replace(event, question=replace(event.question, hint=hint))
        return await act(event)

    async def _may(self, event: Event, what: str) -> bool:
        channel = self._channels.get(event.channel)
        return channel is not None and await channel.may(event, what)

    async def should_store(self, event: Event) -> bool:
        """Is what was not said to the bot worth storing? Raises DATABASE_TROUBLE."""
        if event.act in ("edited", "deleted"):
            known = await asyncio.to_thread(self._store.decision, str(event.facts.get("of", "")))
            return known is not None or event.facts.get("addressed") is True
        if event.act != "overheard":
            return True
        if await asyncio.to_thread(self._store.thread, event.conversation):
            return True
        return event.facts.get("root") is True and await self._mode(event) == "listen"

    async def _ask(self, event: Event) -> Reply:
        answer, mode = await self._considered(event)
        reply, reason = Reply(answer), ""
        if mode == "off" and not event.question.command:
            reply = Reply(Answer("switched_off", answer.language), {"private": "yes"})
            reason = "the channel's mode is off"
        return replace(reply, keep=partial(self._remember, event, answer, mode, reply, reason))

    async def _overheard(self, event: Event) -> Reply:
        thread = await asyncio.to_thread(self._store.thread, event.conversation)
        if thread and event.person != thread.asker and thread.state == "open":
            await asyncio.to_thread(self._store.change, event.conversation, "taken")
        if event.facts.get("mentions"):
            return SILENCE
        answer, mode = await self._considered(event)
        text = clean(event.question.text)
        if mode == "off":
            silent = "the channel's mode is off"
        elif thread:
            silent = why_silent_in_thread(thread, answer.decision, text, event.person, time.time())
        elif mode == "listen" and event.facts.get("root") is True:
            silent = why_silent_in_channel(answer.decision, text)
        else:
            silent = f"the channel's mode is {mode}"
        if silent:
            await self._remember(event, answer, mode, reason=silent)
            return SILENCE
        await self._remember(event, answer, mode)
        return Reply(answer)

    async def _edited(self, event: Event) -> Reply:
        """The question has changed: so does its answer, or there is one now."""
        of = str(event.facts.get("of", ""))
        question = replace(event, key=of, act="ask" if event.facts.get("addressed") else "overheard")
        kept = await asyncio.to_thread(self._store.decision, of)
        if kept is None:
            if time.time() - float(event.facts.get("at", 0.0)) < PATIENCE and question.act == "ask":
                raise TryLater("the question is still being answered", 2.0)
            return await self._ask(question) if question.act == "ask" else SILENCE
        if not kept.sent:
            _wait_for_post(kept)
            return await self._ask(question) if question.act == "ask" and kept.outcome == "silent" else SILENCE
        answer, mode = await self._considered(question)
        if answer.decision and kept.entries == answer.decision.entries and kept.outcome == answer.decision.outcome:
            return SILENCE
        await self._remember(question, answer, mode, said=False)
        return Reply(answer, {"update": kept.sent, "key": of})

    async def _deleted(self, event: Event) -> Reply:
        """The question is gone: so is what was kept of it, and the channel takes the answer away."""
        of = str(event.facts.get("of", ""))
        kept = await asyncio.to_thread(self._store.decision, of)
        if kept is None:
            return SILENCE
        _wait_for_post(kept)
        await asyncio.to_thread(self._store.forget, of)
        return Reply(None, {"delete": kept.sent}) if kept.sent else SILENCE

    async def _considered(self, event: Event) -> tuple[Answer, str]:
        """The answer to the question with its conversation, what was asked before and in which language; the mode."""
        before, mode = await self._conversation(event)
        channel = self._channels.get(event.channel)
        hint = event.question.hint or (before.language if before else None) or await _hint(channel, event)
        said = "" if event.question.command else clean(event.question.text)
        if is_thanks(said):
            return Answer("thanks", language_of_small_talk(said, hint)), mode
        if is_greeting(said):
            return Answer("greeting", language_of_small_talk(said, hint)), mode
        question = replace(event.question, hint=hint, before=before.understood if before else event.question.before)
        office = StoredChannelAdmin(event, self._store, channel) if channel and event.place else None
        return await self._respond(question, office, event.person), mode

    async def _remember(
        self,
        event: Event,
        answer: Answer,
        mode: str,
        reply: Reply | None = None,
        reason: str = "",
        *,
        said: bool = True,
    ) -> None:
        """For the conversation, for why, and for the gaps. `said`: the bot speaks in the thread, unless silent.

        `reply`: for a run that comes after a crash (bot/durable/worker.py).
        """
        channel = self._channels.get(event.channel)
        why = f"{self._why(answer)}\nmode        {mode if event.place else '-'}" + (
            reason and f"\nsilent      {reason}"
        )
        if reason and event.act not in ADDRESSED:
            why = _without_text(why)
        link = await channel.permalink(event) if channel else ""
        spoke = said and not reason and bool(event.facts.get("thread"))
        await self._quietly(
            event,
            lambda: self._store.remember(event, answer, reason=reason, why=why, link=link, spoke=spoke, reply=reply),
        )

    async def _conversation(self, event: Event) -> tuple[Before | None, str]:
        """The question before this one, and the channel's mode, in one look.

        Without them a question is still a question: trouble here must not keep it from its answer.
        """
        found = await self._quietly(event, lambda: self._store.conversation(event))
        return found or (None, "mention")

    async def _mode(self, event: Event) -> str:
        return await self._quietly(event, lambda: self._store.mode(event.place)) or "mention"

    async def _quietly(self, event: Event, work: Callable[[], Any]) -> Any:
        try:
            return await asyncio.to_thread(work)
        except DatabaseError as wrong:
            log.warning("store_in_trouble", key=event.key, why=type(wrong).__name__)
            return None


def _wait_for_post(kept: Kept) -> None:
    """Raises TryLater where the answer is decided, and about to be posted."""
    if not kept.sent and kept.outcome != "silent" and time.time() - kept.at < PATIENCE:
        raise TryLater("the answer is still being posted", 2.0)


async def _hint(channel: Channel | None, event: Event) -> Language | None:
    return await channel.language_hint(event) if channel else None


def _without_text(why: str) -> str:
    """What was only overheard is not kept, only why nothing was said to it."""
    return "\n".join(line for line in why.split("\n") if not line.startswith(("read as", "part", "address", "domain")))
