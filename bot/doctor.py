"""`postbote doctor`: the configuration against what it names, one line a check."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.channels import Check, find_examinations
from bot.core.mail_dns import NOT_KNOWN, Lookup
from bot.settings import Settings
from bot.store import DATABASE_TROUBLE, Store

ASKED = "example.com"  # RFC 2606: exists for this


async def examine(settings: Settings, lookup: Lookup, content: Callable[[], Check]) -> AsyncIterator[Check]:
    """`content`: reads the knowledge base."""
    yield content()
    yield _folder(settings.postbote_data_dir)
    yield await asyncio.to_thread(_database, settings)
    yield await _dns(lookup)
    for examine_channel in find_examinations().values():
        for check in await examine_channel(settings):
            yield check


def _folder(folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as wrong:
        return Check("data folder", False, f"{folder}: {wrong.strerror}; set POSTBOTE_DATA_DIR to a folder to write in")
    return Check("data folder", True, str(folder))


def _database(settings: Settings) -> Check:
    store = Store(settings.database_url, settings.postbote_data_dir)
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    try:
        store.open()
        number = store.number()
    except (DATABASE_TROUBLE, OSError) as wrong:
        line = str(wrong).strip().split("\n")[0]
        return Check("database", False, f"{kind}: {line}; check POSTBOTE_DATABASE_URL")
    finally:
        store.close()
    return Check("database", True, f"{kind}, {number} decisions kept")


async def _dns(lookup: Lookup) -> Check:
    found = await lookup.mx(ASKED)
    if found.status in NOT_KNOWN:
        return Check("name servers", False, f"no answer for {ASKED} ({found.status}); check POSTBOTE_NAMESERVERS")
    return Check("name servers", True, f"answer for {ASKED}")
