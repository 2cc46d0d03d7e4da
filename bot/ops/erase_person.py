"""Erasure of one person (`postbote forget USER`): all about them goes, from our tables and from the job engine's.

Every column of text declares its role (`Personal` in bot/storage/schema.py), and the catalogue of tables is whole
wherever bot.storage is imported: a table that is added later needs no line here. A row that is the person's own is
deleted; where somebody else's row names them, the name is taken out. SQLite overwrites what is deleted; PostgreSQL's
files, its log and back-ups are the operator's.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from dbos import DBOSClient

from bot.core.privacy.data_subject import Person
from bot.storage.database import to_sqlalchemy_url
from bot.storage.schema import METADATA, Personal
from bot.storage.sqlite_file import overwrite_deleted
from bot.storage.ticket_ledger import hashed

UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})  # states of a job that is not finished
PAGE = 500  # jobs that are read or deleted at once
PASSES = 5  # jobs come and go meanwhile: looked through until nothing is found


def erase_person(person: Person, database_url: str, data_dir: Path) -> Iterator[str]:
    """Lines for the operator, one for each table in which something was found; erases while it is iterated.

    `database_url`: postgresql://…; empty: the SQLite files in `data_dir`. The tables are of this version
    (Database.open). Raises DatabaseError.
    """
    if database_url:
        address = to_sqlalchemy_url(database_url)
        yield from _erase_in(person, sql.create_engine(address), sql.create_engine(address))
        return
    files = [data_dir / "store.sqlite", data_dir / "postbote.sqlite"]
    store, jobs = (_overwriting_engine(file) if file.exists() else None for file in files)
    yield from _erase_in(person, store, jobs)


def _erase_in(person: Person, store: sql.Engine | None, jobs: sql.Engine | None) -> Iterator[str]:
    for engine, erase in ((store, _erase_rows), (jobs, _erase_jobs)):
        if engine is None:
            continue
        try:
            yield from erase(person, engine)
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:  # else the write-ahead log still has it
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            engine.dispose()


def _overwriting_engine(file: Path) -> sql.Engine:
    engine = sql.create_engine(f"sqlite:///{file}")
    sql.event.listen(engine, "connect", overwrite_deleted)
    return engine


def _erase_rows(person: Person, engine: sql.Engine) -> Iterator[str]:
    for table in METADATA.sorted_tables:
        with engine.begin() as connection:
            deleted, changed = _erase_names(person, connection, table)
            changed += _empty_hashes(person, connection, table)
        name = table.name.removeprefix("postbote_")
        if deleted:
            yield f"{name}: {deleted} deleted"
        if changed:
            yield f"{name}: name taken out of {changed}"


def _columns(table: sql.Table, *roles: Personal) -> list[sql.Column[Any]]:
    return [column for column in table.columns if column.info.get("personal") in roles]


def _erase_names(person: Person, connection: sql.Connection, table: sql.Table) -> tuple[int, int]:
    """(rows deleted, rows changed)."""
    texts, owners = _columns(table, "mentions", "owner"), {c.name for c in _columns(table, "owner")}
    named = sql.or_(sql.false(), *(sql.func.lower(column).like(person.like, escape="\\") for column in texts))
    keys = [column.name for column in table.primary_key.columns]
    deleted = changed = 0
    for row in connection.execute(sql.select(table).where(named)).mappings().all():
        found = {c.name: str(row[c.name]) for c in texts if person.is_named_in(str(row[c.name]))}
        if not found or not person.is_in_workspace(map(str, row.values())):
            continue
        here = sql.and_(*(table.c[key] == row[key] for key in keys))
        if found.keys() & set(keys) or any(person.owns(found[name]) for name in found.keys() & owners):
            deleted += connection.execute(sql.delete(table).where(here)).rowcount
        else:
            clean = {name: person.redact(value) for name, value in found.items()}
            changed += connection.execute(sql.update(table).where(here).values(clean)).rowcount
    return deleted, changed


def _empty_hashes(person: Person, connection: sql.Connection, table: sql.Table) -> int:
    """Number of rows that came from the person: their hashes are emptied, the row stays, or it is answered again.

    A sub-address ("max+shop@firma.de") has a hash of its own, which only its own name finds.
    """
    empty = {column.name: "" for column in _columns(table, "sender-hash", "from-sender")}
    mine = [column.in_(hashed(address) for address in person.addresses) for column in _columns(table, "sender-hash")]
    return connection.execute(sql.update(table).where(sql.or_(*mine)).values(empty)).rowcount if mine else 0


def _erase_jobs(person: Person, engine: sql.Engine) -> Iterator[str]:
    """Deletes the job engine's rows of finished jobs that name the person; what is under way is left to finish."""
    schema = None if engine.dialect.name == "sqlite" else "dbos"
    if not sql.inspect(engine).has_table("workflow_status", schema=schema):
        return
    client = DBOSClient(system_database_engine=engine)
    try:
        deleted = 0
        for _ in range(PASSES):
            jobs = list(_jobs_of(person, client))
            done = [key for key, status in jobs if status not in UNDER_WAY]
            for start in range(0, len(done), PAGE):
                client.delete_workflows(done[start : start + PAGE])
            deleted += len(done)
            if not done:
                break
        left = [key for key, status in jobs if status in UNDER_WAY]
    finally:
        client.destroy()
    if deleted:
        yield f"jobs: {deleted} deleted"
    if left:
        yield f"jobs: {len(left)} still under way; run this again when they are done ({', '.join(left[:3])})"


def _jobs_of(person: Person, client: DBOSClient) -> Iterator[tuple[str, str]]:
    """Pairs (key, status) of the jobs that name the person."""
    offset = 0
    while True:
        page = client.list_workflows(limit=PAGE, offset=offset, load_output=False)
        for job in page:
            event = _event_of(job.input)
            # A ticket's own words come with the steps: what is stored first knows only its number
            steps = client.list_workflow_steps(job.workflow_id) if event.get("act") == "ticket" else []
            told = json.dumps([job.workflow_id, event, steps], ensure_ascii=False, default=str)
            if person.is_named_in(told) and person.is_in_workspace([job.workflow_id, str(event.get("person", ""))]):
                yield job.workflow_id, job.status
        if len(page) < PAGE:
            return
        offset += PAGE


def _event_of(given: Any) -> Mapping[str, Any]:
    """Event that a job was started with, as JSON; other arguments under the key ""."""
    values = given["args"] if given else ()
    return values[0] if values and isinstance(values[0], Mapping) else {"": values}
