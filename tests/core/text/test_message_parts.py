"""Parts of a message: greeting, courtesy and closing are told from what is said, in whatever surroundings."""

import pytest
from hypothesis import given

from bot.answering.engine import AnswerEngine
from bot.core.model import LANGUAGES
from bot.core.text.message_parts import own_sentences, split_message
from bot.core.text.normalize import clean
from tests.eval.surroundings import PIECES, wrap
from tests.examples import any_text
from tests.rows import each_row
from tests.slow import one_in, slow

ASKED = "Welcher Port für POP3 mit SSL?"
TABLE = [  # message → sentences that say something
    (f"Guten Tag, {ASKED}", [ASKED]),
    (f"Guten Tag Herr Dr. Müller,\n\n{ASKED}\n\nMfG\nA. Kunde", [ASKED]),
    (f"Hallo! {ASKED} Vielen Dank im Voraus!", [ASKED]),
    (f"{ASKED}\nDanke schon mal\nPetra", [ASKED]),
    ("welcher port lg petra", ["welcher port"]),
    ("is 993 right? Many thanks in advance!", ["is 993 right?"]),
    ("Hi Dave, smtp host please", ["smtp host"]),
    (f"{ASKED}\n\nViele Grüße\nP. Sommer\nTel. 0421 00\nPS: Und welcher für IMAP?", [ASKED, "Und welcher für IMAP?"]),
    (f"{ASKED}\n\nDiese Nachricht ist vertraulich und nur für den Empfänger bestimmt.", [ASKED]),
    (f"{ASKED}\n-- \nSommer GmbH\nHauptstr. 7", [ASKED]),
    ("Ich habe z. B. Outlook. Was nun?", ["Ich habe z. B. Outlook.", "Was nun?"]),
    ("Ab 1. Juli sind wir zu. Was nun?", ["Ab 1. Juli sind wir zu.", "Was nun?"]),
    ("Am 9.5. schrieben Sie mir. Was nun?", ["Am 9.5. schrieben Sie mir.", "Was nun?"]),
    ("Am 9.5.2026 kam nichts an.", ["Am 9.5.2026 kam nichts an."]),
    ("Ich nehme Port 25. Was nun?", ["Ich nehme Port 25.", "Was nun?"]),
    ("Servername: habe ich, ssl0 usw.\n\nWas nun?", ["Servername: habe ich, ssl0 usw.", "Was nun?"]),
    ("I have the host, the name etc.\nWhat now?", ["I have the host, the name etc.", "What now?"]),
    ("Form:\n1. Host name ..... done\n2. Port ........ ???", ["Form", "1. Host name: done", "2. Port"]),
    ("Server ............ ns0.ovh.net", ["Server: ns0.ovh.net"]),
    ("ja ..... also gut", ["ja .....", "also gut"]),
    ("1. Port?\n2. Server?", ["1. Port?", "2. Server?"]),
    ("SMTP_SSL(host=?) wie heißt der", ["SMTP_SSL(host=?) wie heißt der"]),
    ("Es ging (gut!). Und jetzt (ohne SSL?) Was nun?", ["Es ging (gut!).", "Und jetzt (ohne SSL?)", "Was nun?"]),
    # no mark between sentences
    ("nur noch imap oder auch pop Der Drucker spinnt auch", ["nur noch imap oder auch pop", "Der Drucker spinnt auch"]),
    ("is it imap or pop The printer is broken too", ["is it imap or pop", "The printer is broken too"]),
    ("mail on my phone is fine :) which port for imap", ["mail on my phone is fine :)", "which port for imap"]),
    ("da ist alles gut 👍 welcher port bei imap", ["da ist alles gut", "welcher port bei imap"]),
    ("erster Tag hier :smile: welcher port", ["erster Tag hier", "welcher port"]),
    ("mail geht jetzt :+1: welcher port für imap", ["mail geht jetzt", "welcher port für imap"]),
    ("Haken bei Der Server erfordert eine Anmeldung", ["Haken bei Der Server erfordert eine Anmeldung"]),
    ("How To Set Up The Mail Server", ["How To Set Up The Mail Server"]),
    ("Konto > Der Server > Port 993", ["Konto > Der Server > Port 993"]),
    ("können Sie mir sagen, was Sie da empfehlen", ["können Sie mir sagen, was Sie da empfehlen"]),
    # announced
    (f"Was ich gerne wüsste: {ASKED}", [ASKED]),
    (f"Meine Frage wäre: {ASKED}", [ASKED]),
    (f"Es geht um Folgendes: {ASKED}", [ASKED]),
    ("Here's my question: which port?", ["which port?"]),
    ("What I'd like to know: which port?", ["which port?"]),
    ("Der Fehler ist: relay denied", ["Der Fehler ist: relay denied"]),
    # a signature without a farewell
    (f"{ASKED}\n\nPriya Nair\nOwner, Nair Events\nmob. 07700 900 461", [ASKED]),
    (f"{ASKED}\n\nEva Roth\nRoth KG, Tel. 0421 5550 12", [ASKED]),
    (f"{ASKED}\n\nSagen Sie mir Bescheid\nTel. 0421 5550 12", [ASKED, "Sagen Sie mir Bescheid", "Tel. 0421 5550 12"]),
    # what looks like a part and is none
    ("Absender auf Sperrliste beim Empfänger", ["Absender auf Sperrliste beim Empfänger"]),
    ("Danke für die Mail. Wo steht der Port?", ["Danke für die Mail.", "Wo steht der Port?"]),
    ("Vorab vielen Dank für Ihre Mühe. pop3 port", ["pop3 port"]),
    ("Danke!", ["Danke!"]),
    ("Moin!\n\nDanke dir!\n\nMfG\nU. Hagen", ["Moin!", "Danke dir!"]),
    ("", []),
]  # fmt: skip


