"""Sibling entries: a question that fits several alike gets a menu of them."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Decision, Question
from tests.rows import each_row

SERVERS = {"pop3-server", "smtp-server", "ssl-server"}
PORTS = {"smtp-ssl-port", "imap-ssl", "ports"}
ASKED = {
    "de": ("{}?", "Welcher {}?", "Wie heißt der {}?", "Welchen {} muss ich eintragen?", "Hallo, welcher {}? Danke!"),
    "en": ("{}?", "Which {}?", "What is the {}?", "which {} do I enter", "Hi, which {} please? Thanks!"),
}
NAMES = {"de": ("Server", "Servername", "Hostname"), "en": ("server", "server name", "hostname")}
BOTH = ("{} und {} Server?", "which {} and {} server?", "Server für {} und {}?")
DIRECTIONS = {"de": ("eingehender", "ausgehender"), "en": ("incoming", "outgoing")}
# The same with what tells the siblings apart
TOLD = [
    ("Welcher Server für den Postausgang?", "smtp-server"),
    ("Which outgoing server?", "smtp-server"),
    ("Wie heißt der POP3-Server?", "pop3-server"),
    ("POP3 server name?", "pop3-server"),
    ("Welcher Server mit SSL?", "ssl-server"),
    ("which SSL server?", "ssl-server"),
    ("IMAP Port mit SSL?", "imap-ssl"),
    ("SMTP port with SSL?", "smtp-ssl-port"),
]


def decide(engine: AnswerEngine, text: str) -> Decision:
    return engine.matcher.decide(Question(text))


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_question_that_tells_no_sibling_from_another_is_answered_with_none_of_them(
    engine: AnswerEngine, language: str
) -> None:
    asked = [form.format(name) for form, name in product(ASKED[language], NAMES[language])]
    decisions = [decide(engine, text) for text in asked]
    assert [text for text, d in zip(asked, decisions, strict=True) if d.outcome == "answer"] == []
    menus = [set(d.entries) for d in decisions if d.outcome == "suggest"]
    assert len(menus) >= 0.8 * len(asked)
    assert sum(len(menu & SERVERS) > 1 for menu in menus) >= 0.8 * len(menus)


@pytest.mark.parametrize("language", ["de", "en"])
def test_both_directions_named_are_a_menu_of_both(engine: AnswerEngine, language: str) -> None:
    for form in BOTH[0 if language == "de" else 1 : 2 if language == "en" else 1]:
        for pair in (DIRECTIONS[language], DIRECTIONS[language][::-1]):
            decision = decide(engine, form.format(*pair))
            assert decision.outcome == "suggest"
            assert {"pop3-server", "smtp-server"} <= set(decision.entries)


@each_row("text", ["SSL-Port?", "SSL port?", "which port with SSL?", "encrypted port?"])
def test_a_port_of_no_protocol_is_a_menu_with_the_list_of_all(engine: AnswerEngine, text: str) -> None:
    decision = decide(engine, text)
    assert decision.outcome == "suggest"
    assert set(decision.entries) <= PORTS | {"pop3-ssl"}


@each_row(("text", "entry"), TOLD)
def test_a_question_that_names_the_way_is_answered(engine: AnswerEngine, text: str, entry: str) -> None:
    decision = decide(engine, text)
    assert (decision.outcome, decision.entries) == ("answer", (entry,))


@each_row("asked", [
    "Nach außen, für die Warnungen vom NAS, mit SSL. Der Server steht schon drin, nur der Port fehlt noch",
    "We read our mail in folders on all devices (IMAP), now with SSL please. Which host and which port do I change to?",
])  # fmt: skip
def test_an_aspect_without_a_way_is_read_with_what_is_told(engine: AnswerEngine, asked: str) -> None:
    """Alone the question would be clear; which sibling is meant stands in the sentence before it."""
    decision = engine.matcher.decide(Question(asked))
    right = "smtp-ssl-port" if "NAS" in asked else "imap-ssl"
    assert decision.outcome != "answer" or decision.entries[0] in {right, "ports", "ssl-server"}, decision


@each_row("word", ["Mailserver", "mail server?", "Hostname", "Der Server?", "the port"])
def test_an_aspect_alone_is_answered_with_no_entry_about_something_else(engine: AnswerEngine, word: str) -> None:
    decision = engine.matcher.decide(Question(word))
    assert decision.outcome != "answer" or decision.entries[0] in SERVERS | PORTS, decision


def test_a_word_that_only_some_siblings_use_may_tell_them_apart(engine: AnswerEngine) -> None:
    decision = decide(engine, "What hostname goes into the field where people type where letters get handed in?")
    assert "alike" not in decision.parts[0].rule
