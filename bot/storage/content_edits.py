"""Content edits: what editors want to change in the knowledge base, from the form to publication and undo."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sql

from bot.storage.database import Database
from bot.storage.schema import METADATA, at_column, key_column, short_column, text_column

CONTENT_EDITS = sql.Table(
    "postbote_content_edits",
    METADATA,
    key_column("key", "none", primary_key=True),
    at_column(),  # when it was made, published or undone: the newest of them
    short_column("state", 12),  # ContentEdit.state
    short_column("kind", 12),
    text_column("target", "none"),
    text_column("who", "mentions"),
    text_column("gap", "mentions"),
    text_column("question", "mentions"),
    text_column("files", "mentions"),  # JSON: [path, text before, text after] of each file
    text_column("result", "mentions"),  # JSON of the trial
    text_column("note", "mentions"),
    sql.Index("postbote_content_edits_at", "at"),
)


@dataclass(frozen=True, slots=True)
class ContentEdit:
    """Content edit.

    `state`: checking (a trial runs), checked (it may be published), refused (`check` found faults), failed (the trial
    did not end), publishing, published, undone.
    """

    key: str
    at: float  # seconds since the epoch: when the state last changed
    state: str
    kind: str  # as Edit.kind of bot/content/edits.py
    target: str  # id of the entry or topic
    who: str  # who published or undid it; empty: nobody yet
    gap: str  # key of the newest question of the gap that it closes; empty: of none
    question: str  # the question that it is about; empty: of none
    files: Sequence[tuple[str, str | None, str | None]]  # path, text before, text after
    result: Mapping[str, Any] = field(default_factory=dict)  # of the trial: bot/ops/content_trial.py
    note: str = ""  # the commit, or why there is none; of a trial that runs: its step


class ContentEdits:
    """Store of content edits. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, kind: str, target: str, gap: str, question: str, files: Sequence[tuple[str, str | None, str | None]]
    ) -> str:
        """Key of a new edit, whose trial is to run."""
        key = secrets.token_hex(8)
        row = {"key": key, "kind": kind, "target": target, "gap": gap, "question": question}
        row |= {"files": json.dumps(list(files)), "state": "checking"}
        self._database.upsert_row(CONTENT_EDITS, row | {"at": time.time()})
        return key

    def get(self, key: str) -> ContentEdit | None:
        """Edit of this key; None where none is kept."""
        found = self._query(CONTENT_EDITS.c.key == key, 1, 0)
        return found[0] if found else None

    def published(self, limit: int, skipped: int = 0) -> Sequence[ContentEdit]:
        """Edits that were published, those that were undone as well, the newest first."""
        return self._query(CONTENT_EDITS.c.state.in_(("published", "undone")), limit, skipped)

    def move(self, key: str, before: str, after: str, **values: Any) -> bool:
        """True if the edit was in state `before` and is in `after` now; of several that try, one gets it.

        `values`: columns that change with it; `result` as a mapping.
        """
        if "result" in values:
            values["result"] = json.dumps(values["result"])
        of = CONTENT_EDITS.c
        changed = sql.update(CONTENT_EDITS).where(of.key == key, of.state == before)
        return self._database.execute(changed.values(state=after, at=time.time(), **values)) == 1

    def _query(self, where: sql.ColumnElement[bool], limit: int, skipped: int) -> list[ContentEdit]:
        query = sql.select(CONTENT_EDITS).where(where).order_by(CONTENT_EDITS.c.at.desc()).limit(limit).offset(skipped)
        with self._database.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [_to_edit(row) for row in rows]


def _to_edit(row: Mapping[str, Any]) -> ContentEdit:
    files = [(path, before, after) for path, before, after in json.loads(row["files"] or "[]")]
    return ContentEdit(**{**row, "files": files, "result": json.loads(row["result"] or "{}")})
