"""The mails that are written, what a mailbox says, and what the settings refuse. Real servers: test_servers.py."""

import asyncio
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from bot.channels.mail import MailChannel, open_channel
from bot.channels.mail.compose import own_id, to_draft, to_note, to_reply
from bot.channels.mail.imap_responses import to_stored_mail
from bot.contracts.channel import Disabled
from bot.contracts.channel_context import ChannelContext
from bot.core.mail.auto_response import MailboxContext, apply_rules
from bot.core.mail.mime import parse
from bot.core.mail.server_url import to_server
from bot.core.model import Event
from bot.settings import Settings
from bot.storage import Cursors, create_storage
from tests.engines import EchoEngine
from tests.examples import any_text, examples
from tests.rows import each_row

US = "support@example.test"
TO = {"to": "max@firma.example", "subject": "Re: Port für IMAP", "in_reply_to": "<1@a>", "references": "<0@a> <1@a>"}
TEXT = "Guten Tag,\n\n**IMAPS** auf Port `993`, <nicht> 143.\n\n- *a*"
ID = own_id("mail:x:ticket:1.2", "public", US)
SERVERS = {"postbote_mail_imap_url": "imaps://u:p@h", "postbote_mail_smtp_url": "smtps://u:p@h"}


def read(raw: bytes) -> Any:
    return BytesParser(policy=default).parsebytes(raw)


def test_a_reply_bears_every_header_against_loops() -> None:
    mail = read(to_reply(TEXT, "de", TO, US, ID, 1_700_000_000.0))
    assert dict(mail.items()) == {
        "From": f"Postbote <{US}>",
        "Date": "Tue, 14 Nov 2023 22:13:20 -0000",
        "Message-ID": ID,
        "Content-Language": "de",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
        "To": "max@firma.example",
        "Subject": "Re: Port für IMAP",
        "In-Reply-To": "<1@a>",
        "References": "<0@a> <1@a>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-KB-Bot": "reply",
    }
    assert "IMAPS auf Port 993, <nicht> 143." in mail.get_body(("plain",)).get_content()
    assert "<strong>IMAPS</strong> auf Port <code>993</code>, &lt;nicht&gt;" in mail.get_body(("html",)).get_content()


def test_our_own_rules_would_not_answer_our_reply() -> None:
    raw = to_reply(TEXT, "de", TO, US, ID, 0.0)
    found = apply_rules(parse(b"Return-Path: <>\n" + raw), MailboxContext(inbox=frozenset({"max@firma.example"})))
    assert {"null-return-path", "auto-submitted", "suppress", "loop-marker"} <= set(found.reasons)
    assert apply_rules(parse(to_note(TEXT, "de", TO, US, ID, 0.0)), MailboxContext()).verdict == "silent"


def test_a_draft_bears_no_mark_of_a_machine() -> None:
    mail = read(to_draft(TEXT, "de", TO, US, ID, 0.0))
    assert not {"Auto-Submitted", "X-KB-Bot", "X-Auto-Response-Suppress"} & set(mail.keys())
    assert mail["To"] == TO["to"]


def test_a_note_is_addressed_to_ourselves() -> None:
    mail = read(to_note(TEXT, "en", TO, US, ID, 0.0))
    assert (mail["To"], mail["Subject"]) == (US, "[Postbote] Re: Port für IMAP")


def test_the_message_id_follows_from_the_event() -> None:
    assert own_id("k", "public", US) == own_id("k", "public", US) != own_id("k", "note", US)
    assert ID.startswith("<postbote.")
    assert ID.endswith("@example.test>")


@given(any_text(80), any_text(80))
@examples(60)
def test_no_subject_or_id_injects_a_header(subject: str, identity: str) -> None:
    to = {**TO, "subject": f"Re: {subject}\r\nBcc: x@y.example", "in_reply_to": identity, "references": identity}
    raw = to_reply(TEXT, "de", to, US, ID, 0.0)
    assert b"\nBcc" not in raw
    assert raw.isascii()
    assert read(raw)["Auto-Submitted"] == "auto-replied"


