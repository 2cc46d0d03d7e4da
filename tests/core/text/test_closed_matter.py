"""Closed matters: a message that says that something is done with asks nothing, whatever error it names."""

from itertools import product

from bot.answering.engine import AnswerEngine
from bot.core.matching.early_decisions import closes
from bot.core.model import Question
from bot.core.small_talk import answer_small_talk
from bot.core.text.closed_matter import closes_matter
from tests.rows import each_row
from tests.slow import one_in, sample

WAS = (
    'Der Fehler "isn\'t allowed to be relayed" kam, weil die Anmeldung nicht angehakt war.',
    "The bounce said 550 sorry, no mailbox here by that name.",
    "I've changed the incoming server to the SSL one with 993.",
)
CLOSING = (
    "Das Ticket können Sie also schließen.", "Die Sache hat sich erledigt.", "Von Ihrer Seite ist nichts mehr zu tun.",
    "Können Sie das Ticket bitte schließen?", "You can close this ticket now.", "Consider this closed from our side.",
    "Nothing else to do from your end.", "No further action is needed.",
)  # fmt: skip
REPORTS = (
    "Ich wollte nur kurz Bescheid geben: jetzt läuft es wieder.", "Zur Info: das Problem ist behoben.",
    "Just to let you know, it is working again.", "FYI the warning has gone.",
)  # fmt: skip
OPEN = (
    "Wie schließe ich das Ticket?",
    "Bitte nicht schließen, der Fehler ist noch da.",
    "Das Ticket wurde geschlossen, aber welcher Port ist es?",
    "You closed my ticket. What is the SSL server?", "Nur zur Info: ich nutze IMAP.",
    "Just to let you know, POP works but I can't send.",
    "Nur kurz zur Info: der Empfang läuft, das Senden immer noch nicht.",
    "I tried port 465 on your server, it is closed.",
    "Just to say I need the port for IMAP with SSL, POP works.",
    "My provider says it's nothing to do with them. That is what comes up when I send.",
    "Das hat mit uns nichts mehr zu tun, sagt der Provider. So sieht die Meldung aus.",
    "Ich hätte da ein Problem mit der Verbindung", "Wir schließen das Büro am Freitag, welcher Server gilt dann?",
)  # fmt: skip

# A new matter behind one that is closed: announced, or in words alone
DONE = (
    "Vielen Dank für die schnelle Hilfe von letzter Woche, das hat sich damit erledigt.",
    "Das Thema von neulich ist vom Tisch.",
    "You can close the old ticket.",
    "No further action needed on the last one.",
)
ANOTHER = (
    "Nun ist noch etwas aufgetaucht.\npop3 über ssl port",
    "Jetzt habe ich ein anderes Problem.\nwie oft abrufen",
    "handy fragt nach dem server für pop, was tipp ich da",
    "imap ssl port",
    "Now there is something else.\nimap over ssl",
    "But here is a new one: the limit of a mail",
    "my phone wants a server for pop, whats the name",
)

