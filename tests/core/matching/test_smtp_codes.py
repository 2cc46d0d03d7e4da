"""SMTP status codes: where they count, their meanings, and that no entry is outranked by them."""

import re
from dataclasses import replace

import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.router import facts_of
from bot.core.matching.smtp_codes import meanings, reply_codes
from bot.core.model import LANGUAGES, Answer, Language, Question
from bot.core.text.normalize import clean, error_text
from tests.conftest import PROJECT
from tests.rows import each_row
from tests.slow import one_in

MARKS = {"de": "nach den Internetstandards, nicht aus der FAQ", "en": "Internet standards, not our FAQ"}

REPLIES = [
    # how it stands there, what is pasted, the codes
    ("both", "550 5.7.1 Message refused", "550 5.7.1"),
    (
        "both, first of several lines",
        "452-4.2.2 The account is over quota\n452-4.2.2 see https://x.example",
        "452 4.2.2",
    ),
    ("both, Exchange", "#550 5.4.300 Message expired ##", "550 5.4.300"),
    ("both, in brackets", "Server said: 550 [5.1.10] not here", "550 5.1.10"),
    ("of two classes: each counts for itself", "550 4.7.1 mailbox unavailable", "550"),
    ("qmail", "Uh-oh: home directory is writable. (#4.7.0)", "4.7.0"),
    ("qmail with a name", "571 sorry, no (#5.7.1 - chkuser)", "5.7.1"),
    ("qmail-send's spelling", "192.0.2.6_said:/Remote_host_said:_552_5.2.2_Mailbox_full/Giving_up./", "552 5.2.2"),
    ("Postfix's log", "to=<a@example.com>, delay=1.5, dsn=4.4.2, status=deferred", "4.4.2"),
    ("a report", "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.4.7\n", "5.4.7"),
    ("a report's diagnosis", "Diagnostic-Code: smtp; 552 too much", "552"),
    ("RFC 5321's words", "421 example.com Service not available, closing transmission channel", "421"),
    ("RFC 5321's words, quoted", "> 451 Requested action aborted: local error in processing", "451"),
    ("RFC 5321's words, who said it", "Der Server antwortete mit 452 insufficient system storage", "452"),
    ("words of servers", "450 busy - please try later", "450"),
    ("words of servers, with a colon", "Fehler 550: Mailbox unavailable", "550"),
    ("words of servers, in German", "550 Postfach nicht gefunden", "550"),
    ("Python's smtplib", "smtplib.SMTPAuthenticationError: (535, b'authentication failed')", "535"),
    ("the protocol is named", "SMTP error 554, what is that?", "554"),
    ("the protocol is named, in German", "Was heißt SMTP-Fehlercode 4.4.2?", "4.4.2"),
    ("an error, and mail", "Meine Mail kommt zurück, Fehlercode 5.6.3", "5.6.3"),
    ("HTML", "<p>550&nbsp;5.7.1 <b>refused</b></p>", "550 5.7.1"),
    ("several: the first three", "550 5.1.1 a\n552 5.2.2 b\n421 4.7.0 c", "550 5.1.1 552"),
]
NO_REPLIES = [
    *(
        "Ticket 4411",
        "Ticket #4411 ist erledigt",
        "Release 4.4.1",
        "Release 4.4.1 folgt morgen",
        "Version 5.7.1",
        "v5.7.1",
    ),
    *("Version 5.1.1 von vpopmail ist veröffentlicht", "vpopmail 5.4.33", "MySQL 5.7.1 oder 5.7.21?", "PHP 5.4.1"),
    *("Kapitel 4.4.1", "siehe Abschnitt 5.2.2", "RFC 5321 section 4.2.1", "update to 4.4.1 broke my theme"),
    *("5.7.1 release notes: mail server not accepted any more", "Fixed in version (#5.7.1)", "Patch 5.5.5 (stable)"),
    *("Tel. 0221 550 5711", "+49 221 554 4.4", "Ruf mich an: 450 551 550", "phone 555-0100"),
    *("550 Euro Miete", "das kostet 550 € im Monat", "$550 a month", "500 EUR, message me", "Preis: 554,50 Euro"),
    *("550 users were blocked today", "450 Nachrichten wurden abgelehnt", "421 connections refused since noon"),
    *("mit 500 Empfängern wird die Mail abgelehnt", "550 Spam-Mails heute", "ich habe 552 Mails im Postfach"),
    *("HTTP/1.1 502 Bad Gateway", "503 Service Unavailable", "500 Internal Server Error", "error 504 on our site"),
    *("HTTP 451: message not available", "Fehler 500 beim Aufruf der Seite", "nginx: 502 mail upstream failed"),
    *("ftp: 530 Login incorrect.", "550 Permission denied.", "550 No such file", "SIP/2.0 486 Busy here"),
    *("192.0.2.4", "connect to 4.4.1.1 failed", "5.1.1.1 is an address", "Server 198.51.100.550"),
    *("wer hat heute Bereitschaft?", "Zimmer 421, 14 Uhr", "um 4.50 oder 5.20 Uhr", "Bus 450 fährt nicht", "4.4.2026"),
    *("disk quota 550 MB", "250 GB storage", "port 465 or 587?", "993", "550", "5.7.1", "CVE-2021-4450", "0x550"),
    *("", "550 5", "550 6.7.1", "5.7.1234", "1550 5.7.1", "550 5.7.1.2", "error 5.7.1 in my game", "status=550"),
]