def test_a_fetch_response_is_parsed() -> None:
    """Recorded from Dovecot 2.3 through imaplib; flags may stand before and after the mail itself."""
    head = b'1 (UID 7 FLAGS (\\Seen $KbBotClaim) INTERNALDATE "25-Nov-2026 10:00:00 +0100" MODSEQ (42) BODY[]<0> {3}'
    stored = to_stored_mail(7, ("OK", [(head, b"abc"), b")"]))
    assert stored is not None
    assert (stored.raw, stored.flags, stored.modseq, stored.at) == (
        b"abc",
        frozenset({r"\seen", "$kbbotclaim"}),
        "42",
        1795597200.0,
    )
    after = to_stored_mail(7, ("OK", [(b"1 (UID 7 BODY[]<0> {3}", b"abc"), b" FLAGS (\\Answered))"]))
    assert after is not None
    assert (after.flags, after.modseq) == (frozenset({r"\answered"}), "")
    assert to_stored_mail(7, ("OK", [None])) is None


@each_row(
    ("url", "says"),
    [
        ("imap.example.org", "must begin with imaps:// or imap://"),
        ("https://u:geheim@h", "must begin with"),
        ("imaps://", "names no host"),
        ("imaps://h", "needs a user and a password"),
        ("imaps://u:geheim@h:x", "cannot be read"),
        ("imaps://u:ge/heim@h", "needs a user and a password|cannot be read"),
    ],
)
def test_a_wrong_url_says_what_is_wrong_and_never_the_password(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as wrong:
        to_server(url, ("imaps", "imap"))
    assert "heim" not in str(wrong.value)


def test_a_server_url_is_percent_decoded() -> None:
    server = to_server("imaps://max%40firma.example:p%2Fw%3A@h/Support%2FNeu", ("imaps",))
    assert (server.user, server.password, server.port, server.folder) == (
        "max@firma.example",
        "p/w:",
        993,
        "Support/Neu",
    )
    assert "p/w" not in repr(server)
    assert to_server("smtp://relay.example", ("smtps", "smtp")).port == 587


def test_incomplete_mail_settings_name_what_is_missing() -> None:
    for changed, missing in [
        ({"postbote_mail_imap_url": "imaps://u:p@h"}, "POSTBOTE_MAIL_SMTP_URL and POSTBOTE_MAIL_ADDRESS"),
        (SERVERS, "POSTBOTE_MAIL_ADDRESS"),
        ({**SERVERS, "postbote_mail_address": "support"}, "is no mail address"),
        ({**SERVERS, "postbote_mail_address": US, "postbote_mail_mode": "loud"}, "write off, note or public"),
    ]:
        with pytest.raises(ValidationError, match=missing):
            Settings.model_validate(changed)


def test_the_mail_channel_is_disabled_until_configured_and_says_how() -> None:
    parts: Any = None
    off = open_channel(Settings(), parts)
    assert isinstance(off, Disabled)
    assert "POSTBOTE_MAIL_IMAP_URL" in off.cure
    silent = open_channel(
        Settings.model_validate({**SERVERS, "postbote_mail_address": US, "postbote_mail_mode": "off"}), parts
    )
    assert isinstance(silent, Disabled)
    assert "POSTBOTE_MAIL_MODE" in silent.cure


async def test_a_server_that_says_nothing_keeps_no_stop_waiting(tmp_path: Path) -> None:
    """The look under way waits for it half a minute, which the runs of the worker are to have."""
    connected, hung_up = asyncio.Event(), asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await hung_up.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def nobody(event: Event) -> None:
        raise AssertionError(event.key)

    storage = create_storage("", tmp_path)
    context = ChannelContext(
        engine=EchoEngine(),
        enqueue=nobody,
        secrets=storage.secrets,
        erase_team=storage.erase_team,
        cursors=Cursors(storage.database),
        handovers=storage.handovers,
    )
    urls = {"postbote_mail_imap_url": f"imap://u:p@127.0.0.1:{port}", "postbote_mail_smtp_url": "smtps://u:p@h"}
    channel = MailChannel(context, Settings.model_validate({**urls, "postbote_mail_address": US}))
    await channel.start()
    await connected.wait()
    async with asyncio.timeout(15):
        await channel.stop()
    hung_up.set()
    server.close()
