"""Protocol, direction and encryption, told in another sentence than the one that asks."""

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.contrast import Contrasts
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.siblings import Siblings
from bot.core.matching.told_ways import ToldWays
from bot.core.matching.training import train, training_examples
from bot.core.matching.unexplained import UnexplainedWords
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


WAYS = {  # language → (what is told, entries that say the server, entries that say the port; none: the FAQ has none)
    "de": (
        ("Ich richte das Konto als POP3 mit SSL ein.", "ssl-server pop3-ssl", "pop3-ssl ports"),
        ("Es ist ein IMAP-Konto, Verschlüsselung SSL/TLS ist angehakt.", "ssl-server imap-ssl", "imap-ssl ports"),
        (
            "Das Versenden soll verschlüsselt laufen, also SMTP mit SSL.",
            "ssl-server smtp-ssl-port",
            "smtp-ssl-port ports",
        ),
        (
            "Das Programm soll über Sie Rechnungen verschicken, mit SSL.",
            "ssl-server smtp-ssl-port",
            "smtp-ssl-port ports",
        ),
        ("Es geht um klassisches POP ohne Verschlüsselung, nur zum Empfangen.", "pop3-server", ""),
        ("Ich möchte mit dem Drucker nur verschicken, ohne SSL.", "smtp-server", ""),
    ),
    "en": (
        ("I am setting up the account as POP3 with SSL.", "ssl-server pop3-ssl", "pop3-ssl ports"),
        ("It is an IMAP account, encryption is set to SSL/TLS.", "ssl-server imap-ssl", "imap-ssl ports"),
        ("Sending is to be encrypted, that is SMTP with SSL.", "ssl-server smtp-ssl-port", "smtp-ssl-port ports"),
        ("The program is to send invoices through you, with SSL.", "ssl-server smtp-ssl-port", "smtp-ssl-port ports"),
        ("It is plain old POP without encryption, only for receiving.", "pop3-server", ""),
        ("With the printer I only want to send, without SSL.", "smtp-server", ""),
    ),
}
BESIDE = {
    "de": (
        "", "Den Benutzernamen habe ich.", "Mein Sohn hat das früher gemacht, ist aber im Urlaub.",
        "Das Passwort wird angenommen, und das Gerät ist neu.",
        "Ich bin Ärztin und kenne nur Blutwerte. Gestern war jemand vom Hersteller da, der wusste es auch nicht.",
    ),
    "en": (
        "", "I have got the user name.", "My son used to do this but he is on holiday.",
        "The password is accepted, and the device is brand new.",
        "I am a doctor and only know blood values. Yesterday someone came from the vendor who did not know either.",
    ),
}  # fmt: skip
ASKED_ALONE = {
    ("de", "server"): (
        "Wie heißt der Server?", "Jetzt fehlt mir nur noch der Servername.", "Können Sie mir bitte den Server nennen?",
        'Und was muss ich bei "Server" eintragen?', "Der Hersteller will den Hostnamen wissen.",
    ),
    ("en", "server"): (
        "What is the server called?", "Now I only need the server name.", "Could you tell me the server, please?",
        'And what do I put under "Server"?', "The vendor wants to know the host name.",
    ),
    ("de", "port"): (
        "Welcher Port ist es?", "Jetzt fehlt mir nur noch die Portnummer.", "Können Sie mir bitte den Port nennen?",
        "Welchen Port soll ich in der Firewall freigeben?", "Der Hersteller will die Portnummer wissen.",
    ),
    ("en", "port"): (
        "Which port is it?", "Now I only need the port number.", "Could you tell me the port, please?",
        "Which port shall I open in the firewall?", "The vendor wants to know the port number.",
    ),
}  # fmt: skip


@one_in(11)  # of 300 messages about the server, 200 about the port
@pytest.mark.parametrize(("language", "what"), ASKED_ALONE)
def test_a_question_for_what_differs_by_way_is_about_the_way_that_is_told(
    engine: AnswerEngine, language: str, what: str, every: int
) -> None:
    column = {"server": 1, "port": 2}[what]
    ways = [(way[0], way[column]) for way in WAYS[language] if way[column]]
    table = product(ways, BESIDE[language], ASKED_ALONE[language, what], ("{0} {1} {2}", "{2} {0} {1}"))
    found = [
        (text, engine.matcher.decide(Question(text)), right.split())
        for (told, right), beside, asked, order in sample(table, every)
        for text in [order.format(told, beside, asked)]
    ]
    answered = [(text, decision.entries, right) for text, decision, right in found if decision.outcome == "answer"]
    wrong = [text for text, entries, right in answered if not {*entries} & {*right}]
    assert len(wrong) <= len(found) // 20, wrong
    assert len(answered) - len(wrong) >= len(found) * (3 if what == "server" else 4) // 5


