"""Job rows: what the job engine (DBOS) keeps of ended workflows; the event in it is redacted, the row itself stays.

A workflow's row keeps the event as it came (the engine stores it as input), and a step's row the reply or the ticket
that it read. Both are needed until the workflow ends, and never afterwards: the engine runs no ended workflow again,
and knows a redelivery by the key alone. So NULL takes their place, which the engine reads as "no input" (dbos 3.4:
`safe_deserialize`); the input's row must stay, or a redelivery would store its event in it again.
"""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from bot.storage.database import to_sqlalchemy_url
from bot.storage.sqlite_file import overwrite_deleted, shrink_file

# States in which a workflow is resumed by nobody: the bot cancels none, and what an operator cancels is meant to end
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
AT_ONCE = 500  # workflows in one transaction
MOST_REDACTED = 10_000  # in one call, which takes a second: a process that stops waits for its end
STEP_PAUSE = 0.01  # seconds for others to write
# Milliseconds before the newest end that was seen, in which another process may have committed an older one since
OVERLAP = 300_000


class JobRows:
    """Rows of the job engine in its database. All functions block, and raise DatabaseError."""

    def __init__(self, url: str) -> None:
        """`url`: postgresql://…, or sqlite:///… of a file that the engine has made. Nothing is opened yet."""
        self._engine = sql.create_engine(to_sqlalchemy_url(url), poolclass=sql.pool.NullPool, hide_parameters=True)
        schema = "dbos" if url.startswith("postgresql") else None
        if schema is None:
            sql.event.listen(self._engine, "connect", overwrite_deleted)
        payload = {"workflow_input": ("inputs",), "workflow_output": ("output", "error")}
        steps = {"operation_outputs": ("output", "error")}
        of_status = ("status", "completed_at", "inputs", "output", "error")
        self._status = _table("workflow_status", of_status, schema)
        self._payloads = [_table(name, columns, schema) for name, columns in {**payload, **steps}.items()]
        self._input = self._payloads[0]
        self._seen = 0  # milliseconds since the epoch: the newest end of a workflow that was looked at
        self._since = 0  # where the next look begins

    def redact_ended(self, *, all_rows: bool = False) -> int:
        """Number of ended workflows whose event, step results and errors were taken out now, at most MOST_REDACTED.

        Looks at those that ended since the last call, and at all of them in the first one. `all_rows`: at all of them
        again, as a clock may have been set back.
        """
        if all_rows:
            self._since = 0
        total = 0
        while total < MOST_REDACTED:
            rows = self._unredacted(self._since)
            if not rows:
                self._since = self._seen - OVERLAP
                break
            self._redact([row.workflow_uuid for row in rows])
            total += len(rows)
            self._since = rows[-1].completed_at - 1  # else each look would pass over all that are done already
            self._seen = max(self._seen, rows[-1].completed_at)
            time.sleep(STEP_PAUSE)
        return total

    def shrink(self) -> None:
        """Gives the space of deleted rows back to the disk, where the database is a SQLite file."""
        shrink_file(self._engine)

    def _unredacted(self, since: int) -> Sequence[Any]:
        """(key, end) of the oldest ones."""
        status, inputs = self._status.c, self._input.c
        query = (
            sql.select(status.workflow_uuid, status.completed_at)
            .outerjoin_from(self._status, self._input, inputs.workflow_uuid == status.workflow_uuid)
            # Redacted all at once, so that the input tells; older versions of the engine kept it in the status
            .where(status.completed_at > since, sql.func.coalesce(inputs.inputs, status.inputs).is_not(None))
            .where(status.status.in_(ENDED))
            .order_by(status.completed_at)
            .limit(AT_ONCE)
        )
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def _redact(self, keys: Sequence[str]) -> None:
        status = self._status.c
        ended = sql.select(status.workflow_uuid).where(status.workflow_uuid.in_(keys), status.status.in_(ENDED))
        with self._engine.begin() as connection:
            for table in [*self._payloads, self._status]:
                empty = {name: None for name in ("inputs", "output", "error") if name in table.c}
                connection.execute(sql.update(table).where(table.c.workflow_uuid.in_(ended)).values(empty))


def _table(name: str, columns: Sequence[str], schema: str | None) -> sql.TableClause:
    """Table of the engine, with the columns that matter here."""
    return sql.table(name, *map(sql.column, ("workflow_uuid", *columns)), schema=schema)