def codes_of(text: str) -> tuple[str, ...]:
    return reply_codes(error_text(clean(text)))


@each_row(("pasted", "codes"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES])
def test_a_code_counts_where_it_stands_as_in_a_reply(pasted: str, codes: str) -> None:
    assert codes_of(pasted) == tuple(codes.split())


@each_row("said", NO_REPLIES)
def test_a_number_that_only_looks_like_a_code_is_none(said: str) -> None:
    assert codes_of(said) == ()


def test_enough_rows_look_like_codes_and_are_none() -> None:
    assert len(NO_REPLIES) >= 40


def every_code(engine: AnswerEngine) -> list[str]:
    """Each reply code; each enhanced status code in its three classes."""
    rows = [row for row in engine.knowledge.status if re.fullmatch(r"\d{3}|x\.\d+\.\d+", row)]
    return [row.replace("x", digit, 1) for row in rows for digit in ("245" if "." in row else "-")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_table_is_rendered_with_its_meaning_and_source(
    engine: AnswerEngine, language: Language
) -> None:
    written = (PROJECT / "bot/content/general_layer" / "status-codes.yaml").read_text(encoding="utf-8")
    for code in every_code(engine):
        said = engine.renderer.render(Answer("decline", language, {"codes": [code]}))
        lines = [line for line in said.split("\n") if line.startswith("- ")]
        row = engine.knowledge.status[code if "." not in code else f"x{code[1:]}"]
        assert lines[0] == f"- `{code}`: {row.means[language]} ({row.source})"
        assert lines[1].startswith(f"- `{code[0]}xx`: ")
        assert len(lines) == 2
        assert MARKS[language] in said
        for line in lines:  # nothing but the file speaks
            assert line.partition(": ")[2].rpartition(" (")[0] in written


def test_every_code_of_the_table_is_found_in_a_reply_that_no_entry_explains(engine: AnswerEngine) -> None:
    for code in every_code(engine):
        reply = f"{code[0]}54 {code} zzz" if "." in code else f"Remote host said: {code} SPF zzz"
        assert code in codes_of(reply), reply


def test_a_code_without_a_row_means_what_its_subject_and_class_mean(engine: AnswerEngine) -> None:
    def rows(*codes: str) -> list[str]:
        return [f"{code}={row.code}" for code, row in meanings(codes, engine.knowledge.status)]

    assert rows("550", "5.7.99") == ["5.7.99=x.7.x", "550=550", "5=5.x.x"]
    assert rows("5.9.1") == ["5=5.x.x"]
    assert rows("459") == ["4=4yz"]
    assert rows() == []
    assert meanings(["550"], {}) == []


@one_in(3)
def test_a_line_that_an_entry_explains_gets_no_general_meaning(engine: AnswerEngine, every: int) -> None:
    """Entries' own lines, many of which carry codes: where an entry or a menu answers, codes say nothing."""
    for entry in engine.knowledge.entries.values():
        for line in (*entry.lines, *entry.variants[:5])[::every]:
            decision = engine.matcher.decide(Question(line))
            assert decision.outcome == "decline" or facts_of(decision)["codes"] == []


@each_row(
    ("said", "codes"),
    [
        ("554 5.7.1 Mail Score (59) over MessageScoringUpperLimit (50)", ["554", "5.7.1"]),
        ("452 4.3.1 Insufficient system storage", ["452", "4.3.1"]),
        ("550 5.7.25 The IP address sending this message does not have a PTR record", ["550", "5.7.25"]),
        ("Ticket 4411", []),
        ("Release 4.4.1", []),
    ],
)
def test_a_reply_that_no_entry_explains_stays_declined_and_gets_its_general_meaning(
    engine: AnswerEngine, said: str, codes: list[str]
) -> None:
    decision = engine.matcher.decide(Question(said))
    assert (decision.outcome, decision.entries) == ("decline", ())
    assert facts_of(decision)["codes"] == codes
    for language in LANGUAGES:
        worded = engine.renderer.render(Answer("decline", language, facts_of(replace(decision, language=language))))
        assert (MARKS[language] in worded) is bool(codes)
        assert "FAQ" in worded
