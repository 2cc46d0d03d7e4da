"""Against a real Postfix and Dovecot: drafts, replies, machines, crashes, bursts.

The full form: POSTBOTE_MAIL_ROUNDS=1000 POSTBOTE_MAIL_BURST=1000 POSTBOTE_MAIL_KILLS=all.
"""

import asyncio
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from imap_tools import BaseMailBox

from bot.channels.mail.imap import Mailbox
from bot.core.mail.server_url import to_server
from tests.channels.mail.running import (
    HERE,
    KUNDE,
    OTHER,
    QUESTION,
    SUPPORT,
    URLAUB,
    WHY,
    MailServer,
    Postbote,
    text,
)
from tests.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not HERE, reason=WHY)]

ROUNDS = int(os.environ.get("POSTBOTE_MAIL_ROUNDS", "10"))
PATIENCE = 60 + ROUNDS  # seconds
BURST = int(os.environ.get("POSTBOTE_MAIL_BURST", "40"))


@pytest.fixture
def server(running_server: MailServer) -> MailServer:
    running_server.clear()
    return running_server


@asynccontextmanager
async def postbote(
    server: MailServer, data: Path, folder: Path, mode: str, address: str = SUPPORT, **variables: str
) -> AsyncIterator[Postbote]:
    """With a database of its own; started, and ended cleanly."""
    folder.mkdir(exist_ok=True)
    shutil.copytree(data / "cache", folder / "cache", dirs_exist_ok=True)
    bot = Postbote(server, folder, mode, address, **variables)
    try:  # also around the start: a process that is left behind would take the mails of the tests that follow
        await bot.start()
        await until(lambda: "mailbox_cursor_reset" in bot.log() or "mailbox_available" in bot.log(), 60)
        yield bot
    finally:
        assert await bot.stop() == 0, bot.log()[-2000:]


class Late(Mailbox):
    """Mailbox into which another connection puts a mail just before IDLE begins."""

    def _status(self, box: BaseMailBox) -> dict[str, int]:
        found = super()._status(box)
        other = Mailbox(self._server)
        other.append(self.folder, b"Subject: Frage\r\n\r\nWelcher Port?\r\n", ())
        other.close()
        return found


def test_a_mail_that_comes_as_idle_begins_ends_the_wait_at_once(server: MailServer) -> None:
    """Dovecot tells of it in the same packet as that it idles."""
    url = to_server(f"imap://support:secret@127.0.0.1:{server.imap}", ("imap",))
    box, late = Mailbox(url), Late(url)
    _, following = box.uid_state()
    began = time.monotonic()
    late.wait_for_mail(20.0, following, lambda: False)
    assert time.monotonic() - began < 10
    for each in (box, late):
        each.close()


async def test_in_mode_note_agents_find_a_draft_and_the_decision(
    server: MailServer, data: Path, tmp_path: Path
) -> None:
    async with postbote(server, data, tmp_path / "a", "note") as bot:
        server.send(KUNDE, SUPPORT)
        await until(lambda: server.box(SUPPORT, "Entwurf") and server.count(SUPPORT) == 2)
        ((draft, flags),) = server.box(SUPPORT, "Entwurf")
        assert r"\draft" in flags
        assert (draft["To"], draft["Subject"]) == (KUNDE, "Re: Frage")
        assert draft["Auto-Submitted"] is None, "an agent will send it"
        body = text(draft)
        assert "993" in body
        assert "automatisch" not in body
        question, note = (mail for mail, _ in server.box(SUPPORT))
        assert note["In-Reply-To"] == question["Message-ID"]
        assert "imap-ssl" in text(note)
        server.send(KUNDE, SUPPORT, "Welcher Server?")
        await until(lambda: server.count(SUPPORT) == 4)
        assert "Nicht sicher" in text(server.box(SUPPORT)[3][0])
        await asyncio.sleep(0.5)
        assert len(server.box(SUPPORT, "Entwurf")) == 1
        assert server.box(KUNDE) == []
        preview = await bot.says("tickets", "preview", "--last", "9", "--json")
        shown = [json.loads(line) for line in preview.split("\n") if line.startswith("{")]
        assert [(one["verdict"], one["now"]) for one in shown] == [("note", "note"), ("public", "note")]


