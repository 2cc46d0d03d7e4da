"""Questions about other providers, generated: what they name is not covered, and the same asked of us is.

`lines("fit")` goes into the figures (tune.py), `lines("check")` has other names and other wordings, for the test.
"""

from collections.abc import Iterator

from bot.ops.evaluate import Line

NAMES = {
    "fit": ("GMX", "Gmail", "T-Online", "Yahoo", "iCloud", "Office 365", "Zartmann", "Quelmo", "Fernpost"),
    "check": ("web.de", "Posteo", "Hotmail", "IONOS", "Proton", "Freenet", "Frobozz", "Mailfence", "Kabelmail"),
}
WORDINGS = {  # language, entry, asked of {whom}; "{}": the other's name
    "fit": (
        ("de", "pop3-server", "Wie heißt der Posteingangsserver {}?", "von {}", "bei euch"),
        ("de", "smtp-server", "Welchen Postausgangsserver trage ich {} ein?", "bei {}", "bei Ihnen"),
        ("de", "imap-ssl", "Welcher Port gilt für IMAP mit SSL {}?", "bei {}", "hier bei euch"),
        ("de", "message-size", "Wie groß darf eine Mail {} sein?", "bei {}", "bei euch"),
        ("de", "login-name", "Was ist der Benutzername {}?", "für {}", "für euren Server"),
        ("en", "pop3-server", "What's the incoming mail server {}?", "of {}", "of yours"),
        ("en", "smtp-ssl-port", "Which port is for SMTP with SSL {}?", "at {}", "here"),
        ("en", "mailbox-quota", "How big is a mailbox {}?", "with {}", "with you"),
        ("en", "polling-interval", "How often may I check my mail {}?", "at {}", "here"),
        ("en", "login-name", "What's the user name {}?", "for my {} account", "for your server"),
    ),
    "check": (
        ("de", "smtp-server", "Wie lautet der SMTP-Server {}?", "von {}", "von euch"),
        ("de", "pop3-ssl", "Auf welchem Port läuft POP3 mit SSL {}?", "bei {}", "bei Ihnen"),
        ("de", "mailbox-quota", "Wie viel Speicherplatz hat ein Postfach {}?", "bei {}", "bei euch"),
        ("de", "polling-interval", "Wie oft darf ich {} Mails abrufen?", "bei {}", "bei euch"),
        ("en", "smtp-server", "What is the outgoing server {}?", "of {}", "of yours"),
        ("en", "imap-ssl", "Which port does IMAP with SSL use {}?", "at {}", "on your side"),
        ("en", "message-size", "How big may an e-mail {} be?", "at {}", "here"),
        ("en", "mailbox-quota", "How much storage do I get {}?", "with {}", "from you"),
    ),
}


def lines(which: str) -> Iterator[Line]:
    """Labelled messages, `which`: "fit" or "check": each wording once about us, and about the others (check: three)."""
    names = NAMES[which]
    for number, (language, entry, wording, theirs, ours) in enumerate(WORDINGS[which]):
        yield Line(wording.format(ours), (entry,), language, "our own")
        for name in names if which == "fit" else names[number % 3 :: 3]:
            yield Line(wording.format(theirs.format(name)), (), language, "another's")
