"""Asked aspects: what is named beside what is asked, in many frames."""

from collections import Counter
from itertools import permutations, product

from bot.answering.engine import AnswerEngine
from bot.core.matching.asked_aspects import asked_aspects
from bot.core.matching.features import FeatureExtractor
from bot.core.model import Question
from tests.rows import each_row

ASPECTS = {  # concept → how people call it
    "de": {"server-name": "Servername", "port": "Port", "user-name": "Benutzername"},
    "en": {"server-name": "host name", "port": "port", "user-name": "user name"},
}
FRAMES = [  # language, a text that names {known} and asks for {asked}
    ("de", "{known} hab ich schon eingetragen, mir fehlt nur noch der {asked}"),
    ("de", "Der {known} steht, nur der {asked} ist noch leer"),
    ("de", "{known} ist klar. Welchen {asked} nehme ich?"),
    ("de", "Der {known} stimmt, das Programm fragt noch nach dem {asked}"),
    ("de", "Wie heißt der {asked}? Den {known} kenne ich"),
    ("en", "{known} is set, only the {asked} is missing"),
    ("en", "{known} is fine, but which {asked} goes in the box?"),
    ("en", "I have the {known}, it just wants the {asked}"),
    ("en", "The {asked} is still empty, the rest is there"),
]


@each_row(("language", "frame"), FRAMES)
def test_what_is_asked_is_told_from_what_is_known(extractor: FeatureExtractor, language: str, frame: str) -> None:
    called = ASPECTS[language]
    for known, asked in permutations(called, 2):
        words = extractor.words(frame.format(known=called[known], asked=called[asked]))
        assert asked_aspects(words, extractor.vocabulary) & called.keys() == {asked}, words


def test_nothing_is_asked_where_no_word_asks(extractor: FeatureExtractor) -> None:
    for text in ("", "Port 993", "der Server und der Port stehen in der Mail", "server and port are set"):
        assert asked_aspects(extractor.words(text), extractor.vocabulary) == frozenset()


WAYS = {"POP3": "pop3-ssl", "IMAP": "imap-ssl", "SMTP": "smtp-ssl-port"}  # each of these entries names port and server
KNOWN = [
    # frame, True if it asks for the server
    ("Bei {way} mit SSL hab ich den Port schon, mir fehlt nur noch der Servername.", True),
    ("{way} over SSL: the port is set, only the server name is missing.", True),
    ("Bei {way} mit SSL steht der Server schon, mir fehlt nur noch der Port.", False),
    ("{way} over SSL: the server is set, which port does it want?", False),
]


def test_a_server_beside_a_known_port_is_answered_and_the_other_way_round(engine: AnswerEngine) -> None:
    """The right entry comes first, in ten of twelve as the answer: both entries name the server and the port."""
    outcomes = Counter[str]()
    for (frame, is_server), (way, entry) in product(KNOWN, WAYS.items()):
        decision = engine.matcher.decide(Question(frame.format(way=way)))
        assert decision.entries[0] in ({entry, "ssl-server"} if is_server else {entry}), frame.format(way=way)
        outcomes[decision.outcome] += 1
    assert outcomes["answer"] >= 10
