"""Silence, or one short line, where nothing was said that wants an answer."""

import time

from bot.core.model import Answer, Event, PreviousQuestion
from bot.core.small_talk import gave_up, language_of_small_talk, read_reaction
from bot.core.speak_policy import why_silent_in_channel, why_silent_in_thread
from bot.core.stored_records import Thread
from bot.core.text.normalize import clean


def is_read_receipt(event: Event, before: PreviousQuestion | None) -> bool:
    """True for a message without a mention that only says that the answer before it was read: "ok", "👍"; or that the
    matter is dropped, where others talk: "schade".
    """
    if event.act == "overheard" and not event.question.command and gave_up(clean(event.question.text)):
        return True
    return bool(event.facts.get("direct") or event.act == "overheard") and _reaction(event, before) == "read"


def answer_reaction(event: Event, before: PreviousQuestion | None) -> Answer | None:
    """One short line to a message that only says that the answer before it worked, or was read; else None."""
    if before is None or not _reaction(event, before):
        return None
    said = clean(event.question.text)
    return Answer("thanks", event.question.language or language_of_small_talk(said, before.language))


def why_silent(event: Event, thread: Thread | None, answer: Answer, mode: str) -> str:
    """Reason for silence at a message that does not address the bot; empty: speak. `thread`: None: not the bot's."""
    text = clean(event.question.text)
    if mode == "off":
        return "the channel's mode is off"
    if thread:
        return why_silent_in_thread(thread, answer.decision, text, event.person, time.time())
    if mode == "listen" and event.facts.get("root") is True:
        return why_silent_in_channel(answer.decision, text)
    return f"the channel's mode is {mode}"


def _reaction(event: Event, before: PreviousQuestion | None) -> str:
    """Reaction to the answer before; empty: none. After a menu such a word may choose, and a command is none."""
    if before is None or before.menu or event.question.command:
        return ""
    return read_reaction(clean(event.question.text))


def is_error(answer: Answer) -> bool:
    """True if a message holds an error: one that an entry explains, or a reply of a mail server."""
    decision = answer.decision
    if decision is None:
        return False
    return bool(decision.codes) or any(part.rule.startswith("error line") for part in decision.parts)
