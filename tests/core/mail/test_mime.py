"""What a mail says, whatever its bytes look like."""

import base64
import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mail.auto_response import MailboxContext, apply_rules
from bot.core.mail.charsets import decoded
from bot.core.mail.html_text import html_to_text
from bot.core.mail.mime import mail_of_text, parse
from bot.core.mail.quoted_text import asking_subject, bare_subject, split_text
from tests.examples import any_text, examples
from tests.rows import each_row
from tests.slow import few

TEXT = b"Content-Type: text/plain; charset="
CODED = b"Content-Transfer-Encoding: "
HEAD = b"From: Max <max@firma.example>\nTo: support@example.test\nSubject: Frage\nMIME-Version: 1.0\n"


def of(body: bytes, *headers: bytes) -> str:
    return parse(HEAD + b"\n".join([*headers, b"", body])).own_words


@each_row(
    ("what", "body", "headers"),
    [
        ("UTF-8", "Größe?".encode(), [TEXT + b"utf-8"]),
        ("Latin 1", "Größe?".encode("latin1"), [TEXT + b"iso-8859-1"]),
        ("Latin 9, quoted", "Größe?".encode("latin1"), [b'Content-Type: text/plain; charset="ISO-8859-15"']),
        ("UTF-16", "Größe?".encode("utf-16"), [TEXT + b"utf-16", CODED + b"8bit"]),
        ("base64", base64.b64encode("Größe?".encode()), [TEXT + b"utf-8", CODED + b"base64"]),
        ("quoted-printable", b"Gr=C3=B6=C3=9Fe?", [TEXT + b"utf-8", CODED + b"quoted-printable"]),
        ("no charset", "Größe?".encode(), [b"Content-Type: text/plain"]),
        ("no MIME at all", "Größe?".encode(), []),
        ("unknown charset", "Größe?".encode("cp1252"), [TEXT + b"x-unknown"]),
        ("wrong: Latin 1, is UTF-8", "Größe?".encode(), [TEXT + b"iso-8859-1"]),
        ("wrong: UTF-8, is Latin 1", "Größe?".encode("latin1"), [TEXT + b"utf-8"]),
        ("wrong: ASCII", "Größe?".encode("cp1252"), [TEXT + b"us-ascii"]),
        ("no text encoding", "Größe?".encode(), [TEXT + b"rot13"]),
        ("a charset that is none", "Größe?".encode(), [b"Content-Type: text/plain; charset*=''%00"]),
        ("HTML", b"<html><style>p{}</style><p>Gr&ouml;&szlig;e?</p>", [b"Content-Type: text/html"]),
    ],
)  # fmt: skip
def test_any_charset_is_decoded(what: str, body: bytes, headers: list[bytes]) -> None:
    assert of(body, *headers) == "Größe?"


QUOTED = [
    ("Gmail", "Port?\n\nAm Mo., 23. Nov. 2026 um 10:12 Uhr schrieb Support <s@x.example>:\n\n> Guten Tag", "Port?"),
    ("Thunderbird", "Port?\n\nAm 23.11.26 um 10:12 schrieb Support:\n> Guten Tag\n\n-- \nMax\nTel. 030", "Port?"),
    ("Gmail, English", "Port?\n\nOn Mon, Nov 23, 2026 at 10:12 AM S <s@x.example> wrote:\n\n> Hello", "Port?"),
    ("Outlook", "Port?\n\nVon: S <s@x.example>\nGesendet: Montag\nAn: Max\nBetreff: AW: x\n\nalt", "Port?"),
    ("Outlook, English", "Port?\n\n-----Original Message-----\nFrom: S\nSent: Mo\nTo: M\nSubject: RE:\n\nold", "Port?"),
    ("Outlook on the web", "Port?\n________________\nVon: S\nGesendet: Mo\nAn: M\nBetreff: Re: x\n\nalt", "Port?"),
    ("below the quotation", "> Welcher?\nDer für IMAP", "Der für IMAP"),
    ("telephone", "Port?\n\nVon meinem iPhone gesendet", "Port?"),
    ("telephone, English", "Port?\n\nSent from my iPhone", "Port?"),
    ("program", "Port?\n\nGesendet mit der mobilen Mail App", "Port?"),
    ("disclaimer", "Port?\n\nDiese E-Mail enthält vertrauliche Informationen.\nMehr.", "Port?"),
    ("only a signature's mark", "-- \nMax", "-- \nMax"),
    ("a list is no signature", "Fragen:\n- IMAP?\n- POP3?", "Fragen:\n- IMAP?\n- POP3?"),
]  # fmt: skip


