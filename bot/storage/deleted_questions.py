"""Deleted questions: their keys, kept for as long as the question may still be answered, or arrive at all.

Slack repeats an event for up to 24 hours (Delayed Events, docs.slack.dev/apis/events-api), and a deletion may overtake
its message.
"""

import time

import sqlalchemy as sql

from bot.storage.database import Database
from bot.storage.schema import METADATA, at_column, key_column

DELETED_QUESTIONS = sql.Table(
    "postbote_deletions",
    METADATA,
    key_column("key", "mentions", primary_key=True),  # the question's event key
    at_column(),
)
# Built once, as for every question
DELETED = sql.select(DELETED_QUESTIONS.c.key).where(DELETED_QUESTIONS.c.key == sql.bindparam("of"))


class DeletedQuestions:
    """Store of the keys of deleted questions. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: str) -> None:
        """Notes that a question was deleted, known or not."""
        self._database.upsert_row(DELETED_QUESTIONS, {"key": key, "at": time.time()})

    def has(self, key: str) -> bool:
        """True if the question was deleted."""
        with self._database.engine.connect() as connection:
            return is_deleted(connection, key)


def is_deleted(connection: sql.Connection, key: str) -> bool:
    """`DeletedQuestions.has` on the caller's connection, so that a question needs one look at the database."""
    return connection.execute(DELETED, {"of": key}).first() is not None
