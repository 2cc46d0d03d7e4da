"""Redaction: personal data and secrets get a mark, and the words of a question stay."""

import re
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from bot.answering.engine import AnswerEngine
from bot.core.lazy_regex import lower_case
from bot.core.privacy.redaction import _RULES, has_sign, redact
from bot.core.text.normalize import clean
from tests.rows import each_row
from tests.slow import one_in

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


def rows(text: str) -> list[str]:
    """Lines of a table, with "\\n" for a line break in one."""
    return [row.replace("\\n", "\n") for row in text.strip().splitlines()]


WORD = "zwirbelhuber"  # no figure, no capital, nothing that tells a password: what stands around it must
NAMES = rows("""
Passwort
password
KENNWORT
Passwd
passphrase
PW
pwd
pass
Mailpasswort
E-Mail-Kennwort
smtp_password
SMTP_PASS
smtpPassword
AuthPass
mail.password
passwrt
Pasword
Passwrot
Kenwort
Passwort1
app_secret
Geheimwort
""")
SET_TO = rows(r"""
{}: {}
{}:{}
{} : {}
{} = {}
{}={}
{} => {}
{} -> {}
{} := {}
*{}:* `{}`
{}:\n{}
{}:\n\n{}
{}: "{}"
{}='{}'
'{}' => '{}',
"{}": "{}",
define('{}', '{}');
<{}>{}</x>
<add key="{}" value="{}"/>
{}: „{}“
{}: »{}«
{}: ‚{}‘
{} (neu): {}
{} neu: {}
{} für max: {}
{} vom Postfach: {}
{} for my mailbox = {}
{}\n{}
mein {} lautet {}
Mein {} lautet: {}
das {} ist: {}
das {} heißt {}
das {} heisst {}
mein {} lautete {}
mein {} meiner Mailbox lautet {}
my {} is {}
my {} is: {}
the {} was {}
the {} is now {}
mein {} ist {}
mein {} für das Postfach ist {}
{} - {}\nund
{} – {}
my {}'s {}
my {} was changed to {}
set the {} to {}
{} auf {} geändert
habe als {} {} eingetragen
mit dem {} "{}" geht es
/login?user=max&{}={}
""")


@each_row("name", NAMES)
def test_whatever_a_name_of_a_password_is_set_to_is_redacted(name: str) -> None:
    """In German and English phrases, forms, configuration files, JSON, PHP and XML; raw, and as the bot reads it."""
    texts = [written.format(name, WORD) for written in SET_TO]
    assert [text for text in texts if WORD in redact(text) or WORD in redact(clean(text))] == []


AROUND = rows(r"""
+OK POP3 ready\nUSER max\n+OK\nPASS {}\n-ERR failed
C: PASS {}
> PASS {}
a1 LOGIN max {}
a001 LOGIN "max" "{}"
. login max {}
* LOGIN max {}
C: 2 LOGIN max {}
machine smtp.firma.de login max password {}
poll imap.firma.de proto IMAP user "max" pass "{}"
smtp_sasl_password_maps = static:max:{}
smtp_sasl_password_maps = static:max@firma.de:{}
[ssl0.ovh.net]:587 max@firma.de:{}
ssl0.ovh.net max:{}
max@firma.de:{}
imaps://max:{}@imap.firma.de/
smtp://max%40firma.de:{}@smtp.firma.de:587
smtp://max:a@{}@smtp.firma.de
https://{}@api.firma.de/x
curl -u max:{} https://api.firma.de
curl --user max:{} https://api.firma.de
swaks -ap {}
swaks --auth-password {}
Authorization: {}
authorization: Bearer {}1
"Authorization": "Basic {}1"
X-Auth-Token: {}
X-Api-Key: {}
Cookie: session={}; id={}
Set-Cookie: sid={}; Path=/
PHPSESSID={}
client_secret: {}
refresh_token={}
"access_token":"{}"
aws_secret_access_key = {}
SECRET_KEY={}
Zugangsdaten: max / {}
Login: max / {}
User: max|{}
Benutzername/Passwort: max / {}
Benutzername und Passwort: max {}
Passphrase: drei alte {} im Wald
""")
CODES = rows(r"""
AUTH PLAIN AG1heAB6d2lyYmVsZ2VoZWlt
AUTH PLAIN\n334\nAG1heAB6d2lyYmVsZ2VoZWlt
C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: bWF4QGZpcm1hLmRl\nS: 334 UGFzc3dvcmQ6\nC: endpcmJlbGdlaGVpbQ==
A1 AUTHENTICATE PLAIN AG1heAB6d2lyYmVsZ2VoZWlt
A1 AUTHENTICATE PLAIN\n+\nAG1heAB6d2lyYmVsZ2VoZWlt
AUTH CRAM-MD5\ndGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw
AUTH XOAUTH2 dXNlcj1tYXgBYXV0aD1CZWFyZXIgeAEB
Kennwort abcd efgh ijkl mnop
App password: abcd efgh ijkl mnop
Passwort 4711abc, PIN: 4711, PUK 12345678, TAN ist 123456
""")


