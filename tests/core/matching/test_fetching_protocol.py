"""POP3 or IMAP, named in another sentence than the one that asks."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.contrast import Contrasts
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.fetching_protocol import FetchingProtocols
from bot.core.model import Question
from tests.slow import one_in, sample

TOLD = {
    "de": (
        "Mein Handy macht nur {}.", "Ich benutze {}.", "Das Konto ist als {} angelegt.", "{} ist schon ausgewählt.",
        "Ich will {} nehmen, nicht {other}.",
        "Mein Enkel hat mir ein neues Telefon geschenkt, das nur {}-Konten mag.",
    ),
    "en": (
        "My phone only does {}.", "I use {}.", "The account was set up as {}.", "{} is already selected.",
        "I want {}, not {other}.", "My grandson gave me a new tablet that only likes {} accounts.",
    ),
}  # fmt: skip
ASKED = {  # (by language, what is asked for) → questions that name no protocol
    ("de", "server"): ("Was muss ich als Posteingangsserver eintragen?", "Welchen Server nehme ich zum Empfangen?"),
    ("en", "server"): ("What do I put as incoming server?", "Which server do I use for receiving?"),
    ("de", "port"): ("Welcher Port ist es für den Empfang mit SSL?", "Welche Portnummer gehört zum Abholen mit SSL?"),
    ("en", "port"): ("Which port is it for receiving with SSL?", "Incoming with SSL: which port?"),
}
ENTRY = {
    ("server", "POP3"): "pop3-server",
    ("server", "IMAP"): "imap-server",
    ("port", "POP3"): "pop3-ssl",
    ("port", "IMAP"): "imap-ssl",
}


@one_in(3)  # of 24 messages for each
@pytest.mark.parametrize(("what", "protocol"), ENTRY)
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_question_about_fetching_is_about_the_protocol_that_is_named(
    engine: AnswerEngine, language: str, what: str, protocol: str, every: int
) -> None:
    other = {"POP3": "IMAP", "IMAP": "POP3"}[protocol]
    table = product(TOLD[language], ASKED[language, what], ("{told} {asked}", "{asked} {told}"))
    messages = [
        order.format(told=told.format(protocol, other=other), asked=asked)
        for told, asked, order in sample(table, every)
    ]
    found = {text: engine.matcher.decide(Question(text)) for text in messages}
    right = ENTRY[what, protocol]
    answers = {text: d.entries[:1] if d.outcome == "answer" else d.entries for text, d in found.items()}
    assert [text for text, entries in answers.items() if right not in entries] == []
    assert sum(decision.outcome != "answer" for decision in found.values()) <= len(messages) // 4


def test_a_protocol_counts_where_it_alone_is_named(extractor: FeatureExtractor) -> None:
    protocols = FetchingProtocols(extractor, Contrasts(extractor), None)
    assert protocols.named(["Ich nehme IMAPS.", "Welcher Server?"]) == "imaps"
    assert protocols.named(["I want POP, not IMAP."]) == "pop"
    assert protocols.named(["Früher hatte ich POP3, jetzt IMAP."]) == ""
    assert protocols.named(["I want to download my mail.", "SMTP works."]) == ""
