"""Web servers on a port of loopback: for an ASGI app of ours, and for an aiohttp app that plays somebody else's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from aiohttp import web
from starlette.types import ASGIApp

from bot.web.server import make_server, port_of


@asynccontextmanager
async def serving(server: uvicorn.Server) -> AsyncIterator[str]:
    """Root URL of a server that listens, until the end of the context; it may have been told to end before."""
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port_of(server)}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def served(asgi: ASGIApp) -> AsyncIterator[str]:
    """Root URL of the app, served as `postbote run` does."""
    async with serving(make_server(asgi)) as root:
        yield root


async def serve_aiohttp(app: web.Application, port: int = 0, patience: float = 60.0) -> tuple[web.AppRunner, str]:
    """Runner to clean up at the end, and root URL.

    `port`: 0: any that is free. `patience`: seconds that the end waits for requests under way.
    """
    runner = web.AppRunner(app, shutdown_timeout=patience)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"
