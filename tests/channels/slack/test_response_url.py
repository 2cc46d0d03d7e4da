"""Only Slack's own addresses are posted to, whatever a payload says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.channels.slack.response_url import ResponseUrls, origin
from bot.core.model import Event, Question, TryLater, Undeliverable
from tests.rows import each_row
from tests.servers.serving import serve_aiohttp

EVENT = Event("T:C:1:command", "slack", Question(""))
API = "https://slack.com/api/"
ORIGINS = [
    ("https://hooks.slack.com/commands/1/2/3", "https://hooks.slack.com"),
    ("https://HOOKS.slack.com:443/x", "https://hooks.slack.com"),
    ("http://127.0.0.1:8080/commands/1", "http://127.0.0.1:8080"),
    ("https://hooks.slack.com@evil.example/", ""),
    ("https://hooks.slack.com:80a/", ""),
    ("https://[::1/", ""),
    ("file:///etc/passwd", ""),
    ("", ""),
]


@each_row(("url", "found"), ORIGINS)
def test_an_address_is_compared_by_its_origin(url: str, found: str) -> None:
    assert origin(url) == found


@dataclass
class Host:
    """Counts what is posted to it."""

    answers: list[web.Response] = field(default_factory=list)
    posted: int = 0
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.posted += 1
        return self.answers.pop(0) if self.answers else web.Response(text="ok")


@asynccontextmanager
async def listening(*answers: web.Response) -> AsyncIterator[Host]:
    host = Host(list(answers))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.take)
    runner, host.url = await serve_aiohttp(app)
    yield host
    await runner.cleanup()


async def test_another_host_is_never_called() -> None:
    async with listening() as host:
        with pytest.raises(Undeliverable):
            await ResponseUrls(API).post(EVENT, f"{host.url}/latest/meta-data", {"text": "x"})
        assert host.posted == 0
        await ResponseUrls(f"{host.url}/api/").post(EVENT, f"{host.url}/commands/1", {"text": "x"})
        assert host.posted == 1, "a test server's own addresses are called"


@each_row("status", [301, 302, 307, 308])
async def test_no_redirection_is_followed(status: int) -> None:
    async with listening() as elsewhere:
        there = web.Response(status=status, headers={"Location": f"{elsewhere.url}/x"})
        async with listening(there) as host:
            with pytest.raises(TryLater):  # something stands between Slack and us
                await ResponseUrls(host.url).post(EVENT, f"{host.url}/commands/1", {"text": "x"})
            assert (host.posted, elsewhere.posted) == (1, 0)


async def test_slack_may_ask_to_wait() -> None:
    busy = [web.Response(status=429, headers={"Retry-After": "7"}), web.Response(status=503), web.Response(status=404)]
    async with listening(*busy) as host:
        urls = ResponseUrls(host.url)
        with pytest.raises(TryLater) as wait:
            await urls.post(EVENT, host.url, {})
        assert (wait.value.seconds, wait.value.maybe_sent) == (7.0, False)
        with pytest.raises(TryLater) as broken:
            await urls.post(EVENT, host.url, {})
        assert broken.value.maybe_sent
        with pytest.raises(Undeliverable):  # the address has expired: nothing more can be done
            await urls.post(EVENT, host.url, {})


ANSWERS = [
    # status, body, what it is: "" taken, an error that ends it, or None: no answer of Slack's, tried again
    (200, "ok", ""),
    (200, '{"ok": true}', ""),
    (200, "<html><body>Login required</body></html>", None),
    (200, '{"ok": fals', None),
    (200, '{"ok": false, "error": "invalid_blocks"}', "invalid_blocks"),
    (404, '{"ok": false, "error": "expired_url"}', "expired_url"),
    (404, "used_url", "used_url"),
    (400, "<html>Bad Request</html>", "http_400"),
    (302, "", None),
]


@each_row(("status", "body", "error"), ANSWERS)
async def test_only_slacks_own_answer_ends_a_post(status: int, body: str, error: str | None) -> None:
    async with listening(web.Response(status=status, text=body)) as host:
        post = ResponseUrls(host.url).post(EVENT, host.url, {})
        if error == "":
            await post
            return
        with pytest.raises(TryLater if error is None else Undeliverable) as wrong:
            await post
        assert (error or "without an answer") in str(wrong.value)
