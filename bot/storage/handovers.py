"""Handovers: requests to a person that are answered elsewhere than where they were made; both sides are relayed.

A request is one row for each place where helpers read it: one thread in their channel, or a thread in a direct message
to each of them, and the ticket that was opened for it.
"""

import time
from collections.abc import Sequence

import sqlalchemy as sql

from bot.core.stored_records import Handover
from bot.core.ticket_place import is_ticket
from bot.storage.database import Database
from bot.storage.schema import METADATA, at_column, key_column, short_column, text_column, upsert
from bot.storage.threads import THREADS

HANDOVERS = sql.Table(
    "postbote_handovers",
    METADATA,
    key_column("place", "mentions", primary_key=True),  # columns as in Handover
    key_column("request", "mentions"),
    key_column("asked", "mentions"),
    key_column("conversation", "mentions"),
    key_column("asker", "owner"),
    short_column("language", 2),
    text_column("state", "none"),  # open, solved
    short_column("relayed", 40),
    at_column(),
    sql.Index("postbote_handovers_asked", "asked"),
    sql.Index("postbote_handovers_request", "request"),
)


class Handovers:
    """Store of handovers. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, handover: Handover) -> None:
        """Opens a handover, once; from now on what is said at both places is read, without a mention of the bot."""
        row = {
            "place": handover.place,
            "request": handover.request,
            "asked": handover.asked,
            "conversation": handover.conversation,
            "asker": handover.asker,
            "language": handover.language,
            "state": "open",
            "at": time.time(),
        }
        with self._database.transaction() as connection:
            connection.execute(upsert(HANDOVERS, tuple(row), kept=tuple(k for k in row if k != "at")), row)
            for conversation, state in ((handover.place, "helpers"), (handover.asked, f"handed {handover.request}")):
                if is_ticket(conversation):
                    continue
                thread = {"key": conversation, "asker": handover.asker, "state": state, "at": row["at"]}
                connection.execute(upsert(THREADS, tuple(thread), kept=("asker",)), thread)

    def of_place(self, place: str) -> Handover | None:
        """Handover whose request helpers read at this place; None: there is none."""
        found = self._query(HANDOVERS.c.place == place)
        return found[0] if found else None

    def open_of(self, asked: str) -> Sequence[Handover]:
        """Open handovers that were asked for at this place: one for each place where helpers read them."""
        return self._query(sql.and_(HANDOVERS.c.asked == asked, HANDOVERS.c.state == "open"))

    def of_request(self, request: str) -> Sequence[Handover]:
        """All handovers of one request, open or solved."""
        return self._query(HANDOVERS.c.request == request)

    def of_tickets(self, prefix: str) -> Sequence[Handover]:
        """Handovers, open or solved, whose place begins with `prefix`: the tickets of one helpdesk."""
        return self._query(HANDOVERS.c.place.startswith(prefix, autoescape=True))

    def mark_relayed(self, place: str, message: str) -> None:
        """Notes the newest message of a ticket that was relayed."""
        self._database.execute(sql.update(HANDOVERS).where(HANDOVERS.c.place == place).values(relayed=message))

    def close(self, request: str) -> Sequence[Handover]:
        """Handovers that were open and are solved now, with the threads of both sides; none: they were closed before.

        `request`: key of the press or message that asked for a person.
        """
        found = self._query(sql.and_(HANDOVERS.c.request == request, HANDOVERS.c.state == "open"))
        with self._database.transaction() as connection:
            connection.execute(sql.update(HANDOVERS).where(HANDOVERS.c.request == request).values(state="solved"))
            for handover in found:
                sides = (handover.asked, handover.conversation)
                connection.execute(sql.update(THREADS).where(THREADS.c.key.in_(sides)).values(state="solved"))
        return found

    def _query(self, where: sql.ColumnElement[bool]) -> Sequence[Handover]:
        columns = [column for column in HANDOVERS.c if column.name != "at"]
        query = sql.select(*columns).where(where).order_by(HANDOVERS.c.at.desc())
        with self._database.engine.connect() as connection:
            return [Handover(**row) for row in connection.execute(query).mappings()]
