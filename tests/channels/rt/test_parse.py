"""RT's JSON, as RT 5.0.3 gave it, → tickets and mails."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answering.engine import AnswerEngine, responder
from bot.channels.rt.parse import (
    Part,
    Transaction,
    claimed_by,
    is_new,
    own_post,
    recipients,
    to_content,
    to_headers,
    to_listed,
    to_mail,
    to_parts,
    to_ticket,
)
from bot.core.mail.auto_response import MailboxContext
from bot.core.mail.mime import parse
from bot.settings import Settings
from bot.tickets.assessment import assess
from tests.rows import each_row

ROOT = "https://rt.example.org/rt/"
HEADERS = (
    'From: "Anna Kunde" <kunde@kunde.test>\nTo: support@example.test\nSubject: Welcher Port für POP3?\n'
    "Message-ID: <a1@kunde.test>\nDate: Wed, 25 Nov 2026 01:00:00 +0000\nMIME-Version: 1.0\n"
    'Content-Type: multipart/mixed; boundary="===============0465089357535074662=="\n'
    "X-RT-Incoming-Encryption: Not encrypted\nX-RT-Interface: Email\nReferences: <b@x.test>\n <c@x.test>\n"
    "Content-Length: 0"
)
PERSON = {"EmailAddress": "kunde@kunde.test", "RealName": "Anna Kunde", "Privileged": 0}
FOUND = {
    "id": 17,
    "Subject": "Welcher Port für POP3?",
    "Status": "new",
    "Created": "2026-11-25T01:53:48Z",
    "Queue": {"id": "3", "Name": "Support", "type": "queue"},
    "Requestor": [{"EmailAddress": "kunde@kunde.test", "id": "kunde@kunde.test", "type": "user"}],
    "CustomFields": [{"name": "bot-state", "id": "2", "type": "customfield", "values": []}],
}
CREATED = Transaction("39", "Create", "kunde@kunde.test")


def page(*items: tuple[str, str, str]) -> dict[str, Any]:
    """(content type, headers, file name) of each attachment."""
    listed = [
        {"id": str(7 + n), "ContentType": kind, "Headers": headers, "Filename": name, "type": "attachment"}
        for n, (kind, headers, name) in enumerate(items)
    ]
    return {"items": listed[::-1], "count": len(listed), "page": 1}


MIXED = to_parts(
    page(
        ("multipart/mixed", HEADERS, ""),
        ("multipart/alternative", "Content-Type: multipart/alternative", ""),
        ("text/plain", "Content-Length: 28", ""),
        ("text/html", "Content-Length: 42", ""),
        ("application/octet-stream", "Content-Length: 90000000", "x.bin"),
        ("text/plain", "Content-Length: 12", "log größe.txt"),
    )
)
TEXTS = {"9": "What is the port für IMAP?\n", "10": "<p>What is the <b>port</b>?</p>\n", "12": "log line\n"}
READ = [replace(part, content=TEXTS.get(part.id, "").encode()) for part in MIXED]


def test_the_mail_is_rebuilt_from_its_attachments() -> None:
    mail = parse(to_mail(READ))
    assert mail.subject == "Welcher Port für POP3?"
    assert mail.senders == ("kunde@kunde.test",)
    assert mail.references == ("<b@x.test>", "<c@x.test>")
    assert mail.own_words == "What is the port für IMAP?"
    assert mail.quoted.strip() == "log line"
    assert mail.types == (
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html"),
        *("application/octet-stream", "text/plain"),
    )


def test_large_parts_and_parts_without_text_are_not_read() -> None:
    assert [part.id for part in MIXED if part.is_wanted] == ["9", "10", "12"]
    assert not replace(MIXED[2], headers=(("Content-Length", "200001"),)).is_wanted


@each_row(("content", "read"), [("V2hhdA==\n", b"What"), ("", b""), ("V", b""), (None, b"")])
def test_attachment_content_is_base64(content: str | None, read: bytes) -> None:
    assert to_content({"Content": content}) == read


def test_folded_and_empty_headers_are_read() -> None:
    assert list(to_headers("A: b\n c\nd\nE:\n")) == [("A", "b c"), ("d", ""), ("E", "")]
    assert list(to_headers("")) == []


def ticket_of(
    transactions: Sequence[Transaction] = (),
    found: Mapping[str, Any] | None = None,
    person: Mapping[str, Any] | None = None,
    head: Mapping[str, str] | None = None,
) -> Any:
    extra = "".join(f"\n{name}: {value}" for name, value in (head or {}).items())
    parts = [Part("7", "text/plain", tuple(to_headers(HEADERS + extra)), "", b"Welcher Port?")]
    return to_ticket(
        {**FOUND, **(found or {})}, 'W/"57"', [CREATED, *(transactions or [])], parts, "kbbot", ROOT, person or PERSON
    )


def test_a_new_ticket_has_account_sender_version_and_url() -> None:
    ticket = ticket_of()
    assert (ticket.system, ticket.account, ticket.id) == ("rt", "rt.example.org/rt", "17")
    assert (ticket.sender, ticket.sender_name, ticket.queue) == ("kunde@kunde.test", "Anna Kunde", "Support")
    assert (ticket.version, ticket.created, ticket.kind) == ("57|", 1795571628.0, "email")
    assert ticket.url == "https://rt.example.org/rt/Ticket/Display.html?id=17"
    assert ticket.sender_is_customer
    assert not ticket.answered
    assert ticket.auto_reasons == ()


@each_row(
    ("transactions", "found", "answered"),
    [
        ([Transaction("53", "CustomField", "kbbot"), Transaction("57", "Status", "RT_System")], {}, False),
        ([Transaction("58", "Correspond", "kunde@kunde.test")], {}, False),  # the customer writes once more
        ([Transaction("58", "Correspond", "agent")], {}, True),
        ([Transaction("58", "Comment", "agent")], {}, True),
        ([Transaction("58", "Take", "agent")], {}, True),
        ([Transaction("58", "Comment", "kbbot")], {}, True),
        ([], {"Status": "resolved"}, True),
        # As RT tells of a ticket that another one was merged into: the history of both
        ([Transaction("57", "Create", "other@kunde.test"), Transaction("91", "AddLink", "root")], {}, True),
    ],
)
def test_a_ticket_counts_as_answered_once_an_agent_or_the_bot_has_acted(
    transactions: list[Transaction], found: dict[str, Any], answered: bool
) -> None:
    assert ticket_of(transactions, found).answered is answered


@each_row(
    ("person", "head", "is_customers"),
    [
        ({}, {}, True),
        ({"Privileged": 1}, {}, False),
        ({"Privileged": 1}, {"X-RT-Interface": "REST"}, False),  # the first one counts: it came by mail
    ],
)
def test_a_ticket_is_a_customers_unless_a_privileged_user_has_opened_it(
    person: dict[str, Any], head: dict[str, str], is_customers: bool
) -> None:
    assert ticket_of(person={**PERSON, **person}, head=head).sender_is_customer is is_customers


def test_what_an_agent_enters_for_a_customer_is_the_customers() -> None:
    """Typed in RT's own pages, for somebody else; what agents ask for themselves is not."""
    parts = [Part("7", "text/plain", (("X-RT-Interface", "Web"),), "", b"Welcher Port?")]
    agent = {"EmailAddress": "agent@example.test", "RealName": "Eva", "Privileged": 1}
    for found, by_agent in ((FOUND, True), ({**FOUND, "Requestor": [{"EmailAddress": "agent@example.test"}]}, False)):
        ticket = to_ticket(found, "57", [Transaction("39", "Create", "agent")], parts, "kbbot", ROOT, agent)
        assert (ticket.kind, ticket.opened_by_agent, ticket.sender_is_customer) == ("web", by_agent, by_agent)
    assert not ticket_of().opened_by_agent