@each_row(("what", "text", "own"), QUOTED, ids=[row[0] for row in QUOTED])
def test_quotations_and_signatures_are_cut(what: str, text: str, own: str) -> None:
    assert split_text(text).own_words == own.strip()


def test_forwarded_text_is_kept_and_an_earlier_conversation_is_not() -> None:
    forwarded = (
        "Was heißt das?\n\n---------- Forwarded message ---------\nVon: D <d@x>\nSubject: x\nTo: <m@x>\n\n550 no"
    )
    assert split_text(forwarded) == split_text(forwarded.replace("\n", "\r\n"))
    assert split_text(forwarded).quoted == "550 no"
    assert split_text("> 550 no such user\n\nWas heißt das?").quoted == "550 no such user"
    assert split_text("> 550 no such user\n\nWas heißt das?", is_reply=True).quoted == ""
    assert split_text("> Nur das").quoted == "Nur das"


def test_html_is_split_like_plain_text() -> None:
    html = (
        '<div>Welcher Port?<br>Und der <b>Server</b>?</div><blockquote type="cite"><p>Guten Tag</p></blockquote>'
        '<script>alert(1)</script><div class="gmail_quote">Alt<div>älter</div></div><p>Ende</p>'
    )
    split = split_text(html_to_text(html))
    assert split.own_words == "Welcher Port?\nUnd der Server?\n\nEnde"
    assert "alert" not in html_to_text(html)
    assert "älter" in split.quoted


def test_diagnostic_codes_are_read_from_an_attached_report() -> None:
    report = EmailMessage()
    report["From"], report["Auto-Submitted"] = "MAILER-DAEMON@mx.example", "auto-replied"
    report.set_content("I'm sorry to have to inform you")
    report.make_mixed()
    status = (
        "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b\nStatus: 5.7.1\n"
        "Diagnostic-Code: smtp; 553 sorry, that\n domain isn't allowed\n\n"
        "Final-Recipient: rfc822; c@d\nStatus: 4.4.1 (no answer)\n"
    )
    raw = report.as_bytes().replace(b"multipart/mixed", b"multipart/report")
    boundary = raw.split(b'boundary="')[1].split(b'"')[0]
    raw = raw.replace(
        b"--" + boundary + b"--",
        b"--"
        + boundary
        + b"\nContent-Type: message/delivery-status\n\n"
        + status.encode()
        + b"\n--"
        + boundary
        + b"--",
    )
    outer = HEAD + b'Content-Type: multipart/mixed; boundary="o"\n\n--o\n\nWas ist das?\n--o\n'
    for attached in (
        b"Content-Type: message/rfc822\n\n",
        b'Content-Type: application/octet-stream; name="bounce.eml"\n\n',
    ):
        mail = parse(outer + attached + raw + b"\n--o--\n")
        assert mail.diagnostics == ("553 sorry, that domain isn't allowed", "4.4.1")
        assert mail.text == "Was ist das?\n\n553 sorry, that domain isn't allowed\n4.4.1"
        assert "auto-submitted" not in dict(mail.headers)
        assert apply_rules(mail, MailboxContext()).verdict == "public"


def test_a_plain_part_is_preferred_unless_it_is_empty() -> None:
    alternative = HEAD + (
        b'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/plain\n\n%s\n'
        b"--x\nContent-Type: text/html\n\n<p>HTML</p>\n--x--\n"
    )
    assert parse(alternative % b"plain").own_words == "plain"
    assert parse(alternative % b" ").own_words == "HTML"


def test_flowed_lines_are_joined() -> None:
    flowed = b"Welcher Port \nist der \nrichtige?\n-- \nMax"
    assert of(flowed, b"Content-Type: text/plain; format=flowed") == "Welcher Port ist der richtige?"


def test_headers_are_decoded_onto_one_line() -> None:
    mail = parse(
        b"From: =?utf-8?q?J=C3=BCrgen?= =?x-odd?q?_M=FCller?= <J@Firma.example>\n"
        b"Subject: =?utf-8?b?UG9ydA==?=\n =?utf-8?q?_f=C3=BCr=0AIMAP?=\nReferences: <a@b> <c@d>\nIn-Reply-To: <c@d>\n\n"
    )
    assert mail.subject == "Port für IMAP"
    assert mail.senders == ("j@firma.example",)
    assert mail.sender_name == "Jürgen Müller"
    assert mail.references == ("<a@b>", "<c@d>")
    assert parse("Subject: Größe\n\n".encode()).subject == "Größe"


