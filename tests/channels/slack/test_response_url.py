"""Only Slack's own addresses are posted to, whatever a payload says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.channels.slack.response_url import ResponseUrls, origin
from bot.core.model import TryLater

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


@pytest.mark.parametrize(("url", "found"), ORIGINS)
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
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield host
    await runner.cleanup()


async def test_another_host_is_never_called() -> None:
    async with listening() as host:
        await ResponseUrls(API).post(f"{host.url}/latest/meta-data", {"text": "x"})
        assert host.posted == 0
        await ResponseUrls(f"{host.url}/api/").post(f"{host.url}/commands/1", {"text": "x"})
        assert host.posted == 1, "a test server's own addresses are called"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirection_is_followed(status: int) -> None:
    async with listening() as elsewhere:
        there = web.Response(status=status, headers={"Location": f"{elsewhere.url}/x"})
        async with listening(there) as host:
            await ResponseUrls(host.url).post(f"{host.url}/commands/1", {"text": "x"})
            assert (host.posted, elsewhere.posted) == (1, 0)


async def test_slack_may_ask_to_wait() -> None:
    busy = [web.Response(status=429, headers={"Retry-After": "7"}), web.Response(status=503), web.Response(status=404)]
    async with listening(*busy) as host:
        urls = ResponseUrls(host.url)
        with pytest.raises(TryLater) as wait:
            await urls.post(host.url, {})
        assert (wait.value.seconds, wait.value.maybe_sent) == (7.0, False)
        with pytest.raises(TryLater) as broken:
            await urls.post(host.url, {})
        assert broken.value.maybe_sent
        await urls.post(host.url, {})  # the address has expired: nothing more can be done
