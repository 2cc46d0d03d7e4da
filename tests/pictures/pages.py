"""Pictures of the page and the dashboard: `python -m tests.pictures.pages FOLDER` (chromium, ImageMagick, .[browser]).

A real process answers; the dashboard shows four weeks that this script makes up.
"""

import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answering.engine import load_engine
from bot.answering.router import answer_question as decide
from bot.core.model import Answer, Event, Language, Question
from bot.settings import Settings
from bot.storage import create_storage
from bot.storage.schema import METADATA
from tests.browsing import DESKTOP, PHONE, ask, browser, page
from tests.servers.postbote import running

HERE = Path(__file__).parent
COLOURS = 64  # of a picture: a sixth of the size, and nobody sees it
ASKED: dict[Language, list[str]] = {
    "de": [
        *("Welcher Port für POP3 mit SSL?", "Wie groß darf eine E-Mail sein?", "Wie lautet mein Benutzername?"),
        *(
            "Wie richte ich eine Weiterleitung ein?",
            "Wie ändere ich mein Passwort?",
            "Welcher Port?",
        ),
        *("Server für IMAP?", "Wie kann ich eine Weiterleitung einrichten?", "/ports"),
    ],
    "en": [
        *("Which port for IMAP with SSL?", "How large may an e-mail be?", "what about the limit"),
        *("How do I set up Outlook?", "SMTP server name please", "Can I have a mailing list?"),
    ],
}
TALK = {
    "de": ["Welcher Port für POP3 mit SSL?", "und für IMAP?"],
    "en": ["Sorry, I couldn't find any host named mx.example-customer.de. (#5.1.2)", "what about the limit"],
}

SCREENS = {  # name of a screen of the dashboard → its path
    "overview": "",
    "gaps": "/gaps",
    "entries": "/entries",
    "entry": "/entry?id=pop3-ssl",
    "file": "/file?id=provider.yaml",
    "changes": "/changes",
}
SLOW = 600_000.0  # milliseconds that a trial may take
HOSTER = ["/login max@firma.de", "Mein Postfach ist voll"]
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 32">
<path fill="#1b7f4b" d="M2 30 18 6l9 13 5-7 14 18z"/>
<path fill="#fff" d="m18 6-5 8 4-2 3 3 3-2z"/></svg>"""


def fill(folder: Path) -> None:
    """Four weeks of questions that were really decided, at made-up times."""
    engine, storage, luck = load_engine(Settings()), create_storage("", folder), random.Random(7)
    storage.database.open()
    table, now = METADATA.tables["postbote_decisions"], time.time()
    for number in range(420):
        language: Language = luck.choice(("de", "de", "en"))
        event = Event(f"picture:{number}", luck.choice(("slack", "slack", "web", "mail")), Question(""))
        event = replace(event, question=Question(luck.choice(ASKED[language])))
        answer = Answer("ports", language) if "/" in event.question.text else decide(engine.matcher, event.question)
        storage.decisions.save(event, answer, why="the decision, one fact a line")
        storage.mark_delivered(event.key, "", luck.lognormvariate(-1.6, 0.7))
        if answer.template == "answer" and number % 3 == 0:
            storage.feedback.record(
                event.key, f"person {number}", luck.choice(("helpful", "helpful", "helpful", "unhelpful"))
            )
        at = now - luck.triangular(0, 28, 6) * 86_400
        with storage.database.engine.begin() as connection:
            connection.execute(table.update().where(table.c.key == event.key).values(at=at))
    storage.database.close()


async def draw(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as data:
        fill(Path(data))
        async with running(Path(data), POSTBOTE_CONTACT="https://example.org/help") as (_, url), browser() as chromium:
            await _page(chromium, url, folder / "page-de-light.png", "de", DESKTOP, "light")
            await _page(chromium, url, folder / "page-en-phone-dark.png", "en", PHONE, "dark")
            screens = SCREENS | {"gap": await _gap(chromium, url), "checked": await _checked(chromium, url)}
            for size, look, language in ((DESKTOP, "desktop", "de"), (PHONE, "phone", "en")):
                for scheme in ("light", "dark"):
                    async with page(chromium, language=language, size=size, scheme=scheme) as tab:
                        for name, path in screens.items():
                            await tab.goto(f"{url}dashboard{path}")
                            await _save(tab, folder / f"dashboard-{name}-{look}-{scheme}.png")


async def _gap(chromium: Any, url: str) -> str:
    """Path of a gap's page."""
    async with page(chromium, language="de") as tab:
        await tab.goto(f"{url}dashboard/gaps")
        return str(await tab.locator("a[href*='/dashboard/gap?']").first.get_attribute("href")).partition("dashboard")[
            2
        ]


async def _checked(chromium: Any, url: str) -> str:
    """Path of an edit that was tried and not published."""
    async with page(chromium, language="de") as tab:
        await tab.goto(f"{url}dashboard/entry?id=pop3-ssl")
        await tab.locator("#title-de").fill("Port für POP3 mit SSL (POP3S)")
        await tab.locator("#texts ~ form button.main").click()
        await tab.get_by_role("heading", name="Geprüft, noch nicht veröffentlicht").wait_for(timeout=SLOW)
        return str(tab.url).partition("dashboard")[2]


async def draw_hoster(folder: Path) -> None:
    """The page of another hoster: its name, logo and colour, in all looks, on its first sight and in a conversation."""
    with tempfile.TemporaryDirectory() as work:
        base = Path(shutil.copytree(HERE.parent / "hosters/alpenpost", Path(work) / "base"))
        (base / "logo.svg").write_text(LOGO, "utf-8")
        with (base / "provider.yaml").open("a", encoding="utf-8") as provider:
            provider.write('brand: {colour: "#1b7f4b", logo: logo.svg}\n')
        data = Path(work) / "data"
        data.mkdir()
        async with running(data, POSTBOTE_KNOWLEDGE=str(base)) as (_, url), browser() as chromium:
            for size, look in ((DESKTOP, "desktop"), (PHONE, "phone")):
                for scheme in ("light", "dark"):
                    await _page(chromium, url, folder / f"hoster-{look}-{scheme}.png", "de", size, scheme, HOSTER)
            async with page(chromium, size=PHONE) as tab:
                await tab.goto(url)
                await _save(tab, folder / "hoster-start-phone-light.png")


async def _page(
    chromium: Any, url: str, file: Path, language: str, size: tuple[int, int], scheme: str, asked: Sequence[str] = ()
) -> None:
    async with page(chromium, language=language, size=size, scheme=scheme) as tab:
        await tab.goto(url)
        for question in asked or TALK[language]:
            answer = await ask(tab, question)
        await answer.locator(".why summary").click()
        if size == DESKTOP:
            await answer.locator("[aria-pressed]").first.click()
            await answer.locator(".thanks p").wait_for()
        await asyncio.sleep(0.8)  # the page scrolls smoothly
        await _save(tab, file, full_page=False)


async def _save(tab: Any, file: Path, *, full_page: bool = True) -> None:
    await tab.screenshot(path=str(file), full_page=full_page)
    small = ["convert", str(file), "-strip", "+dither", "-colors", str(COLOURS), f"png8:{file}"]
    await asyncio.to_thread(subprocess.run, small, check=True)


if __name__ == "__main__":
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    asyncio.run(draw(into))
    asyncio.run(draw_hoster(into))
