"""Numbered places for processes that share one database, each held by a lock that dies with its holder.

The engine knows its workers by name and takes a dead one's work over only where it is told to. A slot's number is
that name: whoever can take a slot's lock knows that nobody works under it any more. Locks are flock(2) on files
beside a SQLite file, and session-level advisory locks (postgresql.org/docs/current/explicit-locking.html) in
PostgreSQL.
"""

import fcntl
import os
from pathlib import Path
from typing import Protocol

import psycopg

MOST = 64  # processes that may share one database
HELD_WITHIN = 8.0  # seconds in which a lock must be confirmed; with the pause between two looks less than LOST_AFTER
# When a host is gone, PostgreSQL's own keepalive would notice after two hours. These are of our session alone, and both
# ends: runtime-config-connection.html#GUC-TCP-KEEPALIVES-IDLE, libpq-connect.html#LIBPQ-KEEPALIVES. 8 + 3 × 4 = 20 s
LOST_AFTER = {"keepalives_idle": 8, "keepalives_interval": 4, "keepalives_count": 3}
_SESSION = " ".join(f"-c tcp_{name}={value}" for name, value in LOST_AFTER.items())
_LOCK_CLASS = (
    0x706F7374  # "post": the first half of the advisory lock's key, so that other programs' locks never meet ours
)


class Leases(Protocol):
    """Locks on numbered slots."""

    def take(self, number: int) -> bool:
        """True if the slot is this process's now."""
        ...

    def release(self, number: int) -> None: ...

    def holds(self) -> bool:
        """False once the locks may be lost (a broken connection): the process must stop working."""
        ...

    def close(self) -> None: ...


def acquire_lowest(slots: Leases) -> int:
    """Takes the lowest free slot. Raises RuntimeError where all are taken."""
    for number in range(MOST):
        if slots.take(number):
            return number
    raise RuntimeError(f"{MOST} processes share this database already; stop one of them")


class FileLeases:
    """Slots for processes on one host."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._held: dict[int, int] = {}  # slot → file descriptor

    def take(self, number: int) -> bool:
        """See Slots."""
        if number in self._held:
            return False
        handle = os.open(self._folder / f"slot-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._held[number] = handle
        return True

    def release(self, number: int) -> None:
        """See Slots."""
        os.close(self._held.pop(number))

    def holds(self) -> bool:
        """A flock is held until the process ends."""
        return True

    def close(self) -> None:
        """Gives all slots back."""
        for number in list(self._held):
            self.release(number)


class PostgresLeases:
    """Slots for processes on many hosts, on one connection of their own."""

    def __init__(self, url: str) -> None:
        """Raises ConnectionError."""
        try:
            self._connection = psycopg.connect(to_conninfo(url), autocommit=True)
        except psycopg.Error as wrong:
            raise ConnectionError(str(wrong)) from wrong
        self._held: set[int] = set()

    def take(self, number: int) -> bool:
        """See Slots."""
        if number in self._held:
            return False
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCK_CLASS, number)).fetchone()
        if row is None or not row[0]:
            return False
        self._held.add(number)
        return True

    def release(self, number: int) -> None:
        """See Slots."""
        self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCK_CLASS, number))
        self._held.discard(number)

    def holds(self) -> bool:
        """Asks the server: a lock is gone with its connection."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Gives all slots back."""
        self._connection.close()


def to_conninfo(url: str) -> str:
    """With keepalives, beside the options that the URL has itself."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    options = f"{given.get('options') or ''} {_SESSION}".strip()
    return psycopg.conninfo.make_conninfo(url, options=options, connect_timeout=10, **LOST_AFTER)
