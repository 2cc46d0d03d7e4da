"""Speak policy: thanks, greetings, questions, and when the bot may speak without being addressed."""

from bot.core.model import Decision, Language, Outcome, Part
from bot.core.records import Thread
from bot.core.speak_policy import (
    has_question_form,
    is_greeting,
    is_thanks,
    language_of_small_talk,
    read_reaction,
    why_silent_in_channel,
    why_silent_in_thread,
)
from tests.rows import each_row

THANKS = [
    "danke",
    "Vielen Dank!",
    "danke, hat geholfen",
    "Perfekt, danke dir 🙏",
    "thanks!",
    "Thank you very much",
    "thx",
]
NO_THANKS = ["", "danke, aber es geht nicht", "thanks, and for IMAP?", "perfekt", "danke Anna, und welcher Port?"]


@each_row("text", THANKS)
def test_thanks_alone_are_recognised(text: str) -> None:
    assert is_thanks(text)


@each_row("text", NO_THANKS)
def test_thanks_with_a_question_or_anything_else_are_no_thanks(text: str) -> None:
    assert not is_thanks(text)


GREETINGS = ["hi", "Hallo!", "Guten Morgen zusammen", "hello bot 👋", "good morning", "Was kannst du?", "who are you?"]
NO_GREETINGS = [
    "",
    "gut",
    "Hallo, welcher Port?",
    "hi, IMAP geht nicht",
    "Tag der offenen Tür",
    "was kannst du mir raten",
]


@each_row("text", GREETINGS)
def test_a_greeting_alone_is_recognised(text: str) -> None:
    assert is_greeting(text)


@each_row("text", NO_GREETINGS)
def test_a_greeting_with_anything_else_is_no_greeting(text: str) -> None:
    assert not is_greeting(text)


SMALL_TALK: list[tuple[str, Language | None, Language]] = [
    ("danke", "en", "de"),
    ("thanks!", "de", "en"),
    ("Guten Tag", "en", "de"),
    ("Hello there", "de", "en"),
    ("hi", "en", "en"),
    ("hi", None, "de"),
]


@each_row(("text", "hint", "expected"), SMALL_TALK)
def test_small_talk_is_answered_in_its_language(text: str, hint: Language | None, expected: Language) -> None:
    assert language_of_small_talk(text, hint) == expected


@each_row("text", ["welcher Port?", "Wie lautet der Server", "what is my login", "can I use IMAP"])
def test_a_question_is_recognised_with_or_without_its_mark(text: str) -> None:
    assert has_question_form(text)


def decided(outcome: Outcome, score: float, rule: str = "question: x") -> Decision:
    part = Part("x", outcome, (), score, rule)
    return Decision(outcome, (), "de", score, (part,), "x")


THREADS = [
    # state, who speaks, hours since, outcome, text, reason for silence
    ("open", "A", 1, "answer", "und für IMAP", ""),
    ("open", "A", 1, "suggest", "geht nicht", ""),
    ("open", "A", 1, "decline", "Wie richte ich Outlook ein?", ""),
    ("open", "A", 1, "decline", "ok, mache ich morgen", "no question that the FAQ covers"),
    ("open", "A", 25, "answer", "und für IMAP?", "the thread is older than a day"),
    ("open", "B", 1, "answer", "und für IMAP?", "somebody else speaks"),
    ("open", "A", 1, "answer", "Anna, weißt du den Port?", "somebody else is called"),
    ("taken", "A", 1, "answer", "und für IMAP?", "a person has taken over"),
    ("handed", "A", 1, "answer", "und für IMAP?", "a person was asked"),
    ("solved", "A", 1, "answer", "und für IMAP?", "solved"),
]


@each_row(("state", "person", "hours", "outcome", "text", "reason"), THREADS)
def test_the_bot_speaks_in_its_own_thread_until_somebody_else_joins(
    state: str, person: str, hours: float, outcome: Outcome, text: str, reason: str
) -> None:
    thread = Thread("A", state, 0.0)
    assert why_silent_in_thread(thread, decided(outcome, 0.9), text, person, hours * 3_600) == reason


CHANNELS = [
    (decided("answer", 0.99), "welcher Port gilt für IMAP?", True),
    (decided("answer", 0.9), "welcher Port gilt für IMAP?", False),
    (decided("suggest", 0.99), "welcher Port?", False),
    (decided("answer", 0.99), "der IMAP-Port geht jetzt wieder", False),
    (decided("answer", 0.99, "error line: 1.00 of …"), "sorry, no mailbox here by that name", True),
    (None, "danke", False),
]


@each_row(("decision", "text", "speaks"), CHANNELS)
def test_the_bot_speaks_in_a_channel_it_listens_to_only_when_sure(
    decision: Decision | None, text: str, speaks: bool
) -> None:
    assert (why_silent_in_channel(decision, text) == "") is speaks


REACTIONS = [
    ("👍", "read"),
    (":+1:", "read"),
    ("ok", "read"),
    ("alles klar", "read"),
    ("got it", "read"),
    ("I'll try", "read"),
    ("hat geklappt", "worked"),
    ("passt 👍", "worked"),
    ("jetzt geht's, super", "worked"),
    ("works now", "worked"),
    ("that worked!", "worked"),
    ("geht nicht", ""),
    ("geht das?", ""),
    ("ok, und welcher Port?", ""),
    ("port 465", ""),
    ("465", ""),
    ("ok 2", ""),
    ("nein", ""),
    ("works with Outlook", ""),
    ("Benutzername", ""),
    ("", ""),
]


@each_row(("said", "expected"), REACTIONS)
def test_a_reaction_to_an_answer_is_nothing_else(said: str, expected: str) -> None:
    assert read_reaction(said) == expected