@each_row(("message", "sentences"), TABLE, ids=lambda value: repr(value)[:40])
def test_what_is_said_is_told_from_greeting_courtesy_and_closing(message: str, sentences: list[str]) -> None:
    assert [s.rstrip("?.") for s in own_sentences(message)] == [s.rstrip("?.") for s in sentences]


def lost(engine: AnswerEngine, every: int) -> tuple[list[str], int]:
    """Messages of which a sentence of the bare question is lost in surroundings; how many there were."""
    found, tried = [], 0
    for entry in engine.knowledge.entries.values():
        for language in LANGUAGES:
            for number, question in list(enumerate(entry.questions[language]))[::every]:
                bare = {plain(s) for s in own_sentences(clean(question))}
                for half in ("fit", "check"):
                    message = wrap(question, language, number, half)
                    said = {plain(s) for s in own_sentences(clean(message))}
                    found += [message] if bare - said else []
                    tried += 1
    return found, tried


def plain(sentence: str) -> str:
    """The sentence without what its place in a paragraph changes."""
    return sentence.lower().strip(" .,!?:;-–\"'")


@one_in(101, more=25)
def test_no_surroundings_swallow_a_question(engine: AnswerEngine, every: int) -> None:
    found, tried = lost(engine, every)
    assert len(found) <= 0.01 * tried, "\n\n".join(found[:5])


@slow
def test_no_surroundings_swallow_any_example_of_the_knowledge_base(engine: AnswerEngine) -> None:
    found, tried = lost(engine, every=1)
    assert len(found) <= 0.005 * tried, "\n\n".join(found[:5])


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_greetings_and_farewells_nothing_is_said(language: str) -> None:
    for greeting in PIECES["greetings"][language]:
        for farewell in PIECES["farewells"][language]:
            goodbye = farewell.format(name="Eva Roth", first="Eva", firm="Roth KG", other="Jo Ito")
            message = f"{greeting}\n\npop3 port\n\n{goodbye}"
            assert own_sentences(message) == ["pop3 port"], message


@given(any_text(300))
def test_no_letter_of_any_text_is_lost(text: str) -> None:
    cleaned = clean(text)
    letters = [c for c in cleaned if c.isalnum()]
    parts = [c for part in split_message(cleaned) for c in part.text if c.isalnum()]
    assert sorted(parts) == sorted(letters)
    assert bool(own_sentences(cleaned)) == bool(cleaned.strip())


OWN = (  # last paragraphs of people's own, with words that stand in disclaimers
    "For mail, web and printing the firewall needs the port numbers.",
    "Our environment is Windows, printing sends mail, and I need the server.",
    "Für den Datenschutz brauche ich den Servernamen, die Nachricht soll verschlüsselt sein.",
    "Unser Geschäftsführer möchte wissen, wie groß eine Nachricht sein darf.",
    "My boss wants confidential mail encrypted, so please tell me the port.",
    "Die vertraulichen Unterlagen kommen als Mail, ich brauche die Höchstgröße.",
    "Der Umwelt zuliebe schicken wir alles als Mail.",
)
SMALL_PRINT = (
    "Please consider the environment before printing this e-mail.",
    "Der Umwelt zuliebe: Bitte diese E-Mail nicht unnötig ausdrucken.",
    "This e-mail is confidential and intended solely for the addressee.",
    "The contents of this message are confidential. If you are not the intended recipient, please delete it.",
    "Informationen zum Datenschutz finden Sie auf unserer Website.",
    "Geschäftsführer: K. Weber, Sitz Ulm, Amtsgericht Ulm, HRB 1234",
)


@pytest.mark.parametrize("own", OWN)
def test_a_paragraph_of_the_writer_is_no_small_print(own: str) -> None:
    assert own_sentences(clean(f"Hello!\n\nThe new firewall is here.\n\n{own}"))[1:] == [own]


@pytest.mark.parametrize("print_", SMALL_PRINT)
def test_small_print_says_nothing(print_: str) -> None:
    assert own_sentences(clean(f"{ASKED}\n\n{print_}")) == [ASKED]
