"""A real Chromium, through Playwright: contexts that notice errors, broken policies and requests to elsewhere."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or ""
WANTED = bool(os.environ.get("POSTBOTE_INTEGRATION") and CHROMIUM)
# As root, and without looking for updates: a closed network would refuse each attempt
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LOCALES = {"de": "de-DE", "en": "en-GB"}
DESKTOP, PHONE = (1100, 900), (360, 740)  # CSS pixels


@asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    """Debian's Chromium; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.async_api", reason="the extra 'browser' is not installed")
    async with playwright.async_playwright() as opened:
        chromium = await opened.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield chromium
        finally:
            await chromium.close()


@asynccontextmanager
async def page(
    chromium: Any,
    *,
    language: str = "de",
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
    expected: tuple[str, ...] = (),
    **more: Any,
) -> AsyncIterator[Any]:
    """A tab of its own. At its end nothing may have gone wrong but what is `expected` in an error's text."""
    context = await chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale=LOCALES[language], **more
    )
    tab = await context.new_page()
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: wrong.append(request.url) if elsewhere(request.url) else None)
    yield tab
    await context.close()
    assert [text for text in wrong if not any(part in text for part in expected)] == []


def elsewhere(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname != "127.0.0.1"


async def ask(tab: Any, question: str) -> Any:
    """With the keyboard alone; the answer."""
    before = await tab.locator("article.answer").count()
    await tab.locator("#text").fill(question)
    await tab.keyboard.press("Enter")
    answer = tab.locator("article.answer").nth(before)
    await answer.wait_for()
    return answer
