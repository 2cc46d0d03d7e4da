"""The page and the dashboard in a real browser, as people use them: keyboard, phone, screen reader, both languages."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.browsing import DESKTOP, PHONE, WANTED, ask, browser, page
from tests.servers.postbote import ForkedPostbote, serving

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not WANTED, reason="needs chromium and POSTBOTE_INTEGRATION=1; .ci/run sets both up"),
    pytest.mark.asyncio(loop_scope="module"),
]
TOKEN = "correct-horse-battery-staple"  # noqa: S105 - a test's own
QUESTIONS = {
    "de": ["Welcher Port für POP3 mit SSL?", "und für IMAP?", "Wie ändere ich mein Passwort?"],
    "en": ["Which port for POP3 with SSL?", "and for IMAP?", "How do I change my password?"],
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    async with browser() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(data: Path) -> AsyncIterator[str]:
    async with serving(ForkedPostbote(data, POSTBOTE_CONTACT="https://example.org/help")) as (_, found):
        yield found


async def test_a_conversation_with_the_keyboard_alone(chromium: Any, url: str) -> None:
    async with page(chromium) as tab:
        await tab.goto(url)
        await tab.keyboard.type("welcher port für pop3 mit ssl?")  # the field has the focus already
        await tab.keyboard.press("Enter")
        first = tab.locator("article.answer").first
        await first.get_by_text("995").wait_for()
        await first.get_by_role("button", name="Hilfreich", exact=True).focus()
        await tab.keyboard.press("Enter")
        await first.get_by_text("Danke für die Rückmeldung!").wait_for()
        assert await pressed(first, "Hilfreich") == "true"
        await tab.keyboard.press("Tab")
        await tab.keyboard.press("Space")  # "Nicht hilfreich": the last press wins
        await first.get_by_text("sieht sich diese Antwort an").wait_for()
        assert [await pressed(first, name) for name in ("Hilfreich", "Nicht hilfreich")] == ["false", "true"]
        await tab.keyboard.press("Tab")
        await tab.keyboard.press("Enter")
        await first.get_by_text("Source:").wait_for()
        assert await first.get_attribute("lang") == "en"
        assert await tab.locator(":focus").inner_text() == "Auf Deutsch"  # one press leads back
        await tab.keyboard.press("Tab")
        await tab.keyboard.press("Enter")
        await first.get_by_text("This answer fits").wait_for()


async def pressed(article: Any, name: str) -> Any:
    return await article.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed")


@pytest.mark.parametrize("language", ["de", "en"])
async def test_follow_ups_a_reload_and_a_new_conversation(chromium: Any, url: str, language: str) -> None:
    async with page(chromium, language=language) as tab:
        await tab.goto(url)
        for question, shown in zip(QUESTIONS[language], ("995", "993"), strict=False):
            answer = await ask(tab, question)
            assert shown in await answer.inner_text()
            assert await answer.get_attribute("lang") == language
        await tab.reload()
        assert await tab.locator("article").count() == 4
        assert "465" in await (await ask(tab, {"de": "und für SMTP?", "en": "and for SMTP?"}[language])).inner_text()
        await tab.locator("#anew").click()
        assert await tab.locator("article").count() == 0


async def test_a_suggestion_is_answered_in_its_place(chromium: Any, url: str) -> None:
    async with page(chromium, language="de") as tab:
        await tab.goto(url)
        answer = await ask(tab, "Welcher Port?")
        await answer.locator(".choices button").first.click()
        await answer.get_by_text("Quelle: FAQ").wait_for()
        assert await tab.locator("article.answer").count() == 1
        assert await answer.locator(".choices button").count() == 0
        assert await answer.evaluate("article => article === document.activeElement")


async def test_none_of_the_suggestions_is_an_answer_too(chromium: Any, url: str) -> None:
    async with page(chromium) as tab:
        await tab.goto(url)
        answer = await ask(tab, "Welcher Port?")
        await answer.get_by_role("button", name="Nichts davon").click()
        await answer.get_by_text("mit anderen Worten").wait_for()
        assert await answer.get_by_role("link", name="https://example.org/help").count() == 1


async def test_an_explained_error_is_checked_now(chromium: Any, url: str) -> None:
    async with page(chromium, language="en") as tab:
        await tab.goto(url)
        answer = await ask(tab, "Sorry, I couldn't find any host named nowhere.invalid-zone.de. (#5.1.2)")
        await answer.get_by_role("button", name="Check nowhere.invalid-zone.de now").click()
        await answer.locator(".thanks").get_by_text("DNS").first.wait_for()


WRONG = [
    ("no connection", None, "nicht zu erreichen"),
    ("too fast", (429, {"problem": "pace"}), "viele Fragen auf einmal"),
    ("the database rests", (503, None), "in einer Minute"),
    ("a bug", (500, None), "bei uns"),
]


@pytest.mark.parametrize(("found", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_what_goes_wrong_is_said_and_the_question_is_not_lost(
    chromium: Any, url: str, found: tuple[int, Any] | None, says: str
) -> None:
    async def spoilt(route: Any) -> None:
        if found is None:
            await route.abort()
        else:
            await route.fulfill(status=found[0], body=json.dumps(found[1]) if found[1] else "internal error")

    async with page(chromium, expected=("Failed to load resource",)) as tab:
        await tab.goto(url)
        await tab.route("**/ask", spoilt)
        await tab.locator("#text").fill("Welcher Port?")
        await tab.keyboard.press("Enter")
        alert = tab.get_by_role("alert")
        await alert.wait_for()
        assert says.lower() in (await alert.inner_text()).lower()
        assert await tab.locator("#text").input_value() == "Welcher Port?"
        assert await tab.locator("article").count() == 0
        await tab.unroute("**/ask")
        await tab.keyboard.press("Enter")
        await tab.locator("article.answer").wait_for()
        assert not await alert.is_visible()


async def test_a_text_that_is_too_long_is_kept_and_said_to_be(chromium: Any, url: str) -> None:
    async with page(chromium, language="en") as tab:
        await tab.goto(url)
        await tab.locator("#text").fill("x" * 8_001)
        await tab.locator("#text").press("Enter")
        await tab.get_by_text("The text is too long").wait_for()
        assert len(await tab.locator("#text").input_value()) == 8_001


async def test_a_link_carries_a_question_once(chromium: Any, url: str) -> None:
    async with page(chromium) as tab:
        await tab.goto(f"{url}?q=%2Fports")
        await tab.locator("article.answer").wait_for()
        await tab.reload()
        await asyncio.sleep(0.3)
        assert await tab.locator("article.answer").count() == 1


async def test_the_dashboard_works_without_scripts_from_the_gap_to_its_draft(chromium: Any, url: str) -> None:
    async with page(chromium, language="en") as tab:
        await tab.goto(url)
        await ask(tab, "How do I set up a forwarding to another mailbox?")
    async with page(chromium, language="en", java_script_enabled=False, accept_downloads=True) as tab:
        await tab.goto(f"{url}dashboard")
        await tab.get_by_role("link", name="How do I set up a forwarding to another mailbox?", exact=True).first.click()
        await tab.get_by_role("link", name="A question and its decision").click()
        await tab.get_by_role("heading", name="A question and its decision").wait_for()
        await tab.get_by_role("link", name="Draft of an entry").click()
        assert '- "How do I set up a forwarding' in await tab.get_by_label("To copy").input_value()
        async with tab.expect_download() as waiting:
            await tab.get_by_role("link", name="Download").click()
        assert (await waiting.value).suggested_filename == "draft.yaml"
        await tab.get_by_role("link", name="Deutsch").click()
        await tab.get_by_role("heading", name="Entwurf eines Eintrags").wait_for()  # the same draft, in German


async def test_the_dashboard_asks_for_its_token(chromium: Any, data: Path) -> None:
    async with (
        serving(ForkedPostbote(data, POSTBOTE_ADMIN_TOKEN=TOKEN)) as (_, url),
        page(chromium, expected=("401",)) as tab,
    ):
        await tab.goto(f"{url}dashboard")
        for token, shown in (("wrong", "Das ist nicht das Token."), (TOKEN, "Fragen je Tag")):
            await tab.locator("input:focus").wait_for()  # the field has the focus
            await tab.keyboard.type(token)
            await tab.keyboard.press("Enter")
            await tab.get_by_text(shown).wait_for()
        await tab.get_by_role("button", name="Abmelden").click()
        await tab.get_by_label("Zugangstoken").wait_for()
        await tab.goto(f"{url}dashboard")
        assert await tab.get_by_label("Zugangstoken").is_visible()


LOOKS = [(DESKTOP, "light", "de"), (DESKTOP, "dark", "en"), (PHONE, "light", "en"), (PHONE, "dark", "de")]


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS, ids=[f"{s[0]}-{c}-{w}" for s, c, w in LOOKS])
async def test_every_page_is_accessible_and_fits(
    chromium: Any, url: str, size: tuple[int, int], scheme: str, language: str
) -> None:
    """axe-core's rules for WCAG 2.2 AA, contrast among them; and nothing is wider than the screen."""
    async with page(chromium, size=size, scheme=scheme, language=language, bypass_csp=True) as tab:
        await tab.goto(url)
        await judged(tab, "empty page")
        for question in QUESTIONS[language]:
            answer = await ask(tab, question)
        for summary in await tab.locator("summary").all():
            await summary.click()
        await tab.locator("[aria-pressed]").first.click()
        await tab.locator(".thanks p").first.wait_for()
        await answer.wait_for()
        await judged(tab, "conversation")
        await tab.goto(f"{url}dashboard")
        for summary in await tab.locator("summary").all():
            await summary.click()
        await judged(tab, "dashboard")
        async with tab.expect_navigation():  # else the page may be looked at while it goes
            await tab.locator(".gaps a").first.click()
        await judged(tab, "decision")
        async with tab.expect_navigation():
            await tab.locator("a.button").click()
        await judged(tab, "draft")


