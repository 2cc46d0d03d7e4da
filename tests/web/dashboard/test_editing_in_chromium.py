"""Content from the dashboard in a real browser: a gap becomes an example, and the question is answered after it."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.browsing import PHONE, WANTED, ask, browser, page
from tests.servers.postbote import ForkedPostbote, serving

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not WANTED, reason="needs chromium and POSTBOTE_INTEGRATION=1; .ci/run sets both up"),
    pytest.mark.asyncio(loop_scope="module"),
]
QUESTION = "Woran erkennt das Faxgerät seine Briefe beim Wolkenbruch?"  # of words that the entries hardly know
SLOW = 300_000.0  # milliseconds: learning takes 5 seconds of CPU, and more on a loaded machine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    async with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory, few_entries: str) -> Path:
    """Two entries as a git checkout of their own: what is changed is learnt in a moment."""
    folder = tmp_path_factory.mktemp("editing") / "knowledge"
    shutil.copytree(few_entries, folder)
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


async def axe(tab: Any) -> list[str]:
    checker = pytest.importorskip("axe_playwright_python.async_playwright", reason="the extra 'browser' is missing")
    found = await checker.Axe().run(tab)
    return [f"{one['id']}: {node['html'][:150]}" for one in found.response["violations"] for node in one["nodes"]]


async def test_a_gap_becomes_an_example_and_is_answered_and_undone(
    chromium: Any, few_data: Path, knowledge: Path, tmp_path: Path
) -> None:
    async with (
        serving(ForkedPostbote(few_data, POSTBOTE_KNOWLEDGE=str(knowledge))) as (_, url),
        page(chromium, language="de", expected=("422",)) as tab,
    ):
        await tab.goto(url)
        declined = await ask(tab, QUESTION)
        assert "995" not in await declined.inner_text()
        await tab.goto(f"{url}dashboard")
        await tab.get_by_role("link", name=QUESTION).first.click()
        await tab.get_by_label("zu einem anderen").check()
        await tab.get_by_label("Eintrag", exact=True).select_option("pop3-ssl")
        assert await axe(tab) == []
        await tab.screenshot(path=tmp_path / "gap.png", full_page=True)
        await tab.locator("#as-example ~ form").get_by_role("button", name="Prüfen").click()
        assert await axe(tab) == []
        await tab.get_by_role("heading", name="Geprüft, noch nicht veröffentlicht").wait_for(timeout=SLOW)
        assert QUESTION in await tab.locator("#files ~ pre").inner_text()
        assert await axe(tab) == []
        await tab.screenshot(path=tmp_path / "checked.png", full_page=True)
        assert QUESTION not in (knowledge / "examples" / "pop3-ssl.yaml").read_text("utf-8")
        await tab.get_by_label("Ihr Name").fill("Erika Muster")
        await tab.get_by_role("button", name="Veröffentlichen").click()
        await tab.get_by_role("heading", name="Veröffentlicht", exact=True).wait_for()
        while not await tab.locator("#taken-over").count():
            await tab.wait_for_timeout(500)
            await tab.reload()
        await tab.screenshot(path=tmp_path / "published.png", full_page=True)
        edited = tab.url
        assert await axe(tab) == []
        await tab.goto(url)
        assert "995" in await (await ask(tab, QUESTION)).inner_text()
        last = subprocess.run(["git", "log", "-1", "--format=%an %s"], cwd=knowledge, capture_output=True, text=True)
        assert last.stdout.strip() == "Erika Muster example pop3-ssl"
        await tab.goto(f"{url}dashboard/gaps")
        assert await tab.get_by_text(QUESTION).count() == 0
        await tab.goto(edited)
        await tab.get_by_role("button", name="Rückgängig machen").click()
        await tab.get_by_role("heading", name="Rückgängig gemacht").wait_for()
        assert QUESTION not in (knowledge / "examples" / "pop3-ssl.yaml").read_text("utf-8")
        await tab.goto(f"{url}dashboard/gaps")
        assert await tab.get_by_text(QUESTION).count() == 1
        await tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        for name in ("", "/gaps", "/entries", "/entry?id=pop3-ssl", "/entry/new", "/changes"):
            await tab.goto(f"{url}dashboard{name}")
            assert await axe(tab) == [], name
            wide = await tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE[0], name
            await tab.screenshot(path=tmp_path / f"phone{name.split('?')[0].replace('/', '-')}.png", full_page=True)