# Thanks for an answer that helped, which name what it was about
THANKS = {
    "de": ("danke", "danke dir", "Vielen Dank", "super, danke", "ah ok danke", "merci", "top, danke"),
    "en": ("thanks", "thank you", "great, thanks", "cheers", "ah ok thanks", "ta", "thanks a lot"),
}
WAS_IT = {
    "de": ("{t} stimmt", "der {t} war falsch", "es lag am {t}", "mit dem {t} geht es",
           "{t} passt jetzt", "{t} eingetragen"),
    "en": ("{t} was right", "the {t} was wrong", "it was the {t}", "with that {t} it works",
           "{t} is fine now", "{t} entered"),
}  # fmt: skip
WORKS = {
    "de": ("läuft jetzt", "jetzt geht es", "klappt", "funktioniert wieder", "alles gut", "geht wieder", "jetzt läufts"),
    "en": ("works now", "working now", "all good", "sorted", "it runs again", "that fixed it", "it works"),
}
FOR_IT = {
    "de": ("danke für den {t}", "genau den {t} hab ich gesucht, danke", "Vielen Dank für den {t}!",
           "perfekt, der {t} war's, danke"),
    "en": ("thanks for the {t}", "that's exactly the {t} I needed, thanks", "Thank you for the {t}!",
           "the {t} was it, cheers"),
}  # fmt: skip
NAMED = {
    "de": ("Port", "Server", "Benutzername", "Servername", "SSL-Port", "Postausgangsserver", "IMAP-Server"),
    "en": ("port", "server", "user name", "server name", "ssl port", "outgoing server", "imap server"),
}
GRATEFUL_AND_ASKING = (
    "Danke, der Empfang läuft jetzt. pop3 ssl port", "Danke, Empfang läuft jetzt, und der Port fürs Senden?",
    "danke läuft jetzt, fürs senden fehlt noch der port", "Danke, IMAP geht jetzt, Senden aber nicht",
    "Danke im Voraus, der Server hat sich geändert", "Vielen Dank für die Mitteilung der Ports",
    "Danke für Hilfe beim Servernamen für IMAP", "Danke! Welcher Port war es?",
    "Danke, jetzt brauche ich den SMTP-Server",
    "Danke, das läuft jetzt. Der Scanner soll auch senden können.", "Danke, mit dem Handy geht es. imap ssl port",
    "thanks, incoming works now. outgoing: smtp port", "Thanks, it works now, which port for sending",
    "Thanks for the name of the IMAP server in advance", "thanks, I need the port now",
    "thanks, but the port was wrong",
    "Thanks for any help with the server name", "Cheers, pop works now, imap ssl port", "the port was wrong",
    "ta, imap server",
)  # fmt: skip


@one_in(11)
def test_thanks_that_say_what_it_was_close_a_matter(every: int) -> None:
    messages = []
    for language, thanks in THANKS.items():
        for said, was, works, name in sample(
            product(thanks, WAS_IT[language], WORKS[language], NAMED[language]), every
        ):
            it = was.format(t=name)
            messages += [f"{said}, {it}, {works}!", f"{it.capitalize()}. {works}, {said}", f"{said} {it} {works}"]
        messages += [f.format(t=name) for f, name in product(FOR_IT[language], NAMED[language])]
    assert len(messages) > 4_000 // every
    assert [m for m in messages if not closes_matter(m)] == []


def test_they_are_answered_as_thanks_are() -> None:
    said = {"de": "Vielen Dank, es lag am Port, läuft jetzt!", "en": "thanks, the port was wrong, works now"}
    answers = {language: answer_small_talk(Question(text)) for language, text in said.items()}
    assert {language: a and (a.template, a.language) for language, a in answers.items()} == {
        "de": ("thanks", "de"),
        "en": ("thanks", "en"),
    }


def test_thanks_that_ask_or_leave_something_open_do_not() -> None:
    assert [text for text in GRATEFUL_AND_ASKING if closes_matter(text)] == []


def test_what_closes_a_matter_and_asks_nothing_is_closed() -> None:
    messages = [f"Hallo,\n{was} {end}\nGruß\nH. Zschocke" for was, end in product(WAS, (*CLOSING, *REPORTS))]
    assert [m for m in (*messages, *CLOSING, *REPORTS) if not closes_matter(m)] == []


def test_what_asks_or_reports_a_fault_is_not() -> None:
    assert [text for text in OPEN if closes_matter(text)] == []


def test_a_new_matter_behind_a_closed_one_is_open() -> None:
    messages = [f"{done}\n{another}" for done, another in product(DONE, ANOTHER)]
    assert [m for m in messages if closes_matter(m)] == []


@one_in(9)
def test_no_example_of_an_entry_closes_a_matter(engine: AnswerEngine, every: int) -> None:
    entries = engine.knowledge.entries.values()
    texts = [text for entry in entries for of in (*entry.questions.values(), entry.variants) for text in of][::every]
    assert len(texts) > 1_000
    assert [text for text in texts if closes_matter(text)] == []


@each_row("end", CLOSING)
def test_it_is_declined_as_small_talk(engine: AnswerEngine, end: str) -> None:
    decision = engine.matcher.decide(Question(f"{WAS[0]} {end}"))
    assert (decision.outcome, decision.small_talk, closes(decision)) == ("decline", True, True)
