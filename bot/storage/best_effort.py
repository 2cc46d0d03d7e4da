"""Best effort: a database call whose failure costs a line in the log, and never a reply."""

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from bot.storage.database import DatabaseError

T = TypeVar("T")
log = structlog.get_logger()


async def best_effort(key: str, failed: str, work: Awaitable[T]) -> T | None:
    """Result of `work`; None where the database fails: logged under the name `failed`, with the event's key."""
    try:
        return await work
    except DatabaseError as wrong:
        log.warning(failed, key=key, why=type(wrong).__name__)
        return None
