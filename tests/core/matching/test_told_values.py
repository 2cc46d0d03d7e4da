"""Told values: a sentence that states what an entry answers does not ask for it."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Question
from tests.rows import each_row
from tests.slow import one_in, sample

TOLD = {
    "de": (
        "Unser Konto läuft über IMAP, SSL, Port 993.", "Wir holen die Post mit POP3S auf Port 995 ab.",
        "Verschickt wird über SMTP mit SSL, Port 465.", "Outlook fragt alle 5 Minuten nach neuer Post.",
        "Zwischen zwei Abfragen liegen bei uns 60 Sekunden.", "Ihr Limit von 10 MB je Nachricht ist uns bekannt.",
        "Das Konto hat 25 MB.", "Die Firewall lässt 993 und 995 durch.", "POP3 läuft über ssl0.ovh.net, Port 995.",
        "Das Konto postmaster@ haben wir angelegt.", "Den Port 993 hat mir Ihr Kollege genannt.",
    ),
    "en": (
        "Our account runs over IMAP with SSL, port 993.", "We collect via POP3S on port 995.",
        "Mail goes out via SMTP with SSL on port 465.", "Outlook checks for mail every 5 minutes.",
        "There are 60 seconds between two checks.", "We are aware of your limit of 10 MB a message.",
        "The account has 25 MB.", "The firewall lets 993 and 995 through.", "POP3 runs over ssl0.ovh.net, port 995.",
        "The account postmaster@ has been created.", "The technical side I know: POP3S, port 995, sending over 465.",
    ),
}  # fmt: skip
NOT_COVERED = {  # with {}: where the told sentence stands
    "de": (
        "{} Wo kann ich eine Abwesenheitsnotiz einrichten?", "Was kostet ein weiteres Postfach im Monat? {}",
        "Ich möchte eine Abwesenheitsnotiz. {} Wo stelle ich das ein?", "In welchem Land stehen Ihre Server? {}",
        "Bitte schicken Sie uns einen Auftragsverarbeitungsvertrag. {}", "{} Wie exportiere ich meine Kontakte?",
        "Wie kann ich eine Mail wiederherstellen, die ich gelöscht habe? {}",
    ),
    "en": (
        "{} Where can I set up an out-of-office reply?", "What does another mailbox cost a month? {}",
        "I'd like an out-of-office reply. {} Where do I switch that on?", "In which country are your servers? {}",
        "Where is my invoice for May? {}", "{} How do I export my contacts?",
        "How can I restore a mail that I deleted? {}",
    ),
}  # fmt: skip
COVERED = [
    ("We collect via POP3S on port 995. Which port is it for sending with SSL?", "smtp-ssl-port"),
    ("Which port for encrypted IMAP? Sending is set to 465.", "imap-ssl"),
    ("Outlook fragt alle 5 Minuten nach neuer Post. Wie groß darf eine Mail sein?", "message-size"),
    ("POP3 mit SSL, Port 995, ist das so richtig?", "pop3-ssl"),
    ("Is it true that port 993 is the one for IMAP with SSL?", "imap-ssl"),
]


@one_in(5)  # of 77 in each language
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_stated_value_does_not_answer_another_question(engine: AnswerEngine, language: str, every: int) -> None:
    pairs = sample(product(TOLD[language], NOT_COVERED[language]), every)
    texts = [question.format(told) for told, question in pairs]
    assert [text for text in texts if engine.matcher.decide(Question(text)).outcome == "answer"] == []


@each_row(("text", "entry"), COVERED)
def test_a_stated_value_hides_no_question(engine: AnswerEngine, text: str, entry: str) -> None:
    decision = engine.matcher.decide(Question(text))
    assert (decision.outcome, decision.entries) == ("answer", (entry,))
