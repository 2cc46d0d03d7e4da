"""Main clauses: what is told of devices and set-ups beside a question, in the same sentence, changes no answer."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.main_clause import MainClauses
from bot.core.model import Question
from tests.rows import each_row
from tests.slow import one_in, sample

ASKED = {
    "de": (
        ("wie lautet der Server zum Versenden", "smtp-server"),
        ("wie heißt der Posteingangsserver für POP", "pop3-server"),
        ("welchen Port nehme ich für IMAP mit SSL", "imap-ssl"),
        ("wie oft darf ich meine Mails abrufen", "polling-interval"),
        ("wie groß darf eine einzelne Mail sein", "message-size"),
    ),
    "en": (
        ("what is the server for outgoing mail", "smtp-server"),
        ("what is the incoming server for POP", "pop3-server"),
        ("which port do I use for IMAP with SSL", "imap-ssl"),
        ("how often may I check my mail", "polling-interval"),
        ("how big may a single message be", "message-size"),
    ),
}
AROUND = {
    "de": (
        "{}, wenn ich mein Konto in Outlook manuell einrichte?",
        "{}, falls ich das Handy wechsle?",
        "{}, weil mein alter Rechner kaputt ist?",
        "{} wenn man einen neuen Laptop hat?",
        "Neu hier, daher die Frage: {}?",
        "Neukundin hier, {}?",
        "Als langjähriger Kunde: {}?",
        "Bin Anfänger, {}?",
        "wir rätseln hier gerade: {}?",
        "ich richte gerade Thunderbird ein, {}?",
    ),
    "en": (
        "{} when I set up my account in Outlook by hand?",
        "{}, in case it matters we are new?",
        "{} because my old computer died?",
        "{} if I get a new phone?",
        "New customer here: {}?",
        "Long-time user here, {}?",
        "As a new client: {}?",
        "we're scratching our heads here: {}?",
        "I'm just setting up Thunderbird, {}?",
    ),
}
WHOLE = (  # a clause that says what is asked about, or too little besides
    "Welcher Server, wenn ich SSL nutze?",
    "What happens if the recipient's server is down?",
    "Welchen Port nehme ich für den Versand, wenn ich kein SSL will?",
    "OPEN-SMTP or SMTP-AUTH, which one do I need?",
    "Bei Gmail, welchen Port nehme ich für IMAP mit SSL?",
    "Wie lange bleibt eine Mail liegen, wenn der Server des Empfängers nicht erreichbar ist?",
    "How many recipients may I write to if I have 5 accounts?",
    "I have three accounts, collected by POP3. Where is the page for that?",
    "I run a script, which picks up orders from a mailbox",
    "in layman's terms, what is the thing I collect my letters from?",
)


@one_in(3)  # of 50 and 45
@pytest.mark.parametrize("language", ["de", "en"])
def test_circumstances_in_the_sentence_change_no_answer(engine: AnswerEngine, language: str, every: int) -> None:
    pairs = sample(product(AROUND[language], ASKED[language]), every)
    asked = [(around.format(text), entry) for around, (text, entry) in pairs]
    found = [(text, engine.matcher.decide(Question(text)).entries, entry) for text, entry in asked]
    assert [(text, entries) for text, entries, entry in found if entries != (entry,)] == []


@each_row("text", WHOLE)
def test_a_clause_that_says_what_is_asked_about_is_kept(extractor: FeatureExtractor, text: str) -> None:
    assert MainClauses(extractor).of(text) == text
