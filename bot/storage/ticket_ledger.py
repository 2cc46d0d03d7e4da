"""Which tickets were answered, so that none ever is twice, and how often whom: RFC 3834 asks for limits.

On the same database as bot/storage/store.py. Rows of tickets are never deleted; whom they came from is kept as a
hash, and no longer than decisions are. Time is an argument throughout: seconds since the epoch.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sql

from bot.core.mail.auto_response import Verdict
from bot.storage.schema import METADATA, at_column, key_column, text_column
from bot.storage.store import Store

HOUR, DAY = 3_600.0, 86_400.0
SAME_ENTRY = 7 * DAY  # one public answer with the same entry for one sender: RFC 5230, 4.1 has 7 days too
MOST_PER_SENDER = 3  # public answers in a day
OPEN_FOR = HOUR  # seconds for which the breaker turns public replies into notes
MISSING_AFTER = DAY  # seconds after which a reply that was decided and never confirmed is not tried anew
_LOCK = 0x7469636B  # "tick": on PostgreSQL limits are counted one after the other, as SQLite does by itself

_TICKETS = sql.Table(
    "postbote_tickets",
    METADATA,
    sql.Column("system", sql.String(20), primary_key=True),
    sql.Column("account", sql.String(200), primary_key=True),
    sql.Column("ticket", sql.String(200), primary_key=True),
    key_column(primary_key=False),
    sql.Column("verdict", sql.String(10), nullable=False, server_default=""),  # empty: seen, not decided
    *(key_column(name, primary_key=False) for name in ("sender", "domain", "body")),
    *(text_column(name) for name in ("entries", "sent")),
    at_column(),
    sql.Index("postbote_tickets_sender", "sender", "at"),
    sql.Index("postbote_tickets_at", "at"),
    sql.Index("postbote_tickets_key", "key"),
)
_STATE = sql.Table("postbote_ticket_state", METADATA, key_column(), text_column("value"), at_column())


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most public replies in an hour."""

    all: int = 60
    domain: int = 20  # to senders of one domain


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, and what is to be done about it."""

    system: str
    account: str
    ticket: str
    key: str  # of its event
    verdict: Verdict = "silent"
    sender: str = ""  # address in lower case; empty: not known
    body: str = ""  # the customer's words
    entries: tuple[str, ...] = ()  # that a public answer holds


@dataclass(frozen=True, slots=True)
class LimitedVerdict:
    """What the ledger leaves of a verdict."""

    verdict: Verdict
    reasons: tuple[str, ...]  # why it is stricter than it was; empty: it is not
    breaker: Literal["", "tripped", "recovered"]  # what this very case has changed


class TicketLedger:
    """All functions block; call them in a thread."""

    def __init__(self, store: Store, caps: Quotas, keep_days: float = 90.0) -> None:
        self._engine, self._caps, self._keep = store.engine, caps, keep_days * DAY

    def see(self, case: Case, now: float) -> Literal["new", "decided", "done"]:
        """Notes a ticket once, for all processes.

        `new`: nothing was decided; `decided`: a reply was decided and may have been sent; `done`: nothing more may
        ever be sent.
        """
        row = self._row(case)
        if row is None:
            try:
                with self._engine.begin() as connection:
                    connection.execute(sql.insert(_TICKETS), [{**_place(case), "key": case.key, "at": now}])
            except sql.exc.IntegrityError:  # another process was faster; its event has the same key
                return self.see(case, now)
            return "new"
        if row.sent or row.verdict == "silent" or (row.verdict and now - row.at > MISSING_AFTER):
            return "done"
        return "decided" if row.verdict else "new"

    def decide(self, case: Case, now: float) -> LimitedVerdict:
        """Commits the verdict before anything is sent, stricter where a limit is reached. `see` comes first."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LOCK)))
            self._write(connection, case, case.verdict, now)
            changed = self._breaker(connection, now)
            reasons = self._limits(connection, case, now)
            verdict = _strictest(case.verdict, reasons)
            if verdict != case.verdict:
                self._write(connection, case, verdict, now)
            if "breaker" in reasons and not self._is_open(connection):
                _put(connection, "breaker", "open", now)
                changed = "tripped"
        return LimitedVerdict(verdict, reasons if verdict != case.verdict else (), changed)

    def installation(self) -> str:
        """A name that all processes on this database share, by which a claim is known as ours."""
        with self._engine.connect() as connection:
            row = connection.execute(sql.select(_STATE.c.value).where(_STATE.c.key == "installation")).first()
        if row:
            return str(row.value)
        with suppress(sql.exc.IntegrityError), self._engine.begin() as connection:  # another process may be faster
            connection.execute(sql.insert(_STATE), [{"key": "installation", "value": uuid.uuid4().hex, "at": 0.0}])
        return self.installation()

    def forget_old(self, now: float) -> None:
        """From whom old tickets came; that they were answered is kept."""
        old = sql.and_(_TICKETS.c.at < now - max(self._keep, SAME_ENTRY), _TICKETS.c.sender != "")
        with self._engine.begin() as connection:
            connection.execute(sql.update(_TICKETS).where(old).values(sender="", domain="", body=""))

    def _row(self, case: Case) -> Any:
        with self._engine.connect() as connection:
            return connection.execute(sql.select(_TICKETS).where(_is(case))).first()

    def _write(self, connection: sql.Connection, case: Case, verdict: Verdict, now: float) -> None:
        values = {
            "verdict": verdict,
            "sender": hashed(case.sender),
            "domain": hashed(case.sender.rpartition("@")[2]),
            "body": hashed(" ".join(case.body.split())),
            "entries": json.dumps(list(case.entries)),
            "at": now,
        }
        connection.execute(sql.update(_TICKETS).where(_is(case)).values(values))

    def _limits(self, connection: sql.Connection, case: Case, now: float) -> tuple[str, ...]:
        of = _TICKETS.c

        def number(*where: sql.ColumnElement[bool]) -> int:
            query = sql.select(sql.func.count()).select_from(_TICKETS).where(sql.not_(_is(case)), *where)
            return int(connection.execute(query).scalar_one())

        sender, public = of.sender == hashed(case.sender), of.verdict == "public"
        body = sql.and_(sender, of.body == hashed(" ".join(case.body.split())), of.verdict != "")
        if case.verdict != "silent" and case.sender and case.body and number(body, of.at > now - DAY):
            return ("same-mail",)
        if case.verdict != "public":
            return ()
        domain = of.domain == hashed(case.sender.rpartition("@")[2])
        found = {
            "same-entry": bool(set(case.entries) & self._entries(connection, case, now)),
            "sender-often": number(sender, public, of.at > now - DAY) >= MOST_PER_SENDER,
            "domain-often": number(domain, public, of.at > now - HOUR) >= self._caps.domain,
            "breaker": self._is_open(connection) or number(public, of.at > now - HOUR) >= self._caps.all,
        }
        return tuple(reason for reason, applies in found.items() if applies)

    def _entries(self, connection: sql.Connection, case: Case, now: float) -> set[str]:
        """What the sender was told lately."""
        of = _TICKETS.c
        mine = sql.and_(of.sender == hashed(case.sender), of.verdict == "public", of.at > now - SAME_ENTRY)
        rows = connection.execute(sql.select(of.entries).where(mine, sql.not_(_is(case))))
        return {entry for row in rows for entry in json.loads(row.entries or "[]")}

    def _is_open(self, connection: sql.Connection) -> bool:
        row = connection.execute(sql.select(_STATE.c.value).where(_STATE.c.key == "breaker")).first()
        return bool(row and row.value == "open")

    def _breaker(self, connection: sql.Connection, now: float) -> Literal["", "tripped", "recovered"]:
        """Closes the breaker after its time."""
        mine = sql.and_(_STATE.c.key == "breaker", _STATE.c.value == "open", _STATE.c.at <= now - OPEN_FOR)
        closed = connection.execute(sql.update(_STATE).where(mine).values(value="closed", at=now)).rowcount
        return "recovered" if closed else ""


def hashed(text: str) -> str:
    """What tells whether two are the same, and nothing more; empty for nothing."""
    return hashlib.sha256(text.lower().encode("utf-8", "surrogatepass")).hexdigest()[:40] if text else ""


def _strictest(verdict: Verdict, reasons: Iterable[str]) -> Verdict:
    return "silent" if "same-mail" in reasons else "note" if reasons else verdict


def _place(case: Case) -> dict[str, str]:
    return {"system": case.system, "account": case.account, "ticket": case.ticket}


def _is(case: Case) -> sql.ColumnElement[bool]:
    return sql.and_(*(_TICKETS.c[name] == value for name, value in _place(case).items()))


def _put(connection: sql.Connection, key: str, value: str, now: float) -> None:
    if not connection.execute(sql.update(_STATE).where(_STATE.c.key == key).values(value=value, at=now)).rowcount:
        connection.execute(sql.insert(_STATE), [{"key": key, "value": value, "at": now}])
