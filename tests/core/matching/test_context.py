"""Context of a question: what is settled, what it refers back to, and what else somebody says about mail."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.back_reference import BackReferences
from bot.core.matching.features import FeatureExtractor
from bot.core.model import Question
from tests.slow import one_in, sample

SETTLED = {
    "de": (
        "Senden und Empfangen geht einwandfrei.", "Benutzername und Kennwort stimmen.", "IMAP läuft schon.",
        "Den Server habe ich bereits eingetragen.", "Die Ports kenne ich.", "Der Postausgang ist eingerichtet.",
    ),
    "en": (
        "Sending and receiving works fine.", "User name and password are correct.", "IMAP is up and running.",
        "I've already entered the server.", "The ports are known.", "Outgoing is done.",
    ),
}  # fmt: skip
COVERED = {
    "de": {"Wie groß darf eine einzelne Mail sein?": "message-size", "Wie heißt der POP3-Server?": "pop3-server"},
    "en": {"How large may a single mail be?": "message-size", "What is the POP3 server called?": "pop3-server"},
}
UNCOVERED = {
    "de": ("Wie schalte ich den Spamfilter ein?", "Wo bekomme ich den Auth-Code für meine Domain?"),
    "en": ("How do I switch on the spam filter?", "How do I set up a vacation reply?"),
}
# Facts about mail in any form; what is asked beside them is surely not covered
FACTS = {
    "de": ("Das Konto holt die Mails vom Server ns0.ovh.net.", "Mein Postfach hat 2 GB.", "POP3 mit SSL auf 995."),
    "en": ("The account fetches its mail from ns0.ovh.net.", "My mailbox has 2 GB.", "POP3 over SSL on 995."),
}
# What is wanted, and a question that only points at it
POINTED = (
    ("Ich möchte eine Abwesenheitsnotiz einrichten.", "Wo kann ich das bei Ihnen auf dem Server einstellen?"),
    ("Meine Mails sollen zusätzlich an einen Kollegen gehen.", "Wo stelle ich das auf Ihrem Server ein?"),
    ("I would like to add a legal footer to all outgoing messages.", "Is that something you provide?"),
    ("I forgot my password.", "How do I set it up again on your server?"),
)  # fmt: skip
BACK = (
    "Wo kann ich das einstellen?", "Was heißt das?", "Wo mache ich dieses Häkchen?", "Is it possible?",
    "Which one is it?", "How do I fix it?", "Is this normal?", "Which?", "Und was jetzt?", "Is that your fault?",
    "What name do I type in there?", "Wie groß darf das sein?",
    "Welchen Namen trage ich da ein?", "What does the message mean?", "Was will mir die Meldung sagen?",
    "What's supposed to be in that box?", "Was gehört in die leere Zeile?", "What do I type into the blank?",
    "Which port?", "Wie heißt der Server?", "What's the server?",
)  # fmt: skip
ITSELF = (
    "SMTP AUTH, wie geht das?", "Gibt es einen POP3-Server?", "Is it possible to use IMAP?", "Ist 993 richtig?",
    "How big may the message be?", "Which port does IMAP use?", "Wo finde ich die Nachricht vom Server?",
    "Was bedeutet es, wenn der Server die Mail ablehnt?", "Wie lange bleibt es im Spool?", "does IMAP use it?",
)  # fmt: skip
# A field that is empty, and what works in the other direction
FIELDS = {
    "de": {
        "smtp-server": ('In der Zeile "Postausgangsserver" steht nichts.', "Beim Postausgang fehlt noch ein Server."),
        "pop3-server": ("Das Feld für den POP3-Server ist leer.", "Unter Posteingang (POP3) will er einen Server."),
    },
    "en": {
        "smtp-server": ('Mac Mail has a line "outgoing mail server: none".', "For outgoing mail it wants a server."),
        "pop3-server": ("The box for the POP3 server is empty.", 'There is a line "POP3 server: none".'),
        "imap-server": ("The box for the IMAP server is empty.", "The IMAP account lacks its server name."),
    },
}
FETCHES = {
    "de": ("Empfangen klappt seit heute früh.", "Meine Mails kommen an.", "Der Eingang läuft reibungslos am Handy."),
    "en": ("Receiving works since this morning.", "My mail comes in.", "I can receive everything."),
}
SENDS = {
    "de": ("Senden klappt seit heute früh.", "Der Ausgang funktioniert seit dem Update."),
    "en": ("Sending works since this morning.", "Outgoing has been working for years."),
}
ASKS_BACK = {
    "de": ("Was muss da rein?", "Wie heißt der?", "Welchen Namen gebe ich ein?", "Was gehört in das Feld?"),
    "en": (
        "What goes in there?",
        "What's it called?",
        "Which name do I give it?",
        "What's supposed to be in that box?",
    ),
}


@one_in(5)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_works_is_not_what_a_question_points_back_at(engine: AnswerEngine, language: str, every: int) -> None:
    wrong = []
    for entry, fields in FIELDS[language].items():
        works = (FETCHES if entry == "smtp-server" else SENDS)[language]
        for field, settled, asked in sample(product(fields, works, ASKS_BACK[language]), every):
            for message in (f"{field} {settled} {asked}", f"{settled} {field} {asked}"):
                found = engine.matcher.decide(Question(message))
                wrong += [message] if found.outcome == "answer" and found.entries != (entry,) else []
    assert wrong == []


BESIDE = {  # what somebody tells between the field and the question
    "de": (
        "Unsere Domain liegt bei Ihnen: kanzlei.example.", "Heute Nachmittag müssen wir Scans verschicken.",
        "Der Techniker ist schon wieder weg.",
    ),
    "en": ("Our domain is hosted with you.", "It is a brand-new Kyocera.", "The engineer has left already."),
}  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_question_about_a_field_is_read_with_the_sentence_that_names_it(engine: AnswerEngine, language: str) -> None:
    wrong = []
    for entry, fields in FIELDS[language].items():
        for field, told, asked in product(fields[:1], BESIDE[language], ASKS_BACK[language]):
            found = engine.matcher.decide(Question(f"{field} {told} {asked}"))
            wrong += [(field, told, asked, found.entries)] if found.entries[:1] != (entry,) else []
    assert wrong == []


# What the FAQ does not say, and a question that points at it and names a protocol
WISHED = {
    "de": (
        (
            "Ich brauche OAuth2 statt Passwort.",
            "Ich möchte Lesebestätigungen anfordern.",
            "Ich will mit PGP signieren.",
        ),
        ("Geht das mit IMAP?", "Kann Ihr Server das über POP3?", "Unterstützen Sie das bei IMAP und POP3?"),
    ),
    "en": (
        ("The tool wants OAuth2.", "I'd like to request read receipts.", "I want to sync contacts and calendars."),
        ("Do you offer that for IMAP?", "Can I do that via POP3?", "Will that work with IMAP and POP3?"),
    ),
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_protocol_is_no_subject_of_a_question_that_points_at_another(engine: AnswerEngine, language: str) -> None:
    texts = [f"{wish} {asked}" for wish, asked in product(*WISHED[language])]
    assert [text for text in texts if engine.matcher.decide(Question(text)).outcome == "answer"] == []


def test_what_is_wished_with_a_protocol_is_answered(engine: AnswerEngine) -> None:
    found = engine.matcher.decide(Question("Ich will die Mails mit SSL abholen. Bieten Sie das für POP3 an?"))
    assert found.entries == ("pop3-ssl",)


# What is set up, and a question that does not say which protocol it means
SET_UP = {
    "de": ("IMAP mit SSL ist fertig eingerichtet.", "Verschlüsseltes IMAP läuft jetzt auf dem Handy."),
    "en": ("I've already set up IMAP over SSL.", "Encrypted IMAP is set up on my phone."),
}
WHICH = {
    "de": (
        "Welchen Port braucht die Firewall?",
        "Ich bräuchte noch die Portnummer.",
        "Welche Portnummer trage ich ein?",
    ),
    "en": ("Which port does my firewall need?", "The only thing I still need is the port.", "What is the port number?"),
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_set_up_says_which_protocol_a_question_means(engine: AnswerEngine, language: str) -> None:
    for known, asked in product(SET_UP[language], WHICH[language]):
        found = engine.matcher.decide(Question(f"{known} {asked}"))
        assert found.outcome == "answer", (known, asked)
        assert {*found.entries} <= {"imap-ssl", "ports"}, (known, asked)


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_settled_changes_no_answer(engine: AnswerEngine, language: str) -> None:
    wrong = []
    for (asked, entry), settled in product(COVERED[language].items(), SETTLED[language]):
        for message in (f"{settled} {asked}", f"{asked}\n\n{settled}"):
            found = engine.matcher.decide(Question(message))
            wrong += [message] if found.entries != (entry,) else []
    assert wrong == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_settled_answers_nothing(engine: AnswerEngine, language: str) -> None:
    messages = [f"{settled} {asked}" for asked, settled in product(UNCOVERED[language], SETTLED[language])]
    assert [text for text in messages if engine.matcher.decide(Question(text)).outcome != "decline"] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_told_beside_a_question_that_is_surely_not_covered_answers_nothing(
    engine: AnswerEngine, language: str
) -> None:
    messages = [f"{told} {asked}" for asked, told in product(UNCOVERED[language], FACTS[language])]
    assert [text for text in messages if engine.matcher.decide(Question(text)).outcome != "decline"] == []


@pytest.mark.parametrize(("wanted", "asked"), POINTED)
def test_a_question_that_points_back_is_read_with_what_it_points_at(
    engine: AnswerEngine, wanted: str, asked: str
) -> None:
    assert engine.matcher.decide(Question(f"{wanted} {asked}")).outcome != "answer"


ELSEWHERE = {  # where somebody logs in, and what it says
    "de": ("Ins Kundencenter komme ich nicht rein, Kennung ungültig.", "phpMyAdmin verweigert mir den Zugang."),
    "en": ("I can't log in to phpMyAdmin, it says access denied.", "The customer panel refuses me."),
}
SAME = {
    "de": ("Dieselbe Kennung wie bei der Mail?", "Gleicher Benutzername wie fürs Postfach?"),
    "en": ("Same user as my email?", "The same login as for the mailbox?"),
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_whether_it_is_the_same_is_asked_of_what_stands_before(engine: AnswerEngine, language: str) -> None:
    messages = [f"{told} {asked}" for told, asked in product(ELSEWHERE[language], SAME[language])]
    assert [text for text in messages if engine.matcher.decide(Question(text)).outcome == "answer"] == []


def test_questions_that_do_not_name_what_they_ask_about_refer_back(extractor: FeatureExtractor) -> None:
    back = BackReferences(extractor)
    assert [text for text in BACK if not back.refers_back(text)] == []
    assert [text for text in ITSELF if back.refers_back(text)] == []


def test_a_question_is_read_with_as_much_as_it_needs(extractor: FeatureExtractor) -> None:
    back = BackReferences(extractor)
    said = ["IMAP works.", "I lost my password.", "It was on paper.", "How do I reset it?"]
    assert back.with_referents(said, 3) == " ".join(said[1:])
    assert back.with_referents(["What does that mean?", "relay denied"], 0) == "What does that mean? relay denied"
    assert back.with_referents(["What does that mean?"], 0) == "What does that mean?"


def test_what_is_known_is_not_what_a_bare_question_asks_about(extractor: FeatureExtractor) -> None:
    back = BackReferences(extractor)
    said = ["There is a blank after outgoing host.", "Incoming is filled in.", "What do I type?"]
    assert back.with_referents(said, 2, settled={1}) == f"{said[0]} {said[2]}"
    assert back.with_referents([*said[:2], "Is that right?"], 2, settled={1}) == f"{said[1]} Is that right?"
    assert back.with_referents(said[1:], 1, settled={0}) == said[2]


THERE = {  # whose place is meant: another provider's, in the sentence before
    "de": ("Mein Enkel nutzt {}.", "Welchen Port muss er dort für IMAP mit SSL eintragen?"),
    "en": ("My sister is with {}.", "Which port does she have to enter there for IMAP with SSL?"),
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_there_is_where_the_sentence_before_was(engine: AnswerEngine, language: str) -> None:
    told, asked = THERE[language]
    for other in ("Gmail", "GMX", "Yahoo", "Office 365"):
        assert engine.matcher.decide(Question(f"{told.format(other)} {asked}")).outcome != "answer", other
    assert engine.matcher.decide(Question(f"{told.format('euch')} {asked}")).entries == ("imap-ssl",)
