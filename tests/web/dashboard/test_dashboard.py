"""The dashboard over a real socket: who may see it, what it shows, and that it shows nobody's mark-up."""

import csv
import html
import io
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.content.edits import read_entry
from bot.core.model import Answer, Event, Question, Reply
from bot.settings import Settings
from bot.storage import Storage, create_storage
from bot.storage.content_edits import ContentEdits
from bot.storage.statistics import Statistics
from bot.web.auth import COOKIE, WRONG_AT_ONCE, AdminAuth
from bot.web.dashboard import Dashboard, to_variables
from bot.web.dashboard.frame import FORM
from bot.web.pages import ContentAccess, PageContext
from bot.web.server import make_asgi_app, make_server
from tests.conftest import PROJECT
from tests.rows import each_row
from tests.servers.serving import serving
from tests.slow import slow
from tests.storage.generated import fill

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - a test's own
ATTACK = "<script>alert(1)</script> \"'> Wie richte ich {{ 7*7 }} ein?"
ELSEWHERE: Any = {"X-Forwarded-For": "192.0.2.7"}  # through a proxy on this machine


async def consider(event: Event) -> Reply:
    raise AssertionError("nobody asks the dashboard")


async def trouble() -> Mapping[str, str]:
    return {"jobs": "", "zammad": "401 from the server"}


@asynccontextmanager
async def served(
    engine: AnswerEngine, storage: Storage, token: str, knowledge: Path = PROJECT / "knowledge"
) -> AsyncIterator[str]:
    settings = Settings(slack_bot_token="xoxb-secret", slack_signing_secret="hush", postbote_data_dir=Path("x"))  # noqa: S106
    context = PageContext(
        engine=ReloadableEngine(engine, settings),
        handle=consider,
        auth=AdminAuth(token, storage.secrets),
        statistics=Statistics(storage.database),
        problems=trouble,
        disabled={"slack": "set SLACK_BOT_TOKEN"},
    )
    content = ContentAccess(knowledge, PROJECT / "templates", knowledge.parent, ContentEdits(storage.database))
    app = make_asgi_app(Dashboard(context, content, to_variables(settings)).routes, trouble)
    async with serving(make_server(app)) as root:
        yield f"{root}/dashboard"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    kept = create_storage("", tmp_path_factory.mktemp("dashboard"))
    kept.database.open()
    asked = [
        ("a", ATTACK, "decline", "javascript:alert(1)"),
        ("b", "What is JMAP?", "suggest", "https://x.slack.com/p1"),
    ]
    for key, text, outcome, link in asked:
        event = Event(key, "slack", Question(text))
        kept.decisions.save(event, Answer(outcome, "en"), why="outcome     decline <b>", link=link)
        kept.mark_delivered(key, "1.2", 3.25)
    kept.feedback.record("b", "T1:U1", "unhelpful")
    yield kept
    kept.database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(engine: AnswerEngine, storage: Storage) -> AsyncIterator[str]:
    async with served(engine, storage, "") as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def locked(engine: AnswerEngine, storage: Storage) -> AsyncIterator[str]:
    async with served(engine, storage, TOKEN) as found:
        yield found