async def test_paper_is_light_and_shows_what_was_said_alone(chromium: Any, url: str) -> None:
    async with page(chromium, scheme="dark") as tab:
        await tab.goto(url)
        await ask(tab, QUESTIONS["de"][0])
        for address, hidden in ((url, "#form, nav, .more"), (f"{url}dashboard/gaps", "form, nav")):
            if address != url:
                await tab.goto(address)
            await tab.emulate_media(media="print")
            ground = await tab.evaluate("() => getComputedStyle(document.body).backgroundColor")
            assert min(map(int, re.findall(r"\d+", ground))) > 200, address
            assert [one for one in await tab.locator(hidden).all() if await one.is_visible()] == [], address
            await tab.emulate_media(media="screen")


async def judged(tab: Any, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="the extra 'browser' is not installed")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await axe.Axe().run(
        tab, options={"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": tags}}
    )
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    wide = await tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} pixels too wide"


async def test_on_a_phone_an_answer_opens_at_its_beginning_its_table_is_whole_and_the_form_is_small(
    chromium: Any, url: str
) -> None:
    async with page(chromium, size=PHONE, has_touch=True, reduced_motion="reduce") as tab:
        await tab.goto(url)
        answer = await ask(tab, "/login maximilian.mustermann@eine-firma.example")
        assert (await answer.bounding_box())["height"] > PHONE[1] / 2
        assert 0 <= (await answer.bounding_box())["y"] < 120
        form = await tab.locator("#form").bounding_box()
        assert form["height"] <= 0.15 * PHONE[1]
        assert await answer.locator("td", has_text="465").inner_text() in ("465", "Port: 465")
        lines = await tab.evaluate(WORDS_IN_PIECES)
        assert lines == []
        await tab.reload()
        assert (await tab.locator("article.answer").bounding_box())["y"] < 120


