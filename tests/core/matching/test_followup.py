"""Follow-up questions: a conversation is a list of (message, entry that answers)."""

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.matching.menu_choice import chosen_places
from bot.core.model import Answer, Question
from tests.core.matching.conversations import CHOICES, FOLLOW_UPS, NEW
from tests.rows import each_row
from tests.slow import one_in

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


@each_row("conversation", CONVERSATIONS, ids=lambda c: c[0][0])
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


@each_row(("previous", "text"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_a_message_that_is_no_follow_up_is_decided_alone(engine: AnswerEngine, previous: str, text: str) -> None:
    assert engine.matcher.decide(Question(text, previous=previous)) == engine.matcher.decide(Question(text))


def test_a_follow_up_can_rule_out_encryption(engine: AnswerEngine) -> None:
    decision = engine.matcher.decide(Question("and without ssl?", previous="which port for outgoing mail over ssl"))
    assert decision.outcome != "answer"


@each_row(("previous", "text"), NEW)
def test_a_new_question_or_a_complaint_is_decided_as_if_nothing_had_been_before(
    engine: AnswerEngine, previous: str, text: str
) -> None:
    assert engine.matcher.decide(Question(text, previous=previous)) == engine.matcher.decide(Question(text))


@each_row(("previous", "text", "entries"), FOLLOW_UPS)
def test_a_message_that_needs_the_question_before_it_changes_one_thing_of_it(
    engine: AnswerEngine, previous: str, text: str, entries: tuple[str, ...]
) -> None:
    decision = engine.matcher.decide(Question(text, previous=previous))
    assert decision.outcome != "decline"
    assert decision.entries[0] in entries


@one_in(300, more=50)
def test_a_clear_question_of_another_entry_is_answered_as_it_is_alone(engine: AnswerEngine, every: int) -> None:
    """One in so many of the example questions that are answered surely, after one of another entry."""
    matcher = engine.matcher
    examples = [
        (entry.id, text)
        for entry in engine.knowledge.entries.values()
        for of in entry.questions.values()
        for text in of
    ][::every]
    decided = [(entry, text, matcher.decide(Question(text))) for entry, text in examples]
    clear = [(entry, text) for entry, text, d in decided if d.entries == (entry,) and d.score >= 0.9]
    assert len(clear) > 2_000 // every
    pairs = list(zip(clear, clear[len(clear) // 2 :] + clear[: len(clear) // 2], strict=True))
    wrong = [
        (before, text)
        for (entry, text), (other, before) in pairs
        if other != entry and matcher.decide(Question(text, previous=before)).entries != (entry,)
    ]
    assert len(wrong) <= max(2, 0.02 * len(pairs)), wrong  # a single one of few is no share


@each_row(("text", "places"), CHOICES)
def test_a_choice_from_a_menu_is_told_from_a_question(text: str, places: tuple[int, ...] | None) -> None:
    assert chosen_places(text, 3) == places


def test_a_chosen_entry_is_answered_and_a_refused_menu_is_declined(engine: AnswerEngine) -> None:
    menu = ("pop3-ssl", "imap-ssl", "smtp-ssl-port")
    chosen = engine.matcher.decide(Question("das zweite", menu=menu))
    assert (chosen.outcome, chosen.entries, chosen.language) == ("answer", ("imap-ssl",), "de")
    both = engine.matcher.decide(Question("1 and 3", menu=menu, language_hint="en"))
    assert (both.entries, both.language) == (("pop3-ssl", "smtp-ssl-port"), "en")
    refused = engine.matcher.decide(Question("none of these", menu=menu))
    assert (refused.outcome, refused.language) == ("decline", "en")
    assert engine.matcher.decide(Question("2")) != engine.matcher.decide(Question("2", menu=menu))
    gone = ("no-longer-there",)
    assert engine.matcher.decide(Question("1", menu=gone)) == engine.matcher.decide(Question("1"))


@each_row("text", [text for text, places in CHOICES if places is not None and text not in ("no", "one")])
def test_a_choice_where_nothing_is_offered_is_none_of_the_faqs_matters(engine: AnswerEngine, text: str) -> None:
    """No entry is guessed, no menu is made of it, and it is not told that the FAQ does not cover that."""
    answer = answer_question(engine.matcher, Question(text))
    assert answer.template == answer.outcome == "none"
    assert answer.decision
    assert answer.decision.outcome == "decline"
    assert not answer.decision.entries


def test_a_refused_menu_is_answered_as_its_button_is(engine: AnswerEngine) -> None:
    for refusal in ("keins davon", "das meine ich nicht", "passt alles nicht"):
        refused = answer_question(engine.matcher, Question(refusal, menu=("pop3-ssl", "imap-ssl")))
        assert engine.renderer.render(refused) == engine.renderer.render(Answer("none", "de"))
        assert refused.outcome == "none"


def test_a_refusal_is_of_the_reply_before_and_of_nothing_where_there_is_none(engine: AnswerEngine) -> None:
    for previous, says in (("Wie groß darf eine Mail sein?", "nichts Passendes"), ("", "worauf sich das bezieht")):
        refused = answer_question(engine.matcher, Question("das meine ich nicht", previous=previous))
        assert says in engine.renderer.render(refused)


def test_a_follow_up_changes_the_entry_that_was_chosen(engine: AnswerEngine) -> None:
    chosen = engine.matcher.decide(Question("the first one", menu=("pop3-ssl", "ports")))
    after = engine.matcher.decide(Question("and for imap?", previous=chosen.normalised))
    assert after.entries[0] == "imap-ssl"
