"""The running system: one web server for all channels, the job engine, and a clean end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.channels import find_channels
from bot.content.watcher import ContentWatcher
from bot.contracts import Channel, ChannelContext, Disabled, OpenedTicket, OpenTicket, Respond, TicketOpener
from bot.core.model import Answer, Event, Language, TryLater
from bot.dialogue.manager import DialogueManager
from bot.dialogue.synchronous import SynchronousDialogue
from bot.durable.worker import Worker
from bot.observability.event_log import EventLog
from bot.observability.metrics import CONTENT_TYPE, Metrics
from bot.settings import Settings
from bot.storage.cursors import Cursors
from bot.storage.statistics import Statistics
from bot.storage.store import DatabaseError, Store
from bot.storage.ticket_ledger import Quotas, TicketLedger
from bot.tickets.live_checks import make_live_checks
from bot.tickets.workflow import TicketWorkflow
from bot.web import chat, dashboard
from bot.web.auth import AdminAuth
from bot.web.middleware import RequestLimits
from bot.web.pages import PageContext

log = structlog.get_logger()

NOT_HERE = "for this machine, or with POSTBOTE_ADMIN_TOKEN as a bearer token (Authorization: Bearer ...)\n"
DRAIN = 10  # seconds that connections get to end


@dataclass(frozen=True, slots=True)
class Words:
    """All that is ever said, by who words it."""

    render: Callable[[Answer], str]
    label: Callable[[str, Language], str]
    title: Callable[[str, Language], str]
    sections: Callable[[], Mapping[str, tuple[str, ...]]]  # of the FAQ → ids of their entries
    commands: Mapping[str, str]  # name → usage hint
    why: Callable[[Answer], str]  # the decision behind an answer
    html: Callable[[Path, str, Language, Mapping[str, Any]], str]  # see Pages
    say: Callable[[str, str, Language], str]  # see Pages
    reload: ContentWatcher  # takes changed content over


async def run_system(
    settings: Settings,
    respond: Respond,
    words: Words,
    say: Callable[[str], None],
    metrics: Metrics | None = None,
) -> None:
    """Runs everything that is configured until SIGTERM or SIGINT. `say` prints a line for the person who started it."""
    open_channels: dict[str, Channel] = {}
    database, folder = settings.database_url, settings.postbote_data_dir
    store = Store(database, folder, settings.postbote_keep_days)
    tickets = _tickets(settings, respond, store, open_channels, words, lambda event: jobs.enqueue(event))
    desk = DialogueManager(respond, store, open_channels, words.sections, words.why, tickets.acts, words.reload.notice)
    event_log = EventLog(metrics)
    jobs = Worker(database, folder, desk.handle, open_channels, store, event_log)
    token = settings.postbote_admin_token
    auth = AdminAuth(token.get_secret_value() if token else "")
    off: dict[str, str] = {}

    async def health() -> Mapping[str, str]:
        """Part → what is wrong with it, the knowledge base too, whose last good version stays in use."""
        return {"knowledge": words.reload.problem, **await _trouble(jobs.readiness_problem, open_channels)}

    line = SynchronousDialogue(desk.handle, store, event_log)
    parts = ChannelContext(
        jobs.enqueue,
        respond,
        words.render,
        words.commands,
        words.label,
        words.title,
        desk.should_store,
        store,
        Cursors(store),
        _opener(settings, open_channels),
    )
    pages = PageContext(line.handle, words.why, words.html, auth, Statistics(store), words.say, health, off)
    own: Mapping[str, Callable[[Settings, ChannelContext], Channel | Disabled]]
    own = {"dashboard": partial(dashboard.open_page, pages=pages), "web": partial(chat.open_page, pages=pages)}
    for name, open_channel in sorted([*find_channels().items(), *own.items()]):
        opened = open_channel(settings, parts)
        if isinstance(opened, Disabled):
            if opened.cure:
                off[name] = opened.cure
                say(f"  off  {name}: {opened.cure}")
        else:
            open_channels[name] = opened
    await jobs.start()
    watching = asyncio.create_task(words.reload.run())
    try:
        measured = Route("/metrics", partial(_metrics, auth, event_log.metrics, jobs, health))
        app = open_app(jobs.readiness_problem, open_channels, [measured], lambda: {"knowledge": words.reload.problem})
        await _serve(settings, app, open_channels, say)
    finally:
        watching.cancel()
        await jobs.stop()


def _opener(settings: Settings, channels: Mapping[str, Channel]) -> OpenTicket | None:
    """Where "Ask a person" opens a ticket; the channel may be opened later than the one that asks."""
    system, _, queue = settings.postbote_slack_tickets.partition(":")

    async def open_ticket(subject: str, request: Answer, mark: str, again: bool) -> OpenedTicket:
        channel = cast("TicketOpener | None", channels.get(system))
        if channel is None:
            raise TryLater(f"the channel {system} is off, which POSTBOTE_SLACK_TICKETS names")
        return await channel.open_ticket(queue.strip(), subject, request, mark, again=again)

    return open_ticket if system else None


def _tickets(
    settings: Settings,
    respond: Respond,
    store: Store,
    channels: Mapping[str, Channel],
    words: Words,
    save: Callable[[Event], Awaitable[None]],
) -> TicketWorkflow:
    """An alarm goes to the helpers' channel, where Slack is on and there is one."""
    caps = Quotas(settings.postbote_tickets_per_hour, settings.postbote_tickets_per_domain)
    ledger = TicketLedger(store, caps, settings.postbote_keep_days)
    helpers = settings.slack_helpers()[1] if settings.slack_bot_token else ""
    alarm = {"channel": helpers} if helpers else {}
    checks = make_live_checks(respond, words.render)
    return TicketWorkflow(respond, store, ledger, channels, words.why, alarm=alarm, save=save, checks=checks)