NOT_COVERED = {  # whatever the way
    "de": (
        "Ist der Server gerade gestört?", "Wie viele Verbindungen erlaubt der Server gleichzeitig?",
        "Welche TLS-Version kann der Server?", "Kann der Server auch Weiterleitungen?",
        "Welche Filterregeln laufen auf dem Server?", "Was kostet mich der Server im Monat?",
    ),
    "en": (
        "Is the server down at the moment?", "How many connections does the server allow at once?",
        "Which TLS version does the server speak?", "Can the server do forwarding as well?",
        "Which filter rules run on the server?", "What does the server cost me a month?",
    ),
}  # fmt: skip


@one_in(5)  # of 72 messages
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_way_covers_no_question_that_is_not_covered(engine: AnswerEngine, language: str, every: int) -> None:
    told = [way for way, _, _ in WAYS[language]]
    table = sample(product(told, NOT_COVERED[language], ("{0} {1}", "{1} {0}")), every)
    messages = [order.format(way, asked) for way, asked, order in table]
    answered = [text for text in messages if engine.matcher.decide(Question(text)).outcome == "answer"]
    assert len(answered) <= len(messages) // 10, answered


@pytest.fixture(scope="module")
def read(engine: AnswerEngine, extractor: FeatureExtractor) -> Callable[..., str]:
    """Reader of the question at the end of a message, as it is ranked; `settled`: places of what works."""
    entries = {name: replace(entry, questions={}) for name, entry in engine.knowledge.entries.items()}
    few = replace(engine.knowledge, entries=entries, topics={})
    unexplained = UnexplainedWords(
        extractor, train(few, extractor, training_examples(few), scorers=False), len(entries)
    )
    siblings = Siblings(extractor, unexplained, entries.values())
    ways = ToldWays(extractor, Contrasts(extractor, siblings), siblings)

    def read(*sentences: str, settled: Collection[int] = ()) -> str:
        place = len(sentences) - 1
        return ways.with_ways(sentences[place], place, sentences, settled)

    return read


@pytest.mark.parametrize(
    ("told", "ways"),
    [
        (["Ich nehme IMAPS."], "imaps imaps"),
        (["I want POP, not IMAP."], "pop"),
        (["It is about sending.", "We encrypt: TLS."], "sending tls"),
        (["Früher hatte ich POP3, jetzt IMAP.", "SSL ist an."], ""),  # one of two protocols: nothing is known
        (["I want to send and receive."], ""),
        (["SSL lassen wir erst mal weg."], ""),
        (["Encryption comes later.", "It's POP."], "pop"),
        (["We use SSL here.", "The printer cannot do SSL."], ""),
        (["I am not sure, is it secure?"], ""),  # a word for encryption that has other meanings
    ],
)
def test_a_way_is_read_with_the_question_where_it_alone_is_told(
    read: Callable[..., str], told: list[str], ways: str
) -> None:
    question = "Which port is it?"
    assert read(*told, question) == (f"{ways}: {question}" if ways else question)


def test_what_works_tells_the_way_where_nothing_else_does(read: Callable[..., str]) -> None:
    assert read("POP3 works.", "On the phone I use IMAP.", "Which port?", settled=[0]).startswith("imap:")
    assert read("IMAP works.", "Which port?", settled=[0]).startswith("imap:")


@pytest.mark.parametrize(
    "question",
    [
        "Which number is it?",  # of what?
        "Is it something on your server?",
        "Have I got the wrong port?",
        "Which ports are there?",
        "The port is 993.",
    ],
)
def test_what_does_not_ask_for_one_port_or_server_is_read_as_it_stands(read: Callable[..., str], question: str) -> None:
    assert read("I use IMAP with SSL.", question) == question
