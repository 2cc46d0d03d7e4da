"""Follow-up questions: a conversation is a list of (message, entry that answers)."""

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Question

CONVERSATIONS: list[list[tuple[str, str]]] = [
    # what is said, entry that answers ("" = declined)
    [
        ("Welcher Port für POP3 mit SSL?", "pop3-ssl"),
        ("und für IMAP?", "imap-ssl"),
        ("und beim Senden?", "smtp-ssl-port"),
        ("und wie groß darf eine Mail sein?", "message-size"),
    ],
    [
        ("Wie heißt der Postausgangsserver?", "smtp-server"),
        ("und für den Eingang?", "pop3-server"),
        ("mit SSL?", "ssl-server"),
        ("und der Benutzername?", "login-name"),
        ("danke", ""),
    ],
    [
        ("what is the incoming server?", "pop3-server"),
        ("and the port?", "ports"),
        ("and for imap, with ssl?", "imap-ssl"),
        ("what about smtp?", "smtp-ssl-port"),
        ("554 sorry, your envelope sender is in my badmailfrom list", "error-badmailfrom"),
    ],
    [("Wie oft darf ich POP3 abrufen?", "polling-interval"), ("warum?", "polling-interval")],
    [("Welcher Port für SMTP mit SSL?", "smtp-ssl-port"), ("wie ist das Wetter?", ""), ("und für POP?", "pop3-ssl")],
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c[0][0])
def test_a_follow_up_changes_one_thing_of_the_previous_question(
    engine: AnswerEngine, conversation: list[tuple[str, str]]
) -> None:
    previous, answered = "", []
    for said, _ in conversation:
        decision = engine.matcher.decide(Question(said, previous=previous))
        answered.append((said, decision.entries[0] if decision.outcome == "answer" else ""))
        previous = decision.normalised if decision.outcome != "decline" else previous
    assert answered == conversation


WHOLE = [
    # why, question before, message
    ("a whole question of its own", "Welcher Port für POP3?", "Wie groß darf ein Anhang höchstens sein?"),
    ("small talk", "Welcher Port für POP3?", "danke, super"),
    ("nothing before", "", "und für IMAP?"),
    ("about something else", "Welcher Port für POP3?", "und wann kommt der Techniker zu uns nach Hause?"),
]


@pytest.mark.parametrize(("previous", "text"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_a_message_that_is_no_follow_up_is_decided_alone(engine: AnswerEngine, previous: str, text: str) -> None:
    assert engine.matcher.decide(Question(text, previous=previous)) == engine.matcher.decide(Question(text))


def test_a_follow_up_can_rule_out_encryption(engine: AnswerEngine) -> None:
    decision = engine.matcher.decide(Question("and without ssl?", previous="which port for outgoing mail over ssl"))
    assert decision.outcome != "answer"
