"""Doctor: checks the configuration against the live services, one line a check (`postbote doctor`)."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.channels import find_doctor_checks
from bot.contracts.channel import DoctorResult
from bot.core.dns.records import NOT_KNOWN, Lookup
from bot.ops.database_checks import check_database
from bot.settings import Settings
from bot.storage import DatabaseError, DatabaseUnusable, create_storage
from bot.storage.data_folder import why_unusable

ASKED = "example.com"  # RFC 2606: exists for this
MEGABYTE = 1_048_576  # bytes
ROOM = 100 * MEGABYTE  # a full disk is the one fault that can lose what was not stored yet


async def run_checks(
    settings: Settings, lookup: Lookup, content: Callable[[], DoctorResult]
) -> AsyncIterator[DoctorResult]:
    """Doctor results, in order. `content`: reads the knowledge base and tells how that went."""
    yield content()
    yield _folder(settings.postbote_data_dir)
    for found in await asyncio.to_thread(_database, settings):
        yield found
    yield await _dns(lookup)
    for check_channel in find_doctor_checks().values():
        for check in await check_channel(settings):
            yield check


def _folder(folder: Path) -> DoctorResult:
    if problem := why_unusable(folder):
        return DoctorResult("data folder", False, problem)
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        return DoctorResult(
            "data folder", False, f"{folder}: {free // MEGABYTE} MB free; make room, or questions are lost"
        )
    if folder.stat().st_mode & stat.S_IROTH and list(folder.glob("*.sqlite")):
        return DoctorResult("data folder", False, f"{folder}: anybody on this host may read it; chmod o-rwx {folder}")
    return DoctorResult("data folder", True, f"{folder}, {free // MEGABYTE} MB free")


def _database(settings: Settings) -> list[DoctorResult]:
    storage = create_storage(settings.database_url, settings.postbote_data_dir)
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    try:
        storage.database.open()
        checks = [DoctorResult("database", True, f"{kind}, {storage.decisions.count()} decisions kept")]
        # What was found is said always; the cure, after a semicolon, only where it is needed
        return checks + [
            DoctorResult(n, ok, says.split("; ")[0] if ok else says)
            for n, ok, says in check_database(storage.database.engine)
        ]
    except DatabaseUnusable as wrong:
        return [DoctorResult("database", False, str(wrong))]
    except (DatabaseError, OSError) as wrong:
        line = str(wrong).strip().split("\n")[0]
        return [DoctorResult("database", False, f"{kind}: {line}; check POSTBOTE_DATABASE_URL")]
    finally:
        storage.database.close()


async def _dns(lookup: Lookup) -> DoctorResult:
    found = await lookup.mx(ASKED)
    if found.status in NOT_KNOWN:
        return DoctorResult(
            "name servers", False, f"no answer for {ASKED} ({found.status}); check POSTBOTE_NAMESERVERS"
        )
    return DoctorResult("name servers", True, f"answer for {ASKED}")
