"""Feedback: people's last presses on each answer with their reasons, and what decisions are read with of it."""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from bot.core.privacy.redaction import redact
from bot.core.text.normalize import clean
from bot.storage.database import Database
from bot.storage.schema import METADATA, at_column, key_column, text_column

LONGEST_REASON = 2_000  # characters that are kept

FEEDBACK = sql.Table(
    "postbote_feedback",
    METADATA,
    key_column("key", "mentions", primary_key=True),  # the question's
    key_column("person", "owner", primary_key=True),
    text_column("verdict", "none"),
    text_column("reason", "mentions"),  # why it was not helpful, in the person's words, redacted; empty: not said
    at_column(),
)


class Feedback:
    """Store of feedback, by the question's key. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, key: str, person: str, verdict: str) -> None:
        """Records a press on a feedback button; the last one of each person counts. `verdict`: helpful or unhelpful."""
        row = {"key": key, "person": person, "verdict": verdict, "at": time.time()}
        self._database.upsert_row(FEEDBACK, row)

    def record_reason(self, key: str, person: str, reason: str) -> None:
        """Records why an answer was not helpful, in the person's own words."""
        row = {"key": key, "person": person, "verdict": "unhelpful", "at": time.time()}
        self._database.upsert_row(FEEDBACK, row | {"reason": redact(clean(reason))[:LONGEST_REASON]})

    def reasons(self, key: str) -> Sequence[str]:
        """Reasons why an answer was not helpful, the newest first."""
        of = FEEDBACK.c
        query = sql.select(of.reason).where(of.key == key, of.reason != "", of.verdict == "unhelpful")
        with self._database.engine.connect() as connection:
            return [str(row.reason) for row in connection.execute(query.order_by(of.at.desc()))]


def unhelpful_count(key: sql.ColumnElement[Any]) -> sql.ScalarSelect[Any]:
    """Number of people whose last press said that the answer to the question of this key was not helpful."""
    return sql.select(sql.func.count()).where(FEEDBACK.c.key == key, *UNHELPFUL).scalar_subquery()


def newest_reason(key: sql.ColumnElement[Any]) -> sql.ColumnElement[Any]:
    """Newest reason that was given for it; empty where nobody gave one."""
    of = FEEDBACK.c
    given = sql.select(of.reason).where(of.key == key, of.reason != "", *UNHELPFUL).order_by(of.at.desc()).limit(1)
    return sql.func.coalesce(given.scalar_subquery(), "")


UNHELPFUL = (FEEDBACK.c.verdict == "unhelpful",)
DISLIKED = sql.select(FEEDBACK.c.key).where(*UNHELPFUL)  # keys of questions whose answer somebody found not helpful
