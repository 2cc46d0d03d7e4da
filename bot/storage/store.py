"""What is kept: decisions, feedback, threads, the mode of each channel, installations.

SQLAlchemy Core on SQLite or PostgreSQL. Addresses and secrets are taken out before anything is written, and rows are
deleted when they are too old.
"""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from bot.core.model import Answer, Event, PreviousQuestion, Reply, StoredDecision, Thread
from bot.core.privacy.redaction import redact
from bot.storage.schema import META, METADATA, DatabaseUnusable, at_column, key_column, migrate, text_column, upsert
from bot.storage.serialization import from_reply

__all__ = ["DatabaseError", "DatabaseUnusable", "Store"]

FRESH = 24 * 3_600.0  # seconds for which a conversation goes on
DAY = 86_400.0
UNDELIVERED = 7 * DAY  # longer than bot/durable/worker.py tries to deliver a reply
LONGEST = 2_000  # characters of a question that are kept
WRITERS = 2  # connections to a SQLite file: more of them poll for its one write lock, up to 0.1 s at a time
DatabaseError = sql.exc.SQLAlchemyError  # what every function here raises where the database cannot be used
_LOCK = 0x706F7374  # "post": several processes that start at once create the tables one after the other

_DECISIONS = sql.Table(
    "postbote_decisions",
    METADATA,
    key_column(),
    key_column("conversation", primary_key=False),
    at_column(),
    sql.Column("language", sql.String(2), nullable=False),
    *(
        text_column(name)
        for name in ("understood", "question", "outcome", "entries", "reason", "why", "sent", "link", "chosen", "reply")
    ),
    key_column("location", primary_key=False),
    key_column("person", primary_key=False),
    key_column("channel", primary_key=False),
    sql.Column("took", sql.Float, nullable=False, server_default="0"),  # seconds from receipt to delivery; 0: not known
    sql.Index("postbote_decisions_conversation", "conversation", "at"),
    sql.Index("postbote_decisions_person", "person", "at"),
)
_FEEDBACK = sql.Table(
    "postbote_feedback", METADATA, key_column(), key_column("person"), text_column("verdict"), at_column()
)
_THREADS = sql.Table(
    "postbote_threads",
    METADATA,
    key_column(),
    key_column("asker", primary_key=False),
    text_column("state"),
    at_column(),
)
_MODES = sql.Table(
    "postbote_modes", METADATA, key_column(), text_column("mode"), key_column("set_by", primary_key=False), at_column()
)
_SECRETS = sql.Table("postbote_secrets", METADATA, key_column(), text_column("secret"), at_column())

_SHOWN = [column for column in _DECISIONS.c if column.name != "reply"]  # which is there until it is delivered
# Of every question, so built once: the newest before it in its conversation, and the mode of its location; its delivery
_BEFORE = (
    sql.select(_DECISIONS.c.understood, _DECISIONS.c.language)
    .where(_DECISIONS.c.conversation == sql.bindparam("conversation"), _DECISIONS.c.key != sql.bindparam("key"))
    .where(_DECISIONS.c.at > sql.bindparam("fresh"), _DECISIONS.c.outcome != "silent")
    .order_by(_DECISIONS.c.at.desc())
    .limit(1)
)
_MODE = sql.select(_MODES.c.mode).where(_MODES.c.key == sql.bindparam("location"))
_REPLY = sql.select(_DECISIONS.c.reply).where(_DECISIONS.c.key == sql.bindparam("key"))


