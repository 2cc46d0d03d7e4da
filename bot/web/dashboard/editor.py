"""Editor: from a form to content that is used: trial, preview, publication, undo, patch, and the list of changes."""

import asyncio
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.content.edits import Edit, FileChange, one_line, to_changes
from bot.content.publishing import Outdated, commit, is_writable, publish, reverse, to_patch
from bot.content.yaml_edit import EditError
from bot.core.languages import KNOWN
from bot.core.model import Question
from bot.storage.content_edits import ContentEdit
from bot.web.dashboard.forms import to_edit
from bot.web.dashboard.frame import BASE, OWN, Fields, Frame, page_of, set_cookie
from bot.web.dashboard.gap_list import keys_of_gap
from bot.web.dashboard.trials import Trials, base_of, is_stuck, preview_of, stored_changes
from bot.web.pages import ContentAccess, language_of

log = structlog.get_logger()

WHO = "postbote_editor"  # cookie that keeps an editor's name for the next form
WHO_FOR = 365 * 86_400  # seconds
LONGEST_NAME = 80
CHANGES = 20  # a page of the list of changes


class Editor:
    """Editor's routes, each for those who may see the dashboard; forms carry the secret against CSRF (Frame)."""

    def __init__(self, frame: Frame, content: ContentAccess) -> None:
        self._frame, self._content = frame, content
        self._statistics = frame.context.statistics
        self._trials = Trials(content, self._statistics)
        self.routes: Sequence[BaseRoute] = [
            Route(f"{BASE}/edit", frame.guarded(self._page)),
            Route(f"{BASE}/edit", self._make, methods=["POST"]),
            Route(f"{BASE}/edit/state", frame.guarded(self._state)),
            Route(f"{BASE}/edit/again", self._again, methods=["POST"]),
            Route(f"{BASE}/edit/publish", self._publish, methods=["POST"]),
            Route(f"{BASE}/edit/undo", self._undo, methods=["POST"]),
            Route(f"{BASE}/change.patch", frame.guarded(self._patch)),
            Route(f"{BASE}/changes", frame.guarded(self._changes)),
        ]

    async def _make(self, request: Request) -> Response:
        """Edit from a form: its trial begins. What the form says wrong is said above it, and nothing is lost."""
        fields = await self._frame.posted(request)
        if isinstance(fields, Response):
            return fields
        gap = fields.get("gap", "")[:200]
        try:
            edit = to_edit(fields, tuple(KNOWN))
            changes = await asyncio.to_thread(to_changes, self._content.knowledge, edit)
        except (EditError, OSError) as wrong:
            reason = wrong.reason if isinstance(wrong, EditError) else "unreadable"
            return self._frame.shown(request, "wrong.html", {"problem": f"edit_{reason}", "fields": fields}, 422)
        key = await asyncio.to_thread(self._add, edit, gap, one_line(fields.get("question", ""))[:2_000], changes)
        self._trials.start(key)
        return _to(request, "edit", id=key)

    def _add(self, edit: Edit, gap: str, question: str, changes: Sequence[FileChange]) -> str:
        files = [(change.path, change.before, change.after) for change in changes]
        return self._content.edits.add(edit.kind, edit.target, gap, question, files)

    async def _page(self, request: Request) -> Response:
        edit = await self._edit(request.query_params.get("id", ""))
        return await self._shown(request, edit) if edit else self._frame.shown(request, "gone.html", {}, 404)

    async def _shown(self, request: Request, edit: ContentEdit, problem: str = "", status: int = 200) -> Response:
        changes = stored_changes(edit)
        writable = await asyncio.to_thread(is_writable, self._content.knowledge, changes)
        facts = {
            "edit": edit,
            "stuck": is_stuck(edit),
            "writable": writable,
            "patch": to_patch(changes),
            "previews": preview_of(edit.result),
            "who": unquote(request.cookies.get(WHO, "")),
            "problem": problem,
            "answered": await self._answered(edit),
            "query": {"id": edit.key},
        }
        return self._frame.shown(request, "edit.html", facts, status)

    async def _answered(self, edit: ContentEdit) -> str:
        """Outcome of the question with the content in use; "target": the changed entry; empty: no question."""
        if edit.state != "published" or not edit.question:
            return ""
        answer = await self._frame.context.engine.respond(Question(edit.question))
        decision = answer.decision
        if decision and decision.outcome == "answer" and edit.target in decision.entries:
            return "target"
        return decision.outcome if decision else ""

    async def _state(self, request: Request) -> Response:
        """State of a trial, then in words its step: a line for the script that waits for it."""
        edit = await self._edit(request.query_params.get("id", ""))
        if edit is None or edit.state != "checking":
            return PlainTextResponse(edit.state if edit else "gone", headers=OWN)
        step = self._frame.say(f"step_{edit.note or 'waiting'}", language_of(request))
        return PlainTextResponse(f"checking {step}", headers=OWN)

    async def _again(self, request: Request) -> Response:
        """Trial once more: it failed, was interrupted, or the content has changed since."""
        found = await self._posted(request)
        if isinstance(found, Response):
            return found
        _, edit = found
        for state in ("failed", "checked", "checking") if is_stuck(edit) else ("failed", "checked"):
            if await asyncio.to_thread(self._content.edits.move, edit.key, state, "checking", result={}, note=""):
                self._trials.start(edit.key)
                break
        return _to(request, "edit", id=edit.key)

    async def _publish(self, request: Request) -> Response:
        found = await self._signed(request)
        if isinstance(found, Response):
            return found
        edit, who = found
        if edit.result.get("base") != await asyncio.to_thread(base_of, self._content):
            await asyncio.to_thread(self._content.edits.move, edit.key, "checked", "checking", result={}, note="")
            self._trials.start(edit.key)
            return _to(request, "edit", id=edit.key)
        return await self._written(request, edit, who, "checked", "published")

    async def _undo(self, request: Request) -> Response:
        found = await self._signed(request)
        if isinstance(found, Response):
            return found
        edit, who = found
        return await self._written(request, edit, who, "published", "undone")

    async def _signed(self, request: Request) -> Response | tuple[ContentEdit, str]:
        """(the edit, name of who is at it) of a form that writes content; a response where it may not."""
        found = await self._posted(request)
        if isinstance(found, Response):
            return found
        fields, edit = found
        who = one_line(fields.get("who", ""))[:LONGEST_NAME]
        return (edit, who) if who else await self._shown(request, edit, "who_missing", 422)

    async def _written(self, request: Request, edit: ContentEdit, who: str, before: str, after: str) -> Response:
        """Edit's page, after its files were written."""
        problem = await asyncio.to_thread(self._write, edit, who, before, after)
        if problem:
            return await self._shown(request, await self._edit(edit.key) or edit, problem, 409)
        return _remembering(request, _to(request, "edit", id=edit.key), who)

    def _write(self, edit: ContentEdit, who: str, before: str, after: str) -> str:
        """Writes an edit's files, or those before it. Returns a problem's name; empty: done. Blocks."""
        edits, folder = self._content.edits, self._content.knowledge
        changes = stored_changes(edit) if after == "published" else reverse(stored_changes(edit))
        if not is_writable(folder, changes):
            return "read_only"
        if not edits.move(edit.key, before, "publishing"):
            return ""  # another press was quicker, and did it
        try:
            if after == "published":
                self._trials.take_over_model(edit.key)
            publish(folder, changes)
        except (Outdated, OSError) as wrong:
            edits.move(edit.key, "publishing", before)
            log.warning("content_not_published", why=str(wrong))
            return "outdated" if isinstance(wrong, Outdated) else "not_written"
        message = f"{'Undo: ' if after == 'undone' else ''}{edit.kind} {edit.target}"
        name, why_not = commit(folder, changes, f"{message}\n\n{edit.question}".strip(), who)
        edits.move(edit.key, "publishing", after, who=who, note=name or why_not)
        self._settle(edit, after)
        self._trials.forget(edit.key)
        log.info("content_published" if after == "published" else "content_undone", target=edit.target, who=who)
        return ""

    def _settle(self, edit: ContentEdit, state: str) -> None:
        if state == "undone":
            self._statistics.unsettle(edit.key)
        elif edit.gap:
            self._statistics.settle(keys_of_gap(self._statistics, edit.gap), edit.key)

    async def _patch(self, request: Request) -> Response:
        edit = await self._edit(request.query_params.get("id", ""))
        if edit is None:
            return self._frame.shown(request, "gone.html", {}, 404)
        name = edit.target.replace("/", "-")
        headers = OWN | {"Content-Disposition": f'attachment; filename="{name}.patch"'}
        return PlainTextResponse(to_patch(stored_changes(edit)), media_type="text/x-diff", headers=headers)

    async def _changes(self, request: Request) -> Response:
        page = page_of(request.query_params)
        found = await asyncio.to_thread(self._content.edits.published, CHANGES + 1, (page - 1) * CHANGES)
        facts = {"edits": found[:CHANGES], "page": page, "more": len(found) > CHANGES}
        return self._frame.shown(request, "changes.html", facts)

    async def _posted(self, request: Request) -> tuple[Fields, ContentEdit] | Response:
        """Fields and edit of a form about an edit; else a refusal, or that it is gone."""
        fields = await self._frame.posted(request)
        if isinstance(fields, Response):
            return fields
        edit = await self._edit(fields.get("id", ""))
        return (fields, edit) if edit else self._frame.shown(request, "gone.html", {}, 404)

    async def _edit(self, key: str) -> ContentEdit | None:
        if not key.isalnum() or len(key) > 40:
            return None
        return await asyncio.to_thread(self._content.edits.get, key)


def _remembering(request: Request, response: Response, who: str) -> Response:
    set_cookie(request, response, WHO, quote(who), WHO_FOR)
    return response


def _to(request: Request, page: str, **query: str) -> Response:
    """Redirection to another page, in the language that was chosen."""
    if lang := request.query_params.get("lang"):
        query["lang"] = lang
    return RedirectResponse(f"{BASE}/{page}?{urlencode(query)}", 303, headers=OWN)