async def get(url: str, **headers: Any) -> tuple[int, str, Mapping[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.text(), response.headers


PAGES = ["", "?days=7", "?days=90", "?days=nonsense", "/decision?key=a", "/draft?key=a", "/draft.yaml?key=a"]
PAGES += ["/gaps?", "/gap?key=a", "/entry/new?key=a", "/gaps.csv?"]
NAMELESS = [
    "/entries?",
    "/entries.csv?",
    "/entry?id=ports",
    "/file?id=provider.yaml",
    "/changes?",
    "/edit?id=x",
    "/edit/state?id=x",
    "/change.patch?id=x",
]
POSTS = ["/edit", "/edit/again", "/edit/publish", "/edit/undo", "/gap/done", "/gap/open"]


@pytest.mark.asyncio(loop_scope="module")
@each_row("page", PAGES)
@each_row("language", ["de", "en"])
async def test_every_page_is_there_in_both_languages_and_obeys_no_mark_up(url: str, page: str, language: str) -> None:
    accepts: Any = {"Accept-Language": language}
    status, text, headers = await get(url + page, **accepts)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    if not page.startswith(("/draft.yaml", "/gaps.csv")):
        assert f'<html lang="{language}">' in text
        assert text.count("<script") == text.count('<script src="/dashboard/dashboard.js" defer>') == 1
        assert "javascript:" not in text
        assert "style=" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{ 7*7 }}" in text


@pytest.mark.asyncio(loop_scope="module")
async def test_the_overview_names_gaps_times_parts_and_variables_but_no_secret(url: str) -> None:
    _, text, _ = await get(f"{url}?lang=en")
    for shown in (
        "What is JMAP?",
        "not helpful",
        'href="https://x.slack.com/p1"',
        'href="/dashboard/gap?key=b',
        "3.25",
        "401 from the server",
        "set SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        'role="img"',
    ):
        assert shown in text, shown
    for secret in ("xoxb-secret", "hush"):
        assert secret not in text
    row = re.search(r"<code>SLACK_SIGNING_SECRET</code></th><td>(.*?)</td>", text)
    assert row
    assert row[1] == "set"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_draft_can_be_downloaded_and_holds_the_question(url: str) -> None:
    _, text, headers = await get(f"{url}/draft.yaml?key=b")
    assert headers["Content-Disposition"] == 'attachment; filename="draft.yaml"'
    assert '- "What is JMAP?"' in text


@each_row("page", ["/decision", "/draft?key=none", "/draft.yaml?key=%00", "/decision?key=" + "x" * 5_000])
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_no_longer_kept_is_said_to_be_gone(url: str, page: str) -> None:
    assert (await get(url + page))[0] == 404


@each_row("page", [p for p in [*PAGES, *NAMELESS] if "?" in p or not p])
@pytest.mark.asyncio(loop_scope="module")
async def test_without_a_token_nobody_elsewhere_sees_anything(url: str, page: str) -> None:
    status, text, _ = await get(url + page, **ELSEWHERE)
    assert status == 403
    assert "POSTBOTE_ADMIN_TOKEN" in text
    assert "script&gt;" not in text
    assert (await get(url + page, Host="evil.example"))[0] == 403


@pytest.mark.asyncio(loop_scope="module")
@each_row("page", [p for p in [*PAGES, *NAMELESS] if "?" in p or not p])
async def test_with_a_token_everybody_needs_it(locked: str, page: str) -> None:
    status, text, _ = await get(locked + page)
    assert status == 401
    assert "script&gt;" not in text
    assert 'type="password"' in text
    bearer: Any = {"Authorization": f"Bearer {TOKEN}"}
    expected = 404 if page in ("/edit?id=x", "/change.patch?id=x") else 200
    assert (await get(locked + page, **bearer, **ELSEWHERE))[0] == expected


async def form_of(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(f"{url}/login?lang=en") as response:
        found = re.search(r'name="form" value="([^"]+)"', await response.text())
    assert found
    return found[1]


def jar() -> aiohttp.CookieJar:
    return aiohttp.CookieJar(unsafe=True)  # it keeps cookies of an address as well


@pytest.mark.asyncio(loop_scope="module")
async def test_who_knows_the_token_logs_in_and_out(locked: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=jar()) as session:
        form = await form_of(session, locked)
        async with session.post(
            f"{locked}/login", data={"form": form, "token": TOKEN}, allow_redirects=False
        ) as response:
            assert response.status == 303
            cookie = next(c for c in response.headers.getall("Set-Cookie") if c.startswith(COOKIE))
        assert {"HttpOnly", "Path=/dashboard", "SameSite=strict"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        async with session.get(locked) as response:
            assert response.status == 200
            own = re.search(r'name="form" value="([^"]+)"', await response.text())
        assert own
        async with session.post(f"{locked}/logout", data={"form": "wrong"}) as response:
            assert response.status == 403
        async with session.post(f"{locked}/logout", data={"form": own[1]}) as response:
            assert response.status == 200
        async with session.get(locked) as response:
            assert response.status == 401


@pytest.mark.asyncio(loop_scope="module")
async def test_logging_out_ends_the_session_also_for_a_copy_of_its_cookie_and_no_other_session(
    locked: str, engine: AnswerEngine, storage: Storage
) -> None:
    copies = []
    for _ in range(2):
        async with aiohttp.ClientSession(cookie_jar=jar()) as session:
            data = {"form": await form_of(session, locked), "token": TOKEN}
            async with session.post(f"{locked}/login", data=data, allow_redirects=False) as response:
                copies.append({"Cookie": f"{COOKIE}={response.cookies[COOKIE].value}"})
    ended, other = copies
    async with served(engine, storage, TOKEN) as second:  # another process on the same database
        for url in (locked, second):
            assert [(await get(url, **copy))[0] for copy in copies] == [200, 200]
        _, text, _ = await get(locked, **ended)
        own = re.search(r'name="form" value="([^"]+)"', text)
        assert own
        async with (
            aiohttp.ClientSession(headers=ended) as session,
            session.post(f"{locked}/logout", data={"form": own[1]}, allow_redirects=False) as response,
        ):
            assert response.status == 303
        for url in (locked, second):
            for page in PAGES[:4]:
                assert (await get(url + page, **ended))[0] == 401, page
                assert (await get(url + page, **other))[0] == 200, page
        storage.purge_expired()
        assert (await get(second, **ended))[0] == 401
        bearer: Any = {"Authorization": f"Bearer {TOKEN}"}
        assert (await get(second, **ended, **bearer))[0] == 200


@pytest.mark.asyncio(loop_scope="module")
async def test_behind_https_the_cookies_are_for_https_alone(locked: str) -> None:
    _, _, headers = await get(f"{locked}/login", **(ELSEWHERE | {"X-Forwarded-Proto": "https"}))
    assert "Secure" in headers["Set-Cookie"]


@pytest.mark.asyncio(loop_scope="module")
async def test_another_sites_form_does_not_log_in(locked: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=jar()) as session:
        form = await form_of(session, locked)
        good = {"form": form, "token": TOKEN}
        foreign = [
            (good, {"Origin": "https://evil.example"}),
            (good, {"Sec-Fetch-Site": "cross-site"}),
            ({"token": TOKEN}, {}),
            (good | {"form": "guessed"}, {}),
        ]
        for data, headers in foreign:
            async with session.post(f"{locked}/login", data=data, headers=headers) as response:
                assert response.status == 403
    async with aiohttp.ClientSession() as session, session.post(f"{locked}/login", data=good) as response:
        assert response.status == 403  # the form without its cookie


@pytest.mark.asyncio(loop_scope="module")
async def test_guessing_is_slowed_down(locked: str) -> None:
    guesser: Any = {"X-Forwarded-For": "192.0.2.99"}
    async with aiohttp.ClientSession(cookie_jar=jar(), headers=guesser) as session:
        form = await form_of(session, locked)
        statuses = []
        for number in range(WRONG_AT_ONCE + 1):
            data = {"form": form, "token": f"guess {number}" if number < WRONG_AT_ONCE else TOKEN}
            async with session.post(f"{locked}/login", data=data) as response:
                statuses.append(response.status)
                text = await response.text()
    assert statuses == [401] * (WRONG_AT_ONCE - 1) + [429, 429]
    assert 'role="alert"' in text


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_that_is_sent_breaks_a_form(locked: str) -> None:
    odd = [b"", b"\xff\xfe", b"form=a&form=b", b"token=" + b"x" * 100_000, b"&" * 5_000]
    cookie: Any = {"Cookie": f"{FORM}=\u00e4; {COOKIE}=x"}
    async with aiohttp.ClientSession() as session:
        for body in odd:
            for page in ("login", "logout"):
                async with session.post(f"{locked}/{page}", data=body, headers=cookie) as response:
                    assert response.status == 403


@pytest.mark.parametrize("page", POSTS)
@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_changes_content_without_the_right_and_the_forms_secret(locked: str, url: str, page: str) -> None:
    bearer: Any = {"Authorization": f"Bearer {TOKEN}"}
    data = {"op": "example", "target": "ports", "questions_de": "neu?", "id": "x", "key": "a", "who": "me"}
    async with aiohttp.ClientSession(cookie_jar=jar()) as session:
        async with session.post(locked + page, data=data) as response:
            assert response.status == 401
        async with session.post(url + page, data=data, headers=ELSEWHERE) as response:
            assert response.status == 403
        for address, rights in ((locked, bearer), (url, {})):
            async with session.post(address + page, data=data, headers=rights) as response:
                assert response.status == 403  # no secret
            async with session.get(f"{address}/gap?key=a", headers=rights) as response:
                found = re.search(r'name="form" value="([^"]+)"', await response.text())
            assert found
            good = data | {"form": found[1]}
            for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                async with session.post(address + page, data=good, headers=rights | foreign) as response:
                    assert response.status == 403
            async with session.post(address + page, data=data | {"form": "x" * 22}, headers=rights) as response:
                assert response.status == 403


async def secret_of(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(f"{url}/gap?key=b") as response:
        found = re.search(r'name="form" value="([^"]+)"', await response.text())
    assert found
    return found[1]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_gap_that_is_done_leaves_the_list_and_comes_back(url: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=jar()) as session:
        data = {"form": await secret_of(session, url), "key": "b"}
        for action, there, elsewhere in (("done", "?state=done", ""), ("open", "", "?state=done")):
            async with session.post(f"{url}/gap/{action}", data=data) as response:
                assert response.status == 200
            assert "What is JMAP?" in (await get(f"{url}/gaps{there}"))[1]
            assert "What is JMAP?" not in (await get(f"{url}/gaps{elsewhere}"))[1]


@each_row(
    ("query", "shown"),
    [
        ("q=jmap", True),
        ("q=imap", False),
        ("reason=unhelpful&language=en&channel=slack", True),
        ("reason=decline", False),
        ("language=de", False),
        ("channel=web", False),
        ("page=99999", True),
        ("page=-1", True),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_gaps_are_searched_and_filtered(url: str, query: str, shown: bool) -> None:
    for page in ("gaps", "gaps.csv"):
        status, text, _ = await get(f"{url}/{page}?{query}")
        assert status == 200
        assert ("What is JMAP?" in text) == (shown or (page == "gaps.csv" and query.startswith("page")))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.asyncio(loop_scope="module")
async def test_the_forms_hold_error_lines_related_entries_and_whole_files(url: str, language: str) -> None:
    _, entry, _ = await get(f"{url}/entry?id=error-relay-denied&lang={language}")
    lines = read_entry(PROJECT / "knowledge", "error-relay-denied").lists["lines"]
    assert all(line in html.unescape(entry) for line in lines)
    assert 'name="related"' in entry
    for form in (entry, (await get(f"{url}/entry/new?lang={language}"))[1]):
        assert "{{ limits.message_size }}" in form  # every variable that provider.yaml gives
        assert "{{ servers.smtps }}" in form
    for path in ("provider.yaml", "error-relay-denied.yaml"):
        _, shown, _ = await get(f"{url}/file?id={path}&lang={language}")
        text = (PROJECT / "knowledge" / path).read_text("utf-8")
        assert f'class="yaml">\n{text}</textarea>' in html.unescape(shown)  # a browser drops the first line break
    for path in ("../README.md", "nowhere.yaml", "labelled/x.jsonl", ""):
        assert (await get(f"{url}/file?id={path}"))[0] == 404


@pytest.mark.asyncio(loop_scope="module")
async def test_a_spreadsheet_runs_nothing_that_somebody_asked(engine: AnswerEngine, tmp_path: Path) -> None:
    kept = create_storage("", tmp_path)
    kept.database.open()
    kept.decisions.save(Event("x", "web", Question('=HYPERLINK("https://evil.example")')), Answer("decline", "en"))
    async with served(engine, kept, "") as found:
        assert "'=HYPERLINK" in (await get(f"{found}/gaps.csv"))[1]
    kept.database.close()


HOSTILE = 'Größe; "groß", ja?\nZeile zwei, 日本語'


@pytest.mark.asyncio(loop_scope="module")
async def test_a_spreadsheet_of_the_pages_language_reads_each_cell(engine: AnswerEngine, tmp_path: Path) -> None:
    kept = create_storage("", tmp_path)
    kept.database.open()
    kept.decisions.save(Event("x", "web", Question(HOSTILE)), Answer("decline", "de"))
    async with served(engine, kept, "") as found:
        for language, separator in (("de", ";"), ("en", ",")):
            text = (await get(f"{found}/gaps.csv?lang={language}"))[1].removeprefix("\ufeff")
            head, row = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            assert dict(zip(head, row, strict=True))["question"] == HOSTILE
    kept.database.close()


PARTS = {
    "": "Overview", "/gaps": "Gaps", "/gap?key=a": "Gaps", "/entries": "Entries", "/entry/new?key=a": "Entries",
    "/entry?id=smtp-server": "Entries", "/file?id=provider.yaml": "Entries", "/changes": "Changes",
}  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("page", "part"), PARTS.items())
async def test_the_part_that_a_page_belongs_to_is_marked(url: str, page: str, part: str) -> None:
    _, shown, _ = await get(f"{url}{page}{'&' if '?' in page else '?'}lang=en")
    nav = shown[shown.index('<nav class="parts"') :].partition("</nav>")[0]
    assert re.findall(r'aria-current="(?:page|true)">([^<]+)<', nav) == [part]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"op": "example", "target": "../x", "question": "a?", "language": "de"}, "lower-case"),
        ({"op": "example", "target": "nowhere", "question": "a?", "language": "de"}, "no longer exists"),
        ({"op": "example", "target": "ports", "language": "de"}, "question is missing"),
        ({"op": "nothing"}, "question is missing"),
        ({"op": "topic", "target": "new", "id": "fax", "question": "a?", "language": "de"}, "Title, answer and"),
        ({"op": "entry", "new": "yes", "target": "ports", "faq": "x", "questions_de": "a?", "title_de": "t",
          "title_en": "t", "answer_de": "a", "answer_en": "a"}, "taken already"),
    ],
)  # fmt: skip
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_in_a_form_is_said(url: str, data: dict[str, str], says: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=jar()) as session:
        form = await secret_of(session, url)
        async with session.post(f"{url}/edit?lang=en", data=data | {"form": form}) as response:
            assert response.status == 422
            assert says in await response.text()


@slow
@pytest.mark.asyncio(loop_scope="module")
async def test_each_page_takes_less_than_a_second_at_10_000_questions(engine: AnswerEngine, tmp_path: Path) -> None:
    """Of CPU, the browser's side included; half of it on a quiet machine."""
    kept = create_storage("", tmp_path)
    kept.database.open()
    fill(kept, 10_000)
    key = ContentEdits(kept.database).add("example", "ports", "", "x", [("examples/ports.yaml", "a\n", "b\n")])
    async with served(engine, kept, "") as found:
        for page in ("", "/gaps?days=90", "/entries?days=90", f"/edit?id={key}"):
            took = []
            for _ in range(3):
                begun = time.process_time()
                assert (await get(found + page))[0] == 200
                took.append(time.process_time() - begun)
            assert min(took) < 1.0, (page, took)