def test_passwords_in_logs_of_protocols_configuration_files_and_headers_are_redacted() -> None:
    texts = [row.replace("{}", WORD) for row in AROUND]
    assert [text for text in texts if WORD in redact(text) or WORD in redact(clean(text))] == []
    code = re.compile("AG1|endpc|bWF4|dGlt|dXNl|efgh|mnop|4711|1234")
    assert [text for text in CODES if code.search(redact(text)) or code.search(redact(clean(text)))] == []


IBAN = "DE89 3704 0044 0532 0130 00|GB29 NWBK 6016 1331 9268 19|nl91 abna 0417 1643 00|4111 1111 1111 1111"
SPELT = {
    "<account>": rows(f"""
{IBAN.replace("|", chr(10))}
{IBAN.replace("|", chr(10)).replace(" ", "-")}
DE89370400440532013000
nl91abna0417164300
DE89.3704.0044.0532.0130.00
3782 822463 10005
CH93 0076 2011 6238 5295 7
"""),
    "<number>": rows("""
0170/1234567
0170 / 123 45 67
0170⁄1234567
089/123456-78
(089) 123456
+49/89/123456
+49.89.123456
0049-89-123456
+49 (0) 89 / 123 456 - 0
01 70 12 34 56 7
Tel 12345678
Tel.: 12 34 56
Handynummer: 170 1234567
+1 (555) 123-4567
Kontonummer 532013000
4111111111111111
"""),
    "<ip>": rows("""
203.0.113.77
203.0.113.77:993
203.0.113.77/24
203.0.113[.]77
203[.]0[.]113[.]77
2001:db8::1
[2001:db8::1]:993
2001:0db8:85a3:0000:0000:8a2e:0370:7334
2001:DB8:A:B::C
fe80::1%eth0
2001:db8::/32
2001:db8:1:2:3:4:5:6/64
::1
00:1B:44:11:3A:B7
00-1B-44-11-3A-B7
203-0-113-77.dip.example
p54A1B2C3.dip0.example
"""),
    "<address>": rows(r"""
max@firma.de
max%firma.de
max\@firma.de
max=40firma.de
max_at_firma.de
max(at)firma.de
max[ät]firma[punkt]de
max@xn--mller-kva.de
max@müller.de
max+shop@firma.de
SRS0=H=T=firma.de=max@relay.de
"""),
}
BESIDE = re.compile(r"geht nicht|und|Tel|Handynummer|Kontonummer|dip0?\.example|:993|/(?:24|32|64)")


@each_row("mark", list(SPELT))
def test_accounts_numbers_networks_and_addresses_are_known_in_every_spelling(mark: str) -> None:
    """Nothing but the mark is left of it: no figure, and of an address no word."""
    for written in SPELT[mark]:
        for text in (f"geht nicht: {written}", f"({written}) geht nicht", f"{written}\nund?"):
            before, found, after = redact(text).partition(mark)
            assert found, text
            assert not re.search(r"[^\W_]", BESIDE.sub("", before + after)), (text, before, after)


@one_in(5)
def test_examples_of_the_knowledge_base_keep_their_words(engine: AnswerEngine, every: int) -> None:
    """The other side: of all that customers are known to write, hardly any is taken for a secret."""
    known = engine.knowledge
    asked = [one.questions for one in known.entries.values()] + [one.questions for one in known.topics.values()]
    texts = {text for questions in asked for language in questions.values() for text in language}
    near = [
        text
        for text in sorted(texts)[::every]
        if re.search(r"(?i)pass|kennw|\bpw|login|auth|session|token|secret|\bpin\b", text)
    ]
    assert len(near) > 100
    assert len([text for text in near if re.search("<secret>|<token>", redact(text))]) <= len(near) / 50


LIKE_ASCII = str.maketrans({"s": "ſ", "i": "İ", "k": "\u212a"})  # which a pattern with (?i) takes for s, i and k
PIECES = sorted(
    {piece for row in ROWS for piece in re.split(r"(?<=\W)|(?=\W)", row[1])}
    | {piece for kind in SPELT.values() for piece in kind}
    | {*STAYS, *NAMES, *SET_TO, *"@%:.+0195 -(["}
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.sampled_from([str, str.upper, str.lower]))
@example(" ".join(row[1] for row in ROWS), str)
@example(" ".join(row[1] for row in ROWS), lambda text: text.translate(LIKE_ASCII))
def test_every_match_of_a_pattern_holds_its_sign(text: str, spell: Callable[[str], str]) -> None:
    """A sign saves the search for its pattern, and must never save a mark."""
    text = before = spell(text)
    folded = lower_case(text)
    for sign, pattern, mark in _RULES:
        assert has_sign(text, folded, sign) or not pattern.search(text), pattern.pattern
        text = pattern.sub(mark, text)
    assert redact(before) == text


def test_what_is_stored_about_most_questions_has_hardly_a_sign() -> None:
    """Searching every pattern costs more than to understand it."""
    text = "Welcher Port für POP3 mit SSL? 995, 0.97 oder 143?"
    assert not [sign for sign, _, _ in _RULES if has_sign(text, lower_case(text), sign)]
