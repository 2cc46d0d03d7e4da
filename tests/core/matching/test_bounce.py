"""Bounces: parsed into statements, one for each recipient, each decided by itself."""

from collections.abc import Sequence

from bot.core.matching.bounce import Statement, names_cause, names_no_cause, statements
from bot.core.matching.scaffolding import without_scaffolding
from bot.core.text.normalize import clean, without_returned
from tests.core.matching.frames import FRAMES, Frame, framed
from tests.rows import each_row


def parsed(text: str) -> Sequence[Statement]:
    return statements(without_returned(clean(text)))


@each_row("frame", FRAMES, ids=lambda frame: frame.name)
def test_the_reason_is_all_that_is_left_of_a_bounce(frame: Frame) -> None:
    said = [without_scaffolding(s.text) for s in parsed(framed(frame, "552 5.2.2 reason itself"))]
    assert sum("reason itself" in text for text in said) == 1
    left = next(text for text in said if "reason itself" in text)
    assert len(left.split()) <= 14, left


@each_row(
    "text",
    [
        "<a@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n<b@example.net>:\n"
        "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
        "  a@example.org\n    Unrouteable address\n  b@example.net\n"
        "    host mx.example.net [192.0.2.1]\n    Connection refused",
        "<a@example.org>: host mx.example.org[192.0.2.1] said:\n    550 User unknown (in reply to RCPT TO command)\n\n"
        "<b@example.net>: connect to mx.example.net[192.0.2.2]:25: Connection timed out",
        "a@example.org:\nSMTP error from remote server for RCPT TO command, host: mx.example.org (192.0.2.1)\n"
        "reason: 550 no such user\n\nb@example.net:\nSMTP error from remote server, host: mx.example.net (192.0.2.2)\n"
        "reason: 550 relay denied",
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 User unknown\n\nFinal-Recipient: rfc822; b@example.net\nAction: failed\n"
        "Status: 4.4.1\nDiagnostic-Code: smtp; connect timed out",
    ],
    ids=["qmail", "Exim", "Postfix", "1&1", "RFC 3464"],
)
def test_each_recipient_has_a_statement_of_its_own(text: str) -> None:
    assert [s.recipient for s in parsed(text) if s.recipient] == ["a@example.org", "b@example.net"]


def test_of_a_report_the_diagnosis_is_kept_and_no_other_field() -> None:
    report = (
        "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.org\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User\n unknown in virtual mailbox table\nLast-Attempt-Date: Mon, 2 Jun 2025"
    )
    assert [s.text for s in parsed(report)] == ["550 5.1.1 User\n unknown in virtual mailbox table"]


@each_row("refusal", ["550 5.2.1 account disabled", "554 5.7.1 Client host blocked", "452 4.2.2 full"])
def test_sendmails_own_conclusion_does_not_stand_beside_the_refusal(refusal: str) -> None:
    text = f">>> DATA\n<<< {refusal}\n550 5.1.1 <a@example.org>... User unknown\n<<< 503 5.5.1 RCPT first"
    assert "User unknown" not in parsed(text)[0].text
    assert refusal in parsed(text)[0].text


def test_sendmails_own_refusal_stands_where_nobody_else_spoke() -> None:
    assert "User unknown" in parsed("550 5.1.1 <a@example.org>... User unknown")[0].text


@each_row("cause", ["Connection refused", "Connection timed out", "No route to host"])
def test_retry_timeout_exceeded_wins_over_the_connections_cause_before_it(cause: str) -> None:
    text = f"  a@example.org\n    host mx.example.org [192.0.2.1]\n    {cause}: retry timeout exceeded"
    assert parsed(text)[-1].text == "retry timeout exceeded"


def test_retry_timeout_exceeded_does_not_hide_a_refusal() -> None:
    text = "  a@example.org\n    SMTP error from remote mail server: 452 mailbox full: retry timeout exceeded"
    assert "mailbox full" in parsed(text)[-1].text


@each_row("frame", FRAMES, ids=lambda frame: frame.name)
def test_an_introduction_names_no_cause(frame: Frame) -> None:
    introduction = frame.text.split("<kunde@")[0].split("  kunde@")[0].split("\nkunde@")[0].split("{line}")[0]
    text = clean(introduction.split("Reporting-MTA")[0].split("from pc")[0])
    assert not text or names_no_cause(text)
    assert names_cause("550 User unknown")


def test_a_log_is_a_statement_for_each_of_its_times() -> None:
    log = "".join(f"2025-06-02 10:00:0{n} 1pEabc-0001-AB line {n}\n    continued\n" for n in range(5))
    assert len(parsed(log)) == 5


def test_a_message_without_form_is_one_statement() -> None:
    text = "Guten Tag,\n\nich bekomme 550 User unknown.\n\nGruß\nMeier, info@example.org"
    assert [s.text for s in parsed(text)] == [text]


def test_what_the_other_server_said_stands_for_gmails_guess_above_it() -> None:
    text = "** Address not found **\n\nThe response from the remote server was:\n550 5.1.8 Sender rejected"
    assert "Address not found" not in parsed(text)[-1].text