def test_rts_own_headers_are_auto_reasons() -> None:
    marks = {"RT-DetectedAutoGenerated": "true", "RT-Squelch-Replies-To": "kunde@kunde.test"}
    assert ticket_of(head=marks).auto_reasons == ("rt-detected-auto-generated", "rt-squelches-replies")


def test_a_ticket_is_new_by_its_id_or_while_rt_may_not_have_shown_it_yet() -> None:
    """A ticket of a queue that was off in an earlier round is left to people when the queue is switched on."""
    item = {"id": "17", "Created": "2026-11-25T01:53:48Z", "Queue": {"Name": "Support"}, "CustomFields": []}
    (listed,) = to_listed({"items": [item]})
    assert (listed.queue, listed.claimed_by, listed.can_be_claimed) == ("Support", "", False)
    at = 1795571628.0
    rows = [(16, at + 90_000, True), (17, at + 90_000, False), (200, at + 90_000, False), (200, at + 60, True)]
    assert [is_new(listed, last, now) for last, now, _ in rows] == [new for _, _, new in rows]


def test_several_requestors_leave_the_sender_empty() -> None:
    two = [{"EmailAddress": "a@x.test"}, {"EmailAddress": "b@x.test"}]
    assert ticket_of(found={"Requestor": two}).sender == ""
    assert recipients({"Requestor": two, "Cc": [{"id": "C@x.test"}]}) == {"a@x.test", "b@x.test", "c@x.test"}


def test_the_claim_is_read_from_the_custom_field() -> None:
    held = {"CustomFields": [{"name": "bot-state", "values": ["inst1"]}]}
    assert claimed_by(held) == "inst1"
    assert claimed_by({}) == ""
    assert ticket_of(found=held).version == "57|inst1"
    assert (
        own_post([CREATED, Transaction("54", "Comment", "agent"), Transaction("55", "Correspond", "kbbot")], "kbbot")
        == "55"
    )
    assert own_post([CREATED], "kunde@kunde.test") == ""


async def test_an_attached_bounce_is_explained(engine: AnswerEngine, tmp_path: Path) -> None:
    """Whatever stands around it; in the language of the customer's words."""
    raw = (Path(__file__).parents[2] / "recorded" / "rt" / "bounce.eml").read_bytes()
    found = await assess(
        replace(ticket_of(), mail=raw), MailboxContext(), responder(engine, Settings(postbote_data_dir=tmp_path))
    )
    assert (found.verdict, found.facts["entries"], found.answer.language) == ("public", ["error-no-mailbox-here"], "de")
