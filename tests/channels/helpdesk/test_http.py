"""HTTP client of the helpdesks over a real socket: which status becomes which error."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channels.helpdesk.http import LARGEST, HelpdeskClient, RequestRefused
from bot.core.model import TryLater
from tests.rows import each_row
from tests.servers.serving import serve_aiohttp

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def answer(request: web.Request) -> web.StreamResponse:
    """/503?wait=7: that status with that Retry-After; /moved: elsewhere; /large; /cut; /who: what was sent."""
    what = request.match_info["what"]
    if what == "moved":
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
    if what == "large":
        return web.Response(body=b"x" * (LARGEST + 1))
    if what == "page":
        return web.Response(text="<html>Wartung</html>")
    if what == "cut":
        assert request.transport
        request.transport.close()
    if what == "who":
        return web.json_response({"token": request.headers["Authorization"], "path": request.path_qs})
    headers = {"Retry-After": request.query["wait"]} if "wait" in request.query else {}
    return web.json_response(
        {"message": "Permission Denied"}, status=int(what) if what.isdigit() else 200, headers=headers
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[HelpdeskClient]:
    app = web.Application()
    app.router.add_route("*", "/base/{what}", answer)
    runner, root = await serve_aiohttp(app)
    found = HelpdeskClient(f"{root}/base", {"Authorization": "token 1-2-3"}, "POSTBOTE_RT_TOKEN")
    yield found
    await found.close()
    await runner.cleanup()


@each_row(
    ("path", "says", "seconds", "maybe_sent"),
    [
        ("429", "429", None, False),
        ("429?wait=7", "429", 7.0, False),
        ("429?wait=99999999", "429", 3600.0, False),
        ("503?wait=Wed, 25 Nov 2026 01:00:00 GMT", "503", None, True),
        ("500", "500", None, True),
        ("408", "408", None, True),
        ("401", "POSTBOTE_RT_TOKEN", None, False),
        ("403", "Permission Denied; check POSTBOTE_RT_TOKEN and the bot's rights", None, False),
        ("moved", "correct the URL", None, False),
        ("cut", "broke off", None, True),
    ],
)
async def test_passing_and_configuration_errors_become_try_later(
    client: HelpdeskClient, path: str, says: str, seconds: float | None, maybe_sent: bool
) -> None:
    name, _, wait = path.partition("?wait=")
    with pytest.raises(TryLater, match=says) as later:
        await client.get(name, **({"wait": wait} if wait else {}))
    assert (later.value.seconds, later.value.maybe_sent) == (seconds, maybe_sent)


@each_row("status", [400, 404, 409, 412, 422])
async def test_other_4xx_statuses_are_refusals(client: HelpdeskClient, status: int) -> None:
    with pytest.raises(RequestRefused) as refused:
        await client.send("POST", str(status), {"a": 1})
    assert (refused.value.status, refused.value.says) == (status, "Permission Denied")


async def test_a_response_is_bounded_and_must_be_json(client: HelpdeskClient) -> None:
    with pytest.raises(RequestRefused, match="413"):
        await client.get("large")
    with pytest.raises(TryLater, match="no JSON"):
        (await client.get("page")).json()


async def test_the_token_and_the_base_path_are_sent(client: HelpdeskClient) -> None:
    assert (await client.get("who", q="ä&b")).json() == {"token": "token 1-2-3", "path": "/base/who?q=%C3%A4%26b"}


async def test_a_refused_connection_has_sent_nothing() -> None:
    gone = HelpdeskClient("http://127.0.0.1:9", {}, "X")
    with pytest.raises(TryLater, match="cannot be reached") as later:
        await asyncio.wait_for(gone.send("POST", "x", {}), 5)
    assert not later.value.maybe_sent
    await gone.close()
