"""Contrasts: what a question denies is not answered."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.contrast import Contrasts
from bot.core.matching.features import FeatureExtractor
from bot.core.model import Question

# Forms of a contrast, and pairs of what is denied and meant: (form, meant's entry is asked for)
FORMS = {
    "de": (
        "nicht {denied}, {meant}: {asked}",
        "Nicht {denied}, sondern {meant}, {asked}",
        "ich meine nicht {denied}, {meant}. {asked}",
    ),
    "en": (
        "not {denied}, {meant}: {asked}",
        "not {denied} but {meant}, {asked}",
        "I don't mean {denied}, I mean {meant}. {asked}",
    ),
}
PAIRS = {
    "de": (
        ("das ganze Postfach", "eine einzelne Mail", "wie groß darf die sein?", {"message-size"}),
        ("eine einzelne Mail", "das ganze Postfach", "wie groß darf das sein?", {"mailbox-quota"}),
        ("der Posteingangsserver", "der Postausgangsserver", "wie heißt der?", {"smtp-server"}),
        ("der Postausgangsserver", "der Posteingangsserver", "wie heißt der?", {"pop3-server"}),
        ("der IMAP-Port", "der POP3-Port mit SSL", "welche Nummer?", {"pop3-ssl", "ports"}),
        ("das Kennwort", "der Benutzername", "wie lautet der?", {"login-name"}),
    ),
    "en": (
        ("the whole mailbox", "a single message", "how big may it be?", {"message-size"}),
        ("a single message", "the whole mailbox", "how big may it be?", {"mailbox-quota"}),
        ("the incoming server", "the outgoing server", "what is its name?", {"smtp-server"}),
        ("the outgoing server", "the incoming server", "what is its name?", {"pop3-server"}),
        ("the IMAP port", "the POP3 port with SSL", "which number?", {"pop3-ssl", "ports"}),
        ("the password", "the user name", "what is it?", {"login-name"}),
    ),
}  # fmt: skip
KEPT = (  # nothing that could be asked is denied
    "Ich kann nicht senden, welcher Server stimmt?",
    "nicht zustellbar, was nun?",
    "not found, what now?",
    "not sure which server to enter, any idea?",
    "nicht nur POP, sondern auch IMAP, welche Server?",
    "Nicht das Postfach.",
    "I need a port, please",
)


@pytest.fixture(scope="module")
def extractor(engine: AnswerEngine) -> FeatureExtractor:
    return FeatureExtractor(engine.knowledge)


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_denied_is_never_the_answer(engine: AnswerEngine, language: str) -> None:
    asked = [
        (form.format(denied=denied, meant=meant, asked=question), right)
        for form, (denied, meant, question, right) in product(FORMS[language], PAIRS[language])
    ]
    decisions = [(text, right, engine.matcher.decide(Question(text))) for text, right in asked]
    assert [text for text, right, d in decisions if d.outcome == "answer" and not {*d.entries} <= right] == []
    assert sum(d.outcome == "answer" for _, _, d in decisions) >= 0.7 * len(asked)


@pytest.mark.parametrize("text", KEPT)
def test_a_denial_of_something_else_leaves_the_words_as_they_are(extractor: FeatureExtractor, text: str) -> None:
    assert Contrasts(extractor).words(text) == extractor.words(text)


def test_what_both_halves_share_is_kept(extractor: FeatureExtractor) -> None:
    words = Contrasts(extractor).words("nicht die Größe vom Postfach, sondern einer Mail")
    assert words == ["groesse", "einer", "mail"]
