"""One IMAP mailbox. All functions block; call them in a thread. Raises Trouble where the server cannot be used.

imap-tools (Apache-2.0) opens the connection, knows folders and IDLE; what it has no words for, conditional STORE
(RFC 7162) above all, goes through Python's own imaplib beneath it. aioimaplib is asynchronous, but GPL.
"""

import imaplib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from bot.core.mail.auto_response import MARK
from bot.core.mail.mime import LARGEST
from bot.core.mail.server_url import Server

T = TypeVar("T")

TIMEOUT = 30.0  # seconds for a connection, and for each answer
BROKEN = (OSError, imaplib.IMAP4.error, ImapToolsError, ssl.SSLError)
CLAIM = "$KbBotClaim"
TRIES = 5  # of a claim, while others change the flags of the same mail
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NAMES = {  # of folders whose purpose the server does not tell (RFC 6154); the first is made where there is none
    r"\Sent": ("Sent", "Gesendet", "Sent Items", "Gesendete Objekte", "Sent Messages"),
    r"\Drafts": ("Drafts", "Entwürfe"),
}


class Trouble(Exception):
    """The server cannot be used; says why, never with a password."""


@dataclass(frozen=True, slots=True)
class Held:
    """A mail as the mailbox holds it."""

    uid: int
    raw: bytes  # its beginning: LARGEST bytes at most
    flags: frozenset[str]  # in lower case
    modseq: str  # empty: the server knows no CONDSTORE
    at: float  # when it came, in seconds since the epoch


