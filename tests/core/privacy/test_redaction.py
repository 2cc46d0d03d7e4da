"""Redaction: personal data and secrets get a mark, and the words of a question stay."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.privacy.redaction import _RULES, redact
from tests.rows import each_row

TOKEN = "xoxb-" + "12345-abcdef"  # joined here, so that scanners for secrets pass the file
ROWS = [
    ("an address", "mail an max.muster@firma.de geht nicht", "mail an <address> geht nicht"),
    ("a user name", "login max%firma.de falsch", "login <address> falsch"),
    ("an address without a dot", "to=<max@localhost>", "to=<<address>>"),
    ("an address with a quoted part", 'an "max muster"@firma.de', "an <address>"),
    ("a disguised address", "max.muster (at) firma.de", "<address>"),
    ("an address in words", "max at firma punkt de, max AT firma DOT de", "<address>, <address>"),
    ("an address with brackets", "max[at]firma[dot]de und max{at}firma.de", "<address> und <address>"),
    ("an address with blanks", "an max @ firma.de", "an <address>"),
    ("an address in a Slack link", "<mailto:m@a.de|m@a.de>", "<mailto:<address>|<address>>"),
    ("a mention", "frag mal <@U0123ABCD|max> oder <@W0123ABCD>", "frag mal <person> oder <person>"),
    ("an IPv4 address", "client [192.0.2.17] blocked", "client [<ip>] blocked"),
    ("an IPv4 address at the end of a sentence", "Giving up on 192.0.2.17.", "Giving up on <ip>."),
    ("an IPv6 address", "from 2001:db8:0:1:2:3:4:5 refused", "from <ip> refused"),
    ("an IPv6 address without figures", "from fe80:abcd:dead:beef:cafe:face:fade:feed", "from <ip>"),
    ("a short IPv6 address", "[IPv6:2001:db8::1]: refused", "[IPv6:<ip>]: refused"),
    ("an IPv6 address in a mail log", "[IPv6:2001:db8:0:1:2:3:4:5]", "[IPv6:<ip>]"),
    ("an IPv6 address with a zone", "fe80::1%eth0 and ::1", "<ip> and <ip>"),
    ("an IPv4 address inside IPv6", "::ffff:192.0.2.1", "<ip>"),
    ("a Slack token", f"token {TOKEN}", "token <token>"),
    ("a JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "<token>"),
    ("a GitHub token", "with ghp" + "_0123456789abcdefghijABCDEFGHIJ", "with <token>"),
    ("a key of AWS", "AKIA" + "0123456789ABCDEF", "<token>"),
    ("a private key", "-----BEGIN " + "PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "<token>"),
    ("a webhook", "https://hooks.slack.com/services/T0/B0/xyz", "<token>"),
    ("a bearer token", "Authorization: Bearer abcdef123456", "Authorization: Bearer <token>"),
    ("what SMTP AUTH sends", "AUTH PLAIN AG1heABnZWhlaW0=", "AUTH PLAIN <token>"),
    ("a password", "Passwort: geheim123!", "Passwort: <secret>"),
    ("a password in bold", "*Passwort:* `geheim123`", "*Passwort:* `<secret>"),
    ("a passphrase in quotes", 'Passphrase: "vier nasse alte Hunde" ok', "Passphrase: <secret> ok"),
    ("a short word for it", "pw: geheim und pwd=geheim", "pw: <secret> und pwd=<secret>"),
    ("a password without a colon", "mein pw geheim4711 geht nicht", "mein pw <secret> geht nicht"),
    ("a password after is", "my password for the mailbox is hunter22x", "my password for the mailbox is <secret>"),
    ("a password after ist", "Kennwort ist Sommerregen", "Kennwort ist <secret>"),
    ("a password after lautet", "das Kennwort lautet sommerregen", "das Kennwort lautet <secret>"),
    ("a password in an address", "imaps://max:geheim@imap.firma.de", "imaps://<secret>@imap.firma.de"),
    ("a telephone number", "ruf an: +49 30 1234567", "ruf an: <number>"),
    ("a telephone number with brackets", "Tel. (030) 123 45-67", "Tel. <number>"),
    ("a mobile number", "0171/1234567", "<number>"),
    ("a number of the USA", "call 555-123-4567", "call <number>"),
    ("a customer number", "Kunde 1234567890", "Kunde <number>"),
    ("an account", "IBAN DE89 3704 0044 0532 0130 00", "IBAN <account>"),
    ("an account in lower case", "iban de89370400440532013000", "iban <account>"),
    ("a key of a service", "key sk" + "-proj0123456789abcdef", "key <token>"),
    ("a key with its name", "API-Key: qwertz und token=qwertz", "API-Key: <token> und token=<token>"),
    ("a card", "4111 1111 1111 1111", "<account>"),
]
STAYS = [
    "port 465, 550 5.7.1 and #4.4.1",
    "ports 465, 587, 993 and 995; 25 110 143 465",
    "Mein Passwort ist falsch",
    "Passwort ist Falsch, password is not accepted, my password is Wrong",
    "Kennwort ist abgelaufen; the password is expired",
    "Passwort vergessen, password reset, pw geht nicht",
    "Passwort Outlook2019, password IMAP4, Passwort für Office365 ändern",
    "look at this: meet at noon, at port 465",
    "Authentication None or Password for SMTP. What is Password, and is it safe?",
    "which token? a client secret",
    "std::string and 10:15:30",
    "am 24.11.2026 um 10:15, 01.02.2026 10:15",
    "error:00000000:lib(0):func(0):reason(0)",
    "@40000000419f13a508f3214c delivery 5",
    "10485760 Bytes",
    "mail.firma.de",
]


@each_row(("text", "kept"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_personal_data_and_secrets_are_replaced_by_marks(text: str, kept: str) -> None:
    assert redact(text) == kept


@each_row("text", STAYS)
def test_words_that_a_question_needs_are_not_redacted(text: str) -> None:
    assert redact(text) == text


@each_row("text", [row[1] for row in ROWS])
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


PIECES = sorted(
    {piece for row in ROWS for piece in re.split(r"(?<=\W)|(?=\W)", row[1])} | set(STAYS) | set("@%:.+0195 -([")
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example(" ".join(row[1] for row in ROWS))
def test_every_match_of_a_pattern_holds_its_sign(text: str) -> None:
    """A sign saves the search for its pattern, and must never save a mark."""
    for sign, pattern, mark in _RULES:
        assert sign.search(text) or not pattern.search(text), pattern.pattern
        text = pattern.sub(mark, text)
