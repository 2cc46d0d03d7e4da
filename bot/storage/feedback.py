"""Feedback: the table of people's last presses on each answer, and what decisions are read with of it."""

from typing import Any

import sqlalchemy as sql

from bot.storage.schema import METADATA, at_column, key_column, text_column

FEEDBACK = sql.Table(
    "postbote_feedback",
    METADATA,
    key_column("key", "mentions", primary_key=True),  # the question's
    key_column("person", "owner", primary_key=True),
    text_column("verdict", "none"),
    text_column("reason", "mentions"),  # why it was not helpful, in the person's words, redacted; empty: not said
    at_column(),
)


def unhelpful_count(key: sql.ColumnElement[Any]) -> sql.ScalarSelect[Any]:
    """Number of people whose last press said that the answer to the question of this key was not helpful."""
    return sql.select(sql.func.count()).where(FEEDBACK.c.key == key, *UNHELPFUL).scalar_subquery()


def newest_reason(key: sql.ColumnElement[Any]) -> sql.ColumnElement[Any]:
    """The newest reason that was given for it; empty where nobody gave one."""
    of = FEEDBACK.c
    given = sql.select(of.reason).where(of.key == key, of.reason != "", *UNHELPFUL).order_by(of.at.desc()).limit(1)
    return sql.func.coalesce(given.scalar_subquery(), "")


UNHELPFUL = (FEEDBACK.c.verdict == "unhelpful",)
DISLIKED = sql.select(FEEDBACK.c.key).where(*UNHELPFUL)  # keys of questions whose answer somebody found not helpful
