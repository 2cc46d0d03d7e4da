"""What was decided, kept for the conversation: a follow-up needs the question before it.

SQLAlchemy Core on SQLite or PostgreSQL. Addresses and secrets are taken out before anything is written, and rows are
deleted when they are too old to matter.
"""

import time
from pathlib import Path

import sqlalchemy as sql

from bot.core.model import Answer, Before, Event
from bot.core.redact import redacted

FRESH = 24 * 3_600.0  # seconds for which a conversation goes on
LONGEST = 2_000  # characters of a question that are kept
DATABASE_TROUBLE = sql.exc.SQLAlchemyError  # what every function here raises where the database cannot be used

_METADATA = sql.MetaData()
_DECISIONS = sql.Table(
    "postbote_decisions",
    _METADATA,
    sql.Column("key", sql.String(200), primary_key=True),  # the event's
    sql.Column("conversation", sql.String(200), nullable=False),
    sql.Column("at", sql.Float, nullable=False),  # seconds since the epoch
    sql.Column("language", sql.String(2), nullable=False),
    sql.Column("understood", sql.Text, nullable=False),  # the whole question; empty where it was declined
    sql.Index("postbote_decisions_conversation", "conversation", "at"),
)


class Store:
    """One database. All functions block; call them in a thread."""

    def __init__(self, database_url: str, data_dir: Path) -> None:
        """`database_url`: postgresql://….

        Empty for a SQLite file in `data_dir`.
        """
        self._folder = None if database_url else data_dir
        url = (
            database_url.replace("postgresql://", "postgresql+psycopg://", 1)
            or f"sqlite:///{data_dir / 'store.sqlite'}"
        )
        self._engine = sql.create_engine(url, pool_pre_ping=True)

    def open(self) -> None:
        """Creates what is missing; harmless where several processes do it at once."""
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
        with self._engine.begin() as connection:
            if self._folder:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            else:
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LOCK)))
            _METADATA.create_all(connection)

    def close(self) -> None:
        """Ends the connections."""
        self._engine.dispose()

    def before(self, event: Event) -> Before | None:
        """The question before this one in its conversation; None where there is none, or it is too long ago."""
        of = _DECISIONS.c
        newest = (
            sql.select(of.understood, of.language)
            .where(of.conversation == event.conversation, of.key != event.key, of.at > time.time() - FRESH)
            .order_by(of.at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(newest).first() if event.conversation else None
        return Before(row.understood, row.language) if row else None

    def remember(self, event: Event, answer: Answer) -> None:
        """Keeps what an event was understood as; once more for the same event changes nothing."""
        if not event.conversation or answer.decision is None:
            return
        understood = "" if answer.decision.outcome == "decline" else answer.decision.normalised
        now = time.time()
        row = {
            "key": event.key,
            "conversation": event.conversation,
            "at": now,
            "language": answer.language,
            "understood": redacted(understood)[:LONGEST],
        }
        with self._engine.begin() as connection:
            connection.execute(sql.delete(_DECISIONS).where(_DECISIONS.c.at < now - FRESH))
            if not connection.execute(sql.select(_DECISIONS.c.key).where(_DECISIONS.c.key == event.key)).first():
                connection.execute(sql.insert(_DECISIONS), [row])


_LOCK = 0x706F7374  # "post": several processes that start at once create the tables one after the other
