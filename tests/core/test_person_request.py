"""Requests for a person, in words, and what only looks like one."""

from bot.core.person_request import asks_for_person, language_of_request, says_of_no_use
from tests.rows import each_row

REQUESTS = [
    ("Mensch", "de"),
    ("Mensch!", "de"),
    ("Mitarbeiter bitte", "de"),
    ("Ich möchte mit einem Menschen sprechen", "de"),
    ("Kann ich bitte mit einem echten Menschen reden?", "de"),
    ("ich will mit einem Mitarbeiter sprechen", "de"),
    ("Verbinde mich mit dem Support", "de"),
    ("kann ich mit jemandem reden", "de"),
    ("Gibt es hier auch einen Ansprechpartner?", "de"),
    ("Hol bitte einen Kollegen", "de"),
    ("bitte an einen Menschen weiterleiten", "de"),
    ("talk to a human", "en"),
    ("I want to talk to a human", "en"),
    ("I’d like to speak with a real person, please", "en"),
    ("human please", "en"),
    ("Can I talk to someone?", "en"),
    ("let me speak to an agent", "en"),
    ("connect me to support", "en"),
    ("I need a human", "en"),
    ("agent", ""),
    ("Welchen Server braucht mein Kollege?", ""),
    ("Mein Mitarbeiter kann keine E-Mails senden", ""),
    ("Kann jemand helfen?", ""),
    ("Wer ist der Ansprechpartner für Domains?", ""),
    ("someone else wrote that", ""),
    ("Is there a person limit on mailboxes?", ""),
    ("Welcher Port für POP3 mit SSL?", ""),
    ("Kann ein Mitarbeiter zwei Postfächer abrufen?", ""),
    ("the support team said port 465", ""),
    ("Menschen, Tiere, Sensationen", ""),
    ("Danke!", ""),
    ("", ""),
]


@each_row(("text", "language"), REQUESTS)
def test_a_request_for_a_person_is_nothing_else(text: str, language: str) -> None:
    assert asks_for_person(text) is bool(language)
    if language:
        assert language_of_request(text, "de" if language == "en" else "en") == language


OF_NO_USE = [
    ("hat nicht geholfen", "de"),
    ("Das hat nicht geholfen.", "de"),
    ("das hat mir leider nicht geholfen", "de"),
    ("hilft mir nicht", "de"),
    ("Das hilft leider nicht weiter", "de"),
    ("nicht hilfreich", "de"),
    ("das war nicht hilfreich!", "de"),
    ("Hat leider nichts gebracht", "de"),
    ("that didn't help", "en"),
    ("didn’t help", "en"),
    ("that did not help me at all", "en"),
    ("not helpful", "en"),
    ("this was not very helpful", "en"),
    ("it didn't work", "en"),
    ("it doesn't work", ""),
    ("hat geholfen", ""),
    ("that helped", ""),
    ("Warum hilft Port 465 nicht?", ""),
    ("geht nicht, kommt 550 5.7.1", ""),
    ("hilft nicht bei Outlook 2016 mit IMAP", ""),
    ("Der Server nimmt mein Passwort nicht an", ""),
    ("", ""),
]


@each_row(("text", "language"), OF_NO_USE)
def test_that_an_answer_was_of_no_use_is_said_alone(text: str, language: str) -> None:
    assert says_of_no_use(text) is bool(language)
    if language:
        assert language_of_request(text, None) == language


def test_hostile_text_takes_no_time() -> None:
    says_of_no_use("das leider nicht " * 2_000)
    asks_for_person("mensch " * 20_000)
