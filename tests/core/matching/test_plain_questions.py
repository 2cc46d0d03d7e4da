"""Questions as plain as can be: a thing, and a form to ask for it."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Question
from tests.slow import one_in, sample

FORMS = {
    "de": (
        "Wie heißt der {}?", "welcher {} ist es", "Welchen {} muss ich nehmen?", "Name vom {}?", "Was ist euer {}?",
        "Was trage ich als {} ein?", "Können Sie mir den {} nennen?", "Ich brauche den {}.", "wie ist der {} bitte",
    ),
    "en": (
        "What is the {} called?", "What's the {}?", "Which {} do I use?", "Name of the {}?", "What is your {}?",
        "What do I enter as {}?", "Can you tell me the {}?", "I need the {}.", "whats the {} pls",
    ),
}  # fmt: skip
THINGS = {
    "de": {
        "POP3-Server": "pop3-server", "IMAP-Server": "imap-server", "SMTP-Server": "smtp-server",
        "Postausgangsserver": "smtp-server", "IMAP-Port mit SSL": "imap-ssl", "SMTP-Port mit SSL": "smtp-ssl-port",
        "POP3-Port mit SSL": "pop3-ssl", "Benutzername": "login-name",
    },
    "en": {
        "POP3 server": "pop3-server", "IMAP server": "imap-server", "SMTP server": "smtp-server",
        "outgoing mail server": "smtp-server", "IMAP port with SSL": "imap-ssl", "SMTP port with SSL": "smtp-ssl-port",
        "POP3 SSL port": "pop3-ssl", "user name": "login-name",
    },
}  # fmt: skip


@one_in(5)  # of 72 in each language
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_plain_question_gets_its_answer(engine: AnswerEngine, language: str, every: int) -> None:
    pairs = sample(product(FORMS[language], THINGS[language].items()), every)
    asked = [(form.format(thing), entry) for form, (thing, entry) in pairs]
    found = [(text, entry, engine.matcher.decide(Question(text))) for text, entry in asked]
    assert [text for text, entry, decision in found if decision.entries[:1] != (entry,)] == []
    assert [text for text, _, decision in found if decision.outcome != "answer"][2:] == []
