"""Settled sentences: what works, is done or is known; anything open in a sentence makes it unsettled."""

from itertools import pairwise, product

import pytest

from bot.core.text.settled import is_settled

WORKING = {
    "Das Senden {}": ("geht", "klappt einwandfrei", "läuft ja wie immer", "funktioniert ohne Probleme"),
    "Benutzername und Server {}": ("sind klar", "stimmen", "passen soweit", "weiß ich schon", "habe ich hier"),
    "Fetching mail {}": ("works", "works just fine", "is sorted", "is all set up now", "runs without any problems"),
    "{} the address already": ("I have", "We know", "I've got"),
    "Wir {}": ("nutzen POP3 mit ns0.ovh.net", "verwenden Thunderbird"),
    "Der Versand {}": ("läuft über Port 465", "ist in Outlook eingerichtet", "geht auch"),
    "Outlook {}": ("is connected by SMTP with login", "sends and receives", "uses IMAP on 993"),
}
# What is said with a settled half, or in its words, and leaves something open
OPEN = (
    "{}, aber etwas anderes nicht", "{}?", "ob {}", "{}, nur IMAP macht Ärger", "Seit gestern kommt ein Fehler, {}",
    "{}, but nothing else", "why does this happen: {}", "{}, please tell me the port", "{} until I press send",
)  # fmt: skip
NO_MATTER = {
    "de": (
        "{} ist mir egal", "{} ist völlig unwichtig", "{} spielt keine Rolle", "{} interessiert mich nicht",
        "{} stört uns nicht", "um {} geht es mir nicht", "{} ist nicht das Thema", "{} ist hier nicht das Problem",
        "{} tut nichts zur Sache", "{} kannst du weglassen", "{} macht keine Sorgen", "{} meine ich nicht",
        "{} brauchen Sie mir nicht zu erklären", "mit {} hat das nichts zu tun", "an {} liegt es nicht",
        "{} ist es nicht", "ich frage nicht nach {}", "es geht nicht um {}", "Nein, um {} geht's nicht",
        "Es sind nur 100 KB, also {} ist nicht das Thema",
    ),
    "en": (
        "{} is not the issue", "{} isn't my question", "{} doesn't matter", "{} does not trouble us",
        "{} doesn't bother me at all", "{} is no concern", "{} is irrelevant", "I don't care about {}",
        "never mind {}", "forget about {}", "{} isn't what I'm after", "it's not about {}", "this isn't about {}",
        "I'm not asking about {}", "I don't mean {}", "{} plays no role", "{} has nothing to do with it",
        "it has nothing to do with {}", "{} is beside the point", "no need to explain {}", "it isn't {}",
        "It's tiny, so {} is not the issue",
    ),
}  # fmt: skip
SUBJECTS_OF = {
    "de": ("die Größe", "der Port", "IMAP", "Ihre Obergrenze für Anhänge", "das Senden"),
    "en": ("the size", "the port", "IMAP", "your limit on the size of an e-mail", "sending"),
}
AT_HAND = {  # known, found or not needed
    "Den Port {}": ("brauch ich nicht", "brauche ich hier nicht mehr", "hab ich schon gefunden"),
    "Ich {}": ("brauche das Passwort nicht", "benötige den Namen des Servers nicht"),
    "The port {}": ("I know", "I have", "we've found already", "I've got here"),
    "I {}": ("know the server", "already have the user name", "don't need the password", "found our host name"),
    "{}": ("no need for the port number", "No need for those server names"),
}
NEVER = (
    "I have the problem with sending", "den Fehler hab ich schon gefunden, kommt aber wieder", "no need for SSL?",
    "I know the server and need the port", "Ich brauche den Server nicht nur heute", "I have the impression it is off",
    "Warum ist das nicht das Thema?", "Das Senden ist nicht das Problem, das Abholen schon", "Is that not the issue?",
    "The port is not the issue but the server", "The port doesn't matter, the server does", "Is it about the port?",
    "Der Server fehlt, der Port ist egal", "The server name, the port doesn't matter", "It isn't working",
    "Es ist nicht möglich, zu senden", "It doesn't work", "Das geht nicht", "I don't know the port",
    "It is not working, what is the issue",
    "", "Mein Postfach ist voll", "Der Server ist nicht erreichbar", "Port 465", "Ich komme nicht rein",
    "my connection is down now", "meine Mails gehen nicht raus", "I get 550 user unknown", "smtp server",
)  # fmt: skip
SUBJECTS = {
    "de": ("Empfangen", "Das Abholen", "Der Empfang am Handy", "IMAP", "Das Verschicken vom Laptop"),
    "en": ("Receiving", "Fetching mail", "Incoming", "Outgoing mail", "Picking up mail on the phone"),
}
WORKS = {
    "de": ("geht", "klappt", "läuft", "funktioniert", "tut"),
    "en": ("works", "is working", "has been working", "runs", "is running"),
}
MANNERS = {  # since when, where, how
    "de": (
        "", "seit heute früh", "seit dem Update", "jetzt mit euren Daten", "am Handy", "wie am ersten Tag",
        "reibungslos",
        "ohne Murren", "nach dem Neustart wieder", "dank deiner Anleitung", "zuhause", "tadellos seit drei Jahren",
    ),
    "en": (
        "", "since this morning", "since the update", "now with your details", "on the phone and the laptop", "a treat",
        "like a charm", "flawlessly", "after the reboot", "thanks to your guide", "at home", "beautifully for years",
    ),
}  # fmt: skip
ARRIVES = (
    "Ich kann alles empfangen", "Ich kann empfangen", "Meine Mails kommen an", "Es kommen Mails rein",
    "Mails bekomme ich", "Ich bekomme meine Mails", "Mails kommen seit gestern rein", "Das Empfangen hat geklappt",
    "Abrufen hab ich schon hingekriegt", "Eingang: erledigt", "I can receive everything", "I can already read my mail",
    "My mail arrives", "Mails come in since yesterday", "I get my mail", "I'm getting mail", "Incoming: done",
    "Got the incoming sorted", "Receiving's fine", "I managed the incoming part",
)  # fmt: skip
HARDLY = (
    "Es geht um den Port", "Mir geht es um den Server", "Mein Postfach läuft voll", "Mail geht an alle Kollegen",
    "Die Mail geht in den Spam", "Das Zertifikat läuft ab", "Es klappt kaum noch", "Ich hoffe, das klappt",
    "Ich will, dass das Senden funktioniert", "Zeig mir, wie das geht", "Mails kommen doppelt an", "Spam kommt rein",
    "Ich bekomme Mails von Fremden", "Ich kann nichts empfangen", "Früher hat es funktioniert",
    "Sende klappt ned", "Sending works slowly", "I hope it works", "Tell me the way SMTP works", "mail comes back",
    "I get my mail twice", "I get messages from strangers", "I can receive nothing", "It used to work",
    "the working port", "It works until I press send",
)  # fmt: skip
SETTLED = [form.format(said) for form, all_said in WORKING.items() for said in all_said]


