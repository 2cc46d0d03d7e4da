"""A real Request Tracker 5 on loopback, prepared with the script that operators use (deploy/rt_setup.pl)."""

import asyncio
import email
import os
import re
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx

SCRIPT = Path(__file__).with_name("rt.sh")
HTTPD = Path("/usr/share/request-tracker5/libexec/standalone_httpd")
SECRET = "a secret-of-sixteen".replace(" ", "-")
ROOT_PASSWORD = "only-for-tests"  # noqa: S105 - as rt.sh sets it
US = "kbbot"
TLS = httpx.create_ssl_context()  # which is not used, and takes a client of its own 40 ms


class RtServer:
    """One RT, its users' mails, and what it sends."""

    def __init__(self, base: Path, port: int, hook_url: str) -> None:
        self.base, self.url = base, f"http://127.0.0.1:{port}"
        self.token = ""
        self._environment = os.environ | {
            "RT_BASE": str(base),
            "RT_PORT": str(port),
            "HOOK_URL": hook_url,
            "POSTBOTE_RT_WEBHOOK_SECRET": SECRET,
            "TZ": "UTC",
        }

    def set_up(self) -> None:
        """The database, the server, the queues, the bot's user, and its token."""
        for verb in ("init", "start"):
            self._run(verb)
        found = re.search(r"POSTBOTE_RT_TOKEN=(\S+)", self._run("seed"))
        assert found
        self.token = found[1]

    def start(self) -> None:
        self._run("start")

    def stop(self) -> None:
        self._run("stop")

    def _run(self, verb: str) -> str:
        done = subprocess.run([SCRIPT, verb], env=self._environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"rt.sh {verb}: {done.stdout} {done.stderr}"
        return done.stdout

    async def mail(self, raw: bytes, queue: str = "Support") -> None:
        """As Postfix hands a mail to RT."""
        command = ("rt-mailgate-5", "--queue", queue, "--action", "correspond", "--url", self.url)
        auth = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        await auth.communicate(raw)
        assert auth.returncode == 0

    async def get(self, path: str, **params: str) -> Any:
        async with httpx.AsyncClient(
            headers={"Authorization": f"token {self.token}"}, timeout=60, verify=TLS
        ) as client:
            return (await client.get(f"{self.url}/REST/2.0/{path}", params=params)).json()

    async def tickets(self, sender: str) -> list[int]:
        """Numbers of the tickets that came from an address, oldest first."""
        query = {"query": f"Requestor = '{sender}'", "orderby": "id", "per_page": "100"}
        return [int(item["id"]) for item in (await self.get("tickets", **query))["items"]]

    async def written(self, ticket: int, by: str = US) -> list[str]:
        """What the bot has written in a ticket: "Correspond" and "Comment"."""
        page = await self.get(f"ticket/{ticket}/history", fields="Type,Creator", per_page="100")
        return [i["Type"] for i in page["items"] if i["Creator"]["id"] == by and i["Type"] in ("Correspond", "Comment")]

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """RT's own pages, as the agent root sees them."""
        async with httpx.AsyncClient(base_url=self.url, follow_redirects=True, timeout=60, verify=TLS) as client:
            await client.post("/NoAuth/Login.html", data={"user": "root", "pass": ROOT_PASSWORD})
            yield client

    def sent(self, to: str) -> list[EmailMessage]:
        """Mails that RT has sent to an address."""
        mails = [email.message_from_bytes(f.read_bytes(), policy=default) for f in sorted(self._outbox.glob("*.eml"))]
        return [mail for mail in mails if to in str(mail["To"])]

    @property
    def _outbox(self) -> Path:
        return self.base / "outbox"


def customers_mail(sender: str, text: str, subject: str = "Frage", **headers: str) -> bytes:
    """A plain mail to the helpdesk."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Anna Kunde <{sender}>", "support@example.test", subject
    mail["Message-ID"] = f"<{time.time_ns()}@{sender.partition('@')[2]}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return bytes(mail)
