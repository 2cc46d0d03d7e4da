"""`postbote run` as a process of its own, with an RT; and what stands between the two, to cut them apart."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.servers.postbote import ForkedPostbote, run_command
from tests.servers.rt_server import SECRET, RtServer
from tests.servers.serving import serve_aiohttp

POLL = 0.5  # seconds


class Bot:
    """Can be killed and started again; `url` of its RT may be that of a Between."""

    def __init__(self, rt: RtServer, data: Path, port: int, url: str = "", **changed: str) -> None:
        self.rt_url = url or rt.url
        self.root = f"http://127.0.0.1:{port}"
        variables = {
            "POSTBOTE_PORT": str(port),
            "POSTBOTE_RT_URL": self.rt_url,
            "POSTBOTE_RT_TOKEN": rt.token,
            "POSTBOTE_RT_WEBHOOK_SECRET": SECRET,
            "POSTBOTE_RT_MODE": "note, Support=public, Quiet=off",
            "POSTBOTE_TICKETS_POLL": str(POLL),
            "POSTBOTE_TICKETS_PER_HOUR": "100000",
            "POSTBOTE_TICKETS_PER_DOMAIN": "100000",
            **changed,
        }
        self._data, self._variables = data, variables
        self._process = ForkedPostbote(data, **variables)

    @property
    def printed(self) -> str:
        """Standard output of the newest process."""
        return self._process.printed

    async def start(self) -> None:
        """Until it says that it is ready."""
        await asyncio.to_thread(self._process.start)

    async def looked(self) -> None:
        """Until it has looked once: what comes from now on is new."""
        for _ in range(600):
            async with aiohttp.ClientSession() as session, session.get(f"{self.root}/readyz") as response:
                if response.status == 200 and "rt" not in (await response.json())["notices"]:
                    break
            await asyncio.sleep(0.1)
        await asyncio.sleep(2 * POLL)

    async def kill(self) -> None:
        await asyncio.to_thread(self._process.kill)

    async def why(self, key: str) -> str:
        """`postbote why`."""
        done = await asyncio.to_thread(run_command, self._data, "why", key, **self._variables)
        return done.stdout + done.stderr

    async def gaps(self) -> str:
        """`postbote gaps`."""
        done = await asyncio.to_thread(run_command, self._data, "gaps", **self._variables)
        return done.stdout + done.stderr

    async def end(self) -> None:
        assert await asyncio.to_thread(self._process.stop) == 0


class Between:
    """A proxy to RT.

    `cut` is asked before and after every call (method, path with N for numbers, after?): True drops the connection.
    """

    def __init__(self, rt: RtServer) -> None:
        self._rt = rt
        self.cut: Callable[[str, str, bool], Awaitable[bool]] = never
        self.url = ""

    async def start(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner, self.url = await serve_aiohttp(app)

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        method, path = request.method, re.sub(r"\d+", "N", request.path.removeprefix("/REST/2.0/"))
        if await self.cut(method, path, False):
            return _dropped(request)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in ("host", "accept-encoding")}
        body = await request.read()
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, f"{self._rt.url}{request.path_qs}", data=body, headers=headers) as response,
            ):
                content = await response.read()
        except aiohttp.ClientConnectionError:
            return _dropped(request)
        if await self.cut(method, path, True):
            return _dropped(request)
        kept = {k: v for k, v in response.headers.items() if k.lower() in ("etag", "location", "content-type")}
        return web.Response(status=response.status, body=content, headers=kept)


async def never(method: str, path: str, after: bool) -> bool:
    return False


def _dropped(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.close()
    return web.Response()