# Words of a table that are broken across lines: their characters have more than one box
WORDS_IN_PIECES = """() => [...document.querySelectorAll('article tbody td, article tbody th')].flatMap((cell) => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), broken = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const word of node.data.matchAll(/[A-Za-z0-9.]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) broken.push(word[0]);
    }
  return broken;
})"""


async def test_the_page_works_without_scripts(chromium: Any, url: str) -> None:
    async with page(chromium, java_script_enabled=False, size=PHONE) as tab:
        await tab.goto(url)
        await tab.get_by_label("Ihre Frage").fill("Welcher Port?")
        await tab.get_by_role("button", name="Fragen", exact=True).click()
        await tab.locator(".choices button").first.click()
        await tab.locator(".answer").get_by_text("Quelle").wait_for()
        await tab.get_by_role("button", name="Hilfreich", exact=True).click()
        await tab.locator(".answer").get_by_text("Danke").wait_for()
        await tab.locator(".example").nth(1).click()
        await tab.locator(".answer").get_by_text("Quelle").wait_for()
        await tab.locator("summary").get_by_text("Warum?").click()
        await tab.locator(".why").get_by_text("FAQ").first.wait_for()
        assert not await tab.get_by_text("Neues Gespräch").is_visible()


async def test_another_sites_page_shows_it_only_where_the_operator_named_it(chromium: Any, data: Path) -> None:
    with hoster_site() as (site, write):
        async with serving(ForkedPostbote(data, POSTBOTE_PAGE_EMBED=site)) as (_, url):
            write(f'<!doctype html><title>Hoster</title><iframe src="{url}" width="400" height="600"></iframe>')
            async with page(chromium) as tab:
                await tab.goto(site)
                frame = tab.frame_locator("iframe")
                await frame.locator("#text").fill("Welcher Port für POP3 mit SSL?")
                await frame.locator("#text").press("Enter")
                await frame.locator(".answer").get_by_text("995").first.wait_for()
        async with serving(ForkedPostbote(data)) as (_, url):
            write(f'<!doctype html><title>Hoster</title><iframe src="{url}" width="400" height="600"></iframe>')
            async with page(chromium, expected=("frame",)) as tab:
                await tab.goto(site)
                await tab.wait_for_timeout(500)
                assert await tab.frame_locator("iframe").locator("#text").count() == 0


@contextmanager
def hoster_site() -> Iterator[tuple[str, Callable[[str], None]]]:
    """A page of another site: its origin, and a function that writes what stands on it."""
    shown = [b""]

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(shown[0] if self.path == "/" else b"")

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    def write(html: str) -> None:
        shown[0] = html.encode()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", write
    finally:
        server.shutdown()
        server.server_close()


async def test_the_order_of_the_page_is_the_order_of_the_keyboard(chromium: Any, url: str) -> None:
    async with page(chromium, language="en") as tab:
        await tab.goto(url)
        await ask(tab, QUESTIONS["en"][0])
        await tab.locator("h1").click()
        order = []
        for _ in range(12):
            await tab.keyboard.press("Tab")
            order.append(re.sub(r"\s+", " ", await tab.locator(":focus").inner_text()) or "the field")
        assert order[:2] == ["Deutsch", "Which ports do I need with SSL?"]
        assert order[5:10] == ["https://example.org/help", "Helpful", "Not helpful", "Auf Deutsch", "Why?"]
        assert order[10:12] == ["the field", "Ask"]
