"""Which mails may be answered by a machine: one row is one mail that arrives, and why it is judged as it is."""

from pathlib import Path
from typing import Any

from bot.content.yaml_lines import parse_yaml
from bot.core.mail.auto_response import (
    RULES,
    MailboxContext,
    apply_rules,
    is_automatic,
    reply_address,
    same_domain,
    without_tag,
)
from bot.core.mail.mime import Mail, parse
from tests.rows import each_row

US = "support@example.test"
KNOWN = MailboxContext(own=frozenset({US, "helpdesk@example.test", "rt@example.test"}), inbox=frozenset({US}))

QUESTION = "Welcher Port für IMAP?"
HUMAN = {
    "Return-Path": "<max@firma.example>",
    "From": "Max Muster <max@firma.example>",
    "To": f"Support <{US}>",
    "Subject": "Port für IMAP?",
    "Message-ID": "<1@firma.example>",
    "Date": "Wed, 25 Nov 2026 10:00:00 +0100",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
}


def mail(body: str = QUESTION, **changed: str | None) -> bytes:
    """A person's mail with some headers changed, added, or taken away (None). `A_b` is the header A-b."""
    headers = {**HUMAN, **{name.replace("_", "-"): value for name, value in changed.items()}}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\n".join(lines) + "\n\n" + body).encode()


MATRIX: list[dict[str, Any]] = parse_yaml(Path(__file__).with_name("mails.yaml").read_text(encoding="utf-8"))


def of_row(row: dict[str, Any]) -> Mail:
    raw = mail(row.get("body", QUESTION), **row.get("headers", {}))
    if "charset" in row:
        raw = raw.partition(b"\n\n")[0] + b"\n\n" + row["body"].encode(row["charset"])
    return parse(raw)


@each_row("row", MATRIX, ids=[row["what"] for row in MATRIX])
def test_each_mail_of_the_matrix_is_judged_and_read(row: dict[str, Any]) -> None:
    found = of_row(row)
    ruled = apply_rules(found, KNOWN)
    assert ruled.verdict == row["verdict"], ruled
    assert row["reason"] in ruled.reasons if "reason" in row else ruled.reasons == ()
    assert found.own_words == row.get("own", found.own_words)
    assert found.quoted == row.get("quoted", found.quoted)
    assert found.text == f"{found.own_words}\n\n{row['evidence']}" if "evidence" in row else True


def test_every_rule_that_reads_a_mail_has_a_row() -> None:
    told = {"system-says-auto", "not-a-customer", "broken"}
    assert {rule.code for rule in RULES} - told == {row.get("reason") for row in MATRIX} - {None}


def test_the_helpdesks_own_signs_apply_with_and_without_a_mail() -> None:
    said = MailboxContext(system_reasons=("rt-detected-auto-generated",))
    assert apply_rules(None, said).verdict == apply_rules(parse(mail()), said).verdict == "silent"
    assert apply_rules(None, said).reasons == ("system-says-auto", "rt-detected-auto-generated")
    assert apply_rules(None, MailboxContext(is_customer=False)).reasons == ("not-a-customer",)
    assert apply_rules(None, MailboxContext()).verdict == "public"


def test_an_unknown_inbox_address_is_no_reason() -> None:
    assert apply_rules(parse(mail(To="somebody@firma.example")), MailboxContext()).verdict == "public"


@each_row("value", ["no", "NO", " nO ", "no;x", "(c) no", "no(c(d))", "no ; a=b (c)"])
def test_auto_submitted_no_is_not_automatic_in_any_spelling(value: str) -> None:
    assert not is_automatic(value)


@each_row("value", ["auto-replied", "auto-generated (no)", "", "no-no", "yes", "auto-notified; no"])
def test_any_other_auto_submitted_is_automatic(value: str) -> None:
    assert is_automatic(value)


@each_row(
    ("one", "other", "same"),
    [
        ("a@x.example", "b@x.example", True),
        ("a@x.example", "b@mail.x.example", True),
        ("a@bounce.x.example", "b@x.example", True),
        ("a@x.example", "b@y.example", False),
        ("a@x.example", "b@notx.example", False),
        ("a@example", "b@x.example", False),
    ],
)
def test_same_domain_covers_subdomains(one: str, other: str, same: bool) -> None:
    assert same_domain(one, other) is same


@each_row(
    ("address", "without"),
    [
        ("support+abc@example.com", "support@example.com"),
        ("support+a+b@example.com", "support@example.com"),
        ("+abc@example.com", "+abc@example.com"),
        ('"a+b c"@example.com', '"a+b c"@example.com'),
        ("support", "support"),
        ("", ""),
    ],
)
def test_a_subaddress_is_cut_but_not_within_a_quoted_local_part(address: str, without: str) -> None:
    assert without_tag(address) == without


def test_the_reply_address_is_exactly_one() -> None:
    assert reply_address(parse(mail())) == "max@firma.example"
    assert reply_address(parse(mail(Reply_To="Anna <ANNA@firma.example>"))) == "anna@firma.example"
    assert reply_address(parse(mail(From="a@b.example, c@d.example"))) == ""
