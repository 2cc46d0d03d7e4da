"""Pages of entries: how each of them does, what people said of it, and the form to change it or write a new one."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.content.edits import LISTS, Edit, base_languages, read_entry, read_file
from bot.content.yaml_edit import EditError
from bot.content.yaml_lines import EXAMPLES
from bot.core.stored_records import StoredDecision
from bot.storage.statistics import EntryCounts
from bot.web.dashboard.csv_export import to_csv
from bot.web.dashboard.frame import BASE, Frame, key_of, page_of
from bot.web.dashboard.summary import DAY, days_of
from bot.web.pages import ContentAccess, language_of

PAGE = 15  # entries on a page
SHOWN_FEEDBACK = 10  # answers that did not help
SORTS = ("asked", "unhelpful", "handed_over", "title")


class EntryPages:
    """Routes of the entries."""

    def __init__(self, frame: Frame, content: ContentAccess) -> None:
        self._frame, self._content = frame, content
        self._statistics = frame.context.statistics
        self.routes: Sequence[BaseRoute] = [
            Route(f"{BASE}/entries", frame.guarded(self._list)),
            Route(f"{BASE}/entries.csv", frame.guarded(self._csv)),
            Route(f"{BASE}/entry", frame.guarded(self._one)),
            Route(f"{BASE}/entry/new", frame.guarded(self._new)),
            Route(f"{BASE}/file", frame.guarded(self._file)),
        ]

    async def _rows(self, request: Request, days: int) -> list[dict[str, Any]]:
        """All entries with their counts of this period and the one before."""
        language = language_of(request)
        ids = [one for found in self._frame.context.engine.sections(language).values() for one in found]
        now, period = time.time(), days * DAY
        counts = await asyncio.to_thread(self._statistics.entry_counts, now - period)
        before = await asyncio.to_thread(self._statistics.entry_counts, now - 2 * period, now - period)
        none = EntryCounts()
        return [
            {
                "id": one,
                "title": self._frame.title(one, language),
                "counts": counts.get(one, none),
                "before": before.get(one, none),
            }
            for one in ids
        ]

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        days = days_of(request)
        wanted = query.get("q", "")[:200]
        sort = query.get("sort", "") if query.get("sort") in SORTS else SORTS[0]
        rows = [row for row in await self._rows(request, days) if _names(row, wanted)]
        rows.sort(key=lambda row: row["title"].lower() if sort == "title" else -getattr(row["counts"], sort))
        pages = max(1, -(-len(rows) // PAGE))
        page = min(page_of(query), pages)
        facts = {
            "rows": rows[(page - 1) * PAGE : page * PAGE],
            "number": len(rows),
            "page": page,
            "pages": pages,
            "days": days,
            "sort": sort,
            "entry_sorts": [(one, self._frame.say(f"sort_{one}", language_of(request))) for one in SORTS],
            "q": wanted,
        }
        return self._frame.shown(request, "entries.html", facts)

    async def _csv(self, request: Request) -> Response:
        """All entries, one a row, with the counts of the period and of the one before."""
        names = ("asked", "helpful", "unhelpful", "handed_over")
        rows: list[Sequence[object]] = [("id", "title", *names, *(f"{name}_before" for name in names))]
        for row in await self._rows(request, days_of(request)):
            counts = [getattr(row[when], name) for when in ("counts", "before") for name in names]
            rows.append((row["id"], row["title"], *counts))
        return to_csv("entries.csv", rows, language_of(request))

    async def _one(self, request: Request) -> Response:
        entry = request.query_params.get("id", "")[:80]
        try:
            edit = await asyncio.to_thread(read_entry, self._content.knowledge, entry)
        except (EditError, OSError):
            return self._frame.shown(request, "gone.html", {}, 404)
        days = days_of(request)
        since = time.time() - days * DAY
        counts = await asyncio.to_thread(self._statistics.entry_counts, since)
        facts = {
            **_form(edit),
            "counts": counts.get(entry, EntryCounts()),
            "days": days,
            "feedback": await asyncio.to_thread(self._feedback, entry, since),
            "files": await asyncio.to_thread(self._files_of, entry),
            "query": {"id": entry, "days": days},
        }
        return self._frame.shown(request, "entry.html", {**facts, "figures": self._figures()})

    def _figures(self) -> Sequence[str]:
        """Variables that an answer may name, as they are written in it."""
        return [f"{{{{ {name} }}}}" for name in sorted(self._frame.context.engine.provider().figures)]

    def _feedback(self, entry: str, since: float) -> list[Mapping[str, Any]]:
        found = self._statistics.answered_with(entry, since, SHOWN_FEEDBACK)
        return [{"kept": kept, "reasons": self._statistics.reasons(kept.key)} for kept in found]

    def _files_of(self, entry: str) -> Sequence[str]:
        """Paths of an entry's files."""
        paths = (f"{entry}.yaml", f"{EXAMPLES}/{entry}.yaml")
        return [path for path in paths if (self._content.knowledge / path).is_file()]

    async def _file(self, request: Request) -> Response:
        """Form of a whole file: provider.yaml, and what an entry has besides the fields of its form."""
        try:
            edit = await asyncio.to_thread(read_file, self._content.knowledge, request.query_params.get("id", "")[:80])
        except (EditError, OSError, UnicodeDecodeError):
            return self._frame.shown(request, "gone.html", {}, 404)
        return self._frame.shown(request, "file.html", {"edit": edit, "query": {"id": edit.target}})

    async def _new(self, request: Request) -> Response:
        """Form of a new entry; with the question of a gap in it (`key`)."""
        key = key_of(request.query_params)
        kept = await asyncio.to_thread(self._statistics.decision, key) if key else None
        try:
            languages = await asyncio.to_thread(base_languages, self._content.knowledge)
        except (EditError, OSError):
            return self._frame.shown(request, "gone.html", {}, 404)
        empty = dict.fromkeys(languages, "")
        asked = {one: [kept.question] if kept and kept.language == one else [] for one in languages}
        edit = Edit("entry", "", asked, new=True, title=empty, answer=empty)
        facts = {**_form(edit, kept), "counts": None, "feedback": [], "files": []}
        return self._frame.shown(request, "entry.html", {**facts, "figures": self._figures()})


def _form(edit: Edit, kept: StoredDecision | None = None) -> Mapping[str, Any]:
    return {
        "entry": edit,
        "gap": kept.key if kept else "",
        "question": kept.question if kept else "",
        "lists": {key: "\n".join(edit.lists.get(key, ())) for key in LISTS},
        "asked_in": {language: "\n".join(asked) for language, asked in edit.questions.items()},
    }


def _names(row: Mapping[str, Any], wanted: str) -> bool:
    return wanted.strip().lower() in f"{row['id']} {row['title']}".lower()
