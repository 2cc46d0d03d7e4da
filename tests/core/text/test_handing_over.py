"""Requests to send something over ask for it, and are about sending nothing."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Question
from bot.core.text.handing_over import as_telling

REQUESTS = {
    "de": (
        "Können Sie mir bitte {} schicken?", "Schicken Sie uns {}.", "schickt mir mal bitte {}",
        "Bitte senden Sie mir {} zu.", "Könnten Sie mir {} zusenden?", "Antworten Sie mir bitte mit {}.",
    ),
    "en": (
        "Can you send me {}?", "Please send us {}.", "Could you please text me {}?", "Could you reply with {}?",
        "Can someone send over {} please",
    ),
}  # fmt: skip
THINGS = {
    "de": {
        "den Posteingangsserver": "pop3-server",
        "den Port für IMAP mit SSL": "imap-ssl",
        "den Namen des POP3-Servers": "pop3-server",
    },
    "en": {
        "the incoming server": "pop3-server",
        "the port for IMAP with SSL": "imap-ssl",
        "the name of the POP3 server": "pop3-server",
    },
}
ABOUT_MAIL = (
    "Können mir Kunden große Dateien schicken?", "Kunden schicken mir Dateien.", "er schickt mir Mails",
    "Können Sie mir sagen, wie ich Mails senden kann?", "Können Sie mir den Server zum Senden nennen?",
    "people send me mails", "Can I send you mails?", "Which server do I send mail with?", "Can you send me an e-mail?",
)  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_to_be_sent_over_is_asked_for(engine: AnswerEngine, language: str) -> None:
    asked = [
        (form.format(thing), entry) for form, (thing, entry) in product(REQUESTS[language], THINGS[language].items())
    ]
    found = [(text, entry, engine.matcher.decide(Question(text))) for text, entry in asked]
    assert [text for text, entry, decision in found if decision.entries[:1] != (entry,)] == []
    assert sum(decision.outcome != "answer" for _, _, decision in found) <= len(found) // 10


@pytest.mark.parametrize("text", ABOUT_MAIL)
def test_what_is_about_mail_stays_as_it_is(text: str) -> None:
    assert as_telling(text) == text