def test_what_works_is_done_or_is_known_is_settled() -> None:
    assert [text for text in SETTLED if not is_settled(text) or not is_settled(f"{text}.")] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_works_is_settled_whatever_is_said_of_how(language: str) -> None:
    said = map(" ".join, product(SUBJECTS[language], WORKS[language], MANNERS[language]))
    assert [text for text in said if not is_settled(f"{text.strip()}.")] == []


def test_mail_that_arrives_is_settled() -> None:
    assert [text for text in ARRIVES if not is_settled(text) or not is_settled(f"{text}.")] == []


def test_what_hardly_works_is_not_settled() -> None:
    assert [text for text in HARDLY if is_settled(text) or is_settled(f"{text}.")] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_not_the_matter_is_settled(language: str) -> None:
    said = [form.format(thing) for form, thing in product(NO_MATTER[language], SUBJECTS_OF[language])]
    said += ["Darum geht es mir nicht", "Port's not the issue", "That's not what I'm asking"]
    assert [text for text in said if not is_settled(text) or not is_settled(f"{text.capitalize()}.")] == []


def test_what_is_at_hand_or_not_needed_is_settled() -> None:
    said = [form.format(text) for form, texts in AT_HAND.items() for text in texts]
    assert [text for text in said if not is_settled(text) or not is_settled(f"{text}.")] == []


KNOWN = {  # with {0}: a thing with its article, {1}: without
    "de": (
        "{0} hat mir Ihr Kollege schon genannt", "{0} hat uns der Techniker gegeben", "{1} steht schon drin",
        "{0} habe ich von Ihrem Kollegen", "{1} ist vorausgefüllt", "{1} wird angenommen", "{0} haben wir eingetragen",
        "{1} wurde geprüft", "{1} ist neu",
    ),
    "en": (
        "I have got {0}", "Your colleague gave me {0}", "I was given {0} by your colleague", "{1} I've already got",
        "I got {0} from your FAQ", "{0} is accepted", "{0} is prefilled", "{0} went in fine", "{0} has been checked",
        "{0} has been created",
    ),
}  # fmt: skip
THINGS = {
    "de": (("Den Port", "Port"), ("Den Benutzernamen", "Der Benutzername"), ("Das Postfach", "Das Postfach")),
    "en": (("the port", "Port"), ("the user name", "User name"), ("the mailbox", "The mailbox")),
}
NOT_KNOWN = (
    "Den Port hat mir niemand genannt", "Your colleague never gave me the port", "The port is not accepted",
    "Er hat mir gesagt, dass ich den Port brauche", "I was given the wrong port", "Der Port steht nicht drin",
    "I have got a problem", "encrypted IMAP is on port ___ and known",
)  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_somebody_has_been_told_is_settled(language: str) -> None:
    said = [form.format(*thing) for form, thing in product(KNOWN[language], THINGS[language])]
    assert [text for text in said if not is_settled(f"{text.capitalize()}.")] == []


def test_what_somebody_has_not_been_told_is_not_settled() -> None:
    assert [text for text in NOT_KNOWN if is_settled(f"{text}.")] == []


def test_a_fact_with_what_is_not_meant_is_settled() -> None:
    facts = (
        "Unsere Mails haben 4 MB, Ihr Limit stört uns also nicht.",
        "I've read it, so no need to explain the ports.",
    )
    assert all(map(is_settled, facts))
    assert not is_settled("I have the port, the server I don't know.")


def test_several_that_are_settled_are_settled() -> None:
    assert [pair for pair in pairwise(SETTLED) if not is_settled(", ".join(pair))] == []


def test_what_is_left_open_is_not_settled() -> None:
    said = [form.format(text) for form, text in product(OPEN, SETTLED)]
    assert [text for text in (*said, *NEVER) if is_settled(text)] == []