async def test_in_mode_public_the_customer_gets_one_reply_with_the_right_headers(
    server: MailServer, data: Path, tmp_path: Path
) -> None:
    async with postbote(server, data, tmp_path / "a", "public", POSTBOTE_MAIL_DONE="Erledigt") as bot:
        server.send(f"Max Muster <{KUNDE}>", SUPPORT, envelope=KUNDE)
        await until(lambda: server.box(KUNDE) and server.box(SUPPORT, "Erledigt"))
        ((reply, _),) = server.box(KUNDE)
        ((question, flags),) = server.box(SUPPORT, "Erledigt")
        assert {name: reply[name] for name in ("Return-Path", "To", "Cc", "Subject", "In-Reply-To", "References")} == {
            "Return-Path": "<>",
            "To": KUNDE,
            "Cc": None,
            "Subject": "Re: Frage",
            "In-Reply-To": question["Message-ID"],
            "References": question["Message-ID"],
        }
        assert {name: reply[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-KB-Bot")} == {
            "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All",
            "X-KB-Bot": "reply",
        }
        assert reply.get_content_type() == "multipart/alternative"
        assert "Guten Tag Max Muster" in text(reply)
        assert "<code>993</code>" in text(reply, "html")
        assert r"\answered" in flags
        ((copy, copied),) = server.box(SUPPORT, "Gesendet")
        assert copy["Message-ID"] == reply["Message-ID"]
        assert not any("sending" in flag for flag in copied)
        told = await bot.says("doctor")
        assert re.search(r"ok     mailbox: INBOX, next mail \d+, folders Entwurf, Gesendet\n", told)
        assert f"ok     mail out: replies come from {SUPPORT}\n" in told


async def test_a_bounce_is_not_answered(server: MailServer, data: Path, tmp_path: Path) -> None:
    async with postbote(server, data, tmp_path / "a", "public") as bot:
        server.send(SUPPORT, "ghost@kunde.test", envelope=SUPPORT)
        await until(lambda: server.count(SUPPORT) == 1)
        server.send(KUNDE, SUPPORT)
        await until(lambda: server.box(KUNDE))
        assert "reasons=null-return-path" in bot.log()
        assert len(server.box(SUPPORT, "Gesendet")) == 1


async def test_a_vacation_responder_is_not_answered_and_does_not_answer_us(
    server: MailServer, data: Path, tmp_path: Path
) -> None:
    """Each round: a person on holiday asks, and is answered once; their responder answers us, and is not answered."""
    async with postbote(server, data, tmp_path / "a", "public") as bot:
        for number in range(ROUNDS):
            server.send(f"urlaub+{number}@kunde.test", SUPPORT, f"{QUESTION}{number}")
            server.send(f"support+{number}@example.test", URLAUB, "Sind Sie da?")
        await until(lambda: server.count(URLAUB) >= 2 * ROUNDS, PATIENCE)
        await until(lambda: server.count(SUPPORT) >= 2 * ROUNDS, PATIENCE)
        await until(lambda: bot.log().count(" ticket ") + bot.log().count("event=ticket ") >= 2 * ROUNDS, PATIENCE)
        await asyncio.sleep(1)
        here, there = server.box(SUPPORT), server.box(URLAUB)
        vacations = [mail for mail, _ in here if "auto-replied" in str(mail["Auto-Submitted"])]
        answers = [mail for mail, _ in there if mail["X-KB-Bot"]]
        assert len(vacations) == ROUNDS, "the positive control: the responder answers a person each time"
        assert len(answers) == ROUNDS, "one answer to each question, none to a responder"
        assert len(here) == len(there) == 2 * ROUNDS, "and nothing came back to an answer"


async def test_two_bots_that_write_to_each_other_stop_after_one_answer(
    server: MailServer, data: Path, tmp_path: Path
) -> None:
    async with (
        postbote(server, data, tmp_path / "a", "public") as one,
        postbote(server, data, tmp_path / "b", "public", OTHER) as other,
    ):
        for number in range(ROUNDS):
            server.send(
                f"other+{number}@kunde.test", SUPPORT, f"{QUESTION}{number}", envelope=f"other+{number}@kunde.test"
            )
        await until(lambda: server.count(OTHER) >= ROUNDS, PATIENCE)
        await until(lambda: other.log().count("verdict=silent") >= ROUNDS, PATIENCE)
        await asyncio.sleep(1)
        assert server.count(OTHER) == ROUNDS
        assert server.count(SUPPORT) == ROUNDS
        assert one.log().count("verdict=public") == ROUNDS


async def test_without_rules_two_machines_loop(server: MailServer) -> None:
    """The positive control of the test before: the same servers, the same mailboxes, and nothing that ends it."""
    server.send("other+0@kunde.test", "support+0@example.test")
    number = 0
    for number in range(1, ROUNDS + 1):
        me, you = (SUPPORT, OTHER) if number % 2 else (OTHER, SUPPORT)
        await until(lambda me=me, number=number: server.count(me) >= (number + 1) // 2, pause=0.02)  # type: ignore[misc]
        server.send(me, you, f"{QUESTION}{number}", Subject="Re: Frage")
    await until(lambda: len(server.box(SUPPORT)) + server.count(OTHER) == ROUNDS + 1)


async def test_a_burst_is_answered_once_each(server: MailServer, data: Path, tmp_path: Path) -> None:
    async with postbote(server, data, tmp_path / "a", "public"):
        for number in range(BURST):
            server.send(f"kunde+{number}@kunde.test", SUPPORT, f"{QUESTION}{number}")
        await until(lambda: server.count(KUNDE) >= BURST, 60 + BURST, pause=0.5)
        await asyncio.sleep(1)
        times = Counter(str(mail["To"]) for mail, _ in server.box(KUNDE))
        assert times == {f"kunde+{number}@kunde.test": 1 for number in range(BURST)}


async def test_two_bots_on_one_mailbox_answer_each_mail_once(server: MailServer, data: Path, tmp_path: Path) -> None:
    """With a database each: only the claim in the mailbox keeps them apart."""
    async with postbote(server, data, tmp_path / "a", "public"), postbote(server, data, tmp_path / "b", "public"):
        for number in range(10):
            server.send(f"kunde+{number}@kunde.test", SUPPORT, f"{QUESTION}{number}")
        await until(lambda: server.count(KUNDE) >= 10)
        await asyncio.sleep(1.5)
        assert server.count(KUNDE) == 10


async def test_an_outage_of_the_servers_loses_nothing(server: MailServer, data: Path, tmp_path: Path) -> None:
    async with postbote(server, data, tmp_path / "a", "public") as bot:
        server.send(KUNDE, SUPPORT, f"{QUESTION}vorher")
        await until(lambda: server.count(KUNDE) == 1)
        server.run("stop")
        await until(lambda: "mailbox_unavailable" in bot.log(), 40)
        server.run("start")
        server.send("kunde+2@kunde.test", SUPPORT, f"{QUESTION}nachher")
        await until(lambda: server.count(KUNDE) == 2, 60)
