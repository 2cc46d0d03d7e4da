"""Storage: everything that Postbote keeps, one module for each kind, on one database (bot/storage/database.py).

Decisions, feedback, deleted questions, threads, handovers, modes and secrets are handed about together as `Storage`.
The register of tickets (ticket_ledger), the polling cursors, content edits and the dashboard's statistics are built on
its database where they are needed. All modules that hold tables are imported here, so that the catalogue is whole
wherever one of them is.
"""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sql

from bot.storage.cursors import Cursors
from bot.storage.database import DAY, Database, DatabaseError, DatabaseUnusable
from bot.storage.decisions import DECISIONS, Decisions, delete_decision, mark_decision_delivered
from bot.storage.deleted_questions import DELETED_QUESTIONS, DeletedQuestions, is_deleted
from bot.storage.feedback import FEEDBACK, Feedback
from bot.storage.handovers import HANDOVERS, Handovers
from bot.storage.modes import MODES, Modes
from bot.storage.purge import purge_expired
from bot.storage.secrets import SECRETS, Secrets
from bot.storage.threads import THREADS, Threads
from bot.storage.ticket_ledger import TicketLedger, mark_ticket_sent

__all__ = ["Cursors", "DatabaseError", "DatabaseUnusable", "Storage", "TicketLedger", "create_storage"]


@dataclass(frozen=True, slots=True)
class Storage:
    """Composite of the stores on one database. All functions block."""

    database: Database
    decisions: Decisions
    feedback: Feedback
    deleted_questions: DeletedQuestions
    threads: Threads
    handovers: Handovers
    modes: Modes
    secrets: Secrets
    retention: float  # seconds for which decisions and feedback are kept

    def mark_delivered(self, key: str, post: str, seconds: float = 0.0, *, ticket: bool = False) -> bool:
        """Records the delivery of a reply: in its decision, and for a ticket in the ticket ledger, in one commit.

        `post`: the channel's id of what was posted; empty: it has none. `seconds`: from receipt to delivery; 0: not
        known. `ticket`: whether the event was a ticket. True if the question was deleted: nothing is kept of it then.
        """
        with self.database.transaction() as connection:
            mark_decision_delivered(connection, key, post, seconds)
            if ticket and post:
                mark_ticket_sent(connection, key, post)
            # After the update, which holds the row: a deletion that this look misses waits for it, and sees the post
            deleted = is_deleted(connection, key)
            if deleted:
                delete_decision(connection, key)
        return deleted

    def purge_expired(self) -> None:
        """Deletes what is older than the retention; threads not before a day after their last answer."""
        purge_expired(self.database, self.retention)

    def erase_team(self, team: str) -> None:
        """Deletes everything of a workspace that removed the bot ("T0001")."""
        for table in (DECISIONS, FEEDBACK, DELETED_QUESTIONS, THREADS, HANDOVERS, MODES, SECRETS):
            key = HANDOVERS.c.asker if table is HANDOVERS else next(iter(table.primary_key))  # a place may be a ticket
            self.database.execute(sql.delete(table).where(key.startswith(f"{team}:", autoescape=True)))


def create_storage(database_url: str, data_dir: Path, keep_days: float = 90.0) -> Storage:
    """Storage on a database that is not opened yet (`storage.database.open()`).

    `database_url`: postgresql://…; empty: a SQLite file in `data_dir`. `keep_days`: how long decisions and feedback are
    kept.
    """
    database = Database(database_url, data_dir)
    return Storage(
        database=database,
        decisions=Decisions(database),
        feedback=Feedback(database),
        deleted_questions=DeletedQuestions(database),
        threads=Threads(database),
        handovers=Handovers(database),
        modes=Modes(database),
        secrets=Secrets(database),
        retention=keep_days * DAY,
    )
