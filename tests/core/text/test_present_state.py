"""Present state: what is set up at the asker's own is no question that an entry answers; what ought to be is."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Question
from bot.core.text.present_state import asks_for_state
from tests.slow import one_in

THINGS = {
    "de": {"Postausgangsserver": "smtp-server", "Port für IMAP mit SSL": "imap-ssl", "POP3-Server": "pop3-server"},
    "en": {"outgoing server": "smtp-server", "IMAP over SSL port": "imap-ssl", "POP3 server": "pop3-server"},
}
ARE = {
    "de": (
        "Welcher {} ist auf meinem Handy gerade eingetragen?",
        "Welchen {} hat mein Schwiegersohn da eingestellt?",
        "Welchen {} hab ich damals auf dem Laptop eingegeben?",
        "Können Sie nachsehen, welcher {} bei mir eingetragen ist?",
        "Was steht bei mir im Feld {}?",
        "Wissen Sie zufällig, welchen {} unser Outlook nutzt?",
        "Ich wüsste gern, welcher {} bei uns eingestellt ist.",
        "Welcher {} steht im Moment in unserem Programm?",
    ),
    "en": (
        "Which {} is entered on my phone right now?",
        "Which {} did my colleague choose?",
        "What {} has our admin configured?",
        "Can you see which {} I typed?",
        "What's in the {} field of my Thunderbird?",
        "Which {} is my phone using at the moment?",
        "Remind me which {} he picked.",
        "I'd like to know which {} he entered on the tablet.",
    ),
}
OUGHT = {
    "de": (
        "Welcher {} muss auf meinem Handy eingetragen sein?",
        "Welchen {} soll mein Schwiegersohn da einstellen?",
        "Welchen {} gebe ich auf dem Laptop ein?",
        "Können Sie mir sagen, welcher {} gilt?",
        "Was gehört bei mir ins Feld {}?",
        "Welchen {} brauche ich im Moment?",
    ),
    "en": (
        "Which {} has to be entered on my phone?",
        "Which {} should my colleague choose?",
        "What {} do I enter?",
        "Can you tell me which {} to use?",
        "What goes in the {} field of my Thunderbird?",
    ),
}
USED = (
    "Wie viel von meinem Postfach ist belegt?", "Wie voll ist mein Postfach?", "wieviel mb sind bei mir noch frei",
    "kann man im panel irgendwo sehen wieviel mb grad im postfach belegt sind?",
    "Wie viel Speicher verbrauche ich gerade?",
    "Wo kann ich nachsehen, wie viel von den 2 GB schon weg ist?", "Welcher Ordner belegt den meisten Platz?",
    "Where can I see how much space is used?", "Can I look up how much of the 2 GB is taken already?",
    "How much room do I have left?", "How can I tell how much my mailbox holds at present?",
    "how do i find out how much of my quota is gone", "Which folder takes up the most space?",
    "How much of my quota has been used so far?", "how many GB are free in our mailbox?",
    "Hole ich meine Mails mit POP oder mit IMAP ab?", "Do I use POP or IMAP on it?", "Is SSL on for our account?",
    "Verschlüsselt unser Drucker oder nicht?", "Ist meine IP im Moment freigeschaltet?",
)  # fmt: skip
TOLD = (  # the state is told, and something else is asked
    "Mein Schwiegersohn hat das Konto eingerichtet. Welcher Port gehört zu IMAP mit SSL?",
    "Which server do I enter? My colleague has set up the account.",
    "Im Moment ist bei uns Port 110 eingetragen. Welche Nummer gilt mit SSL?",
)


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_set_up_is_no_question_for_an_entry(engine: AnswerEngine, language: str) -> None:
    asked = [form.format(thing) for form, thing in product(ARE[language], THINGS[language])]
    assert [text for text in asked if not asks_for_state(text)] == []
    assert [text for text in asked if engine.matcher.decide(Question(text)).outcome == "answer"] == []


@pytest.mark.parametrize("text", USED)
def test_nor_is_how_much_is_used_or_what_is_in_use(engine: AnswerEngine, text: str) -> None:
    assert engine.matcher.decide(Question(text)).outcome != "answer"


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_ought_to_be_is(engine: AnswerEngine, language: str) -> None:
    asked = [(form.format(thing), entry) for form, (thing, entry) in product(OUGHT[language], THINGS[language].items())]
    assert [text for text, _ in asked if asks_for_state(text)] == []
    found = [(text, engine.matcher.decide(Question(text)), entry) for text, entry in asked]
    assert [text for text, decision, entry in found if decision.entries[:1] != (entry,)] == []


@pytest.mark.parametrize("text", TOLD)
def test_a_state_that_is_told_beside_a_question_leaves_it_as_it_is(text: str) -> None:
    assert not asks_for_state(text)


@one_in(9)
def test_no_example_of_an_answer_asks_for_a_state(engine: AnswerEngine, every: int) -> None:
    entries = [entry for entry in engine.knowledge.entries.values() if entry.kind == "answer"]
    texts = [text for entry in entries for of in entry.questions.values() for text in of][::every]
    assert len(texts) > 500
    assert [text for text in texts if asks_for_state(text)] == []
