"""Threads in which the bot has spoken: whose question began each, and who talks there now."""

import time

import sqlalchemy as sql

from bot.core.stored_records import Thread
from bot.storage.database import DAY, Database
from bot.storage.schema import METADATA, at_column, key_column, text_column, upsert

THREADS = sql.Table(
    "postbote_threads",
    METADATA,
    key_column("key", "mentions", primary_key=True),  # the conversation
    key_column("asker", "owner"),
    text_column("state", "mentions"),  # Thread.state; behind "handed" the key of the press that asked for a person
    at_column(),  # of the bot's last answer
)


class Threads:
    """Store of threads, by conversation. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, conversation: str) -> Thread | None:
        """Thread of a conversation; None where the bot has said nothing in it."""
        if not conversation:
            return None
        row = self._database.fetch_first(sql.select(THREADS).where(THREADS.c.key == conversation))
        return Thread(row.asker, row.state.partition(" ")[0], row.at) if row else None

    def touch(self, conversation: str, asker: str) -> None:
        """Notes that the bot has just answered in a thread; the first asker stays, and so does the state."""
        if conversation:
            with self._database.engine.begin() as connection:
                touch_thread(connection, conversation, asker)

    def set_state(self, conversation: str, state: str, asker: str = "") -> bool:
        """Sets a thread's state; True if it was another one before. `asker`: for a thread that is not known yet."""
        self._ensure(conversation, asker)
        changed = _update(conversation).where(THREADS.c.state != state).values(state=state)
        return bool(self._database.execute(changed))

    def hand_over(self, conversation: str, asker: str, key: str) -> bool:
        """Hands a thread to people; True for the first press, also where a crash has it handled once more.

        After a day people are asked again, because nobody may have pressed "Solved".

        `key`: the press's, which is kept behind the state.
        """
        self._ensure(conversation, asker)
        mine = f"handed {key}"
        others = THREADS.c.state.like("handed%") & (THREADS.c.state != mine) & (THREADS.c.at > time.time() - DAY)
        free = _update(conversation).where(~others).values(state=mine, at=time.time())
        return bool(self._database.execute(free))

    def _ensure(self, conversation: str, asker: str) -> None:
        if not self.get(conversation):
            self.touch(conversation, asker)


def touch_thread(connection: sql.Connection, conversation: str, asker: str) -> None:
    """`Threads.touch` within the caller's transaction, so that decision and thread are one commit."""
    row = {"key": conversation, "asker": asker, "state": "open", "at": time.time()}
    connection.execute(upsert(THREADS, tuple(row), kept=("asker", "state")), row)


def _update(conversation: str) -> sql.Update:
    return sql.update(THREADS).where(THREADS.c.key == conversation)
