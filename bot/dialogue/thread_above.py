"""Answers about what stands above a message: a mention under somebody's error line means that line.

A message that names nothing itself ("was bedeutet das?", an empty mention) is answered with what its thread says, or,
where it stands in none, with the nearest messages of the channel; then the answer says whose message was read. Of
pictures, and of messages that the channel may not read, it is told that they were not read.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.commands import wants_help
from bot.contracts.channel import Channel, ThreadAbove
from bot.core.model import Answer, Event, Question
from bot.core.small_talk import read_reaction
from bot.core.text.asks_about_above import asks_about_above
from bot.core.text.normalize import clean

# Templates
UNANSWERED = frozenset({"decline", "suggest", "which_error", "faq", "greeting"})  # nothing was said of what was asked
SMALL_TALK = frozenset({"greeting", "aside"})
UNSURE, NOTHING = 3, 4  # ranks of a menu, and of an answer that says nothing of a text

AnswerText = Callable[[Question], Awaitable[Answer]]


async def answer_with_surroundings(
    channel: Channel | None, event: Event, question: Question, answer: Answer, respond: AnswerText
) -> Answer:
    """Answer to a message with what it points at; `answer`, the one to its own words, where it points at nothing.

    `respond`: answers one text. Raises TryLater.
    """
    if answer.template == "thanks":  # "danke!" points at nothing
        return answer
    points = not question.command and asks_about_above(question.text) and not wants_help(question.text)
    if event.facts.get("root") and (answer.template in SMALL_TALK or read_reaction(clean(question.text))):
        points = False  # in a channel "hallo" greets; in a thread it calls the bot to what stands there
    if event.act == "ask" and points and channel:
        above = await channel.read_thread(event)
        if above is not None:
            return await _answer_about(above, event, question, answer, respond)
    if event.facts.get("unreadable") and answer.template in UNANSWERED and not answer.facts.get("codes"):
        return Answer("unread", answer.language, {"reason": "picture"})
    return answer


async def _answer_about(
    above: ThreadAbove, event: Event, question: Question, answer: Answer, respond: AnswerText
) -> Answer:
    """Answer to the text of a thread that says most; the asker's own words decide the language."""
    asked = [Question(text, language=answer.language) for text in above.texts]
    found = [await respond(one) for one in asked]
    best = min(range(len(found)), key=lambda number: _rank(found[number]), default=None)
    if best is not None and _rank(found[best]) < (UNSURE if above.in_channel else NOTHING):
        return _with_author(found[best], above.authors[best]) if above.in_channel else found[best]
    if answer.template not in UNANSWERED or (above.in_channel and not question.text.strip()):
        return answer  # a mention alone, between the messages of others, is a greeting
    unreadable = above.unreadable or event.facts.get("unreadable")
    return Answer("unread", answer.language, {"reason": above.problem or ("picture" if unreadable else "nothing")})


def _with_author(answer: Answer, author: str) -> Answer:
    """Answer, and whose message it is about; empty: the asker's own."""
    return replace(answer, facts={**answer.facts, "above": {"author": author}})


def _rank(answer: Answer) -> int:
    """Rank of an answer, the best first: an explained error, the codes of another one, an answer, a menu."""
    parts = answer.decision.parts if answer.decision else ()
    if answer.template == "answer":
        return 0 if any(part.rule.startswith("error line") for part in parts) else 2
    if answer.template == "decline":
        return 1 if answer.facts.get("codes") else NOTHING
    return UNSURE if answer.template == "suggest" else NOTHING
