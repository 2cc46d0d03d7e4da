"""Cursors: how far a channel has polled its system, so that a restart goes on where it stopped."""

import sqlalchemy as sql

from bot.storage.database import Database
from bot.storage.schema import METADATA, key_column, text_column

CURSORS = sql.Table(
    "postbote_bookmarks",
    METADATA,
    key_column("key", "mentions", primary_key=True),
    text_column("place", "mentions"),  # the cursor, in the channel's own form
)


class Cursors:
    """Store of cursors, by a key that the channel chooses. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, key: str) -> str:
        """Cursor, as it was saved; empty where there is none."""
        row = self._database.fetch_first(sql.select(CURSORS.c.place).where(CURSORS.c.key == key))
        return str(row.place) if row else ""

    def save(self, key: str, place: str) -> None:
        """Saves a cursor. Two processes may do it at once: the later one wins, and looks at a few tickets twice."""
        self._database.upsert_row(CURSORS, {"key": key, "place": place})
