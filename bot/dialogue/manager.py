"""Dialogue manager: the reply to every kind of event (question, edit, deletion, button, App Home).

A reply names the decision that is to be saved with it (Reply.decided); nothing is saved about it here.
It knows the conversation: what was asked before, the channel's mode, whether a person has taken over. The content of a
reply stands in its Answer; the channel decides in which form it is posted.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from bot.commands import ChannelAdmin
from bot.contracts.channel import Channel
from bot.contracts.engine import Engine
from bot.core.model import Answer, DecisionToSave, Event, Language, Question, Reply, TryLater
from bot.core.small_talk import answer_small_talk, shorten_reply
from bot.core.stored_records import StoredDecision
from bot.core.text.language_wish import wished_language
from bot.core.text.normalize import clean
from bot.dialogue.actions import ButtonActions
from bot.dialogue.busy_sign import tell_if_slow
from bot.dialogue.channel_admin import StoredChannelAdmin
from bot.dialogue.conversation_state import ConversationState
from bot.dialogue.digest import DigestDialogue
from bot.dialogue.handover import HandoverDialogue
from bot.dialogue.silence import answer_reaction, is_error, is_read_receipt, why_silent
from bot.dialogue.thread_above import answer_with_surroundings
from bot.storage import Storage
from bot.storage.decisions import Context

log = structlog.get_logger()

NO_REPLY = Reply(None)
EDIT_WAIT = 30.0  # seconds for which an edit waits for the answer to what it changes

Handler = Callable[[Event], Awaitable[Reply]]


class DialogueManager:
    """Dialogue manager over one answer engine, one storage and the open channels."""

    def __init__(
        self,
        engine: Engine,
        storage: Storage,
        channels: Mapping[str, Channel],
        *,
        handlers: Mapping[str, Handler] | None = None,
        content_problem: Callable[[], str] = str,
    ) -> None:
        """`handlers`: act → handler of events that are no part of a conversation (tickets).

        `content_problem`: the problem that keeps newer content from being used, shown to editors; empty: none.
        """
        self._engine, self._storage, self._channels = engine, storage, channels
        self._state = ConversationState(storage)
        self._handover = HandoverDialogue(storage, engine)
        actions = ButtonActions(
            storage,
            engine,
            is_permitted=self._is_permitted,
            admin_of=self._admin_of,
            handover=self._handover,
            content_problem=content_problem,
            show_busy=self._show_busy,
        )
        self._handlers: Mapping[str, Handler] = {
            "ask": self._ask,
            "explain": self._ask,
            "overheard": self._overheard,
            "edited": self._edited,
            "deleted": self._deleted,
            "digest": DigestDialogue(storage, engine).post,
            **self._handover.handlers,
            **actions.handlers,
            **(handlers or {}),
        }

    async def handle(self, event: Event) -> Reply:
        """Reply to an event, by its act. Raises TryLater."""
        handler = self._handlers.get(event.act)
        if handler is None:
            log.error("unknown_act", key=event.key, act=event.act)
            return NO_REPLY
        channel = self._channels.get(event.channel)
        if channel and event.facts.get("snippets"):
            event = replace(event, question=replace(event.question, text=await channel.read_full_text(event)))
        if event.act in ("home", "prompts"):  # no words of the person's tell the language
            hint = await _language_hint(channel, event)
            event = replace(event, question=replace(event.question, language_hint=hint))
        return await handler(event)

    async def _is_permitted(self, event: Event, what: str) -> bool:
        channel = self._channels.get(event.channel)
        return channel is not None and await channel.may(event, what)

    async def _show_busy(self, event: Event, language: Language) -> None:
        if channel := self._channels.get(event.channel):
            await channel.show_busy(event, language)

    async def should_store(self, event: Event) -> bool:
        """True if an event must be queued.

        One that was not addressed to the bot is queued only where the bot has answered in its thread, where its channel
        is in mode listen, or where it edits or deletes a known question. Raises DatabaseError.
        """
        if event.act in ("edited", "deleted") and event.facts.get("addressed") is not True:
            known = await asyncio.to_thread(self._storage.decisions.get, str(event.facts.get("of", "")))
            # A message that may be on its way, or under way, must not be answered once it is deleted
            return known is not None or await self._state.is_overheard(event)
        return event.act != "overheard" or await self._state.is_overheard(event)

    async def _ask(self, event: Event) -> Reply:
        context = await self._state.context(event)
        if context.deleted:
            return NO_REPLY
        if handed := await self._hand_over_or_relay(event, context):
            return handed
        if is_read_receipt(event, context.before):
            return NO_REPLY
        answer = shorten_reply(await self._answer_in_context(event, context), event.question.text)
        mode = context.mode
        reply, reason = Reply(answer), ""
        if mode == "off" and not event.question.command:
            reply = Reply(Answer("switched_off", answer.language), {"private": "yes"})
            reason = "the channel's mode is off"
        if event.act == "explain" and not is_error(answer):
            return reply  # nothing is kept of what somebody else wrote, and no gap made of it
        return replace(reply, decided=DecisionToSave(event, answer, mode, reason, undelivered=reply))

    async def _hand_over_or_relay(self, event: Event, context: Context) -> Reply | None:
        """Reply to a message that is meant for people: it asks for one, or stands in a thread with one; else None."""
        if event.channel not in self._channels:
            return None
        if event.facts.get("direct") and event.reply_to.get("thread_ts"):
            relayed = await self._handover.relay(event)
            if relayed:
                return relayed
        if not self._handover.is_asked_for(event, answered=context.before is not None):
            return None
        hint = context.before.language if context.before else await _language_hint(self._channels[event.channel], event)
        return await self._handover.ask_in_words(event, hint)

    async def _overheard(self, event: Event) -> Reply:
        if relayed := await self._handover.relay(event):
            return relayed
        thread = await asyncio.to_thread(self._storage.threads.get, event.conversation)
        if thread and event.person != thread.asker and thread.state == "open":
            await asyncio.to_thread(self._storage.threads.set_state, event.conversation, "taken")
        context = await self._state.context(event)
        if event.facts.get("mentions") or context.deleted or is_read_receipt(event, context.before):
            return NO_REPLY
        is_askers = thread is not None and thread.state == "open" and event.person == thread.asker
        if is_askers and (handed := await self._hand_over_or_relay(event, context)):
            return handed
        answer, mode = await self._answer_in_context(event, context), context.mode
        silent = why_silent(event, thread, answer, mode)
        return Reply(None if silent else answer, decided=DecisionToSave(event, answer, mode, reason=silent))

    async def _edited(self, event: Event) -> Reply:
        """Edited question: its answer is updated, or given now where the edit addressed the bot."""
        if relayed := await self._handover.relay(event):
            return relayed
        of = str(event.facts.get("of", ""))
        question = replace(event, key=of, act="ask" if event.facts.get("addressed") else "overheard")
        kept = await asyncio.to_thread(self._storage.decisions.get, of)
        if kept is None or not kept.sent:
            return await self._edited_unanswered(event, question, kept)
        context = await self._state.context(question)
        if context.deleted:
            return NO_REPLY
        answer, mode = await self._answer_in_context(question, context), context.mode
        if answer.decision and kept.entries == answer.decision.entries and kept.outcome == answer.decision.outcome:
            return NO_REPLY
        return Reply(answer, {"update": kept.sent, "key": of}, DecisionToSave(question, answer, mode, edit=True))

    async def _edited_unanswered(self, event: Event, question: Event, kept: StoredDecision | None) -> Reply:
        """Edited message that has no answer yet: answered now if it addresses the bot, unless its answer is under way.

        `kept`: the stored decision about it; None: none yet. A message that did not address the bot before the edit is
        under way only where the bot reads along.
        """
        if question.act != "ask":
            return NO_REPLY
        if kept is None:
            may_be_under_way = event.facts.get("was_addressed") is not False or await self._state.is_overheard(event)
            if may_be_under_way and time.time() - float(event.facts.get("at", 0.0)) < EDIT_WAIT:
                raise TryLater("the question is still being answered", 2.0)
        else:
            _wait_for_post(kept)
            if kept.outcome != "silent":
                return NO_REPLY
        reply = await self._ask(question)
        return replace(reply, to={**reply.to, "key": question.key}) if reply.answer else reply

    async def _deleted(self, event: Event) -> Reply:
        """Deleted question: noted first, then its stored decision is deleted, and the channel deletes the answer.

        A question that is still under way finds the note, before it is answered or right after (DeliverStep.record).
        """
        of = str(event.facts.get("of", ""))
        await asyncio.to_thread(self._storage.deleted_questions.add, of)
        if relayed := await self._handover.withdraw(event):
            return relayed
        sent = await asyncio.to_thread(self._storage.decisions.delete, of)
        return Reply(None, {"delete": sent}) if sent else NO_REPLY

    async def _answer_in_context(self, event: Event, context: Context) -> Answer:
        """Answer to a question with the previous question and its language as context."""
        before = context.before
        channel = self._channels.get(event.channel)
        hint = (
            event.question.language_hint
            or (before.language if before else None)
            or await _language_hint(channel, event)
        )
        question = replace(event.question, language_hint=hint)
        if before:
            question = _in_wished_language(
                replace(question, previous=before.understood, menu=before.menu), self._engine.languages()
            )

        async def respond(asked: Question) -> Answer:
            work = self._engine.respond(asked, self._admin_of(event), event.person)
            if event.act != "ask":
                return await work  # what is overheard may stay unanswered: no sign of it
            language = question.language or hint or self._engine.languages()[0]
            return await tell_if_slow(work, partial(self._show_busy, event, language))

        small_talk = answer_small_talk(question, hint, self._engine.languages())
        answer = small_talk or answer_reaction(event, before) or await respond(question)
        return await answer_with_surroundings(channel, event, question, answer, respond)

    def _admin_of(self, event: Event) -> ChannelAdmin | None:
        """Administration by the event's person; None where there are no channels with modes (the page)."""
        channel = self._channels.get(event.channel)
        return StoredChannelAdmin(event, self._storage, channel) if channel and event.location else None


def _in_wished_language(question: Question, languages: Sequence[Language]) -> Question:
    """The question before it, where a message only wishes for its answer in another language; else the same."""
    wished = wished_language(clean(question.text), languages) if question.previous and not question.command else None
    return replace(question, text=question.previous, language=wished, previous="", menu=()) if wished else question


def _wait_for_post(kept: StoredDecision) -> None:
    """Raises TryLater while an answer that is decided is not posted yet."""
    if not kept.sent and kept.outcome != "silent" and time.time() - kept.at < EDIT_WAIT:
        raise TryLater("the answer is still being posted", 2.0)


async def _language_hint(channel: Channel | None, event: Event) -> Language | None:
    return await channel.language_hint(event) if channel else None