def test_the_text_of_a_web_form_is_read_like_a_mail() -> None:
    assert mail_of_text("<p>Welcher Port?</p><p>Danke</p>").own_words == "Welcher Port?\n\nDanke"
    assert mail_of_text("a < b und b > c").own_words == "a < b und b > c"


@each_row(
    ("subject", "bare"),
    [
        ("Re: Port", "Port"),
        ("AW: WG: [rt #12] Port", "Port"),
        ("Re[2]: Port", "Port"),
        ("Port: 25", "Port: 25"),
        ("", ""),
    ],
)
def test_reply_and_ticket_marks_are_cut_from_a_subject(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@each_row("mark", ["", "AW: ", "[rt #12] "])
@each_row(
    ("subject", "asks"),
    [
        *(
            (name, False)
            for name in ("Kundennummer 48213", "Kundennr. 48213", "Kunden-Nr.: K-48213", "Vertrag 12/2024")
        ),
        *(
            (name, False)
            for name in ("Customer 48213", "Customer no. 48213", "my customer ID: 48213", "Invoice #2024-17")
        ),
        *((name, False) for name in ("Rechnungsnummer 2024-17", "Auftragsnr. 7", "Ihr Vorgang 4711", "Ticket#99")),
        *(
            (name, True)
            for name in ("Kundennummer", "Port 993", "Fehler 550", "Error 5.7.1", "Postfach 48213 ist voll")
        ),
        *(
            (name, True)
            for name in ("Kundennummer 48213: Passwort?", "account name", "Order of servers 1 and 2", "550")
        ),
    ],
)
def test_a_subject_that_is_only_a_reference_asks_nothing(subject: str, asks: bool, mark: str) -> None:
    assert asking_subject(mark + subject) == (subject if asks else "")


PIECES = st.sampled_from(
    [
        *(b"From: ", b"a@b.c", b"\n", b"\r\n", b"\n\n", b" ", b"\t", b";", b"=", b'"', b"<", b">", b",", b"\x00"),
        *(b"Subject: =?utf-8?q?", b"?=", b"=?x?b?", b"Content-Type: ", b"multipart/mixed; boundary=x", b"--x\n"),
        *(b"message/rfc822", b"message/delivery-status", b"multipart/report", b"text/html; charset=", b"utf-7"),
        *(b"Content-Transfer-Encoding: ", b"base64", b"uuencode", b"begin 644 x\n", b"quoted-printable", b"=C3"),
        *(b"Diagnostic-Code: smtp; 550", b"<blockquote>", b"<![if", b"<!--", b"&#x110000;", b"Am x schrieb y:\n> "),
        *(b"Date: Wed, 99 Nov 99999", b"Return-Path: <>", b"Reply-To: (((", b"To: a:;", b"References: <a@b>"),
        *(b"format=flowed", b"charset*=x''%", b"Von: a\n", b"idna", b"--x--", b"\xff"),
    ]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=60))
@examples(150)
def test_the_parser_never_raises_for_any_bytes(pieces: list[bytes]) -> None:
    mail = parse(b"".join(pieces))
    assert apply_rules(mail, MailboxContext()).verdict in ("silent", "note", "public")
    assert "\n" not in mail.subject + mail.sender_name
    mail.text.encode("utf-8", "surrogatepass")


@given(st.binary(max_size=20), any_text(8))
@examples(50)
def test_decoding_never_raises_for_any_charset(raw: bytes, charset: str) -> None:
    decoded(raw, charset)


@pytest.mark.parametrize(
    "evil",
    few(
        3, [b"Von: a\n" * 15_000, b"> \n" * 25_000, b"<div>" * 20_000, b"On " * 30_000, b"\n" * 100_000, b"-" * 100_000]
    ),
    ids=["headers", "quotes", "divs", "on", "lines", "dashes"],
)
def test_hostile_bodies_are_parsed_in_bounded_time(evil: bytes) -> None:
    """Twice as long, some took 2 to 8 s with another library, or without a limit. CPU time, for busy machines."""
    before = time.process_time()
    parse(HEAD + b"Content-Type: text/html\n\n" + evil)
    parse(HEAD + b"\n" + evil)
    assert time.process_time() - before < 0.5


def test_nested_parts_are_read_to_a_bounded_depth() -> None:
    """They are more than the thousand calls within each other that Python allows."""
    raw = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(1_200))
    assert parse(HEAD + raw + b"\nWelcher Port?").senders in ((), ("max@firma.example",))