async def _serve(settings: Settings, app: ASGIApp, channels: Mapping[str, Channel], say: Callable[[str], None]) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.postbote_host,
            port=settings.postbote_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN,
            lifespan="off",
            http="h11",  # it bounds the headers of a request (64 KiB); httptools, 4 % faster, would take any number
        )
    )
    async with _started(channels.values()):
        serving = asyncio.create_task(_until_stopped(server))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if server.started:
            for channel in channels.values():
                say(f"  on   {channel.name}")
            port = server.servers[0].sockets[0].getsockname()[1]
            say(f"Postbote is ready: http://{settings.postbote_host}:{port}/")
        await serving


async def _until_stopped(server: uvicorn.Server) -> None:
    """Serves until a signal. uvicorn raises the signal again at its end: our handler, set before, takes it then."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()


@asynccontextmanager
async def _started(channels: Any) -> Any:
    started: list[Channel] = []
    try:
        for channel in channels:
            await channel.start()
            started.append(channel)
        yield
    finally:
        for channel in reversed(started):
            await channel.stop()


def open_app(
    trouble: Callable[[], Awaitable[str]],
    channels: Mapping[str, Channel],
    more: Sequence[BaseRoute] = (),
    notices: Callable[[], Mapping[str, str]] = dict,
) -> ASGIApp:
    """Every channel's routes, /healthz, /readyz and `more`, behind the edge.

    `notices`: what a person should look at although the bot is ready; empty values are nothing.
    """

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        found = await _trouble(trouble, channels)
        ready = not any(found.values())
        told = {k: v for k, v in notices().items() if v}
        trouble_ = {k: v for k, v in found.items() if v}
        return JSONResponse({"ready": ready, "trouble": trouble_, "notices": told}, 200 if ready else 503)

    routes: Sequence[BaseRoute] = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *more,
        *(route for channel in channels.values() for route in channel.routes),
    ]
    wrong = {HTTPException: _refused, DatabaseError: _resting, Exception: _failed}
    return RequestLimits(Starlette(routes=routes, exception_handlers=wrong))


async def _trouble(trouble: Callable[[], Awaitable[str]], channels: Mapping[str, Channel]) -> dict[str, str]:
    """Part → what is wrong with it; empty: it is ready."""
    return {"jobs": await trouble(), **{name: await channel.readiness_problem() for name, channel in channels.items()}}


async def _metrics(
    auth: AdminAuth,
    metrics: Metrics,
    jobs: Worker,
    health: Callable[[], Awaitable[Mapping[str, str]]],
    request: Request,
) -> Response:
    if not auth.may_scrape(request):
        return PlainTextResponse(NOT_HERE, 403)
    return Response(metrics.text(await jobs.queue_depth(), await health()), headers={"Content-Type": CONTENT_TYPE})


async def _refused(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, HTTPException)  # noqa: S101 - Starlette calls it for nothing else
    return PlainTextResponse(f"{wrong.detail}\n", wrong.status_code, headers=wrong.headers)


async def _resting(request: Request, wrong: Exception) -> Response:
    """Whatever could not do without the database."""
    log.warning("database_does_not_answer", path=request.url.path, why=type(wrong).__name__)
    return PlainTextResponse("the database does not answer; try again later\n", 503, headers={"Retry-After": "5"})


async def _failed(request: Request, wrong: Exception) -> Response:
    """The trace is logged by the server; nothing of it is shown."""
    log.error("request_failed", path=request.url.path, exc_info=wrong)
    return PlainTextResponse("internal error\n", 500)
