"""The page as plain forms, with the project's own content: what a browser without a script sends and is shown."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.contracts.tickets import OpenedTicket
from bot.core.model import Answer, TryLater
from bot.core.provider import Brand, Provider
from bot.dialogue.decision_saver import DecisionSaver
from bot.dialogue.manager import DialogueManager
from bot.dialogue.synchronous import SynchronousDialogue
from bot.observability.event_log import EventLog
from bot.settings import Settings
from bot.storage import Storage, create_storage
from bot.storage.statistics import Statistics
from bot.web import chat
from bot.web.auth import AdminAuth
from bot.web.chat import REQUESTS, ChatPage
from bot.web.chat.person_requests import PersonRequests
from bot.web.pages import PageContext
from bot.web.server import make_asgi_app
from tests.prepared import prepare
from tests.slow import few, one_in

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
TAG = re.compile(r"<[^>]*>")
EMBED = "https://www.hoster.example"


class HosterEngine(ReloadableEngine):
    """The project's content, under another hoster's name."""

    hoster = Provider(
        HOSTILE,
        contact={"email": "hilfe@alpenpost.example"},
        links={"faq": "https://www.alpenpost.example/hilfe"},
        brand=Brand("#1b7f4b", "#509d75", "PHN2Zy8+", "image/svg+xml"),
    )

    def provider(self) -> Provider:
        return self.hoster


class Helpdesk:
    """Opener of tickets that keeps what it opened; `down`: it asks to try later."""

    def __init__(self) -> None:
        self.opened: dict[str, tuple[str, Answer]] = {}
        self.down = False

    async def __call__(self, subject: str, request: Answer, mark: str, again: bool) -> OpenedTicket:
        if self.down:
            raise TryLater("down", 9.0)
        self.opened.setdefault(mark, (subject, request))
        return OpenedTicket(str(1000 + list(self.opened).index(mark)), "https://helpdesk.example/secret")


class Browser:
    """A browser without scripts: sends forms, sees pages."""

    def __init__(self, client: httpx.AsyncClient, storage: Storage, helpdesk: Helpdesk) -> None:
        self.client, self.storage, self.helpdesk = client, storage, helpdesk

    async def send(self, path: str, status: Any = 200, headers: Any = None, **fields: Any) -> str:
        response = await self.client.post(path, data=fields, headers=headers)
        assert response.status_code == status, response.text
        return response.text

    async def press(self, page: str, form: str, act: str, status: int = 200, **fields: Any) -> str:
        """The form of this class on a page, sent with one of its buttons."""
        found = re.search(rf'<form class="{form}".*?</form>', page, re.DOTALL)
        assert found, page
        assert f'value="{act}"' in found[0]
        return await self.send("/press", status, **hidden(found[0]), act=act, **fields)


def hidden(html: str) -> dict[str, str]:
    return {n: unescape(v) for n, v in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)}


def answer_of(page: str) -> str:
    found = re.search(r'<article class="answer".*?</article>', page, re.DOTALL)
    assert found, page
    return found[0]


def words_of(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", TAG.sub(" ", html)))


@asynccontextmanager
async def opened(engine: AnswerEngine, folder: Path, *, asks: bool = True, **settings: Any) -> AsyncIterator[Browser]:
    reloadable = HosterEngine(engine, Settings(postbote_data_dir=folder, **settings))
    prepare(folder)
    storage = create_storage("", folder)
    storage.database.open()
    decide, save = DialogueManager(reloadable, storage, {}).handle, DecisionSaver(reloadable, storage, {}).save
    handle = SynchronousDialogue(decide, save, storage, EventLog()).handle

    async def problems() -> dict[str, str]:
        return {}

    helpdesk = Helpdesk()
    context = PageContext(reloadable, handle, AdminAuth(), Statistics(storage.database), problems, {})
    requests = PersonRequests(helpdesk if asks else None, reloadable.label)
    app = make_asgi_app(ChatPage(context, "", [EMBED], requests).routes, problems)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Browser(client, storage, helpdesk)
    storage.database.close()


async def test_a_form_is_answered_with_a_whole_page(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        start = (await browser.client.get("/")).text
        page = await browser.send("/ask", text="Welcher Port für POP3 mit SSL?", **hidden(start))
        assert page.startswith("<!doctype html>")
        assert "995" in answer_of(page)
        again = hidden(page[page.index('id="form"') :])
        assert again["conversation"] == hidden(start)["conversation"]
        assert "993" in answer_of(await browser.send("/ask", text="und für IMAP?", **again))


async def test_a_menu_is_chosen_from_and_none_of_it_is_a_gap(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        menu = await browser.send("/ask", text="Welcher Port?")
        chosen = re.findall(r'value="(choose [\w-]+)"', menu)
        assert "Quelle" in answer_of(await browser.press(menu, "choices", chosen[0]))
        shown = words_of(answer_of(await browser.press(menu, "choices", "none")))
        assert "nichts Passendes" in shown
        assert "hilfe@alpenpost.example" in shown
        assert Statistics(browser.storage.database).unanswered(0.0)[0].unhelpful == 1


async def test_the_reply_before_is_said_in_the_language_wished_for(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        talk = hidden((await browser.client.get("/")).text)
        for text, said in (
            ("Welcher Port für POP3 mit SSL?", "Port 995"),
            ("in English please", "port 995"),
            ("and for IMAP?", "port 993"),
            ("was heißt das auf Deutsch?", "Port 993"),
        ):
            assert said in words_of(answer_of(await browser.send("/ask", **{**talk, "text": text})))


async def test_what_is_no_question_is_no_gap(engine: AnswerEngine, tmp_path: Path) -> None:
    """A menu that was refused in words, a choice of nothing, the wish for a person; the menu itself is one."""
    async with opened(engine, tmp_path) as browser:
        talk = hidden((await browser.client.get("/")).text)
        for text, said in (
            ("Welcher Port?", "Was davon"),
            ("keins davon", "nichts Passendes"),
            ("das fünfte", "worauf sich das bezieht"),
            ("Mensch", "hilfe@"),
        ):
            answer = answer_of(await browser.send("/ask", **{**talk, "text": text}))
            assert said in answer
            assert ("Warum?" in answer) == (text == "Welcher Port?")  # nothing was looked for in the FAQ
        assert [kept.question for kept in browser.storage.decisions.unanswered("")] == ["Welcher Port?"]


async def test_feedback_without_a_script_is_thanked_for(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        page = await browser.send("/ask", text="Which port for POP3 with SSL?")
        assert "Thank you for the feedback" in await browser.press(page, "buttons", "helpful")


WRONG = [
    ("no text", {"text": " "}, 400, "Das hat der Server nicht verstanden"),
    ("a text that is too long", {"text": "ä" * 8_001}, 400, "8.000 Zeichen"),
    ("another language", {"text": "x", "lang": "fr"}, 400, "Das hat der Server nicht verstanden"),
    ("too many fields", {f"f{n}": "x" for n in range(20)}, 400, "Das hat der Server nicht verstanden"),
]


@pytest.mark.parametrize(("fields", "status", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_what_is_wrong_is_said_on_a_page_and_what_was_typed_stays(
    engine: AnswerEngine, tmp_path: Path, fields: dict[str, str], status: int, says: str
) -> None:
    async with opened(engine, tmp_path) as browser:
        page = await browser.send("/ask", status, **fields)
        assert says in page
        assert f">{fields.get('text', '') if 'f0' not in fields else ''}</textarea>" in page


async def test_another_sites_form_is_refused_and_a_fast_client_slowed(
    engine: AnswerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "EVERY", 120.0)  # seconds: on a busy machine the burst itself takes some
    async with opened(engine, tmp_path) as browser:
        for path in ("/ask", "/press"):
            for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
                await browser.send(path, 403, headers, text="x")
        stranger = {"X-Forwarded-For": "192.0.2.9"}
        pages = [await browser.client.post("/ask", data={"text": "/ports"}, headers=stranger) for _ in range(31)]
        assert [page.status_code for page in pages] == [200] * 30 + [429]
        assert "viele Fragen auf einmal" in pages[-1].text


async def test_everything_of_the_hoster_and_the_asker_is_escaped(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        for page in (
            (await browser.client.get("/", params={"q": HOSTILE})).text,
            await browser.send("/ask", text=HOSTILE),
            await browser.send("/ask", 400, text=HOSTILE, lang="fr"),
        ):
            assert "<img src=x" not in page
            assert HOSTILE in unescape(page)


async def test_the_hoster_gives_name_faq_colours_and_logo(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        page = (await browser.client.get("/")).text
        assert '<a href="https://www.alpenpost.example/hilfe" target="_blank" rel="noopener">FAQ</a>' in page
        assert '<a href="mailto:hilfe@alpenpost.example">' in page
        assert "--accent: #1b7f4b" in (await browser.client.get("/brand.css")).text
        logo = await browser.client.get("/logo")
        assert (logo.content, logo.headers["Content-Type"]) == (b"<svg/>", "image/svg+xml")
        assert "sandbox" in logo.headers["Content-Security-Policy"]


async def test_only_the_named_site_may_show_the_page_in_a_frame(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        response = await browser.client.get("/")
        assert f"frame-ancestors {EMBED};" in response.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in response.headers
        for path in ("/page.css", "/logo", "/healthz"):
            headers = (await browser.client.get(path)).headers
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["X-Frame-Options"] == "DENY"


@one_in(3)
async def test_nothing_that_is_shown_to_customers_holds_an_id_or_a_figure_of_the_decision(
    engine: AnswerEngine, tmp_path: Path, every: int
) -> None:
    """The first example of one in so many entries, in one language or the other, a menu in both, and a decline."""
    ids = re.compile(rf"(?<![\w./-])(?:{'|'.join(i for i in engine.knowledge.entries if '-' in i)})(?![\w-])")
    async with opened(engine, tmp_path) as browser:
        entries = engine.knowledge.entries.values()
        examples = [entry.questions[("de", "en")[number % 2]][0] for number, entry in enumerate(entries)]
        for asked in [*examples[::every], "Welcher Port?", "which port", "Wie wird das Wetter?"]:
            shown = words_of(answer_of(await browser.send("/ask", text=asked)))
            assert not ids.search(shown), shown
            assert not re.search(r"\d ?%", shown), shown


async def test_the_reason_is_told_in_the_language_of_the_page_alone(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        for asked in ("Welcher Port für POP3 mit SSL?", "Welcher Port?", "Wie ändere ich mein Passwort?"):
            found = re.search(
                r'<details class="why">(.*?)</details>', await browser.send("/ask", text=asked), re.DOTALL
            )
            assert found
            assert "FAQ" in found[1]
            assert not re.search(r"\b(?:the|this|answer|fits|is|decline)\b", words_of(found[1]))


DECLINED = [
    ("not covered", "Wie ändere ich mein Passwort?"),
    ("in English", "How do I set up Outlook?"),
    ("another language", "¿Cómo puedo cambiar mi contraseña por favor?"),
    ("a code", "Bei mir kommt: 550 5.7.25 no PTR record for your IP"),
    ("in words", "I want to talk to a human"),
    ("in German words", "Kann ich bitte mit jemandem sprechen?"),
]


@pytest.mark.parametrize("asked", few(2, [row[1] for row in DECLINED]), ids=[row[0] for row in DECLINED])
@pytest.mark.parametrize("asks", [True, False], ids=["with a helpdesk", "with a contact alone"])
async def test_under_every_decline_is_a_way_to_a_person(
    engine: AnswerEngine, tmp_path: Path, asked: str, asks: bool
) -> None:
    async with opened(engine, tmp_path, asks=asks) as browser:
        answer = answer_of(await browser.send("/ask", text=asked))
        assert '<a href="mailto:hilfe@alpenpost.example"' in answer
        assert ('<details class="person"' in answer) == asks


async def test_a_person_is_asked_with_an_address_and_once(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        page = await browser.send("/ask", text="Wie richte ich Outlook ein?")
        fields = hidden(page[page.index('class="person"') :]) | {"act": "person", "note": "Es *eilt*"}
        fields.pop("conversation", "")
        assert "keine E-Mail-Adresse" in await browser.send("/press", 400, **fields, email="nobody")
        for _ in range(2):
            shown = words_of(await browser.send("/press", **fields, email="max@firma.de"))
            assert "Nr. 1000" in shown
            assert "max@firma.de" in shown
            assert "helpdesk.example" not in shown
        [(subject, request)] = browser.helpdesk.opened.values()
        assert subject == "Frage von der Seite: Wie richte ich Outlook ein?"
        ticket = engine.renderer.render(request)
        assert r"Es \*eilt\*" in ticket
        assert "`max@firma.de`" in ticket
        browser.helpdesk.down = True
        assert "in einer Minute" in await browser.send("/press", 503, **fields, email="max@firma.de")


async def test_strangers_may_ask_a_person_only_now_and_then(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path) as browser:
        page = await browser.send("/ask", text="Wie richte ich Outlook ein?")
        fields = {n: v for n, v in hidden(page[page.index('class="person"') :]).items() if n != "conversation"}
        fields |= {"act": "person", "email": "max@firma.de"}
        stranger = {"X-Forwarded-For": "192.0.2.10"}
        for status in [200] * REQUESTS + [429]:
            await browser.send("/press", status, stranger, **fields)


async def test_nobody_is_asked_where_nobody_can_be(engine: AnswerEngine, tmp_path: Path) -> None:
    async with opened(engine, tmp_path, asks=False) as browser:
        page = await browser.send("/ask", text="/ports")
        assert 'class="person"' not in page
        [kept] = browser.storage.decisions.recent("", "web:", 0.0, 1)
        await browser.send("/press", 400, key=kept.key, act="person", text="x", email="max@firma.de")
