"""Speak policy: questions, and when the bot may speak without being addressed."""

from bot.core.matching.error_report import UNNAMED_ERROR
from bot.core.model import Decision, Outcome, Part
from bot.core.speak_policy import has_question_form, why_silent_in_channel, why_silent_in_thread
from bot.core.stored_records import Thread
from tests.rows import each_row


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


def test_the_bot_asks_for_the_error_that_its_asker_reports() -> None:
    report = decided("decline", 1.0, UNNAMED_ERROR)
    thread = Thread("A", "open", 0.0)
    assert why_silent_in_thread(thread, report, "Jetzt kommt ein anderer Fehler", "A", 3_600) == ""
    assert why_silent_in_channel(report, "Jetzt kommt ein anderer Fehler") != ""


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
