"""Secrets of channels (tokens, states of an installation), encrypted by the channel that keeps them.

Also a note for each session of the dashboard that has ended.
"""

import time

import sqlalchemy as sql

from bot.storage.database import Database
from bot.storage.schema import METADATA, at_column, key_column, text_column

SECRETS = sql.Table(
    "postbote_secrets",
    METADATA,
    key_column("key", "mentions", primary_key=True),
    text_column("secret", "none"),  # encrypted; of an ended session no secret
    at_column(),
)


class Secrets:
    """Store of secrets, by key. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str:
        """Secret, as it was saved; empty where there is none."""
        row = self._database.fetch_first(sql.select(SECRETS.c.secret).where(SECRETS.c.key == key))
        return str(row.secret) if row else ""

    def save(self, key: str, secret: str) -> None:
        """Saves a secret in place of an earlier one. `secret` must be encrypted already, if it is one."""
        self._database.upsert_row(SECRETS, {"key": key, "secret": secret, "at": time.time()})

    def delete(self, key: str, since: float = 0.0) -> bool:
        """True for the one caller who deleted the secret. `since`: seconds since the epoch; an older one stays."""
        return bool(self._database.execute(sql.delete(SECRETS).where(SECRETS.c.key == key, SECRETS.c.at > since)))
