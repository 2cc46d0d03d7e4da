"""Modes of channels: whether the bot listens in one, answers mentions there, or is off."""

import time

import sqlalchemy as sql

from bot.storage.database import Database
from bot.storage.schema import METADATA, at_column, key_column, text_column

DEFAULT_MODE = "mention"  # where nobody set one

MODES = sql.Table(
    "postbote_modes",
    METADATA,
    key_column("key", "mentions", primary_key=True),  # the location: "T0001:C0001"
    text_column("mode", "none"),
    key_column("set_by", "mentions"),  # the row is the channel's, not the person's
    at_column(),
)
MODE = sql.select(MODES.c.mode).where(MODES.c.key == sql.bindparam("location"))  # of every question, so built once


class Modes:
    """Store of the channels' modes, by location ("T0001:C0001"). All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, location: str) -> str:
        """Mode of a location: `mention`, `listen` or `off`; `mention` where nobody set one, or `location` is empty."""
        with self._database.engine.connect() as connection:
            row = connection.execute(MODE, {"location": location}).first() if location else None
        return str(row.mode) if row else DEFAULT_MODE

    def set(self, location: str, mode: str, person: str) -> None:
        """Sets a location's mode. `person`: who did ("T0001:U1")."""
        self._database.upsert_row(MODES, {"key": location, "mode": mode, "set_by": person, "at": time.time()})
