"""Content that changes while the bot runs."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.content.watcher import ContentWatcher
from tests.rows import each_row
from tests.servers.postbote import PROJECT, ForkedPostbote, serving
from tests.slow import slow

CHANGES: list[tuple[str, str, str, str]] = [
    # what the check says, what the reload says, the problem then, the version in use
    ("", "", "", "new"),
    ("knowledge/a.yaml:3: title: missing", "", "knowledge/a.yaml:3: title: missing", "old"),
    ("", "knowledge/a.yaml:1: changed again", "knowledge/a.yaml:1: changed again", "old"),
]


@each_row(("checked", "applied", "problem", "version"), CHANGES)
async def test_only_sound_content_is_reloaded(checked: str, applied: str, problem: str, version: str) -> None:
    use = ["old"]

    async def check() -> str:
        return checked

    def apply() -> str:
        if not applied:
            use[0] = "new"
        return applied

    watcher = ContentWatcher([], check, apply)
    await watcher.changed()
    assert (watcher.problem, use[0]) == (problem, version)


async def test_a_changed_file_is_seen_and_a_folder_that_is_gone_is_no_end(tmp_path: Path) -> None:
    seen = asyncio.Event()

    async def check() -> str:
        seen.set()
        return "not yet"

    watcher = ContentWatcher([tmp_path], check, str)
    watching = asyncio.create_task(watcher.run())
    await asyncio.sleep(0.3)
    (tmp_path / ".swap.yaml").write_text("an editor's own")
    (tmp_path / "notes.txt").write_text("no content")
    await asyncio.sleep(0.5)
    assert not seen.is_set()
    (tmp_path / "a.yaml").write_text("id: a")
    await asyncio.wait_for(seen.wait(), 5)
    watching.cancel()


async def test_a_folder_is_followed_that_a_link_exchanges_for_another(tmp_path: Path) -> None:
    """As a mounted ConfigMap does (its `..data`), and whoever deploys releases side by side."""
    times: list[str] = []
    content = tmp_path / "content"

    async def check() -> str:
        times.append((content / "a.yaml").read_text())
        return "not yet"

    for release in ("one", "two"):
        (tmp_path / release).mkdir()
        (tmp_path / release / "a.yaml").write_text(release)
    content.mkdir()
    (content / "..data").symlink_to(tmp_path / "one")
    (content / "a.yaml").symlink_to("..data/a.yaml")
    watching = asyncio.create_task(ContentWatcher([content], check, str).run())
    await asyncio.sleep(0.3)
    (content / "..new").symlink_to(tmp_path / "two")
    (content / "..new").rename(content / "..data")
    for _ in range(500):
        if times:
            break
        await asyncio.sleep(0.02)
    watching.cancel()
    assert times == ["two"]


async def until(url: str, holds: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """What /readyz says once something holds; it is ready all the time."""
    async with aiohttp.ClientSession() as session:
        for _ in range(1_800):  # what is new is learnt first
            async with session.get(f"{url}readyz") as response:
                assert response.status == 200
                said = dict(await response.json())
            if holds(said):
                return said
            await asyncio.sleep(0.1)
    raise AssertionError(f"it does not come about: {said}")


async def asked(url: str) -> str:
    question = {"text": "Welcher Port gilt für IMAP mit SSL?"}
    async with aiohttp.ClientSession() as session, session.post(f"{url}ask", json=question) as response:
        return str((await response.json())["html"])


@slow
async def test_a_running_bot_reloads_a_good_edit_and_keeps_the_last_good_content_after_a_bad_one(
    few_data: Path, few_entries: str
) -> None:
    content = few_data / "content"
    shutil.copytree(few_entries, content / "knowledge")
    shutil.copytree(PROJECT / "templates", content / "templates")
    entry, template = content / "knowledge/imap-ssl.yaml", content / "templates/answer.md"
    good, words = entry.read_text(encoding="utf-8"), template.read_text(encoding="utf-8")
    folders = {
        "POSTBOTE_KNOWLEDGE": str(content / "knowledge"),
        "POSTBOTE_TEMPLATES": str(content / "templates"),
    }
    async with serving(ForkedPostbote(few_data, **folders)) as (_, url):
        assert "gilt Port" in await asked(url)
        entry.write_text(good.replace("gilt Port", "gilt allerdings Port"), encoding="utf-8")
        for _ in range(1_800):
            if "gilt allerdings" in await asked(url):
                break
            await asyncio.sleep(0.1)
        assert "gilt allerdings" in await asked(url)
        entry.write_text(good.replace("kind: answer", "kind: rumour"), encoding="utf-8")
        said = await until(url, lambda said: bool(said["notices"]))
        assert "imap-ssl.yaml" in str(said["notices"])
        assert "gilt allerdings" in await asked(url)
        template.write_text(words.replace("{% endfor %}", ""), encoding="utf-8")
        entry.write_text(good, encoding="utf-8")
        said = await until(url, lambda said: "answer.md" in str(said["notices"]))
        assert "gilt allerdings" in await asked(url)
        template.write_text(words, encoding="utf-8")
        await until(url, lambda said: not said["notices"])
        assert "gilt Port" in await asked(url)
