"""A real Postfix and Dovecot, people who write to them, and a Postbote as its own process."""

import asyncio
import contextlib
import imaplib
import os
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from tests.faults.world import free_port
from tests.servers import postbote

SCRIPT = Path(__file__).parents[2] / "servers" / "mail.sh"
SUPPORT, OTHER, KUNDE, URLAUB = "support@example.test", "other@kunde.test", "kunde@kunde.test", "urlaub@kunde.test"
QUESTION = "Guten Tag,\n\nwelcher Port ist für IMAP mit SSL richtig?\n\nMax Muster\n"
HERE = bool(os.environ.get("POSTBOTE_INTEGRATION")) and os.geteuid() == 0 and bool(shutil.which("dovecot"))
WHY = "needs Postfix and Dovecot, root, and POSTBOTE_INTEGRATION=1; .ci/run sets them up"


@dataclass
class MailServer:
    """On free ports, in a folder of its own."""

    base: str
    smtp: int
    imap: int
    lmtp: int

    def run(self, verb: str) -> None:
        environment = os.environ | {
            "MAIL_BASE": self.base,
            "SMTP_PORT": str(self.smtp),
            "IMAP_PORT": str(self.imap),
            "LMTP_PORT": str(self.lmtp),
        }
        subprocess.run([str(SCRIPT), verb], env=environment, check=True, timeout=120)

    def send(self, sender: str, to: str, body: str = QUESTION, *, envelope: str | None = None, **headers: str) -> None:
        """A person's mail, unless the headers say otherwise."""
        lines = {
            "From": sender,
            "To": to,
            "Subject": "Frage",
            "Message-ID": f"<{time.time_ns()}@{sender.rpartition('@')[2]}>",
            "Content-Type": "text/plain; charset=utf-8",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        raw = "\r\n".join([*(f"{n}: {v}" for n, v in lines.items()), "", *body.split("\n")]).encode()
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=30) as client:
            client.sendmail(sender if envelope is None else envelope, [to], raw)

    def box(self, address: str, folder: str = "INBOX") -> list[tuple[EmailMessage, set[str]]]:
        """(mail, its flags in lower case) of all in a folder."""
        with self.logged_in(address) as client:
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            _, found = client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")
            mails = [piece for piece in found if isinstance(piece, tuple)]
            flags = [set(imaplib.ParseFlags(piece[0])) for piece in mails]
            return [
                (BytesParser(policy=default).parsebytes(piece[1]), {f.decode().lower() for f in known})
                for piece, known in zip(mails, flags, strict=True)
            ]

    def count(self, address: str, folder: str = "INBOX") -> int:
        """Of the mails in a folder."""
        with self.logged_in(address) as client:
            return int(client.select(folder, readonly=True)[1][0] or 0)

    @contextlib.contextmanager
    def logged_in(self, address: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=30) as client:
            client.login(address.partition("@")[0].partition("+")[0], "secret")
            yield client

    def clear(self) -> None:
        """Every mailbox is empty again."""
        for address in (SUPPORT, OTHER, KUNDE, URLAUB):
            with self.logged_in(address) as client:
                for folder in ("INBOX", "Gesendet", "Entwurf", "Erledigt"):
                    chosen, number = client.select(folder)
                    if chosen == "OK" and number != [b"0"]:
                        client.store("1:*", "+FLAGS", r"(\Deleted)")
                        client.expunge()


def text(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    base = tempfile.mkdtemp(prefix="pbmail-")
    server = MailServer(base, free_port(), free_port(), free_port())
    try:
        server.run("start")
        yield server
    finally:
        server.run("wipe")


class Postbote:
    """`postbote run` with a mailbox, which can be killed and started again."""

    def __init__(self, server: MailServer, data: Path, mode: str, address: str = SUPPORT, **variables: str) -> None:
        user = address.partition("@")[0]
        self.port, self._data = free_port(), data
        self._variables = {
            "POSTBOTE_PORT": str(self.port),
            "POSTBOTE_MAIL_IMAP_URL": f"imap://{user}:secret@127.0.0.1:{server.imap}",
            "POSTBOTE_MAIL_SMTP_URL": f"smtp://127.0.0.1:{server.smtp}",
            "POSTBOTE_MAIL_ADDRESS": address,
            "POSTBOTE_MAIL_MODE": mode,
            "POSTBOTE_TICKETS_PER_HOUR": "100000",
            "POSTBOTE_TICKETS_PER_DOMAIN": "100000",
            **variables,
        }
        self._process = postbote.ForkedPostbote(data, **self._variables)

    async def start(self) -> None:
        """Returns when the mailbox has been looked at."""
        await asyncio.to_thread(self._process.start)

    async def says(self, *arguments: str) -> str:
        """What another command prints with the same settings."""
        done = await asyncio.to_thread(postbote.run_command, self._data, *arguments, **self._variables)
        return done.stdout

    def log(self) -> str:
        return self._process.log.read_text(errors="replace") if self._process.log.exists() else ""

    async def kill(self) -> None:
        await asyncio.to_thread(self._process.kill)
        self._process.log.write_text("")

    async def stop(self) -> int:
        return await asyncio.to_thread(self._process.stop)
