"""The try-it page, over a real socket."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import given
from starlette.requests import Request

from bot.commands import ChannelAdmin
from bot.core.markdown.to_html import to_html
from bot.core.model import STRANGERS, Answer, Event, Language, Question, Reply, TryLater
from bot.storage import Storage, create_storage
from bot.storage.statistics import Statistics
from bot.web import chat
from bot.web.auth import AdminAuth
from bot.web.chat import BURST, BURST_OF_ALL, ChatPage, Refused
from bot.web.chat.parse import to_press, to_question
from bot.web.pages import PageContext
from bot.web.server import make_asgi_app
from tests.engines import EchoEngine
from tests.examples import any_text
from tests.rows import each_row
from tests.servers.serving import served

CONVERTED = [
    ("paragraphs", "eins\n\nzwei", "<p>eins</p><p>zwei</p>"),
    ("a list", "Ports:\n\n- eins\n- zwei", "<p>Ports:</p><ul><li>eins</li><li>zwei</li></ul>"),
    ("bold", "**SMTP**", "<p><strong>SMTP</strong></p>"),
    ("code", "`a_b_c *x*`", "<p><code>a_b_c *x*</code></p>"),
    ("emphasis around code", "_Quelle `a-b`_", "<p><em>Quelle <code>a-b</code></em></p>"),
    ("mark-up is shown, not obeyed", "<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
    (
        "a table",
        "| Port | SSL |\n|---|---|\n| `995` | <b> |",
        '<table><thead><tr><td>Port</td><th scope="col">SSL</th></tr></thead>'
        '<tbody><tr><th scope="row"><code>995</code></th><td>&lt;b&gt;</td></tr></tbody></table>',
    ),
    ("escaped marks", r"\*a\* \<b\>", "<p>*a* &lt;b&gt;</p>"),
]


@each_row(("markdown", "shown"), [row[1:] for row in CONVERTED], ids=[row[0] for row in CONVERTED])
def test_our_markdown_becomes_html(markdown: str, shown: str) -> None:
    assert to_html(markdown) == shown


@given(any_text(300))
def test_nothing_typed_becomes_a_tag_of_its_own(typed: str) -> None:
    shown = to_html(typed)
    for scope in ("row", "col"):
        shown = shown.replace(f'<th scope="{scope}">', "")
    for tag in ("table", "thead", "tbody", "tr", "th", "td", "p", "br", "ul", "li", "strong", "em", "code"):
        shown = shown.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in shown
    assert ">" not in shown


KEY = "web::0123456789abcdef"  # of a reply that is kept
PRESSED: list[str] = []  # keys of all events that were handled


class ChatEngine(EchoEngine):
    """Words a text in bold, and knows one title."""

    async def respond(self, question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        return Answer("echo", question.language or "de", {"text": question.text})

    def render(self, answer: Answer) -> str:
        return f"**{answer.facts['text']}**"

    def title(self, entry_id: str, language: Language) -> str:
        return {"known": f"Title {language}"}[entry_id]


async def consider(event: Event) -> Reply:
    """Echoes; tells what a press was about."""
    if event.question.text == "bug":
        raise RuntimeError("secret detail")
    if event.question.text == "later":
        raise TryLater("the database rests", 7.0)
    if event.act != "ask":
        return Reply(Answer("echo", event.question.language or "de", {"text": f"{event.act} {event.facts}"}))
    facts = {"text": event.question.text, "suggested": ["known"]}
    template = "suggest" if event.question.text == "what?" else "echo"
    return Reply(Answer(template, event.question.language or event.question.language_hint or "de", facts))


async def nothing_wrong() -> Mapping[str, str]:
    return {"jobs": ""}


def page_of(
    handle: Callable[[Event], Awaitable[Reply]], engine: EchoEngine, storage: Storage, contact: str = ""
) -> ChatPage:
    context = PageContext(
        engine=engine,
        handle=handle,
        auth=AdminAuth(),
        statistics=Statistics(storage.database),
        problems=nothing_wrong,
        disabled={},
    )
    return ChatPage(context, contact)


NEXT = 120.0  # seconds from one question of a stranger to the next: on a busy machine the burst itself takes some


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    kept = create_storage("", tmp_path_factory.mktemp("web"))
    kept.database.open()
    kept.decisions.save(Event(KEY, "web", Question("x")), Answer("echo", "de"))

    async def consider_and_keep(event: Event) -> Reply:
        reply = await consider(event)
        if event.act == "ask" and reply.answer:
            kept.decisions.save(event, reply.answer)
        PRESSED.append(event.key)
        return reply

    with pytest.MonkeyPatch.context() as slower:
        slower.setattr(chat, "EVERY", NEXT)
        page = page_of(consider_and_keep, ChatEngine(), kept, "+49 30 1")
    async with served(make_asgi_app(page.routes, nothing_wrong)) as root:
        yield root
    kept.database.close()


async def fetch(method: str, url: str, data: bytes | None = None, **headers: str) -> tuple[int, str, Mapping[str, str]]:
    async with aiohttp.ClientSession() as session, session.request(method, url, data=data, headers=headers) as response:
        return response.status, await response.text(), response.headers


async def post(url: str, **body: Any) -> dict[str, Any]:
    status, text, _ = await fetch("POST", url, json.dumps(body).encode())
    assert status == 200, text
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_and_its_parts_are_served_with_a_strict_policy(url: str) -> None:
    for path in ("/", "/page.css", "/page.js"):
        status, text, headers = await fetch("GET", url + path)
        assert status == 200
        assert text
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


SPOKEN = [
    ("nothing said", "", "", "de"),
    ("German", "de-DE,de;q=0.9,en;q=0.8", "", "de"),
    ("English", "en-GB,en;q=0.9", "", "en"),
    ("neither", "fr-FR,fr;q=0.9", "", "en"),
    ("English rather than German", "fr, en;q=0.8, de;q=0.5", "", "en"),
    ("German after others", "fr-FR, it;q=0.9, de;q=0.3", "", "de"),
    ("any", "*", "", "de"),
    ("not English", "en;q=0, de;q=0.1", "", "de"),
    ("no weight at all", "en;q=high", "", "de"),
    ("chosen", "de", "?lang=en", "en"),
    ("chosen, but we do not speak it", "en", "?lang=fr", "en"),
]


@each_row(("header", "query", "language"), [r[1:] for r in SPOKEN], ids=[r[0] for r in SPOKEN])
@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_speaks_the_language_of_its_reader(url: str, header: str, query: str, language: str) -> None:
    accepts: Any = {"Accept-Language": header}
    _, text, _ = await fetch("GET", f"{url}/{query}", **accepts)
    assert text.startswith(f"page.html {language} ")
    assert "+49 30 1" in text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_question_is_answered_on_the_line(url: str) -> None:
    found = await post(f"{url}/ask", text="welcher Port?", lang="en")
    key = found.pop("key")
    article = found.pop("article")
    assert [str(article[one]).split(" {")[0] for one in ("de", "en")] == ["article.html de", "article.html en"]
    html = "<p><strong>welcher Port?</strong></p>"
    assert re.fullmatch(r"web::[0-9a-f]{16}", key)
    assert found == {
        "outcome": "answer",
        "language": "en",
        "understood": "",
        "html": html,
        "in": {"de": html, "en": html},
        "choices": [],
        "checks": [],
        "feedback": False,
        "why": {},
        "person": False,
    }


CONVERSATION = "0abcdefg-0hijklmn-0opqrst"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_conversation_keeps_its_random_name_and_suggestions_have_titles(url: str) -> None:
    found = await post(f"{url}/ask", text="what?", conversation=CONVERSATION, language_hint="en")
    assert found["key"].startswith(f"web:{CONVERSATION}:")
    assert found["choices"] == [{"entry": "known", "de": "Title de", "en": "Title en"}]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_press_reaches_the_desk_with_the_key_of_its_reply(url: str) -> None:
    key = (await post(f"{url}/ask", text="what?", conversation=CONVERSATION))["key"]
    found = await post(f"{url}/press", act="helpful", key=key, lang="en")
    assert found["key"] == key
    assert f"helpful {{&#x27;key&#x27;: &#x27;{key}&#x27;" in found["html"]
    chosen = await post(f"{url}/press", act="choose", key=key, entry="known", text="what?", lang="en")
    assert "&#x27;entry&#x27;: &#x27;known&#x27;" in chosen["html"]


@pytest.mark.asyncio(loop_scope="module")
async def test_who_must_wait_is_told_how_long(url: str) -> None:
    status, text, headers = await fetch("POST", f"{url}/ask", b'{"text": "later"}')
    assert (status, json.loads(text)["problem"], headers["Retry-After"]) == (503, "later", "8")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_stranger_is_paced_and_who_sits_here_is_not(url: str) -> None:
    stranger: Any = {"X-Forwarded-For": "192.0.2.7"}  # through a proxy on this machine
    found = [(await fetch("POST", f"{url}/ask", b'{"text": "x"}', **stranger)) for _ in range(BURST + 1)]
    assert [status for status, _, _ in found] == [200] * BURST + [429]
    assert json.loads(found[-1][1])["problem"] == "pace"
    assert 1 <= int(found[-1][2]["Retry-After"]) <= NEXT
    assert (await fetch("POST", f"{url}/press", b"{}", **stranger))[0] == 429
    other: Any = {"X-Forwarded-For": "192.0.2.8"}
    assert (await fetch("POST", f"{url}/ask", b'{"text": "x"}', **other))[0] == 200
    assert (await fetch("POST", f"{url}/ask", b'{"text": "x"}'))[0] == 200


def page_client(client: str, **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": (client, 1), "headers": named, "http_version": "1.1"})


def taken(page: ChatPage, clients: Iterable[str]) -> int:
    """How many of these clients, one after the other, may ask."""
    return sum(refusal_of(page, client) is None for client in clients)


def refusal_of(page: ChatPage, client: str, **headers: str) -> Refused | None:
    try:
        page._check_origin_and_pace(page_client(client, **headers))
    except Refused as refused:
        return refused
    return None


@pytest.fixture
def page(tmp_path: Path) -> ChatPage:
    return page_of(consider, ChatEngine(), create_storage("", tmp_path))


NETWORKS = [
    ("addresses of one IPv6 /64 are one client", lambda n: f"2001:db8:1:2::{n:x}", BURST),
    ("so are those with another interface id", lambda n: f"2001:db8:1:2:{n:x}:1:2:3", BURST),
    ("one IPv4 address, in either form", lambda n: "192.0.2.7" if n % 2 else "::ffff:192.0.2.7", BURST),
    ("another /64 is another client", lambda n: f"2001:db8:1:{n:x}::1", 100),
    ("another IPv4 address is another client", lambda n: f"192.0.2.{n}", 100),
]


@pytest.mark.parametrize(("address", "most"), [row[1:] for row in NETWORKS], ids=[row[0] for row in NETWORKS])
def test_the_pace_is_counted_by_network(page: ChatPage, address: Callable[[int], str], most: int) -> None:
    assert most <= taken(page, (address(n) for n in range(100))) <= most + 1


def test_all_strangers_together_have_a_bound_and_who_sits_here_has_none(page: ChatPage) -> None:
    many = [f"2001:db8:{n:x}::1" for n in range(2 * BURST_OF_ALL)]
    assert BURST_OF_ALL <= taken(page, many) <= BURST_OF_ALL + 20
    refused = refusal_of(page, "198.51.100.1")
    assert refused is not None
    assert (refused.status, refused.problem) == (429, "pace")
    assert refusal_of(page, "127.0.0.1", host="127.0.0.1:3000") is None


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@each_row("headers", FOREIGN)
@each_row("path", ["ask", "press"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_of_another_site_may_not_ask_or_press(url: str, path: str, headers: dict[str, str]) -> None:
    before = len(PRESSED)
    for more in ({}, {"X-Forwarded-For": "192.0.2.77"}):
        status, _, _ = await fetch("POST", f"{url}/{path}", json.dumps(SENT[path]).encode(), **headers, **more)
        assert status == 403
    assert len(PRESSED) == before
    own = {"Sec-Fetch-Site": "same-origin", "Origin": url}
    assert (await fetch("POST", f"{url}/{path}", json.dumps(SENT[path]).encode(), **own))[0] == 200
    assert (await fetch("POST", f"{url}/{path}", json.dumps(SENT[path]).encode(), Origin=url))[0] == 200


REFUSED = [
    ("no JSON", b"hallo", 400, "no JSON"),
    ("no object", b"[]", 400, "missing or empty"),
    ("no text", b'{"lang": "de"}', 400, "missing or empty"),
    ("blank text", b'{"text": "  "}', 400, "missing or empty"),
    ("another language", b'{"text": "x", "lang": "fr"}', 400, '"lang" must be'),
    ("another language as a hint", b'{"text": "x", "hint": "fr"}', 400, '"hint" must be'),
    ("no text before", b'{"text": "x", "before": 1}', 400, '"before" must be'),
    ("too long", json.dumps({"text": "x" * 8001}).encode(), 400, "8000 is the limit"),
    (
        "a conversation that is no name",
        b'{"text": "x", "conversation": "max@firma.de 12345"}',
        400,
        '"conversation" must be',
    ),
    ("nested too deep", b"[" * 100_000, 400, "no JSON"),
    ("no text at all", b"\xff\xfe", 400, "no JSON"),
]


@each_row(("body", "status", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_bad_request_is_refused_with_the_reason(url: str, body: bytes, status: int, says: str) -> None:
    got, text, _ = await fetch("POST", f"{url}/ask", body)
    assert got == status
    assert says in json.loads(text)["error"]


PRESSES = [
    ("no JSON", b"hallo", "no JSON"),
    ("no key", b'{"act": "helpful"}', '"key" must be'),
    ("a key of Slack's", b'{"act": "helpful", "key": "T0001:C0001:1515449522.000016:ask"}', '"key" must be'),
    ("no act", json.dumps({"key": KEY}).encode(), '"act" must be'),
    ("an act that pages have not", json.dumps({"key": KEY, "act": "share"}).encode(), '"act" must be'),
    (
        "an entry that is none",
        json.dumps({"key": KEY, "act": "choose", "entry": "x", "text": "x"}).encode(),
        '"entry" must',
    ),
    ("no text", json.dumps({"key": KEY, "act": "choose", "entry": "known"}).encode(), '"text" is missing'),
    ("another language", json.dumps({"key": KEY, "act": "helpful", "lang": "fr"}).encode(), '"lang" must'),
]


@each_row(("body", "says"), [row[1:] for row in PRESSES], ids=[row[0] for row in PRESSES])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_press_that_is_none_of_ours_is_refused(url: str, body: bytes, says: str) -> None:
    status, text, _ = await fetch("POST", f"{url}/press", body)
    assert status == 400
    assert says in json.loads(text)["error"]


@each_row("act", ["helpful", "unhelpful", "choose", "check"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_press_with_a_key_that_was_never_issued_is_refused_and_not_counted(url: str, act: str) -> None:
    real = (await post(f"{url}/ask", text="x", conversation=CONVERSATION))["key"]
    other = f"{real[:-16]}{'0' * 16}"
    never = [
        f"web:{CONVERSATION}:{'0' * 16}",
        f"web::{'f' * 16}",
        other,
        real.replace(CONVERSATION, CONVERSATION[::-1]),
    ]
    before = len(PRESSED)
    for key in never:
        body = json.dumps({"act": act, "key": key, "entry": "known", "text": "x"}).encode()
        status, text, _ = await fetch("POST", f"{url}/press", body)
        assert (status, json.loads(text)["problem"]) == (404, "wrong")
    assert len(PRESSED) == before
    assert (await post(f"{url}/press", act=act, key=real, entry="known", text="x"))["key"] == real
    assert len(PRESSED) == before + 1


@each_row(("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/ask", 405), ("POST", "/", 405)])
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


SENT = {
    "ask": {"text": "x", "lang": "de", "hint": "en", "conversation": CONVERSATION, "before": "y"},
    "press": {"act": "choose", "key": KEY, "entry": "known", "text": "x", "lang": "de"},
}
ODD = ["\ud800", "a\udfffb", "\0", None, 7, True, [], [None], {}, {"\ud800": "\ud800"}]


@pytest.mark.asyncio(loop_scope="module")
@each_row(("path", "field"), [(path, field) for path, sent in SENT.items() for field in sent])
async def test_no_value_of_a_field_is_an_error_of_ours(url: str, path: str, field: str) -> None:
    for odd in ODD:
        status, text, _ = await fetch("POST", f"{url}/{path}", json.dumps(SENT[path] | {field: odd}).encode())
        assert status in (200, 400), f"{odd!r}: {text}"
    raw = json.dumps(SENT[path] | {field: "?"}).encode().replace(b'"?"', b'"\xed\xa0\x80"')
    assert (await fetch("POST", f"{url}/{path}", raw))[0] in (200, 400)


@pytest.mark.parametrize("conversation", ["", CONVERSATION])
def test_everybody_on_the_page_is_a_stranger_to_the_look_ups(conversation: str) -> None:
    key = f"web:{conversation}:{'0' * 16}"
    asked = to_question({"text": "/mx example.com", "conversation": conversation})
    pressed = to_press({"act": "check", "key": key, "text": "example.com"})
    assert asked.person == pressed.person == f"{STRANGERS}{conversation}"
