"""Ticket ledger: which tickets were answered, so that none ever is twice, and how often whom: RFC 3834 asks for limits.

A row for each ticket, which is never deleted; whom it came from is kept as a hash, and no longer than decisions are.
Public answers are limited for each sender, each domain, and in all: where the last limit is reached, the circuit
breaker opens, and for an hour every public answer becomes a note. Time is an argument throughout: seconds since the
epoch.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sql

from bot.core.mail.auto_response import Verdict
from bot.storage.database import DAY, Database
from bot.storage.schema import METADATA, at_column, key_column, short_column, text_column, upsert

HOUR = 3_600.0  # seconds
SAME_ENTRY = 7 * DAY  # one public answer with the same entry for one sender: RFC 5230, 4.1 has 7 days too
MOST_PER_SENDER = 3  # public answers in a day
BREAKER_OPEN_FOR = HOUR  # seconds for which the breaker turns public replies into notes
MISSING_AFTER = DAY  # seconds after which a reply that was never confirmed is abandoned, and not sent again
_LIMITS_LOCK = 0x7469636B  # "tick": on PostgreSQL limits are counted one after the other, as SQLite does by itself

TICKETS = sql.Table(
    "postbote_tickets",
    METADATA,
    short_column("system", 20, primary_key=True, default=None),
    key_column("account", "mentions", primary_key=True),
    key_column("ticket", "mentions", primary_key=True),
    key_column("key", "mentions"),  # of the ticket's event
    short_column("verdict", 10),  # empty: registered, not decided
    key_column("sender", "sender-hash"),
    key_column("domain", "from-sender"),  # hashed
    key_column("body", "from-sender"),  # hashed
    text_column("entries", "none"),  # ids that a public answer holds, as a JSON list
    text_column("sent", "mentions"),  # the channel's id of what was posted; a mail's may hold an address
    at_column(),
    sql.Index("postbote_tickets_sender", "sender", "at"),
    sql.Index("postbote_tickets_at", "at"),
    sql.Index("postbote_tickets_key", "key"),
)
STATE = sql.Table(  # "breaker": open or closed; "installation": an id
    "postbote_ticket_state",
    METADATA,
    key_column("key", "none", primary_key=True),
    text_column("value", "none"),
    at_column(),
)
_STATE_COLUMNS = ("key", "value", "at")
_SENT = sql.update(TICKETS).where(TICKETS.c.key == sql.bindparam("of")).values(sent=sql.bindparam("post"))


@dataclass(frozen=True, slots=True)
class Quotas:
    """Quotas: the most public replies in an hour."""

    all: int = 60
    domain: int = 20  # to senders of one domain


@dataclass(frozen=True, slots=True)
class Case:
    """Ticket, and what is to be done about it."""

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
    """Verdict after the limits."""

    verdict: Verdict
    reasons: tuple[str, ...]  # limits that made it stricter; empty: it is as it was
    breaker: Literal["", "tripped", "recovered"]  # change of the circuit breaker by this very case; empty: none


class TicketLedger:
    """Register of tickets, with the limits of public answers. All functions block."""

    def __init__(self, database: Database, quotas: Quotas, keep_days: float = 90.0) -> None:
        """`keep_days`: how long it is kept, as a hash, whom a ticket came from; a week at least."""
        self._database, self._engine = database, database.engine
        self._quotas, self._retention = quotas, keep_days * DAY

    def register(self, case: Case, now: float) -> Literal["new", "decided", "done"]:
        """State of a ticket, which is registered once, for all processes.

        `new`: nothing was decided; `decided`: a reply was decided and may have been sent; `done`: nothing more may
        ever be sent.
        """
        row = self._row(case)
        if row is None:
            fresh = {**_identity(case), "key": case.key, "at": now}
            if self._database.execute(upsert(TICKETS, tuple(fresh), kept=tuple(fresh)), fresh):
                return "new"
            return self.register(case, now)  # another process was faster; its event has the same key
        if row.sent or row.verdict == "silent" or (row.verdict and now - row.at > MISSING_AFTER):
            return "done"
        return "decided" if row.verdict else "new"

    def commit_verdict(self, case: Case, now: float) -> LimitedVerdict:
        """Commits the verdict before anything is sent, stricter where a limit is reached. `register` comes first."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LIMITS_LOCK)))
            self._write(connection, case, case.verdict, now)
            changed = self._breaker(connection, now)
            reasons = self._limits(connection, case, now)
            verdict = _strictest(case.verdict, reasons)
            if verdict != case.verdict:
                self._write(connection, case, verdict, now)
            if "breaker" in reasons and not self._is_open(connection):
                connection.execute(upsert(STATE, _STATE_COLUMNS), {"key": "breaker", "value": "open", "at": now})
                changed = "tripped"
        return LimitedVerdict(verdict, reasons if verdict != case.verdict else (), changed)

    def installation_id(self) -> str:
        """Id that all processes on this database share, by which a claim of a ticket is known as ours."""
        query = sql.select(STATE.c.value).where(STATE.c.key == "installation")
        row = self._database.fetch_first(query)
        if row:
            return str(row.value)
        fresh = {"key": "installation", "value": uuid.uuid4().hex, "at": 0.0}
        self._database.execute(upsert(STATE, _STATE_COLUMNS, kept=_STATE_COLUMNS), fresh)  # the first process wins
        return str(self._database.fetch_first(query).value)

    def purge_expired(self, now: float) -> None:
        """Empties from whom old tickets came; that they were answered is kept."""
        old = sql.and_(TICKETS.c.at < now - max(self._retention, SAME_ENTRY), TICKETS.c.sender != "")
        self._database.execute(sql.update(TICKETS).where(old).values(sender="", domain="", body=""))

    def _row(self, case: Case) -> Any:
        return self._database.fetch_first(sql.select(TICKETS).where(_is(case)))

    def _write(self, connection: sql.Connection, case: Case, verdict: Verdict, now: float) -> None:
        values = {
            "verdict": verdict,
            "sender": hashed(case.sender),
            "domain": hashed(case.sender.rpartition("@")[2]),
            "body": hashed(" ".join(case.body.split())),
            "entries": json.dumps(list(case.entries)),
            "at": now,
        }
        connection.execute(sql.update(TICKETS).where(_is(case)).values(values))

    def _limits(self, connection: sql.Connection, case: Case, now: float) -> tuple[str, ...]:
        of = TICKETS.c

        def number(*where: sql.ColumnElement[bool]) -> int:
            query = sql.select(sql.func.count()).select_from(TICKETS).where(sql.not_(_is(case)), *where)
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
            "domain-often": number(domain, public, of.at > now - HOUR) >= self._quotas.domain,
            "breaker": self._is_open(connection) or number(public, of.at > now - HOUR) >= self._quotas.all,
        }
        return tuple(reason for reason, applies in found.items() if applies)

    def _entries(self, connection: sql.Connection, case: Case, now: float) -> set[str]:
        """Entries that the sender was sent lately."""
        of = TICKETS.c
        mine = sql.and_(of.sender == hashed(case.sender), of.verdict == "public", of.at > now - SAME_ENTRY)
        rows = connection.execute(sql.select(of.entries).where(mine, sql.not_(_is(case))))
        return {entry for row in rows for entry in json.loads(row.entries or "[]")}

    def _is_open(self, connection: sql.Connection) -> bool:
        row = connection.execute(sql.select(STATE.c.value).where(STATE.c.key == "breaker")).first()
        return bool(row and row.value == "open")

    def _breaker(self, connection: sql.Connection, now: float) -> Literal["", "tripped", "recovered"]:
        """Closes the breaker after its time."""
        mine = sql.and_(STATE.c.key == "breaker", STATE.c.value == "open", STATE.c.at <= now - BREAKER_OPEN_FOR)
        closed = connection.execute(sql.update(STATE).where(mine).values(value="closed", at=now)).rowcount
        return "recovered" if closed else ""


def mark_ticket_sent(connection: sql.Connection, key: str, post: str) -> None:
    """Records that a ticket's reply was posted, within the caller's transaction (Storage.mark_delivered).

    `key`: the event's. `post`: the channel's id of it.
    """
    connection.execute(_SENT, {"of": key, "post": post})


def hashed(text: str) -> str:
    """Hash of a text in lower case, which tells whether two are the same and nothing more; empty for empty."""
    return hashlib.sha256(text.lower().encode("utf-8", "surrogatepass")).hexdigest()[:40] if text else ""


def _strictest(verdict: Verdict, reasons: Iterable[str]) -> Verdict:
    return "silent" if "same-mail" in reasons else "note" if reasons else verdict


def _identity(case: Case) -> dict[str, str]:
    return {"system": case.system, "account": case.account, "ticket": case.ticket}


def _is(case: Case) -> sql.ColumnElement[bool]:
    return sql.and_(*(TICKETS.c[name] == value for name, value in _identity(case).items()))
