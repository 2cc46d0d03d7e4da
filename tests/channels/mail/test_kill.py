"""kill -9 at every step between a mail that comes in and a reply that is out: nothing is lost, nothing is sent twice.

A wire between Postbote and its servers sees what is said and kills it at a word. A few steps by default;
POSTBOTE_MAIL_KILLS=all takes all of them.
"""

import asyncio
import os
import re
import shutil
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.channels.mail.running import (
    HERE,
    KUNDE,
    QUESTION,
    SUPPORT,
    WHY,
    MailServer,
    Postbote,
    text,
)
from tests.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not HERE, reason=WHY)]

ALL = os.environ.get("POSTBOTE_MAIL_KILLS") == "all"


@dataclass(frozen=True)
class Step:
    """Killed when `word` comes along: not passed on, or after it was."""

    where: str  # imap or smtp
    word: bytes
    passed_on: bool
    by: str = "us"  # us or the server
    sent: int = 1  # replies that the customer has in the end; 0: it is left to a person


PUBLIC = [
    Step("imap", rb"SEARCH UID", False),
    Step("imap", rb"BODY\.PEEK", False),
    Step("imap", rb"STORE .*KbBotClaim", False),
    Step("imap", rb"STORE .*KbBotClaim", True),
    Step("smtp", rb"^MAIL", False),
    Step("smtp", rb"^RCPT", True),
    Step("imap", rb"APPEND .*Gesendet|APPEND .*KbBotSending", False),
    Step("imap", rb"APPENDUID", False, "server", sent=0),
    Step("smtp", rb"^DATA", False, sent=0),
    Step("smtp", rb"^354", False, "server", sent=0),
    Step("smtp", rb"\r\n\.\r\n$", True),
    Step("smtp", rb"^250 .*queued", False, "server"),
    Step("imap", rb"STORE .*-FLAGS", False),
    Step("imap", rb"STORE .*Answered", False),
    Step("imap", rb"STORE .*Answered", True),
]
NOTE = [
    Step("imap", rb"APPEND .*Draft", False),
    Step("imap", rb"APPENDUID", False, "server"),
    Step("imap", rb"APPEND .*KbBotClaim", False),
]
SHORT = [PUBLIC[3], PUBLIC[8], PUBLIC[11], PUBLIC[13]]


class Wire:
    """Passes everything on until the word comes."""

    def __init__(self, target: int) -> None:
        self._target, self.port = target, 0
        self.bot: Postbote | None = None
        self.step: Step | None = None
        self.killed = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Wire":
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, there_writer, "us"))
                both.create_task(self._pass(there_reader, writer, "server"))
        finally:
            for end in (writer, there_writer):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, by: str) -> None:
        while data := await _read(reader):
            step = self.step
            hit = step is not None and step.by == by and re.search(step.word, data)
            if hit and step and not step.passed_on:
                await self._kill()
                break
            writer.write(data)
            with suppress(OSError):
                await writer.drain()
            if hit:
                await self._kill()
                break
        writer.close()

    async def _kill(self) -> None:
        self.step = None
        if self.bot:
            await self.bot.kill()
        self.killed.set()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65_536)
    except OSError:
        return b""


async def survive(server: MailServer, data: Path, folder: Path, mode: str, step: Step) -> Postbote:
    """One mail, one kill, one more start; returns when what was left is done."""
    server.clear()
    folder.mkdir()
    shutil.copytree(data / "cache", folder / "cache")
    async with AsyncExitStack() as stack:
        wires = {name: await stack.enter_async_context(Wire(getattr(server, name))) for name in ("imap", "smtp")}
        bot = Postbote(
            server,
            folder,
            mode,
            POSTBOTE_MAIL_IMAP_URL=f"imap://support:secret@127.0.0.1:{wires['imap'].port}",
            POSTBOTE_MAIL_SMTP_URL=f"smtp://127.0.0.1:{wires['smtp'].port}",
        )
        await bot.start()
        await until(lambda: "mailbox_available" in bot.log())
        wire = wires[step.where]
        wire.bot, wire.step = bot, step
        server.send(KUNDE, SUPPORT, QUESTION)
        await asyncio.wait_for(wire.killed.wait(), 40)
        await bot.start()
        await until(lambda: "event=delivered" in bot.log() or _is_over(server), 30)
        await asyncio.sleep(0.5)
        assert await bot.stop() == 0
        return bot


def _is_over(server: MailServer) -> bool:
    """Killed after the last step, the job may have been done: then nothing is left to do."""
    return any(r"\answered" in flags for _, flags in server.box(SUPPORT))


@pytest.mark.parametrize("step", PUBLIC if ALL else SHORT, ids=lambda s: f"{s.where} {s.word.decode()} {s.passed_on}")
async def test_kill_9_leaves_one_reply_or_a_flag(
    running_server: MailServer, data: Path, tmp_path: Path, step: Step
) -> None:
    await survive(running_server, data, tmp_path / "a", "public", step)
    assert len(running_server.box(KUNDE)) == step.sent
    question, flags = running_server.box(SUPPORT)[0]
    assert question["Subject"] == "Frage"
    if step.sent:
        assert r"\answered" in flags or r"\flagged" in flags
    else:
        assert r"\flagged" in flags, "a person is told"
    if r"\flagged" in flags:
        ((note, _),) = running_server.box(SUPPORT)[1:]
        assert "beim Senden unterbrochen" in text(note)
        assert "Guten Tag" in text(note), "with what was to be said"
    assert len(running_server.box(SUPPORT, "Gesendet")) == 1


@pytest.mark.parametrize("step", NOTE if ALL else NOTE[1:2], ids=lambda s: f"{s.word.decode()} {s.passed_on}")
async def test_kill_9_leaves_one_draft_and_one_note(
    running_server: MailServer, data: Path, tmp_path: Path, step: Step
) -> None:
    await survive(running_server, data, tmp_path / "a", "note", step)
    assert len(running_server.box(SUPPORT, "Entwurf")) == 1
    assert len(running_server.box(SUPPORT)) == 2
    assert running_server.box(KUNDE) == []
