"""Vague questions: what says nothing of what is asked is asked back, not guessed."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.error_report import UNNAMED_ERROR
from bot.core.model import Question
from tests.rows import each_row

ASKED = {
    "de": ("{}?", "Welche {}?", "{} bitte", "Welche {} brauche ich?", "Hallo, ich brauche die {}. Danke!"),
    "en": ("{}?", "Which {}?", "{} please", "Which {} do I need?", "Hi, I need the {}. Thanks!"),
}
NAMES = {"de": ("Einstellungen", "Daten", "Werte", "Angaben"), "en": ("settings", "details", "values", "data")}
FIELDS = (
    "Was muss ich hier eintragen?", "was schreibe ich da hin", "Wie muss das heißen?", "und was nehme ich da?",
    "what should I enter here?", "what goes in here", "what is it called?", "and what do I put there?",
)  # fmt: skip
TOLD = (
    ("IMAP-Einstellungen?", "imap-server"),
    ("Welchen Postausgangsserver muss ich eintragen?", "smtp-server"),
    ("what do I enter as user name?", "login-name"),
)


# A word alone may mean any entry that is about it; one that titles a single entry, and a figure, means that one
WORDS = ("Konto", "account", "encryption", "Verschlüsselung", "sending", "Versand", "TLS", "SMTP", "SSL", "credentials")
TITLES = {
    "Postmaster": "postmaster-account",
    "Intervall": "polling-interval",
    "993": "imap-ssl",
    "465": "smtp-ssl-port",
}


def test_a_single_word_is_guessed_for_no_entry(engine: AnswerEngine) -> None:
    answered = [word for word in WORDS for text in (word, f"{word}?", f"{word} bitte") if answers(engine, text)]
    assert answered == []
    for text in ("Wie heißt der Postausgangsserver?", "Postausgangsserver?", "what is the outgoing server called"):
        assert answers(engine, text) == ("smtp-server",), text
    assert {word: answers(engine, word) for word in TITLES} == {word: (entry,) for word, entry in TITLES.items()}


def answers(engine: AnswerEngine, text: str) -> tuple[str, ...]:
    """Ids of the entries that answer a text; empty where none does."""
    decision = engine.matcher.decide(Question(text))
    return decision.entries if decision.outcome == "answer" else ()


@pytest.mark.parametrize("language", ["de", "en"])
def test_settings_of_nothing_are_not_one_entrys(engine: AnswerEngine, language: str) -> None:
    asked = [form.format(name) for form, name in product(ASKED[language], NAMES[language])]
    assert [text for text in asked if engine.matcher.decide(Question(text)).outcome == "answer"] == []


@each_row("text", FIELDS)
def test_a_field_that_is_not_named_is_not_filled(engine: AnswerEngine, text: str) -> None:
    assert engine.matcher.decide(Question(text)).outcome != "answer"


@each_row(("text", "entry"), TOLD)
def test_a_field_that_is_named_is_answered(engine: AnswerEngine, text: str, entry: str) -> None:
    assert engine.matcher.decide(Question(text)).entries[:1] == (entry,)


RETURNED = (
    "Rückläufer", "Meine Mail kommt zurück, warum?", "bounce", "returned message", "Hi, my mail came back. Thanks!",
    "- " * 9000 + "returned message",
)  # fmt: skip
GRAMMAR = ("und", "was", "what?", "und " * 5000, "aber " * 200 + "ich " * 200, "is it that")


def test_a_mail_that_came_back_for_no_reason_is_not_one_entrys(engine: AnswerEngine) -> None:
    assert [text[-40:] for text in RETURNED if engine.matcher.decide(Question(text)).outcome == "answer"] == []


# Errors of which nobody says what they say
WHEN = {"de": ("", "Beim Senden: ", "Beim Abrufen: ", "In Outlook: "), "en": ("", "When sending: ", "When fetching: ")}
REPORTED = {
    "de": (
        "Ich habe eine Fehlermeldung bekommen", "Da kommt ein Fehler", "Thunderbird zeigt einen Fehler an",
        "Ich habe eine Unzustellbarkeitsmeldung bekommen", "Meine Mail war unzustellbar", "Was heißt dieser Fehler?",
    ),
    "en": (
        "I got an error message", "An error comes up", "The mail came back with an error", "I got a bounce",
        "My mail was undeliverable", "What does the error message mean?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_error_that_nobody_names_is_not_one_entrys(engine: AnswerEngine, language: str) -> None:
    said = map("".join, product(WHEN[language], REPORTED[language]))
    assert [text for text in said if engine.matcher.decide(Question(text)).outcome == "answer"] == []


TOLD_TOO = {  # around a report, and of no more use
    "de": ("{}", "Hallo, {}. Können Sie helfen?", "Ich habe eine Frage. {}", "{} :-(", "{}. Was soll ich tun? Danke!"),
    "en": ("{}", "Hi, {}. Can you help me?", "I have a question. {}", "{} :-(", "{}. What should I do? Thanks!"),
}
SAID_OF_IT = {
    "de": (
        "Ich bekomme dauernd eine komische Fehlermeldung", "Fehlermeldung", "Was bedeutet diese Meldung?",
        "Jetzt kommt ein anderer Fehler",
        "Meine Mail kam zurück", "Warum kam meine Mail zurück?", "Können Sie mir eine Fehlermeldung erklären?",
    ),
    "en": (
        "I keep getting a weird error", "error message", "Now I get a different error", "My mail came back",
        "Why did my mail bounce?", "Can you explain an error message?", "An error occurred",
    ),
}  # fmt: skip
NAMED = (  # errors of which something is said, and questions beside one
    "Fehlermeldung: Mailbox not found", "I get an error: ECONNREFUSED", "Ich bekomme Fehler 550", "Zertifikatsfehler",
    "Ich bekomme einen Fehler\nxq7 kaputt", "I got an error message about a certificate", "Fehler 0x800CCC0F",
    "Ich bekomme eine Fehlermeldung. Welcher Port gilt für IMAP mit SSL?", "Meine Mail kam zurück, Postfach voll",
    "I got an error from my printer", "Meine Rechnung hat einen Fehler", "There is an error in my invoice",
    "Fehler im Kalender", "Passwortfehler", 'Bounce "not going to try again" - heißt?',
    "Fehlercode #4.4.1 - wo liegt das Problem?", "Mein Passwort gibt einen Fehler", "Auf Ihrer Webseite ist ein Fehler",
    "Nach wie vielen Minuten kommt der Fehler?",
)  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_error_that_nobody_names_is_asked_for(engine: AnswerEngine, language: str) -> None:
    reports = [*map("".join, product(WHEN[language], REPORTED[language])), *SAID_OF_IT[language]]
    said = [around.format(report) for around, report in product(TOLD_TOO[language], reports)]
    assert [text for text in said if not reports_unnamed(engine, text)] == []


# What does not work, in nothing but this
OWN = {
    "de": ("Mein Outlook", "Meine Mail", "Mein Postfach", "Das", "Es", "Die Mail auf meinem iPhone", "Unser Mailkonto"),
    "en": ("My Outlook", "My mail", "My mailbox", "It", "That", "My mail on the iPhone", "Our mail account"),
}
FAILS = {
    "de": ("geht nicht", "funktioniert seit heute nicht mehr", "klappt immer noch nicht", "geht leider nicht, Hilfe!"),
    "en": ("does not work", "isn't working any more", "stopped working", "still doesn't work, please help!"),
}
OTHERS_FAIL = (  # something else, a direction, and a menu that is refused
    "Mein Drucker geht nicht", "Die Website geht nicht", "My printer does not work", "Senden geht nicht",
    "Sending does not work", "Der Empfang funktioniert nicht", "Warum geht meine Mail nicht an Gmail?",
    "das meine ich nicht", "hilft mir leider nicht", "stimmt so nicht",
)  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_does_not_work_and_nothing_else_is_asked_for(engine: AnswerEngine, language: str) -> None:
    said = [f"{thing} {fails}" for thing, fails in product(OWN[language], FAILS[language])]
    assert [text for text in said if not reports_unnamed(engine, text)] == []


def test_what_else_does_not_work_is_not_asked_for(engine: AnswerEngine) -> None:
    assert [text for text in OTHERS_FAIL if reports_unnamed(engine, text)] == []


def test_an_error_of_which_something_is_said_is_not_asked_for(engine: AnswerEngine) -> None:
    assert [text for text in NAMED if reports_unnamed(engine, text)] == []


def reports_unnamed(engine: AnswerEngine, text: str) -> bool:
    """True if a text is decided as the report of an error that says nothing of it."""
    return [part.rule for part in engine.matcher.decide(Question(text)).parts] == [UNNAMED_ERROR]


def test_a_duration_is_no_vague_question(engine: AnswerEngine) -> None:
    asked = ("is 5 minutes between checks ok?", "reichen 60 Sekunden zwischen zwei Abrufen?")
    assert {engine.matcher.decide(Question(text)).entries for text in asked} == {("polling-interval",)}


def test_nothing_but_grammar_is_declined(engine: AnswerEngine) -> None:
    assert [text[:20] for text in GRAMMAR if engine.matcher.decide(Question(text)).outcome != "decline"] == []


ADDRESSES = ("info@firma-muster.de", "kontakt@example.com", "eva.roth+x@mail.example.org", "büro@müller.example")
AROUND = ("{}", "<{}>", "{}?", "Eva Roth {}", "{}\nEva Roth", "{}, {}", "mailto:{}")


def test_addresses_and_names_alone_ask_nothing(engine: AnswerEngine) -> None:
    said = [around.format(*[address] * 2) for around, address in product(AROUND, ADDRESSES)]
    assert [text for text in said if engine.matcher.decide(Question(text)).outcome == "answer"] == []


@each_row("text", ["Benutzername {}", "{} Login?", "what is the user name for {}?", "Anmeldename: {}"])
def test_what_is_asked_about_an_address_is_answered(engine: AnswerEngine, text: str) -> None:
    found = engine.matcher.decide(Question(text.format(ADDRESSES[0])))
    assert found.entries[:1] == ("login-name",)
