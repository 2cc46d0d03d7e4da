"""Scaffolding: what dialogs and bounces put around a reason is left out, the reason within its line is kept."""

from itertools import product

from bot.answering.engine import AnswerEngine
from bot.core.matching.scaffolding import is_scaffolding, without_scaffolding
from bot.core.model import Question

AROUND = (
    "Ihre Nachricht konnte nicht zugestellt werden. Antwort des Servers: {}",
    "Die Nachricht konnte nicht gesendet werden. Serverantwort: {}, Fehlernummer 0x800CCC79",
    "Your message couldn't be delivered to anna@firma.example. The server said: {}",
    "The message could not be delivered ({})",
)  # fmt: skip
REASONS = {
    "553 Relaying nicht erlaubt": "error-relay-denied",
    "550 5.7.1 Relay access denied": "error-relay-denied",
    "550 5.1.1 User unknown": "error-mailbox-not-found",
}


def test_a_reason_in_the_line_of_the_scaffolding_is_kept() -> None:
    for around, reason in product(AROUND, REASONS):
        line = around.format(reason)
        assert is_scaffolding(line)
        left = without_scaffolding(f"{line}\nbeside")
        assert left.startswith(reason)
        assert left.endswith("\nbeside")


def test_scaffolding_without_a_reason_is_left_out() -> None:
    for around in AROUND:
        assert without_scaffolding(f"{around.format('later')}\nbeside") == "beside"


def test_a_dialogs_reason_is_explained_between_a_persons_sentences(engine: AnswerEngine) -> None:
    wrong = []
    for around, (reason, entry) in product(AROUND, REASONS.items()):
        message = f'hallo, empfangen geht ganz normal:\n\n"{around.format(reason)}"\n\nwas soll ich machen'
        found = engine.matcher.decide(Question(message))
        wrong += [message] if found.entries[:1] != (entry,) or found.language != "de" else []
    assert wrong == []
