"""Trials of content edits: each runs in a process of its own (bot/ops/content_trial.py), one at a time.

Its state and its steps stand in the database, so that every process of an installation shows them.
"""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from bot.content.content_hash import content_hash
from bot.content.edits import FileChange, entry_of
from bot.content.publishing import check_current, stage
from bot.storage.content_edits import ContentEdit
from bot.storage.statistics import Statistics
from bot.web.pages import ContentAccess

log = structlog.get_logger()

QUESTIONS = 500  # newest questions that are asked again
LONGEST_TRIAL = 600.0  # seconds until a trial is given up; it takes 10 to 60 on two slow cores
KEPT_FOR = 86_400.0  # seconds for which the folder of a trial that nobody published is kept
FOLDER = "trials"  # in the data folder


class Trials:
    """Trials of this process."""

    def __init__(self, content: ContentAccess, statistics: Statistics) -> None:
        self._content, self._statistics = content, statistics
        self._one: asyncio.Semaphore | None = None  # made on the loop that it belongs to
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, key: str) -> None:
        """Starts the trial of an edit in state "checking"; returns at once."""
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: str) -> None:
        self._one = self._one or asyncio.Semaphore(1)
        async with self._one:
            try:
                async with asyncio.timeout(LONGEST_TRIAL):
                    await self._try(key)
            except Exception as wrong:  # noqa: BLE001 - whatever it was, the editor must read it and may try again
                log.warning("content_trial_failed", why=repr(wrong))
                edits = self._content.edits
                note = str(wrong)[:300] or type(wrong).__name__
                await asyncio.to_thread(edits.move, key, "checking", "failed", note=note)

    async def _try(self, key: str) -> None:
        edits = self._content.edits
        edit = await asyncio.to_thread(edits.get, key)
        if edit is None or edit.state != "checking":
            return
        task = await asyncio.to_thread(self._prepare, edit)
        result: dict[str, Any] = {"base": task["base"]}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "trial"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=10_000_000,
        )
        errors = asyncio.create_task(process.stderr.read() if process.stderr else _nothing())
        try:
            assert process.stdin  # noqa: S101 - pipes, as asked for above
            assert process.stdout  # noqa: S101
            process.stdin.write(json.dumps(task).encode())
            process.stdin.close()
            async for line in process.stdout:
                said = json.loads(line)
                result |= {"previews": said["previews"]} if "previews" in said else said.get("result", {})
                note = said.get("step", "comparing")
                await asyncio.to_thread(edits.move, key, "checking", "checking", result=result, note=note)
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        if code or "problems" not in result:
            lines = (await errors).decode("utf-8", "replace").strip().splitlines()
            raise RuntimeError(lines[-1] if lines else f"the trial ended with {code}")
        state = "refused" if result["problems"] else "checked"
        await asyncio.to_thread(edits.move, key, "checking", state, result=result, note="")

    def _prepare(self, edit: ContentEdit) -> dict[str, Any]:
        """Task of the trial's process, on a copy of the knowledge folder. Blocks."""
        content = self._content
        self._remove_old()
        folder = self._folder(edit.key)
        shutil.rmtree(folder, ignore_errors=True)
        base = base_of(content)
        changes = stored_changes(edit)
        check_current(content.knowledge, changes)
        stage(content.knowledge, changes, folder / "knowledge")
        return {
            "base": base,
            "knowledge": str(content.knowledge.resolve()),
            "templates": str(content.templates.resolve()),
            "data_dir": str(content.data_dir.resolve()),
            "staged": str((folder / "knowledge").resolve()),
            "staged_data_dir": str((folder / "data").resolve()),
            "target": entry_of(edit.kind, edit.target),
            "questions": self._statistics.recent_questions(QUESTIONS),
        }

    def take_over_model(self, key: str) -> None:
        """Moves what a trial has learnt to where the reload looks for it, which then need not learn again. Blocks."""
        cache = self._content.data_dir / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        for file in (self._folder(key) / "data" / "cache").glob("trained-*.model"):
            part = cache / f"{file.name}.part"
            shutil.copyfile(file, part)
            part.replace(cache / file.name)

    def forget(self, key: str) -> None:
        """Deletes the folder of a trial. Blocks."""
        shutil.rmtree(self._folder(key), ignore_errors=True)

    def _folder(self, key: str) -> Path:
        return self._content.data_dir / FOLDER / key

    def _remove_old(self) -> None:
        for folder in (self._content.data_dir / FOLDER).glob("*"):
            if folder.stat().st_mtime < time.time() - KEPT_FOR:
                shutil.rmtree(folder, ignore_errors=True)


def base_of(content: ContentAccess) -> str:
    """Hash of the base as it is: a trial tells nothing of another one. Blocks; raises OSError."""
    return content_hash([content.knowledge], "*.yaml")


def stored_changes(edit: ContentEdit) -> list[FileChange]:
    """Changes of files that a stored edit means; content/edits.py makes them."""
    return [FileChange(*file) for file in edit.files]


def is_stuck(edit: ContentEdit) -> bool:
    """True if the process that ran an edit's trial is gone."""
    return edit.state == "checking" and edit.at < time.time() - LONGEST_TRIAL


async def _nothing() -> bytes:
    return b""


def preview_of(result: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Previews of an edit's result by language; empty: there are none yet."""
    found = result.get("previews")
    return found if isinstance(found, Mapping) else {}
