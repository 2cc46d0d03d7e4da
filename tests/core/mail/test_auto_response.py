"""Which mails may be answered by a machine: one row is one mail that arrives, and why it is judged as it is."""

import pytest

from bot.core.mail.auto_response import RULES, MailboxContext, apply_rules, is_automatic, reply_address, same_domain
from bot.core.mail.mime import parse

US = "support@example.test"
KNOWN = MailboxContext(own=frozenset({US, "helpdesk@example.test", "rt@example.test"}), inbox=frozenset({US}))

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
REPORT = (
    "--x\nContent-Type: text/plain\n\nDelivery failed.\n--x\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 5.1.1 unknown\n\n--x--\n"
)
REPORT_ALONE = REPORT.replace("Delivery failed.", "")
INVITATION = (
    "--x\nContent-Type: text/plain\n\nBesprechung um 10?\n--x\nContent-Type: text/calendar; method=REQUEST\n\n"
    "BEGIN:VCALENDAR\nEND:VCALENDAR\n--x--\n"
)
FORWARDED = "--x\nContent-Type: text/plain\n\nWas heißt das?\n--x\nContent-Type: message/rfc822\n\n"
BOUNCE = (
    'From: MAILER-DAEMON@mx.example\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; boundary="y"\n\n'
)


def mail(body: str = "Welcher Port für IMAP?", **changed: str | None) -> bytes:
    """A person's mail with some headers changed, added, or taken away (None). `A_b` is the header A-b."""
    headers = {**HUMAN, **{name.replace("_", "-"): value for name, value in changed.items()}}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\n".join(lines) + "\n\n" + body).encode()


