"""Web servers on a free port of loopback: for an ASGI app of ours, and for an aiohttp app that plays a helpdesk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from starlette.types import ASGIApp

from bot.web.server import make_server, port_of


@asynccontextmanager
async def served(asgi: ASGIApp) -> AsyncIterator[str]:
    """Root URL of the app, served as `postbote run` does."""
    server = make_server(asgi)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port_of(server)}"
    finally:
        server.should_exit = True
        await serving


async def serve_aiohttp(app: web.Application) -> tuple[web.AppRunner, str]:
    """Runner to clean up at the end, and root URL."""
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # aiohttp tells it in no other way
    return runner, f"http://127.0.0.1:{port}"
