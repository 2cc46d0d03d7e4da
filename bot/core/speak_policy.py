"""Speak policy: whether the bot may answer where nobody addressed it. Only when sure, and never into a talk of people.

In its own thread a question of the one who asked it is meant for the bot until another person joins; in a channel it
listens to, a message must be a question or an error line, and the answer surer than any that was asked for.
"""

import re
from typing import TYPE_CHECKING

from bot.core.lazy_regex import lazy_regex
from bot.core.model import Decision

if TYPE_CHECKING:
    from bot.core.stored_records import Thread

# Least score of an answer that nobody asked for. Cross-validated over questions-dev, questions-blind-en and
# errors-dev on 2026-11-24: of 306 messages answered from 0.95 on 1 was wrong; from 0.9, 5 of 333; from 0.8, 8 of 354.
LEAST_SCORE_UNASKED = 0.95
OPEN_FOR = 24 * 3_600.0  # seconds for which a thread is still the bot's

_ASKS = lazy_regex(
    r"\?|^\W*(?:wie|was|welche[rsnm]?|wo|woher|wohin|warum|wieso|weshalb|wann|wer|kann|können|muss|darf|gibt|brauche|"
    r"how|what|which|where|why|when|who|can|could|must|may|is|are|does|do|should)\b",
    re.IGNORECASE,
)
# "Anna, weißt du das?", "hey Tom: …", "@anna …", "welcher Port, Anna?"; no names: "Leute, …", "Kurze Frage: …"
_GREETS = r"(?i:(?:hallo|hi|hey|hello|moin|guten morgen|servus|dear|liebe[r]?)\s+)?"
_NO_NAME = (
    r"(?!(?:hallo|hi|hey|hello|moin|leute|team|alle|zusammen|frage|hilfe|problem|sorry|also|nein|ja|ok|okay|danke|bitte|"
    r"folks|guys|everyone|everybody|all|question|help|please|thanks|yes|no|so|well|morgen|achtung|fehler|error|host|"
    r"server|port|subject|betreff|from|to|von|an|warnung|warning|status|remote|connection|info|gibt|postbote|bot)\b)"
)
_CALLS_SOMEBODY = lazy_regex(
    rf"^{_GREETS}@?(?i:{_NO_NAME})[A-ZÄÖÜ][a-zäöüß]+(?:\s(?i:{_NO_NAME})[A-ZÄÖÜ][a-zäöüß]+)?[,:]\s|^{_GREETS}@[a-zäöüß]\w+|"
    rf",\s(?i:{_NO_NAME})[A-ZÄÖÜ][a-zäöüß]{{2,}}\s?[?!.]*$"
)


def has_question_form(text: str) -> bool:
    """True if a message has a question mark, or begins as a question: fewer than text/asking.py takes for one."""
    return bool(_ASKS.search(text))


def why_silent_in_thread(thread: "Thread", decision: Decision | None, text: str, person: str, now: float) -> str:
    """Reason for silence at a message without a mention in a thread that the bot answered in; empty: speak.

    `decision`: None for a command, thanks or a greeting. `now`: seconds since the epoch.
    """
    if thread.state != "open":
        return {"taken": "a person has taken over", "handed": "a person was asked"}.get(thread.state, thread.state)
    if person != thread.asker:
        return "somebody else speaks"
    if now - thread.at > OPEN_FOR:
        return "the thread is older than a day"
    if _CALLS_SOMEBODY.search(text):
        return "somebody else is called"
    if decision and decision.small_talk:
        return "nothing that wants an answer"
    is_replied = bool(decision and any(part.rule.startswith(("menu", "error report")) for part in decision.parts))
    if decision and decision.outcome == "decline" and "?" not in text and not is_replied:
        return "no question that the FAQ covers"
    return ""


def why_silent_in_channel(decision: Decision | None, text: str) -> str:
    """Reason for silence at a message in a channel that was not addressed to the bot; empty: speak."""
    if decision is None:
        return "nobody asked the bot"
    if _CALLS_SOMEBODY.search(text):
        return "somebody else is called"
    if decision.outcome != "answer":
        return f"not sure: {decision.outcome}"
    if decision.score < LEAST_SCORE_UNASKED:
        return f"not sure: {decision.score:.2f} is below {LEAST_SCORE_UNASKED}"
    if not has_question_form(text) and not any(part.rule.startswith("error line") for part in decision.parts):
        return "neither a question nor an error line"
    return ""