MATRIX: list[tuple[str, bytes, str, str]] = [
    ("a person", mail(), "public", ""),
    ("a person, without a return path noted", mail(Return_Path=None), "public", ""),
    ("a person, to the address with a tag", mail(To="support+web@example.test"), "public", ""),
    ("a person, our address in Cc", mail(To="chef@firma.example", Cc=US), "public", ""),
    ("a person's own words about bounces", mail(Subject="Warum kam sie undelivered zurück?"), "public", ""),
    ("a person with a mail sent through a subdomain", mail(Return_Path="<b-1@bounce.firma.example>"), "public", ""),
    ("a person who lets answers go to a colleague", mail(Reply_To="anna@firma.example"), "public", ""),
    ("a person called Bernd Ownermann", mail(From="ownermann@firma.example"), "public", ""),
    ("Auto-Submitted: no", mail(Auto_Submitted="no"), "public", ""),
    ("Auto-Submitted: NO", mail(Auto_Submitted="NO"), "public", ""),
    ("Auto-Submitted: No (a person)", mail(Auto_Submitted=" No (written by a person (really))"), "public", ""),
    ("Auto-Submitted: no; parameter", mail(Auto_Submitted="no; x=auto-replied"), "public", ""),
    ("suppresses reports only", mail(X_Auto_Response_Suppress="DR, NDR, RN, NRN"), "public", ""),
    ("suppresses nothing", mail(X_Auto_Response_Suppress="None"), "public", ""),
    ("no spam", mail(X_Spam_Status="No, score=-1.0", X_Spam_Flag="NO"), "public", ""),
    ("checked sender", mail(Authentication_Results="mx.test; spf=pass; dkim=pass; dmarc=pass"), "public", ""),
    ("forwarded, so SPF fails and DKIM holds", mail(Authentication_Results="mx; spf=fail; dmarc=pass"), "public", ""),
    (
        "a person forwards a bounce as an attachment",
        mail(FORWARDED + BOUNCE + REPORT.replace("--x", "--y") + "--x--", Content_Type='multipart/mixed; boundary="x"'),
        "public",
        "",
    ),
    ("null return path", mail(Return_Path="<>"), "silent", "null-return-path"),
    ("empty return path", mail(Return_Path=""), "silent", "null-return-path"),
    ("null below another path", mail(Return_Path="<a@firma.example>\nReturn-Path: <>"), "silent", "null-return-path"),
    ("vacation", mail(Auto_Submitted="auto-replied (vacation)", Subject="Abwesend"), "silent", "auto-submitted"),
    ("vacation in capitals", mail(Auto_Submitted="AUTO-REPLIED"), "silent", "auto-submitted"),
    ("generated", mail(Auto_Submitted="auto-generated; owner-email=x@y.z"), "silent", "auto-submitted"),
    ("notified", mail(Auto_Submitted="auto-notified"), "silent", "auto-submitted"),
    ("unknown word", mail(Auto_Submitted="maybe"), "silent", "auto-submitted"),
    ("empty Auto-Submitted", mail(Auto_Submitted=""), "silent", "auto-submitted"),
    ("no and yes", mail(Auto_Submitted="no\nAuto-Submitted: auto-replied"), "silent", "auto-submitted"),
    ("bulk", mail(Precedence="bulk"), "silent", "precedence"),
    ("junk in capitals", mail(Precedence="JUNK"), "silent", "precedence"),
    ("precedence list", mail(Precedence="list"), "silent", "precedence"),
    ("auto_reply", mail(Precedence="auto_reply"), "silent", "precedence"),
    ("list", mail(List_Id="<users.example.org>"), "silent", "list"),
    ("newsletter", mail(List_Unsubscribe="<mailto:u@example.org>"), "silent", "list"),
    ("list that can be written to", mail(List_Post="<mailto:l@example.org>"), "silent", "list"),
    ("old list", mail(Mailing_List="contact l-help@example.org; run by ezmlm"), "silent", "list"),
    ("suppress all", mail(X_Auto_Response_Suppress="All"), "silent", "suppress"),
    ("suppress ALL among others", mail(X_Auto_Response_Suppress="DR, ALL"), "silent", "suppress"),
    ("suppress autoreply", mail(X_Auto_Response_Suppress="OOF,AutoReply"), "silent", "suppress"),
    ("suppress autoreply, spaces", mail(x_auto_response_suppress=" rn , autoreply "), "silent", "suppress"),
    ("suppress OOF alone", mail(X_Auto_Response_Suppress="OOF"), "note", "suppress-oof"),
    (
        "bounce, DSN",
        mail(REPORT, Return_Path="<>", From="MAILER-DAEMON@mx.example", Content_Type='multipart/report; boundary="x"'),
        "silent",
        "report",
    ),
    ("DSN that claims a person", mail(REPORT, Content_Type='multipart/report; boundary="x"'), "silent", "report"),
    ("mixed DSN", mail(REPORT_ALONE, Content_Type='multipart/mixed; boundary="x"'), "silent", "report-alone"),
    ("read receipt", mail("", Content_Type="message/disposition-notification"), "silent", "report"),
    ("invitation", mail(INVITATION, Content_Type='multipart/alternative; boundary="x"'), "note", "calendar"),
    ("invitation, mixed", mail(INVITATION, Content_Type='multipart/mixed; boundary="x"'), "note", "calendar"),
    ("qmail's bounce", mail(From="MAILER-DAEMON@mx.example", Return_Path="<>"), "silent", "nobody"),
    ("postmaster", mail(From="Postmaster <postmaster@firma.example>"), "silent", "nobody"),
    ("no-reply", mail(From="no-reply@shop.example"), "silent", "nobody"),
    ("noreply with more", mail(From="noreply-orders@shop.example"), "silent", "nobody"),
    ("DoNotReply", mail(From="DoNotReply@shop.example"), "silent", "nobody"),
    ("answers go to nobody", mail(Reply_To="nicht-antworten@firma.example"), "silent", "nobody"),
    ("list's owner", mail(From="owner-users@lists.example"), "silent", "nobody"),
    ("list's robot", mail(From="users-request@lists.example"), "silent", "nobody"),
    ("VERP", mail(From="bounce+max=firma.example@list.example"), "silent", "nobody"),
    ("cron", mail(From="root@server.example", Subject="Cron <root@server> backup"), "silent", "nobody"),
    ("monitoring", mail(From="nagios@server.example"), "silent", "nobody"),
    ("our own address", mail(From=US), "silent", "own-address"),
    ("another helpdesk of ours, forged or not", mail(From="HELPDESK@example.test"), "silent", "own-address"),
    ("answers would go to us", mail(Reply_To="rt@example.test"), "silent", "own-address"),
    ("our own reply comes back", mail(X_KB_Bot="1"), "silent", "loop-marker"),
    ("Zammad's mark", mail(X_Loop="yes"), "silent", "loop-marker"),
    ("RT's mark", mail(X_RT_Loop_Prevention="rt.example"), "silent", "loop-marker"),
    ("OTRS's mark", mail(X_OTRS_Loop="yes"), "silent", "loop-marker"),
    ("an autoresponder's mark", mail(X_Autoreply="yes"), "silent", "loop-marker"),
    ("no sender", mail(From=None), "silent", "not-one-sender"),
    ("two senders", mail(From="a@firma.example, b@firma.example"), "silent", "not-one-sender"),
    ("two From fields", mail(From="a@firma.example\nFrom: b@firma.example"), "silent", "not-one-sender"),
    ("two addresses to answer to", mail(Reply_To="a@firma.example, b@firma.example"), "silent", "no-one-recipient"),
    ("an address with umlauts", mail(From="jürgen@firma.example"), "note", "odd-address"),
    ("refers to a mail of ours", mail(References="<5@example.test>"), "note", "answers-somebody"),
    ("forwards somebody's mail", mail(Subject="WG: IMAP", References="<5@x.example>"), "public", ""),
    ("spam", mail(X_Spam_Flag="YES"), "silent", "spam"),
    ("spam by its status", mail(X_Spam_Status="Yes, score=12.1 required=5.0"), "silent", "spam"),
    ("automatic by its subject", mail(Subject="Automatische Antwort: Port für IMAP?"), "note", "automatic-subject"),
    ("out of office by its subject", mail(Subject="Out of Office: Max"), "note", "automatic-subject"),
    ("undelivered by its subject", mail(Subject="Undelivered Mail Returned to Sender"), "note", "automatic-subject"),
    ("blind copy", mail(To="undisclosed-recipients:;"), "note", "not-addressed"),
    ("to somebody else", mail(To="chef@firma.example"), "note", "not-addressed"),
    ("forged: DMARC", mail(Authentication_Results="mx.test; dkim=none; dmarc=fail (p=NONE)"), "note", "forged"),
    ("forged: SPF", mail(Authentication_Results="mx.test; spf=fail smtp.mailfrom=firma.example"), "note", "forged"),
    ("forged: Received-SPF", mail(Received_SPF="Fail (mx.test: domain does not designate)"), "note", "forged"),
    ("return path elsewhere", mail(Return_Path="<x@mailer.example>"), "note", "elsewhere"),
    ("answers would go elsewhere", mail(Reply_To="victim@other.example"), "note", "elsewhere"),
    ("answer to our answer", mail(Subject="Re: IMAP", In_Reply_To="<postbote.1@example.test>"), "silent", "answers-us"),
    ("answer to somebody", mail(Subject="AW: IMAP", References="<5@x.example>"), "note", "answers-somebody"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "raw", "verdict", "reason"), MATRIX, ids=[row[0] for row in MATRIX])
