"""`postbote forget USER`: everything about one person goes, from the store's tables and from the job engine's.

All tables are looked through, whatever they are called after `postbote_`, and all their columns, so that a table which
is added later needs no line here. A row that is the person's own is deleted; where somebody else's row names them, the
name is taken out. SQLite overwrites what is deleted; PostgreSQL's files, its log and back-ups are the operator's.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from dbos import DBOSClient

from bot.core.privacy.data_subject import Person
from bot.storage.ticket_ledger import hashed

OWNERS = frozenset({"person", "asker"})  # columns that say whose a row is
FROM_CUSTOMER = ("sender", "domain", "body")  # of tickets, hashed: the row stays, or it is answered again
UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
PAGE = 500  # jobs that are read or deleted at once
PASSES = 5  # jobs come and go meanwhile: looked through until nothing is found


def forget(person: Person, database_url: str, data_dir: Path) -> Iterator[str]:
    """A line for each table in which something was found.

    `database_url`: postgresql://…, empty for the SQLite files in `data_dir`. Raises what SQLAlchemy raises.
    """
    if database_url:
        address = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        yield from _forget_in(person, sql.create_engine(address), sql.create_engine(address))
        return
    files = [data_dir / "store.sqlite", data_dir / "postbote.sqlite"]
    store, jobs = (_sqlite(file) if file.exists() else None for file in files)
    yield from _forget_in(person, store, jobs)


def _forget_in(person: Person, store: sql.Engine | None, jobs: sql.Engine | None) -> Iterator[str]:
    for engine, look in ((store, _forget_rows), (jobs, _forget_jobs)):
        if engine is None:
            continue
        try:
            yield from look(person, engine)
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:  # else the write-ahead log still has it
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            engine.dispose()


def _sqlite(file: Path) -> sql.Engine:
    engine = sql.create_engine(f"sqlite:///{file}")

    @sql.event.listens_for(engine, "connect")
    def _overwrite(connection: Any, record: object) -> None:
        connection.execute("PRAGMA secure_delete=ON")  # sqlite.org/pragma.html#pragma_secure_delete
        connection.execute("PRAGMA busy_timeout=10000")

    return engine


def _forget_rows(person: Person, engine: sql.Engine) -> Iterator[str]:
    tables = sql.MetaData()
    tables.reflect(engine, only=lambda name, _: name.startswith("postbote_"))
    for table in tables.sorted_tables:
        with engine.begin() as connection:
            deleted, changed = _forget_in_table(person, connection, table)
            if table.name == "postbote_tickets":
                changed += connection.execute(
                    sql.update(table)
                    .where(table.c.sender == hashed(person.name))
                    .values(dict.fromkeys(FROM_CUSTOMER, ""))
                ).rowcount
        name = table.name.removeprefix("postbote_")
        if deleted:
            yield f"{name}: {deleted} deleted"
        if changed:
            yield f"{name}: name taken out of {changed}"


def _forget_in_table(person: Person, connection: sql.Connection, table: sql.Table) -> tuple[int, int]:
    """(rows deleted, rows changed)."""
    texts = [column for column in table.columns if isinstance(column.type, sql.String)]
    named = sql.or_(sql.false(), *(sql.func.lower(column).like(person.like, escape="\\") for column in texts))
    keys = [column.name for column in table.primary_key.columns]
    deleted = changed = 0
    for row in connection.execute(sql.select(table).where(named)).mappings().all():
        found = {c.name: str(row[c.name]) for c in texts if person.is_named_in(str(row[c.name]))}
        if not found or not person.may_stand_in(map(str, row.values())):
            continue
        here = sql.and_(*(table.c[key] == row[key] for key in keys))
        if set(found) & set(keys) or any(person.owns(value) for name, value in found.items() if name in OWNERS):
            deleted += connection.execute(sql.delete(table).where(here)).rowcount
        else:
            clean = {name: person.taken_out_of(value) for name, value in found.items()}
            changed += connection.execute(sql.update(table).where(here).values(clean)).rowcount
    return deleted, changed


def _forget_jobs(person: Person, engine: sql.Engine) -> Iterator[str]:
    """What the engine keeps of finished jobs; what is under way is left to finish."""
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
    """(key, status) of the jobs that name the person."""
    offset = 0
    while True:
        page = client.list_workflows(limit=PAGE, offset=offset, load_output=False)
        for job in page:
            event = _event_of(job.input)
            # A ticket's own words come with the steps: what is stored first knows only its number
            steps = client.list_workflow_steps(job.workflow_id) if event.get("act") == "ticket" else []
            told = json.dumps([job.workflow_id, event, steps], ensure_ascii=False, default=str)
            if person.is_named_in(told) and person.may_stand_in([job.workflow_id, str(event.get("person", ""))]):
                yield job.workflow_id, job.status
        if len(page) < PAGE:
            return
        offset += PAGE


def _event_of(given: Any) -> Mapping[str, Any]:
    """What a job was started with."""
    values = given["args"] if given else ()
    return values[0] if values and isinstance(values[0], Mapping) else {"": values}
