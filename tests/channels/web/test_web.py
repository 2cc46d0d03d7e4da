"""The try-it page, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Parts
from bot.channels.web import WebPage
from bot.channels.web.to_html import to_html
from bot.core.model import Answer, Event, Language, Question
from bot.serve import open_app
from bot.store import Store

CONVERTED = [
    ("paragraphs", "eins\n\nzwei", "<p>eins</p><p>zwei</p>"),
    ("a list", "Ports:\n\n- eins\n- zwei", "<p>Ports:</p><ul><li>eins</li><li>zwei</li></ul>"),
    ("bold", "**SMTP**", "<p><strong>SMTP</strong></p>"),
    ("code", "`a_b_c *x*`", "<p><code>a_b_c *x*</code></p>"),
    ("emphasis around code", "_Quelle `a-b`_", "<p><em>Quelle <code>a-b</code></em></p>"),
    ("mark-up is shown, not obeyed", "<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
    ("escaped marks", r"\*a\* \<b\>", "<p>*a* &lt;b&gt;</p>"),
]


@pytest.mark.parametrize(("markdown", "shown"), [row[1:] for row in CONVERTED], ids=[row[0] for row in CONVERTED])
def test_our_markdown_becomes_html(markdown: str, shown: str) -> None:
    assert to_html(markdown) == shown


@given(st.text(max_size=300))
def test_nothing_typed_becomes_a_tag_of_its_own(typed: str) -> None:
    shown = to_html(typed)
    for tag in ("p", "br", "ul", "li", "strong", "em", "code"):
        shown = shown.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in shown
    assert ">" not in shown


async def respond(question: Question, office: None = None, person: str = "") -> Answer:
    if question.text == "bug":
        raise RuntimeError("secret detail")
    return Answer("echo", question.language or "de", {"text": question.text})


async def store(event: Event) -> None:
    raise AssertionError("the page stores nothing")


async def concerns(event: Event) -> bool:
    return True


def no_label(name: str, language: Language) -> str:
    return ""


async def no_trouble() -> str:
    return ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    tmp = tmp_path_factory.mktemp("web")
    page = WebPage(
        Parts(
            store,
            respond,
            lambda answer: f"**{answer.facts['text']}**",
            {},
            no_label,
            no_label,
            concerns,
            Store("", tmp),
        )
    )
    app = open_app(no_trouble, {"web": page})
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def fetch(method: str, url: str, data: bytes | None = None) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.request(method, url, data=data) as response:
        return response.status, await response.text(), response.headers.get("Content-Security-Policy", "")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_and_its_parts_are_served_with_a_strict_policy(url: str) -> None:
    for path in ("/", "/page.css", "/page.js"):
        status, text, policy = await fetch("GET", url + path)
        assert status == 200
        assert text
        assert "default-src 'none'" in policy


@pytest.mark.asyncio(loop_scope="module")
async def test_a_question_is_answered_on_the_line(url: str) -> None:
    status, text, _ = await fetch("POST", f"{url}/ask", json.dumps({"text": "welcher Port?", "lang": "en"}).encode())
    assert status == 200
    html = "<p><strong>welcher Port?</strong></p>"
    assert json.loads(text) == {"outcome": "answer", "language": "en", "understood": "", "html": html}


REFUSED = [
    ("no JSON", b"hallo", 400, "no JSON"),
    ("no object", b"[]", 400, "missing or empty"),
    ("no text", b'{"lang": "de"}', 400, "missing or empty"),
    ("blank text", b'{"text": "  "}', 400, "missing or empty"),
    ("another language", b'{"text": "x", "lang": "fr"}', 400, '"lang" must be'),
    ("another language as a hint", b'{"text": "x", "hint": "fr"}', 400, '"hint" must be'),
    ("no text before", b'{"text": "x", "before": 1}', 400, '"before" must be'),
    ("too long", json.dumps({"text": "x" * 8001}).encode(), 400, "8000 is the limit"),
    ("nested too deep", b"[" * 100_000, 400, "no JSON"),
    ("no text at all", b"\xff\xfe", 400, "no JSON"),
]


@pytest.mark.parametrize(("body", "status", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_bad_request_is_refused_with_the_reason(url: str, body: bytes, status: int, says: str) -> None:
    got, text, _ = await fetch("POST", f"{url}/ask", body)
    assert got == status
    assert says in json.loads(text)["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/ask", 405), ("POST", "/", 405)]
)
@pytest.mark.asyncio(loop_scope="module")
async def test_unknown_paths_and_methods_are_refused(url: str, method: str, path: str, status: int) -> None:
    assert (await fetch(method, url + path))[0] == status


@pytest.mark.asyncio(loop_scope="module")
async def test_a_bug_shows_nothing_of_itself(url: str) -> None:
    status, text, _ = await fetch("POST", f"{url}/ask", b'{"text": "bug"}')
    assert status == 500
    assert "secret" not in text
    assert "Traceback" not in text


@pytest.mark.asyncio(loop_scope="module")
async def test_the_process_says_that_it_lives_and_is_ready(url: str) -> None:
    assert (await fetch("GET", f"{url}/healthz"))[:2] == (200, "ok\n")
    assert (await fetch("GET", f"{url}/readyz"))[0] == 200