def test_each_sign_has_its_verdict_and_reason(what: str, raw: bytes, verdict: str, reason: str) -> None:
    found = apply_rules(parse(raw), KNOWN)
    assert found.verdict == verdict, found
    assert reason in found.reasons if reason else found.reasons == ()


def test_every_rule_that_reads_a_mail_has_a_row() -> None:
    told = {"system-says-auto", "not-a-customer", "broken"}
    assert {rule.code for rule in RULES} - told == {reason for _, _, _, reason in MATRIX} - {""}


def test_the_helpdesks_own_signs_apply_with_and_without_a_mail() -> None:
    said = MailboxContext(system_reasons=("rt-detected-auto-generated",))
    assert apply_rules(None, said).verdict == apply_rules(parse(mail()), said).verdict == "silent"
    assert apply_rules(None, said).reasons == ("system-says-auto", "rt-detected-auto-generated")
    assert apply_rules(None, MailboxContext(is_customer=False)).reasons == ("not-a-customer",)
    assert apply_rules(None, MailboxContext()).verdict == "public"


def test_an_unknown_inbox_address_is_no_reason() -> None:
    assert apply_rules(parse(mail(To="somebody@firma.example")), MailboxContext()).verdict == "public"


@pytest.mark.parametrize("value", ["no", "NO", " nO ", "no;x", "(c) no", "no(c(d))", "no ; a=b (c)"])
def test_auto_submitted_no_is_not_automatic_in_any_spelling(value: str) -> None:
    assert not is_automatic(value)


@pytest.mark.parametrize("value", ["auto-replied", "auto-generated (no)", "", "no-no", "yes", "auto-notified; no"])
def test_any_other_auto_submitted_is_automatic(value: str) -> None:
    assert is_automatic(value)


@pytest.mark.parametrize(
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


def test_the_reply_address_is_exactly_one() -> None:
    assert reply_address(parse(mail())) == "max@firma.example"
    assert reply_address(parse(mail(Reply_To="Anna <ANNA@firma.example>"))) == "anna@firma.example"
    assert reply_address(parse(mail(From="a@b.example, c@d.example"))) == ""
