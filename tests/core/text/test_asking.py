"""Asking sentences: questions, requests and words without grammar ask; what somebody tells does not."""

from bot.core.text.asking import (
    asks_by_name,
    asks_for_something,
    asks_in_words,
    asks_what,
    is_plea,
    is_question,
    reports_fault,
    split_questions,
)

QUESTIONS = ("Which port?", "wie lange wartet eine Mail", "und welcher Server ist das", "465?", "do I need SSL")
CHATTED = (  # without mark, and without its apostrophe, at the head or behind what is told
    "whats the server for pop", "wheres the port", "993 or 995 for imap over ssl", "465 oder 587 bei smtp",
    "iphone will einen hostnamen, was schreib ich da rein", "handy fragt nach dem server, wie heißt der",
    "nextcloud > email, encryption SSL, whats the port for sending", "hab pop, welche nummer muss ich da nehmen",
    "got a notice from your server, what does it mean", "wozu dient pop", "womit melde ich mich an",
)  # fmt: skip
# What programs write, and clauses that a question word only binds
NOT_ASKED = (
    "could not open file", "Can't connect to host", "is already in use", "timeout when reading", "do not retry",
    "ich mache es, wie es sich gehört", "der Rechner, wo ich sitze, ist neu", "I sit there, where it is warm",
    "das Büro, in dem ich arbeite", "the one, which is on holiday", "was already there",
    "This is what I have: iPhone 13, account type IMAP", "Here's what it says: error", "That is how it looks",
    "that's where I am stuck", "And this is why I write", "Das ist, was ich sehe", "Hier ist, was ich sehe: Port",
)  # fmt: skip
REQUESTS = (
    "Ich brauche den Port", "Bitte nennen Sie mir den Server", "Mir fehlt noch der Benutzername", "I need the port",
    "I can't find the server name", "smtp port", "imap ssl outlook",
)  # fmt: skip
TOLD = (
    "Wir haben acht Postfächer bei Ihnen", "I use Thunderbird on my laptop", "Gestern kam die Rechnung per Mail",
    "Server name is ssl0.ovh.net", "IMAP geht auf Port 993", "The account can send",
    "It was the user name", "Das Konto kann IMAP",
    "Das Abholen läuft wie geschmiert", "Der Port steht wie immer auf 993",
    "I don't need encryption", "We do not want POP3", "IMAP brauche ich nicht", "Ich brauche kein SSL",
)  # fmt: skip
PLEAS = ("Was soll ich tun?", "Können Sie mir helfen?", "any ideas?", "what am I doing wrong?", "Bitte nicht lachen")
NAMED = (
    "mein Kartenlimit ist erreicht, wie kann ich das erhöhen",
    "Wie richte ich einen Kalender ein?",
    "Which PHP version am I on?",
    "do you offer CalDAV",
    "Und welcher Port?",
)
TWO = {
    "welcher Port gilt und wie groß darf eine Mail sein?": 2,
    "which server do I use and how large may a mail be?": 2,
    "welcher Port und Server?": 1,
    "I use POP3 and what happens?": 1,
}


def test_questions_and_requests_ask() -> None:
    assert [text for text in QUESTIONS if not is_question(text)] == []
    assert [text for text in (*QUESTIONS, *REQUESTS) if not asks_for_something(text)] == []


def test_what_is_asked_in_passing_asks_and_no_programs_line_does() -> None:
    assert [text for text in CHATTED if not (is_question(text) and asks_what(text))] == []
    assert [text for text in NOT_ASKED if asks_what(text)] == []


def test_who_needs_something_is_said_where_it_is_a_request() -> None:
    assert all(map(asks_in_words, ("my phone needs the port", "It wants a number", "need the port for IMAP")))
    assert not any(
        map(asks_in_words, ("needs IMAP and SSL.", "wants to be fast, on Linux"))
    )  # of what was asked before


def test_words_without_grammar_are_no_question_in_words() -> None:
    assert [text for text in (*QUESTIONS, *REQUESTS[:5]) if not asks_in_words(text)] == []
    assert [text for text in (*REQUESTS[5:], *TOLD) if asks_in_words(text)] == []


def test_what_is_told_does_not_ask() -> None:
    assert [text for text in TOLD if asks_for_something(text) or is_question(text)] == []


def test_a_fault_is_reported_in_both_languages() -> None:
    faults = (
        "Die Mails kommen nicht an",
        "Senden wird abgelehnt",
        "I can't send",
        "fetching fails",
        "kein Versand möglich",
    )
    assert [text for text in faults if not reports_fault(text)] == []
    assert [text for text in ("Ich nutze POP3 auf Port 995", "Everything is set up") if reports_fault(text)] == []


def test_a_plea_asks_for_nothing_by_name() -> None:
    assert [text for text in NAMED if not asks_by_name(text)] == []
    assert [text for text in (*PLEAS, *TOLD, *REQUESTS, "The electrician is coming") if asks_by_name(text)] == []


def test_a_sentence_that_asks_two_things_is_two() -> None:
    assert {text: len(split_questions(text)) for text in TWO} == TWO


PLEAS = (
    "What am I doing wrong?",
    "Can you help me?",
    "Please help!",
    "Was mache ich falsch?",
    "Woran liegt der Fehler?",
)
NO_PLEAS = ("Is 993 right?", "Which?", "Stimmt 995?", "Can you help me with the port?", "It works.", "Wie geht IMAP?")


def test_a_plea_names_nothing() -> None:
    assert [text for text in (*PLEAS, *NO_PLEAS) if is_plea(text)] == [*PLEAS]
