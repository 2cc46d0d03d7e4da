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


WITHOUT = {
    "de": ("ohne SSL", "ohne Verschlüsselung", "unverschlüsselt", "im Klartext", "nicht verschlüsselt"),
    "en": ("without SSL", "without encryption", "unencrypted", "in plain text", "no SSL"),
}
PLAIN_SERVERS = {
    "de": {"POP3-Server": "pop3-server", "SMTP-Server": "smtp-server", "Postausgangsserver": "smtp-server"},
    "en": {"incoming POP server": "pop3-server", "SMTP server": "smtp-server", "outgoing mail server": "smtp-server"},
}
PLAIN_FORMS = {
    "de": ("Wie heißt der {} {}?", "Welcher {} ist es {}?", "Ich brauche den {} {}.", "{} {}?", "Name vom {}, {}"),
    "en": ("What is the {} called {}?", "Which {} is it, {}?", "I need the {} {}.", "{} {}?", "Name of the {}, {}"),
}


@one_in(7)  # of 75 in each language
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_server_without_encryption_is_that_of_either_way(engine: AnswerEngine, language: str, every: int) -> None:
    rows = sample(product(PLAIN_FORMS[language], PLAIN_SERVERS[language].items(), WITHOUT[language]), every)
    asked = [(form.format(server, without), entry) for form, (server, entry), without in rows]
    found = [(text, engine.matcher.decide(Question(text)), entry) for text, entry in asked]
    assert [text for text, decision, entry in found if decision.entries[:1] != (entry,)] == []
    assert [text for text, decision, _ in found if decision.outcome != "answer"][3:] == []


@pytest.mark.parametrize(
    "text",
    ["Welcher Port gilt für POP3 ohne SSL?", "Which port for IMAP without encryption?", "SMTP port without SSL?"],
)
def test_a_port_without_encryption_is_not_answered(engine: AnswerEngine, text: str) -> None:
    assert engine.matcher.decide(Question(text)).outcome != "answer"
