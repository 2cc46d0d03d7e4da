"""Labelled lines of a form: "What works: …" tells, "Needed: …" asks."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Question
from bot.core.text.labelled_lines import asks_by_label, tells_by_label
from tests.rows import each_row
from tests.slow import one_in, sample

LABELS = {
    "de": ("Benötigt", "Gesucht", "Gefragt", "Fehlt noch", "Frage", "Wir brauchen", "Offen"),
    "en": ("Needed", "Wanted", "Required", "Still missing", "Question", "We need", "Open"),
}
WANTED = {
    "de": {
        "Name des SMTP-Servers": "smtp-server", "Port für verschlüsseltes Senden": "smtp-ssl-port",
        "Form des Benutzernamens für das Postfach": "login-name", "maximale Größe einer Nachricht": "message-size",
    },
    "en": {
        "name of the SMTP server": "smtp-server", "port for encrypted sending": "smtp-ssl-port",
        "form of the user name for the mailbox": "login-name", "maximum size of a message": "message-size",
    },
}  # fmt: skip
FORMS = {
    "de": (
        "Gerät: Kyocera TASKalfa 2554ci\nStandort: Rathaus\n{}",
        "Gerät: Kyocera\nGeprüft: DNS ok, Uhrzeit ok\nWas geht: Abruf mit POP3 und SSL auf Port 995\n{}",
        "Hallo,\nUmgebung: Kliniknetz.\nFunktioniert: Mails lesen (IMAP mit SSL).\n{}\n\nDr. Sander",
    ),
    "en": (
        "Device: Kyocera TASKalfa 2554ci\nLocation: town hall\n{}",
        "Device: Kyocera\nChecked: DNS ok, time ok\nWhat works: fetching by POP3 with SSL on port 995\n{}",
        "Good day,\nContext: hospital network.\nWorking: reading mail (IMAP with SSL).\n{}\n\nDr Sandhu",
    ),
}


@one_in(5)  # of 84 in each language
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_a_form_asks_is_answered_and_not_what_it_tells(engine: AnswerEngine, language: str, every: int) -> None:
    rows = sample(product(LABELS[language], WANTED[language].items(), FORMS[language]), every)
    texts = [(form.format(f"{label}: {wanted}"), entry) for label, (wanted, entry), form in rows]
    found = [(text, entry, engine.matcher.decide(Question(text))) for text, entry in texts]
    assert [text for text, entry, decision in found if decision.entries[:1] not in [(entry,), ()]] == []
    assert [text for text, _, decision in found if decision.outcome != "answer"][3:] == []


@each_row("line", ["What works: IMAP", "Geprüft: DNS", "Already set: the host", "Funktioniert bisher: Abruf"])
def test_a_label_tells(line: str) -> None:
    assert (tells_by_label(line), asks_by_label(line)) == (True, False)


@each_row("line", ["What does not work: sending", "Fehler: 550", "Server: ns0", "What works: IMAP?", "Funktioniert:"])
def test_a_label_that_says_something_else_does_not(line: str) -> None:
    assert (tells_by_label(line), asks_by_label(line)) == (False, False)
