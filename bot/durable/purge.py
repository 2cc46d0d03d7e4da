"""Regular purge: what DBOS keeps of ended workflows is redacted after a minute, and deleted with all else that expired.

What expires of our own rows, and when, stands in bot/storage/purge.py.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS

from bot.durable.recovery import TROUBLE
from bot.storage import Storage
from bot.storage.job_rows import MOST_REDACTED, JobRows

log = structlog.get_logger()

# Retention of finished workflows, and with them of the keys by which a redelivery is known; at the least longer than
# Slack's Delayed Events redeliver (24 h)
KEEP, LEAST = timedelta(days=7), timedelta(hours=26)
REDACT_EVERY, PURGE_EVERY = 60.0, 3_600.0  # seconds
MOST_PURGED = 1_000  # workflows that are deleted at once


async def purge_regularly(storage: Storage, jobs: JobRows) -> None:
    """Redacts ended workflows every minute, and every hour deletes what has expired; until it is cancelled.

    Deleted are workflows that no redelivery can ask for any more, at once again while there is more than a thousand,
    and expired decisions. After a minute where the database has failed.
    """
    keep = max(LEAST, min(KEEP, timedelta(seconds=storage.retention)))
    next_purge, purging = 0.0, False
    while True:
        pause = REDACT_EVERY
        try:
            due = time.monotonic() >= next_purge
            redacted = await asyncio.to_thread(jobs.redact_ended, all_rows=due and not purging)
            if due:
                purging = not await _purge(storage, keep)
            if due and not purging:
                await asyncio.to_thread(jobs.shrink)
                next_purge = time.monotonic() + PURGE_EVERY
            if purging or redacted >= MOST_REDACTED:
                pause = 1.0
        except TROUBLE as wrong:  # nothing may be kept for ever
            log.warning("purge_failed", why=type(wrong).__name__)
        await asyncio.sleep(pause)


async def _purge(storage: Storage, keep: timedelta) -> bool:
    """Deletes a thousand expired workflows, and all expired decisions; True if no workflow is left."""
    before = (datetime.now(UTC) - keep).isoformat()
    old = await DBOS.list_workflows_async(
        completed_before=before, limit=MOST_PURGED, load_input=False, load_output=False
    )
    await DBOS.delete_workflows_async([w.workflow_id for w in old])
    await asyncio.to_thread(storage.purge_expired)
    return len(old) < MOST_PURGED
