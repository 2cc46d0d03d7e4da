"""HTTP server (uvicorn): one ASGI app for the routes of all channels and pages, /healthz, /readyz and /metrics."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.observability.metrics import CONTENT_TYPE, Metrics
from bot.storage import DatabaseError
from bot.web.auth import AdminAuth
from bot.web.connections import BACKLOG, BoundedProtocol, ConnectionPool, RepeatedWarnings, log_loop_error
from bot.web.listen import CannotListen, explain
from bot.web.middleware import RequestLimits
from bot.web.readiness import MaySee, Problems, local_may_see, no_problems, readyz_route

log = structlog.get_logger()

NOT_ALLOWED = "for this machine, or with POSTBOTE_ADMIN_TOKEN as a bearer token (Authorization: Bearer ...)\n"
DRAIN = 10  # seconds that connections get to end
_REPEATED_WARNINGS = RepeatedWarnings()


def make_asgi_app(
    routes: Sequence[BaseRoute],
    problems: Problems,
    notices: Problems = no_problems,
    may_see: MaySee = local_may_see,
) -> ASGIApp:
    """ASGI app of these routes, /healthz and /readyz, behind the middleware.

    `problems`, `notices`, `may_see`: see readyz_route.
    """

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    handlers = {HTTPException: http_error, DatabaseError: database_error, Exception: internal_error}
    health = [Route("/healthz", healthz), readyz_route(problems, notices, may_see)]
    return RequestLimits(Starlette(routes=[*health, *routes], exception_handlers=handlers))


def metrics_route(
    auth: AdminAuth, metrics: Metrics, queue_depth: Callable[[], Awaitable[float]], problems: Problems
) -> Route:
    """Route of /metrics, in Prometheus' text format; 403 for strangers."""

    async def show(request: Request) -> Response:
        if not auth.may_scrape(request):
            return PlainTextResponse(NOT_ALLOWED, 403)
        return Response(metrics.text(await queue_depth(), await problems()), headers={"Content-Type": CONTENT_TYPE})

    return Route("/metrics", show)


async def serve(asgi: ASGIApp, sockets: Sequence[socket.socket], on_ready: Callable[[int], None]) -> None:
    """Serves until SIGTERM or SIGINT, then lets connections end.

    `sockets`: bound (see bind). `on_ready`: called with the port once it listens. Raises CannotListen where another
    process has been faster.
    """
    server = make_server(asgi)
    serving = asyncio.create_task(_serve_until_signal(server, list(sockets)))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        on_ready(port_of(server))
    try:
        await serving
    except OSError as wrong:
        if server.started:
            raise
        raise CannotListen(explain(wrong, *sockets[0].getsockname()[:2])) from wrong


class Server(uvicorn.Server):
    """uvicorn's server, whose pool of connections is told when it ends."""

    def __init__(self, config: uvicorn.Config, pool: ConnectionPool) -> None:
        super().__init__(config)
        self._pool = pool

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the port, and lets connections end within DRAIN seconds."""
        self._pool.end()
        await super().shutdown(sockets)


def make_server(
    asgi: ASGIApp, host: str = "127.0.0.1", port: int = 0, pool: ConnectionPool | None = None
) -> uvicorn.Server:
    """uvicorn server, not started. `pool`: bounds its connections; None: one with the usual bounds."""
    logging.getLogger("uvicorn.error").addFilter(_REPEATED_WARNINGS)
    # h11 bounds the headers of a request (64 KiB); httptools, 4 % faster, would take any number
    pool = pool or ConnectionPool()
    protocol: Any = partial(BoundedProtocol, pool=pool)
    return Server(
        uvicorn.Config(
            asgi,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN,
            lifespan="off",
            http=protocol,
            backlog=BACKLOG,
        ),
        pool,
    )


def port_of(server: uvicorn.Server) -> int:
    """Port that a started server listens on."""
    return int(server.servers[0].sockets[0].getsockname()[1])


async def _serve_until_signal(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
    """Serves until a signal, which uvicorn raises again at its end: our handlers, set before, take it then."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_error)

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve(sockets)


async def http_error(request: Request, error: Exception) -> Response:
    """Response to an HTTPException, as plain text."""
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls it for nothing else
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)


async def database_error(request: Request, error: Exception) -> Response:
    """Response 503 to a request that cannot do without the database."""
    log.warning("database_does_not_answer", path=request.url.path, why=type(error).__name__)
    return PlainTextResponse("the database does not answer; try again later\n", 503, headers={"Retry-After": "5"})


async def internal_error(request: Request, error: Exception) -> Response:
    """Response 500 to a bug of ours; its trace is logged, and nothing of it is shown."""
    log.error("request_failed", path=request.url.path, exc_info=error)
    return PlainTextResponse("internal error\n", 500)
