"""The decision on the real knowledge base: one row for each thing that can happen."""

import pytest
from hypothesis import given, settings

from bot.answering.engine import AnswerEngine
from bot.core.model import Language, Outcome, Question
from tests.examples import any_text
from tests.rows import each_row

LINE = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"
TLS = "TLS not available: connect failed: error:00000000:lib(0):func(0):reason(0)"

DECIDED: list[tuple[str, str, Outcome, list[str]]] = [
    # what it is, message, outcome, entries
    ("a question", "welcher port für pop3 mit ssl?", "answer", ["pop3-ssl"]),
    ("with slips", "welchr prot für pop3 mit ssl", "answer", ["pop3-ssl"]),
    ("in English", "which port for POP3 with SSL?", "answer", ["pop3-ssl"]),
    (
        "two questions",
        "Welcher Port für IMAP mit SSL? Und wie groß darf eine Mail sein?",
        "answer",
        ["imap-ssl", "message-size"],
    ),
    ("an error line", LINE, "answer", ["error-no-smtp-connection"]),
    ("a qmail log", LINE.replace(" ", "_") + "/", "answer", ["error-no-smtp-connection"]),
    (
        "its continuation is another entry",
        f"{LINE} I'm not going to try again; this message has been in the queue too long.",
        "answer",
        ["error-queue-too-long"],
    ),
    ("wrapped", LINE.replace(" an ", " an\n"), "answer", ["error-no-smtp-connection"]),
    ("cut in a word", LINE.replace("connection", "connec\ntion"), "answer", ["error-no-smtp-connection"]),
    ("cut off", "554 sorry, your envelope sender is in my badmailfr", "answer", ["error-badmailfrom"]),
    (
        "two errors, in order",
        f"1. {TLS}\n2. Non-existing DNS_MX: MAIL FROM:",
        "answer",
        ["error-tls-not-available", "error-non-existing-dns-mx"],
    ),
    (
        "only the part above the returned message counts",
        f"<a@b.example>:\n552 5.2.2 Mailbox full\n\n--- Below this line is a copy of the message.\n\n{LINE}",
        "decline",
        [],
    ),
    (
        "an error line and a question: the explanation first",
        f"Zurück kam: {TLS}\nUnd welcher Port ist für IMAP mit SSL richtig?",
        "answer",
        ["error-tls-not-available", "imap-ssl"],
    ),
    (
        "a question about the error line itself is part of it",
        f"Was heißt „{TLS}“ und muss ich etwas umstellen?",
        "answer",
        ["error-tls-not-available"],
    ),
    (
        "an error in one's own words",
        "Meine Mail kam nach einem Tag zurück, sie sei zu lange in der Warteschlange gewesen",
        "answer",
        ["error-queue-too-long"],
    ),
    ("a protocol that is ruled out", "Welcher Port für IMAP mit SSL, nicht POP3?", "answer", ["imap-ssl"]),
    ("a condition that no entry explains", "450 4.2.0 Recipient address rejected: Greylisted", "decline", []),
    ("another program's message", "ssh: connect to host web01 port 22: Connection refused", "decline", []),
    ("near the subject, but not in the FAQ", "Unterstützt ihr Port 587 mit STARTTLS?", "decline", []),
    ("a password reset", "How do I reset my mailbox password?", "decline", []),
    ("small talk", "Guten Morgen zusammen", "decline", []),
    ("nothing", "", "decline", []),
]


@each_row(("text", "outcome", "entries"), [row[1:] for row in DECIDED], ids=[row[0] for row in DECIDED])
def test_a_message_is_answered_suggested_or_declined(
    engine: AnswerEngine, text: str, outcome: Outcome, entries: list[str]
) -> None:
    decision = engine.matcher.decide(Question(text))
    assert (decision.outcome, list(decision.entries)) == (outcome, entries)


LANGUAGES: list[tuple[str, str, Language | None, Language]] = [
    # what it is, message, hint, language
    ("German", "Welchen Server trage ich ein?", None, "de"),
    ("English", "Which server do I enter?", None, "en"),
    ("an English error line in German text", f"Hallo, was bedeutet das hier: {LINE}", None, "de"),
    ("an English error line in English text", f"Hello, what does this mean: {LINE}", None, "en"),
    ("an error line alone: the hint", LINE, "en", "en"),
    ("an error line alone, no hint", LINE, None, "de"),
    ("keywords in both languages: the hint", "imap ssl", "en", "en"),
    ("Swiss spelling", "Grüezi, wie heisst der Server? Merci", None, "de"),
    ("mixed, built in German", "welcher incoming server for imap ist das bei euch?", None, "de"),
    ("mixed, built in English", "what is the Postausgangsserver that I have to enter?", None, "en"),
    ("the question decides, not the hint", "Wie groß darf eine Mail sein?", "en", "de"),
]


@each_row(("text", "hint", "language"), [r[1:] for r in LANGUAGES], ids=[r[0] for r in LANGUAGES])
def test_the_language_is_the_writers(
    engine: AnswerEngine, text: str, hint: Language | None, language: Language
) -> None:
    assert engine.matcher.decide(Question(text, language_hint=hint)).language == language


def test_a_chosen_language_overrides_the_detected_one(engine: AnswerEngine) -> None:
    assert engine.matcher.decide(Question("Wie groß darf eine Mail sein?", language="en")).language == "en"


def test_the_persons_address_and_domain_are_found(engine: AnswerEngine) -> None:
    decision = engine.matcher.decide(Question("smtp server für <mailto:max@firma.de|max@firma.de>?"))
    assert (decision.address, decision.domain) == ("max@firma.de", "firma.de")


@given(any_text(300))
@settings(deadline=None, max_examples=50)
def test_no_text_breaks_the_decision(text: str) -> None:
    decision = _ENGINE[0].matcher.decide(Question(text))
    assert 0 <= decision.score <= 1
    assert len(decision.entries) <= 5
    assert (decision.outcome == "decline") == (not decision.entries)


_ENGINE: list[AnswerEngine] = []


@pytest.fixture(autouse=True)
def _hand_over(engine: AnswerEngine) -> None:
    """Hands the engine to the Hypothesis test: Hypothesis objects to fixtures."""
    _ENGINE[:] = [engine]


def test_the_evidence_names_concepts_words_and_the_nearest_example(engine: AnswerEngine) -> None:
    words = engine.matcher.decide(Question("Welcher Port für POP3 mit SSL?")).parts[0].text.split()
    concepts, said, nearest = " ".join(engine.matcher.evidence_for(words, "pop3-ssl")).partition("words:")
    assert "concept pop3: pop" in concepts
    assert said
    assert "port" in nearest
    assert "nearest example: “" in nearest


def test_the_rule_names_the_threshold_of_an_error_line(engine: AnswerEngine) -> None:
    (part,) = engine.matcher.decide(Question(LINE)).parts
    assert "explained from 0." in part.rule