@contextmanager
def _alone(folder: Path | None) -> Iterator[None]:
    """One process at a time, where SQLite has no lock for what is done; it ends with its holder."""
    if folder is None:
        yield
        return
    with (folder / "store.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Store:
    """One database. All functions block; call them in a thread."""

    def __init__(self, database_url: str, data_dir: Path, keep_days: float = 90.0) -> None:
        """`database_url`: postgresql://….

        Empty for a SQLite file in `data_dir`. `keep_days`: how long decisions and feedback are kept.
        """
        self._folder = None if database_url else data_dir
        self.keep = keep_days * DAY
        url = (
            database_url.replace("postgresql://", "postgresql+psycopg://", 1)
            or f"sqlite:///{data_dir / 'store.sqlite'}"
        )
        pool: dict[str, Any] = {"pool_pre_ping": True} if database_url else {"pool_size": WRITERS, "max_overflow": 0}
        self.engine = sql.create_engine(url, **pool)  # for bot/storage/ticket_ledger.py too

    def open(self) -> None:
        """Brings the tables to this version; several processes may do it at once. Raises DatabaseUnusable."""
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
        with _alone(self._folder), self.engine.begin() as connection:
            if self._folder:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            else:
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LOCK)))
            migrate(connection)

    def beat(self) -> None:
        """Writes something, which tells whether anything can be written."""
        self._put(META, {"key": "beat"}, {"value": str(int(time.time()))})

    def close(self) -> None:
        """Ends the connections."""
        self.engine.dispose()

    # Decisions

    def conversation(self, event: Event) -> tuple[PreviousQuestion | None, str]:
        """The question before this one in its conversation, and the mode of its location (see `mode`), in one look.

        None where there is none, or it is too long ago.
        """
        at = {"conversation": event.conversation, "key": event.key, "fresh": time.time() - FRESH}
        with self.engine.connect() as connection:
            row = connection.execute(_BEFORE, at).first() if event.conversation else None
            mode = _mode(connection, event.location)
        return PreviousQuestion(row.understood, row.language) if row else None, mode

    def remember(
        self,
        event: Event,
        answer: Answer,
        *,
        reason: str = "",
        why: str = "",
        link: str = "",
        spoke: bool = False,
        reply: Reply | None = None,
    ) -> None:
        """Keeps what was decided about an event; once more for the same key replaces it.

        `reason`: set where nothing was said. `spoke`: the bot speaks in the event's thread. `reply`: what will be
        delivered, in full, kept until it is.
        """
        decision = answer.decision
        silent = bool(reason)
        outcome = "silent" if silent else decision.outcome if decision else answer.template
        understood = decision.normalised if decision and outcome in ("answer", "suggest") else ""
        # A command's argument is an address or a domain more often than not
        question = "" if silent else event.question.command or event.question.text
        row = {
            "key": event.key,
            "conversation": event.conversation,
            "at": time.time(),
            "language": answer.language,
            "understood": redact(understood)[:LONGEST],
            "question": redact(question)[:LONGEST],
            "outcome": outcome,
            "entries": json.dumps(list(decision.entries) if decision else []),
            "reason": reason,
            "why": redact(why),
            "link": link,
            "reply": from_reply(reply) if reply else "",
            "location": event.location,
            "person": event.person,
            "channel": event.channel,
        }
        with self.engine.begin() as connection:  # one commit for both
            connection.execute(upsert(_DECISIONS, tuple(row)), row)
            if spoke and event.conversation:
                connection.execute(*_thread(event.conversation, event.person))

    def decision(self, key: str) -> StoredDecision | None:
        """The decision about one event; None where none is kept."""
        found = self.kept(sql.and_(_DECISIONS.c.key == key), 1)
        return found[0] if found else None

    def find(self, location: str, ts: str) -> StoredDecision | None:
        """The decision about a message, or behind a reply, by where and when it was posted."""
        of = _DECISIONS.c
        here = sql.or_(of.key.like(f"{_escaped(location)}:{_escaped(ts)}:%", escape="\\"), of.sent == ts)
        found = self.kept(sql.and_(of.location == location, here), 1)
        return found[0] if found else None

    def decisions(
        self, team: str = "", person: str = "", since: float = 0.0, limit: int = 5_000
    ) -> Sequence[StoredDecision]:
        """Newest first; of one team ("T0001"), of one person ("T0001:U1"), or of all."""
        of = _DECISIONS.c
        where = [of.at > since]
        where += [of.location.like(f"{_escaped(team)}:%", escape="\\")] if team else []
        where += [of.person == person] if person else []
        return self.kept(sql.and_(*where), limit)

    def number(self) -> int:
        """Of all decisions that are kept."""
        return int(self._first(sql.select(sql.func.count()).select_from(_DECISIONS))[0])

    def reply(self, key: str) -> Mapping[str, Any] | None:
        """The decided reply as bot/storage/serialization.py reads it, until it is delivered; None: nothing is kept."""
        row = self._first(_REPLY, {"key": key})
        return json.loads(row.reply) if row and row.reply else None

    def sent(self, key: str, sent: str, took: float = 0.0) -> None:
        """The reply was posted under this name (empty: it has none), so many seconds after the question came.

        Every table that names replies learns it.
        """
        values: dict[str, Any] = ({"sent": sent} if sent else {}) | ({"took": took} if took else {}) | {"reply": ""}
        with self.engine.begin() as connection:
            for table in (t for t in METADATA.tables.values() if "sent" in t.c):
                known = {name: value for name, value in values.items() if name in table.c}
                if known:
                    connection.execute(_delivered(table, tuple(known)), {**known, "of": key})

    def chosen(self, key: str, entry: str) -> None:
        """A suggestion was clicked."""
        self._run(sql.update(_DECISIONS).where(_DECISIONS.c.key == key).values(chosen=entry))

    def forget(self, key: str) -> None:
        """The question was deleted: so is what was kept of it."""
        for table in (_DECISIONS, _FEEDBACK):
            self._run(sql.delete(table).where(table.c.key == key))

    def forget_old(self) -> None:
        """Deletes what is older than `keep_days`; threads a day after their last answer."""
        for table, seconds in ((_DECISIONS, self.keep), (_FEEDBACK, self.keep), (_THREADS, max(self.keep, DAY))):
            self._run(sql.delete(table).where(table.c.at < time.time() - seconds))
        given_up = (_DECISIONS.c.reply != "", _DECISIONS.c.at < time.time() - UNDELIVERED)
        self._run(sql.update(_DECISIONS).where(*given_up).values(reply=""))
        used_up = (_SECRETS.c.key.like("state:%"), _SECRETS.c.at < time.time() - DAY)  # nobody came back from Slack
        self._run(sql.delete(_SECRETS).where(*used_up))

    def forget_team(self, team: str) -> None:
        """Everything of a workspace that removed the bot."""
        for table in (_DECISIONS, _FEEDBACK, _THREADS, _MODES, _SECRETS):
            self._run(sql.delete(table).where(table.c.key.like(f"{_escaped(team)}:%", escape="\\")))

    # Feedback: a state, the last press of each person wins

    def feedback(self, key: str, person: str, verdict: str) -> None:
        """`verdict`: helpful or unhelpful."""
        self._put(_FEEDBACK, {"key": key, "person": person}, {"verdict": verdict, "at": time.time()})

    # Threads

    def thread(self, conversation: str) -> Thread | None:
        """None where the bot has said nothing in it."""
        row = self._first(sql.select(_THREADS).where(_THREADS.c.key == conversation)) if conversation else None
        return Thread(row.asker, row.state.partition(" ")[0], row.at) if row else None

    def spoke(self, conversation: str, asker: str) -> None:
        """The bot has answered in a thread; the first asker stays, and so does its state."""
        if conversation:
            self._run(*_thread(conversation, asker))

    def change(self, conversation: str, state: str, asker: str = "") -> bool:
        """Sets a thread's state; False where it had it already."""
        if not self.thread(conversation):
            self.spoke(conversation, asker)
        return bool(self._run(_set(_THREADS, conversation).where(_THREADS.c.state != state).values(state=state)))

    def hand_over(self, conversation: str, asker: str, key: str) -> bool:
        """A person is asked for; True for the first press alone, also where it is considered once more after a crash.

        `key`: the press's, kept behind the state.
        """
        if not self.thread(conversation):
            self.spoke(conversation, asker)
        mine = f"handed {key}"
        others = _THREADS.c.state.like("handed%") & (_THREADS.c.state != mine)
        return bool(self._run(_set(_THREADS, conversation).where(~others).values(state=mine)))

    # Modes

    def mode(self, location: str) -> str:
        """`mention`, `listen` or `off`; `mention` where nobody set one."""
        with self.engine.connect() as connection:
            return _mode(connection, location)

    def set_mode(self, location: str, mode: str, person: str) -> None:
        """Sets a channel's mode."""
        self._put(_MODES, {"key": location}, {"mode": mode, "set_by": person, "at": time.time()})

    # Secrets, encrypted by who keeps them

    def secret(self, key: str) -> str:
        """Empty where there is none."""
        row = self._first(sql.select(_SECRETS.c.secret).where(_SECRETS.c.key == key))
        return str(row.secret) if row else ""

    def keep_secret(self, key: str, secret: str) -> None:
        """`secret` must be encrypted already."""
        self._put(_SECRETS, {"key": key}, {"secret": secret, "at": time.time()})

    def drop_secret(self, key: str, since: float = 0.0) -> bool:
        """Deletes a secret; True for the one who did, if it was kept after `since`."""
        return bool(self._run(sql.delete(_SECRETS).where(_SECRETS.c.key == key, _SECRETS.c.at > since)))

    # One statement each

    def kept(
        self, where: sql.ColumnElement[bool], limit: int, order: sql.ColumnElement[Any] | None = None
    ) -> list[StoredDecision]:
        """Decisions, in the order given, else the newest first."""
        of = _DECISIONS.c
        order = of.at.desc() if order is None else order
        unhelpful = (
            sql.select(sql.func.count())
            .where(_FEEDBACK.c.key == of.key, _FEEDBACK.c.verdict == "unhelpful")
            .scalar_subquery()
        )
        query = sql.select(*_SHOWN, unhelpful.label("unhelpful")).where(where).order_by(order).limit(limit)
        with self.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [StoredDecision(**{**row, "entries": tuple(json.loads(row["entries"] or "[]"))}) for row in rows]

    def _first(self, query: sql.Select[Any], values: Mapping[str, Any] | None = None) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(query, values).first()

    def _run(self, statement: sql.Update | sql.Delete | sql.TextClause, row: Mapping[str, Any] | None = None) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(statement, row).rowcount)

    def _put(self, table: sql.Table, key: dict[str, str], values: dict[str, Any]) -> None:
        self._run(upsert(table, (*key, *values)), key | values)


def _mode(connection: sql.Connection, location: str) -> str:
    row = connection.execute(_MODE, {"location": location}).first() if location else None
    return str(row.mode) if row else "mention"


def _thread(conversation: str, asker: str) -> tuple[sql.TextClause, Mapping[str, Any]]:
    """The bot speaks: the first asker stays, and so does the state."""
    row = {"key": conversation, "asker": asker, "state": "open", "at": time.time()}
    return upsert(_THREADS, tuple(row), kept=("asker", "state")), row


@lru_cache
def _delivered(table: sql.Table, columns: tuple[str, ...]) -> sql.Update:
    """Built once, as for every question."""
    values: dict[str, Any] = {name: sql.bindparam(name) for name in columns}
    return sql.update(table).where(table.c.key == sql.bindparam("of")).values(values)


def _set(table: sql.Table, key: str) -> sql.Update:
    return sql.update(table).where(table.c.key == key)


def _escaped(text: str) -> str:
    """For LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
