"""IMAP client of one mailbox. All functions block; call them in a thread. All raise MailboxError.

imap-tools (Apache-2.0) opens the connection, knows folders and IDLE; what it has no words for, conditional STORE
(RFC 7162) above all, goes through Python's own imaplib beneath it. aioimaplib is asynchronous, but GPL.
"""

import imaplib
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from bot.channels.mail.imap_responses import StoredMail, to_stored_mail, to_words
from bot.core.mail.auto_response import MARK
from bot.core.mail.mime import LARGEST
from bot.core.mail.server_url import Server

T = TypeVar("T")

TIMEOUT = 30.0  # seconds for a connection, and for each answer
CONNECTION_ERRORS = (OSError, imaplib.IMAP4.error, ImapToolsError, ssl.SSLError)
CLAIM = "$KbBotClaim"
TRIES = 5  # of a claim, while others change the flags of the same mail
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NAMES = {  # of folders whose purpose the server does not tell (RFC 6154); the first is made where there is none
    r"\Sent": ("Sent", "Gesendet", "Sent Items", "Gesendete Objekte", "Sent Messages"),
    r"\Drafts": ("Drafts", "Entwürfe"),
}


class MailboxError(Exception):
    """Error of a server that cannot be used; says why, never with a password."""


class Mailbox:
    """IMAP connection of one mailbox, opened when it is needed and again after it broke; one call at a time."""

    def __init__(self, server: Server, timeout: float = TIMEOUT) -> None:
        """`timeout`: seconds for a connection, and for each answer."""
        self._server, self._timeout = server, timeout
        self._lock = threading.Lock()
        self._open: BaseMailBox | None = None
        self._selected = ""
        self._folders: dict[str, str] = {}
        self.folder = server.folder or "INBOX"

    def close(self) -> None:
        """Logs out; a broken connection is left alone."""
        with self._lock:
            self._disconnect()

    def capabilities(self) -> frozenset[str]:
        """Capabilities of the server after the login, in upper case."""
        return self._with_connection(lambda box: frozenset(map(str.upper, box.client.capabilities)))

    def uid_state(self) -> tuple[int, int]:
        """UIDVALIDITY and UIDNEXT, which tell what mails are new: other UIDs than before, or higher ones."""
        found = self._with_connection(self._status)
        return found["UIDVALIDITY"], found["UIDNEXT"]

    def new_uids(self, since: int) -> list[int]:
        """UIDs from `since` on, oldest first, without our own notes and what a Postbote has claimed."""
        found = self._in_folder(
            self.folder, lambda box: box.client.uid("SEARCH", "UID", f"{since}:*", "UNKEYWORD", CLAIM)
        )
        return sorted(uid for uid in map(int, to_words(found)) if uid >= since)  # "n:*" always has the last one

    def newest_uids(self, number: int) -> list[int]:
        """UIDs of the newest mails, newest first, without what Postbote has written."""
        found = self._in_folder(self.folder, lambda box: box.client.uid("SEARCH", "NOT", "HEADER", MARK, '""'))
        return sorted(map(int, to_words(found)), reverse=True)[:number]

    def fetch(self, uid: int, folder: str = "") -> StoredMail | None:
        """Mail with this UID, not marked as seen; None where it is gone. `folder`: empty: the mailbox's own."""
        what = f"(UID FLAGS INTERNALDATE{self._modseq()} BODY.PEEK[]<0.{LARGEST}>)"
        found = self._in_folder(folder or self.folder, lambda box: box.client.uid("FETCH", str(uid), what))
        return to_stored_mail(uid, found)

    def claim(self, uid: int, mine: str) -> bool:
        """Claims a mail: True if it bears the keyword `mine` now.

        False where another installation was faster, or the mail is gone.
        """
        for _ in range(TRIES):
            stored = self.fetch(uid)
            if stored is None:
                return False
            if mine.lower() in stored.flags:
                return True
            if CLAIM.lower() in stored.flags:
                return False
            if self._mark_unchanged(stored, f"({CLAIM} {mine})"):
                return True
        raise MailboxError("the mail's flags change all the time")

    def append(self, folder: str, raw: bytes, flags: Iterable[str]) -> None:
        """Puts a mail into a folder."""
        self._with_connection(lambda box: box.append(raw, folder, flag_set=list(flags)))

    def find(self, folder: str, message_id: str) -> StoredMail | None:
        """Mail with this Message-ID, the first of several; None where there is none."""
        found = to_words(
            self._in_folder(folder, lambda box: box.client.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'))
        )
        return self.fetch(int(found[0]), folder) if found else None

    def mark(self, folder: str, uid: int, flags: str, *, remove_flags: bool = False) -> None:
        """Adds flags, separated by spaces, to a mail; `remove_flags`: takes them away instead."""
        how = f"{'-' if remove_flags else '+'}FLAGS.SILENT"
        self._in_folder(folder, lambda box: box.client.uid("STORE", str(uid), how, f"({flags})"))

    def remove(self, folder: str, uid: int) -> None:
        """Deletes one mail for good (UIDPLUS where there is one, so that nobody else's deletions are carried out)."""
        self.mark(folder, uid, r"\Deleted")
        if "UIDPLUS" in self.capabilities():
            self._in_folder(folder, lambda box: box.client.uid("EXPUNGE", str(uid)))

    def move(self, uid: int, folder: str) -> None:
        """Moves a mail out of the mailbox into another folder, which is made where it is missing."""
        self._with_connection(lambda box: None if box.folder.exists(folder) else box.folder.create(folder))
        self._in_folder(self.folder, lambda box: box.move(str(uid), folder))

    def special_folder(self, purpose: str) -> str:
        r"""Name of the folder for "\Sent" or "\Drafts" (RFC 6154); it is made where there is none."""
        if purpose not in self._folders:
            self._folders[purpose] = self._with_connection(lambda box: _special(box, purpose))
        return self._folders[purpose]

    def wait_for_mail(self, seconds: float, following: int, stopping: Callable[[], bool]) -> None:
        """Blocks until the next UID is beyond `following`, the time is over, or `stopping` says so (IDLE, RFC 2177)."""
        until = time.monotonic() + seconds

        def idle(box: BaseMailBox) -> None:
            if self._status(box)["UIDNEXT"] > following:
                return  # it came before IDLE began, which would not tell
            with box.idle as idling:
                if _is_told_at_once(box):
                    return
                while time.monotonic() < until and not stopping():
                    if any(not line.startswith(b"* OK") for line in idling.poll(timeout=0.5)):
                        return

        if "IDLE" in self.capabilities():
            self._in_folder(self.folder, idle)
            return
        while time.monotonic() < until and not stopping():
            time.sleep(0.2)

    def _status(self, box: BaseMailBox) -> dict[str, int]:
        """UIDVALIDITY and UIDNEXT, after a NOOP: of a selected folder servers may tell what was true before."""
        box.client.noop()
        return dict(box.folder.status(self.folder, ["UIDVALIDITY", "UIDNEXT"]))

    def _modseq(self) -> str:
        return " MODSEQ" if "CONDSTORE" in self.capabilities() else ""

    def _mark_unchanged(self, stored: StoredMail, flags: str) -> bool:
        """False where somebody was faster; a server without CONDSTORE cannot tell."""
        condition = [f"(UNCHANGEDSINCE {stored.modseq})"] if stored.modseq else []

        def store(box: BaseMailBox) -> bool:
            box.client.response("MODIFIED")  # what an earlier call has left
            typ, _ = box.client.uid("STORE", str(stored.uid), *condition, "+FLAGS.SILENT", flags)
            return typ == "OK" and not any(box.client.response("MODIFIED")[1])

        return self._in_folder(self.folder, store)

    def _in_folder(self, folder: str, work: Callable[[BaseMailBox], T]) -> T:
        """Runs `work` with a folder selected."""

        def selected(box: BaseMailBox) -> T:
            if self._selected != folder:
                self._selected = ""
                box.folder.set(folder)
                self._selected = folder
            return work(box)

        return self._with_connection(selected)

    def _with_connection(self, work: Callable[[BaseMailBox], T]) -> T:
        """Runs `work` on the connection; once more where a connection that was kept turns out to be closed."""
        with self._lock:
            kept = self._open is not None
            try:
                return work(self._connection())
            except CONNECTION_ERRORS as wrong:
                self._disconnect()
                if not kept or isinstance(wrong, MailboxLoginError):
                    raise MailboxError(error_text(wrong)) from None
            try:
                return work(self._connection())
            except CONNECTION_ERRORS as wrong:
                self._disconnect()
                raise MailboxError(error_text(wrong)) from None

    def _connection(self) -> BaseMailBox:
        if self._open is None:
            box = _connect(self._server, self._timeout)
            box.login(self._server.user, self._server.password, initial_folder=None)
            box.client._get_capabilities()  # more than before the login
            self._open, self._selected = box, ""
        return self._open

    def _disconnect(self) -> None:
        box, self._open, self._selected = self._open, None, ""
        if box is not None:
            try:
                box.client.shutdown()
            except CONNECTION_ERRORS:
                return


def _connect(server: Server, timeout: float) -> BaseMailBox:
    """New connection: TLS, STARTTLS where it is offered, and in the clear on this machine alone."""
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


def _is_told_at_once(box: BaseMailBox) -> bool:
    """True if the server has told of a mail in the same packet as that it idles.

    Its line has been read from the connection then, and no poll of that would find it.
    """
    timeout = box.client.sock.gettimeout()
    box.client.sock.settimeout(0)
    try:
        return bool(box.client._get_line())  # as imap-tools reads it
    except (OSError, imaplib.IMAP4.abort):  # there is none
        return False
    finally:
        box.client.sock.settimeout(timeout)


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


def error_text(wrong: Exception) -> str:
    """Error as one line: what the server said, without what we sent."""
    if isinstance(wrong, MailboxLoginError):
        return "the server refuses the user name or the password"
    text = str(wrong) if isinstance(wrong, OSError) else str(getattr(wrong, "command_result", wrong))
    return f"{type(wrong).__name__}: {' '.join(text.split())[:200]}"