class Mailbox:
    """One connection, opened when it is needed and again after it broke; one call at a time."""

    def __init__(self, server: Server, timeout: float = TIMEOUT) -> None:
        self._server, self._timeout = server, timeout
        self._lock = threading.Lock()
        self._open: BaseMailBox | None = None
        self._selected = ""
        self._folders: dict[str, str] = {}
        self.folder = server.folder or "INBOX"

    def close(self) -> None:
        """Logs out; a broken connection is left alone."""
        with self._lock:
            self._drop()

    def capabilities(self) -> frozenset[str]:
        """Upper case."""
        return self._do(lambda box: frozenset(map(str.upper, box.client.capabilities)))

    def state(self) -> tuple[int, int]:
        """(UIDVALIDITY, the next UID): what tells which mails are new."""
        found = self._do(self._status)
        return found["UIDVALIDITY"], found["UIDNEXT"]

    def new(self, since: int) -> list[int]:
        """UIDs from `since` on, oldest first, without our own notes and what a Postbote has claimed."""
        found = self._in(self.folder, lambda box: box.client.uid("SEARCH", "UID", f"{since}:*", "UNKEYWORD", CLAIM))
        return sorted(uid for uid in map(int, _words(found)) if uid >= since)  # "n:*" always has the last one

    def last(self, number: int) -> list[int]:
        """UIDs of the newest mails, newest first, without what Postbote has written."""
        found = self._in(self.folder, lambda box: box.client.uid("SEARCH", "NOT", "HEADER", MARK, '""'))
        return sorted(map(int, _words(found)), reverse=True)[:number]

    def fetch(self, uid: int, folder: str = "") -> Held | None:
        """Without marking it as seen; None where it is gone."""
        what = f"(UID FLAGS INTERNALDATE{self._modseq()} BODY.PEEK[]<0.{LARGEST}>)"
        found = self._in(folder or self.folder, lambda box: box.client.uid("FETCH", str(uid), what))
        return to_held(uid, found)

    def claim(self, uid: int, mine: str) -> bool:
        """Marks a mail with `mine`, if no other installation has marked it; True too where it is marked so already."""
        for _ in range(TRIES):
            held = self.fetch(uid)
            if held is None:
                return False
            if mine.lower() in held.flags:
                return True
            if CLAIM.lower() in held.flags:
                return False
            if self._mark_unchanged(held, f"({CLAIM} {mine})"):
                return True
        raise Trouble("the mail's flags change all the time")

    def append(self, folder: str, raw: bytes, flags: Iterable[str]) -> None:
        """Puts a mail into a folder."""
        self._do(lambda box: box.append(raw, folder, flag_set=list(flags)))

    def find(self, folder: str, message_id: str) -> Held | None:
        """The first mail with this Message-ID."""
        found = _words(
            self._in(folder, lambda box: box.client.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'))
        )
        return self.fetch(int(found[0]), folder) if found else None

    def mark(self, folder: str, uid: int, flags: str, *, take_away: bool = False) -> None:
        """Adds flags to a mail, or takes them away."""
        how = f"{'-' if take_away else '+'}FLAGS.SILENT"
        self._in(folder, lambda box: box.client.uid("STORE", str(uid), how, f"({flags})"))

    def remove(self, folder: str, uid: int) -> None:
        """Deletes one mail for good (UIDPLUS where there is one, so that nobody else's deletions are carried out)."""
        self.mark(folder, uid, r"\Deleted")
        if "UIDPLUS" in self.capabilities():
            self._in(folder, lambda box: box.client.uid("EXPUNGE", str(uid)))

    def move(self, uid: int, folder: str) -> None:
        """Out of the mailbox into another folder, which is made where it is missing."""
        self._do(lambda box: None if box.folder.exists(folder) else box.folder.create(folder))
        self._in(self.folder, lambda box: box.move(str(uid), folder))

    def special(self, purpose: str) -> str:
        r"""The folder for "\Sent" or "\Drafts"; made where there is none."""
        if purpose not in self._folders:
            self._folders[purpose] = self._do(lambda box: _special(box, purpose))
        return self._folders[purpose]

    def wait(self, seconds: float, following: int, stopping: Callable[[], bool]) -> None:
        """Until the next UID is beyond `following`, the time is over, or the process stops (IDLE, RFC 2177)."""
        until = time.monotonic() + seconds

        def idle(box: BaseMailBox) -> None:
            if self._status(box)["UIDNEXT"] > following:
                return  # it came before IDLE began, which would not tell
            with box.idle as idling:
                while time.monotonic() < until and not stopping():
                    if any(not line.startswith(b"* OK") for line in idling.poll(timeout=0.5)):
                        return

        if "IDLE" in self.capabilities():
            self._in(self.folder, idle)
            return
        while time.monotonic() < until and not stopping():
            time.sleep(0.2)

    def _status(self, box: BaseMailBox) -> dict[str, int]:
        """After a NOOP: of a folder that is selected, servers may tell what was true at the last command."""
        box.client.noop()
        return dict(box.folder.status(self.folder, ["UIDVALIDITY", "UIDNEXT"]))

    def _modseq(self) -> str:
        return " MODSEQ" if "CONDSTORE" in self.capabilities() else ""

    def _mark_unchanged(self, held: Held, flags: str) -> bool:
        """False where somebody was faster; a server without CONDSTORE cannot tell."""
        condition = [f"(UNCHANGEDSINCE {held.modseq})"] if held.modseq else []

        def store(box: BaseMailBox) -> bool:
            box.client.response("MODIFIED")  # what an earlier call has left
            typ, _ = box.client.uid("STORE", str(held.uid), *condition, "+FLAGS.SILENT", flags)
            return typ == "OK" and not any(box.client.response("MODIFIED")[1])

        return self._in(self.folder, store)

    def _in(self, folder: str, work: Callable[[BaseMailBox], T]) -> T:
        """With a folder selected."""

        def selected(box: BaseMailBox) -> T:
            if self._selected != folder:
                self._selected = ""
                box.folder.set(folder)
                self._selected = folder
            return work(box)

        return self._do(selected)

    def _do(self, work: Callable[[BaseMailBox], T]) -> T:
        with self._lock:
            kept = self._open is not None
            try:
                return work(self._connected())
            except BROKEN as wrong:
                self._drop()
                if not kept or isinstance(wrong, MailboxLoginError):
                    raise Trouble(said(wrong)) from None
            try:  # a connection that was open may have been closed by the server long ago
                return work(self._connected())
            except BROKEN as wrong:
                self._drop()
                raise Trouble(said(wrong)) from None

    def _connected(self) -> BaseMailBox:
        if self._open is None:
            box = _connect(self._server, self._timeout)
            box.login(self._server.user, self._server.password, initial_folder=None)
            box.client._get_capabilities()  # more than before the login
            self._open, self._selected = box, ""
        return self._open

    def _drop(self) -> None:
        box, self._open, self._selected = self._open, None, ""
        if box is not None:
            try:
                box.client.shutdown()
            except BROKEN:
                return


def _connect(server: Server, timeout: float) -> BaseMailBox:
    """TLS, STARTTLS where it is offered, and in the clear on this machine alone."""
    if server.scheme == "imaps":
        return MailBox(server.host, server.port, timeout, ssl_context=ssl.create_default_context())
    plain = MailBoxUnencrypted(server.host, server.port, timeout)
    if "STARTTLS" in plain.client.capabilities:
        plain.client.shutdown()
        return MailBoxStartTls(server.host, server.port, timeout, ssl.create_default_context())
    if server.host not in LOOPBACK:
        plain.client.shutdown()
        raise OSError("the server offers no TLS, and a password is not sent in the clear; use imaps://")
    return plain


def _special(box: BaseMailBox, purpose: str) -> str:
    folders = box.folder.list()
    for folder in folders:
        if purpose.lower() in map(str.lower, folder.flags):
            return str(folder.name)
    names = {folder.name.lower(): folder.name for folder in folders}
    known = next((names[name.lower()] for name in _NAMES[purpose] if name.lower() in names), "")
    if known:
        return str(known)
    wanted = _NAMES[purpose][0]
    box.folder.create(wanted)
    return wanted


def to_held(uid: int, found: Any) -> Held | None:
    """What imaplib makes of a FETCH response: pairs of (text, literal), and text that stands after them."""
    typ, data = found
    pieces = [piece for piece in data or [] if piece]
    raw = next((piece[1] for piece in pieces if isinstance(piece, tuple)), None)
    if typ != "OK" or raw is None:
        return None
    text = b" ".join(piece[0] if isinstance(piece, tuple) else piece for piece in pieces).decode("ascii", "replace")
    flags = re.search(r"FLAGS \(([^()]*)\)", text)
    modseq = re.search(r"MODSEQ \((\d+)\)", text)
    return Held(
        uid,
        raw,
        frozenset(flags.group(1).lower().split()) if flags else frozenset(),
        modseq.group(1) if modseq else "",
        _date(text),
    )


def _date(text: str) -> float:
    found = re.search(r'INTERNALDATE "([^"]{1,40})"', text)
    try:
        return datetime.strptime(found.group(1).strip(), "%d-%b-%Y %H:%M:%S %z").timestamp() if found else 0.0
    except ValueError:
        return datetime.now(UTC).timestamp()


def _words(found: Any) -> list[bytes]:
    typ, data = found
    return [word for line in data or [] if line for word in line.split()] if typ == "OK" else []


def said(wrong: Exception) -> str:
    """What a server said, on one line, without what we sent."""
    if isinstance(wrong, MailboxLoginError):
        return "the server refuses the user name or the password"
    text = str(wrong) if isinstance(wrong, OSError) else str(getattr(wrong, "command_result", wrong))
    return f"{type(wrong).__name__}: {' '.join(text.split())[:200]}"
