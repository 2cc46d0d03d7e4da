"""Worker leases: numbered slots for processes that share one database, each held by a lock that dies with its holder.

The engine knows its workers by name and takes a dead one's work over only where it is told to. A slot's number is
that name: whoever can take a slot's lock knows that nobody works under it any more. Locks are flock(2) on files
beside a SQLite file, and session-level advisory locks (postgresql.org/docs/current/explicit-locking.html) in
PostgreSQL. All functions block.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg

MOST = 64  # processes that may share one database
# Seconds within which the lease's heartbeat must succeed. Heartbeat and the pause between two looks (SWEEP) together
# stay below the server's keepalive time-out (LOST_AFTER), so that a holder stops before others take its work over
HELD_WITHIN = 8.0
# When a host is gone, PostgreSQL's own keepalive would notice after two hours. These are of our session alone, and both
# ends: runtime-config-connection.html#GUC-TCP-KEEPALIVES-IDLE, libpq-connect.html#LIBPQ-KEEPALIVES. 8 + 3 × 4 = 20 s
LOST_AFTER = {"keepalives_idle": 8, "keepalives_interval": 4, "keepalives_count": 3}
_SESSION = " ".join(f"-c tcp_{name}={value}" for name, value in LOST_AFTER.items())
# "post": the first half of the advisory lock's key, so that other programs' locks never meet ours
_LOCK_CLASS = 0x706F7374


class Leases(Protocol):
    """Leases on slots 0 to MOST - 1."""

    def take(self, number: int) -> bool:
        """True if the slot was free and is this process's now; False if anybody has it, this process included."""
        ...

    def release(self, number: int) -> None:
        """Releases a slot that this process holds."""
        ...

    def holds(self) -> bool:
        """Heartbeat: False once the locks may be lost (a broken connection); the process must stop working then."""
        ...

    def close(self) -> None:
        """Releases all slots."""
        ...


def acquire_lowest(leases: Leases) -> int:
    """Number of the lowest free slot, which is taken. Raises RuntimeError where all are taken."""
    for number in range(MOST):
        if leases.take(number):
            return number
    raise RuntimeError(f"{MOST} processes share this database already; stop one of them")


class FileLeases:
    """Leases for processes on one host: flock(2) on a file for each slot."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._held: dict[int, int] = {}  # slot → file descriptor

    def take(self, number: int) -> bool:
        """Locks the slot's file, if it is free; the kernel unlocks it when the process ends."""
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
        """Unlocks the slot's file."""
        os.close(self._held.pop(number))

    def holds(self) -> bool:
        """True: a flock is held until the process ends."""
        return True

    def close(self) -> None:
        """Releases all slots, with their files."""
        for number in list(self._held):
            self.release(number)


class PostgresLeases:
    """Leases for processes on many hosts: session-level advisory locks, on one connection of their own."""

    def __init__(self, url: str) -> None:
        """Connects. Raises ConnectionError where the server does not answer or refuses."""
        try:
            self._connection = psycopg.connect(to_conninfo(url), autocommit=True)
        except psycopg.Error as wrong:
            raise ConnectionError(str(wrong)) from wrong
        self._held: set[int] = set()

    def take(self, number: int) -> bool:
        """Takes the slot's advisory lock, if it is free; the server drops it with the session."""
        if number in self._held:
            return False
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCK_CLASS, number)).fetchone()
        if row is None or not row[0]:
            return False
        self._held.add(number)
        return True

    def release(self, number: int) -> None:
        """Drops the slot's advisory lock."""
        self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCK_CLASS, number))
        self._held.discard(number)

    def holds(self) -> bool:
        """True if the server answers on this session: a lock is gone with its connection."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Releases all slots, and ends the session."""
        with suppress(psycopg.Error):  # the server notices a closed connection late
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()


def to_conninfo(url: str) -> str:
    """Connection string of libpq with our keepalives, beside the options that the URL has itself."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    options = f"{given.get('options') or ''} {_SESSION}".strip()
    return psycopg.conninfo.make_conninfo(url, options=options, connect_timeout=10, **LOST_AFTER)
