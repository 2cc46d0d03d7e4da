"""Purge of rows that have expired: what is kept of questions, and for how long.

Workflows' rows belong to DBOS (bot/durable/purge.py, which calls this every hour). Senders of tickets go with the
ticket ledger's own `purge_expired`.
"""

import time

import sqlalchemy as sql

from bot.storage.content_edits import CONTENT_EDITS
from bot.storage.database import DAY, Database
from bot.storage.decisions import DECISIONS
from bot.storage.deleted_questions import DELETED_QUESTIONS
from bot.storage.feedback import FEEDBACK
from bot.storage.handovers import HANDOVERS
from bot.storage.secrets import SECRETS
from bot.storage.threads import THREADS

UNDELIVERED_FOR = 7 * DAY  # seconds for which a reply is kept; longer than bot/durable/worker.py tries to deliver it
DELETED_FOR = 2 * DAY  # seconds for which a deletion is kept: nothing of the question is under way any more
STATE_FOR = DAY  # seconds for which the state of an installation is kept: nobody came back from Slack


def purge_expired(database: Database, retention: float) -> None:
    """Deletes what is older than the retention, in seconds; threads not before a day after their last answer."""
    now = time.time()
    for table, seconds in (
        (DECISIONS, retention),
        (FEEDBACK, retention),
        (THREADS, max(retention, DAY)),
        (DELETED_QUESTIONS, DELETED_FOR),
        (HANDOVERS, max(retention, DAY)),
        (CONTENT_EDITS, max(retention, DAY)),
    ):
        database.execute(sql.delete(table).where(table.c.at < now - seconds))
    given_up = (DECISIONS.c.reply != "", DECISIONS.c.at < now - UNDELIVERED_FOR)
    database.execute(sql.update(DECISIONS).where(*given_up).values(reply=""))
    unused = (SECRETS.c.key.like("state:%"), SECRETS.c.at < now - STATE_FOR)
    database.execute(sql.delete(SECRETS).where(*unused))
    database.shrink()
