"""Two processes on one database and one knowledge folder: what is published in one of them is said by both."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.servers.postbote import ForkedPostbote, serving
from tests.servers.postgres import new_database
from tests.slow import SLOW

pytestmark = [*SLOW, pytest.mark.asyncio]
QUESTION = "Zauberwort Faxgerät Wolkenbruch"  # of no word that the entries know
PATIENCE = 240.0  # seconds, on a machine that does much else


@asynccontextmanager
async def two(few_data: Path, knowledge: Path, tmp_path: Path) -> AsyncIterator[list[str]]:
    variables = {"POSTBOTE_DATABASE_URL": new_database("postgresql"), "POSTBOTE_KNOWLEDGE": str(knowledge)}
    folders = [shutil.copytree(few_data, tmp_path / name) for name in ("one", "other")]
    async with (
        serving(ForkedPostbote(folders[0], **variables)) as (_, one),
        serving(ForkedPostbote(folders[1], **variables)) as (_, other),
    ):
        yield [one, other]


async def answer(session: aiohttp.ClientSession, url: str) -> str:
    async with session.post(f"{url}ask", json={"text": QUESTION, "lang": "de"}) as response:
        return str((await response.json())["html"])


async def posted(session: aiohttp.ClientSession, url: str, page: str, **fields: str) -> str:
    """Text of the page after a form of the dashboard."""
    async with session.get(f"{url}dashboard/entry?id=pop3-ssl&lang=de") as response:
        found = re.search(r'name="form" value="([^"]+)"', await response.text())
    assert found
    async with session.post(f"{url}dashboard/{page}?lang=de", data=fields | {"form": found[1]}) as response:
        assert response.status == 200, await response.text()
        return await response.text()


async def test_an_edit_is_taken_over_by_both(few_data: Path, few_entries: str, tmp_path: Path) -> None:
    knowledge = shutil.copytree(few_entries, tmp_path / "knowledge")
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        two(few_data, knowledge, tmp_path) as urls,
        aiohttp.ClientSession(cookie_jar=jar) as session,
        asyncio.timeout(PATIENCE),
    ):
        for url in urls:
            assert "995" not in await answer(session, url)
        more = {"op": "example", "target": "pop3-ssl", "question": QUESTION, "language": "de"}
        page = await posted(session, urls[0], "edit", **more)
        found = re.search(r"id=(\w{10,40})", page)
        assert found
        key = found[1]
        while not (state := await state_of(session, urls[1], key)).startswith("checked"):  # the other one sees it, too
            assert state.startswith("checking"), state
            await asyncio.sleep(0.2)
        await posted(session, urls[1], "edit/publish", id=key, who="Erika Muster")  # and may publish it
        for url in urls:
            while "995" not in await answer(session, url):
                await asyncio.sleep(0.2)
            assert (await state_of(session, url, key)).startswith("published")


async def state_of(session: aiohttp.ClientSession, url: str, key: str) -> str:
    async with session.get(f"{url}dashboard/edit/state?id={key}") as response:
        return await response.text()
