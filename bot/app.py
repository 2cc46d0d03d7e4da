"""Composition root: the one place that builds and wires the running system, and starts and stops it in order.

One event's way through the parts: a channel parses what arrives and calls `enqueue`; the durable worker stores the
event, then runs it: the dialogue manager decides the reply with the answer engine, and the channel delivers it.
"""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import structlog
from starlette.types import ASGIApp

from bot.channels import OpenChannel, find_channels
from bot.content.watcher import ContentWatcher
from bot.contracts.channel import Channel, Disabled
from bot.contracts.channel_context import ChannelContext
from bot.contracts.engine import Engine
from bot.contracts.tickets import OpenedTicket, OpenTicket, TicketMessage, TicketOpener, WriteInTicket
from bot.core.lazy_regex import compile_all
from bot.core.model import Answer, Event, Reply, TryLater
from bot.core.rate_limit import RateLimiter
from bot.core.ticket_place import to_ticket_place
from bot.dialogue.decision_saver import DecisionSaver
from bot.dialogue.manager import DialogueManager
from bot.dialogue.synchronous import SynchronousDialogue
from bot.durable.stop_deadline import bound_exit, bound_stop
from bot.durable.worker import Worker
from bot.observability.event_log import EventLog
from bot.settings import Settings
from bot.storage import Cursors, Storage, create_storage
from bot.storage.content_edits import ContentEdits
from bot.storage.statistics import Statistics
from bot.storage.ticket_ledger import Quotas, TicketLedger
from bot.tickets.breaker_alarm import BreakerAlarm
from bot.tickets.live_checks import make_live_checks
from bot.tickets.workflow import TicketWorkflow
from bot.web.auth import AdminAuth, is_loopback
from bot.web.chat import ChatPage
from bot.web.chat.person_requests import PersonRequests
from bot.web.dashboard import Dashboard, to_variables
from bot.web.pages import ContentAccess, Page, PageContext
from bot.web.readiness import Readiness, RecentProblem
from bot.web.server import make_asgi_app, metrics_route, serve

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class App:
    """Wired system: its parts, and the ASGI app that serves all their routes. Nothing runs before `running`."""

    storage: Storage
    dialogue: DialogueManager
    worker: Worker
    channels: Mapping[str, Channel]
    pages: Mapping[str, Page]
    disabled: Mapping[str, str]  # channel that is not configured → which variable turns it on; empty: nothing to say
    asgi: ASGIApp

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Worker, then channels, while the context is open. Raises DatabaseUnusable.

        At the end the channels receive nothing more, the worker finishes its runs, and then the connections are closed.
        """
        await self.worker.start()
        started: list[Channel] = []
        try:
            for channel in self.channels.values():
                await channel.start()
                started.append(channel)
            yield
        finally:
            for channel in reversed(started):
                await channel.stop()
            await self.worker.stop()
            for channel in reversed(started):
                await channel.close()


async def run(
    settings: Settings,
    engine: Engine,
    sockets: Sequence[socket.socket],
    announce: Callable[[str], None],
    *,
    event_log: EventLog | None = None,
    watcher: ContentWatcher | None = None,
    open_channels: Mapping[str, OpenChannel] | None = None,
    warm_up: Callable[[], None] = compile_all,
) -> None:
    """Runs everything that is configured until SIGTERM or SIGINT.

    `sockets`: of the web server, bound (bot/web/listen.py). `announce`: prints a line for the person who started it.
    `watcher`: reloads changed content. `open_channels`: see `build`. `warm_up`: what the first messages would
    wait for; done in a thread once all is ready. Raises DatabaseUnusable and CannotListen.
    """
    content_problem = watcher.notice if watcher else str
    app = build(settings, engine, event_log=event_log, content_problem=content_problem, open_channels=open_channels)
    for name, cure in app.disabled.items():
        if cure:
            announce(f"  off  {name}: {cure}")

    def on_ready(port: int) -> None:
        _announce_ready(app, settings, port, announce)
        asyncio.get_running_loop().run_in_executor(None, warm_up)

    async with app.running():
        gc.freeze()  # the engine and the libraries, DBOS too, which is loaded by now; see freeze_gc
        gc.enable()
        watching = asyncio.create_task(watcher.run()) if watcher else None
        try:
            await serve(app.asgi, sockets, on_ready)
        finally:
            bound_stop()
            if watching:
                watching.cancel()
    bound_exit()


def _announce_ready(app: App, settings: Settings, port: int, announce: Callable[[str], None]) -> None:
    """Says what is on, and at which address; warns of a page that others reach."""
    names = {key: part.name for parts in (app.channels, app.pages) for key, part in parts.items()}
    for key in sorted(names):
        announce(f"  on   {names[key]}")
    host = settings.postbote_host
    announce(f"Postbote is ready: http://{f'[{host}]' if ':' in host else host}:{port}/")
    if warning := open_page_warning(settings, port):
        log.warning("page_is_open", says=warning)


def open_page_warning(settings: Settings, port: int) -> str:
    """Warning of a page that other machines reach; empty where there is none, or only this machine reaches it."""
    if settings.postbote_page == "off" or is_loopback(settings.postbote_host):
        return ""
    return (
        f"anybody who reaches port {port} of {settings.postbote_host} may ask on the page; POSTBOTE_PAGE=off closes it,"
        " POSTBOTE_HOST=127.0.0.1 leaves it to this machine"
    )


def build(
    settings: Settings,
    engine: Engine,
    *,
    event_log: EventLog | None = None,
    content_problem: Callable[[], str] = str,
    open_channels: Mapping[str, OpenChannel] | None = None,
    rate_limiter: RateLimiter | None = None,
) -> App:
    """App for these settings; nothing is started, and no connection is opened.

    `content_problem`: the problem that keeps newer content from being used; empty: none. `open_channels`: name →
    opener; None: every channel of bot/channels. `rate_limiter`: questions that one person may ask at once.
    """
    event_log = event_log or EventLog()
    storage = create_storage(settings.database_url, settings.postbote_data_dir, settings.postbote_keep_days)
    channels: dict[str, Channel] = {}  # filled below: the worker and the dialogue deliver through it
    save = DecisionSaver(engine, storage, channels).save

    async def handle(event: Event) -> Reply:
        return await dialogue.handle(event)

    worker = Worker(
        settings.database_url,
        settings.postbote_data_dir,
        handle=handle,
        save=save,
        channels=channels,
        storage=storage,
        event_log=event_log,
        rate_limiter=rate_limiter,
    )
    open_ticket = _ticket_opener(settings, channels)
    tickets = _ticket_workflow(settings, engine, storage, channels, enqueue=worker.enqueue)
    dialogue = DialogueManager(engine, storage, channels, handlers=tickets.handlers, content_problem=content_problem)

    async def enqueue(event: Event) -> None:
        if await dialogue.should_store(event):
            await worker.enqueue(event)

    context = ChannelContext(
        engine=engine,
        enqueue=enqueue,
        secrets=storage.secrets,
        erase_team=storage.erase_team,
        cursors=Cursors(storage.database),
        handovers=storage.handovers,
        open_ticket=open_ticket,
        write_in_ticket=_ticket_writer(channels),
    )
    disabled = _open_channels(settings, context, find_channels() if open_channels is None else open_channels, channels)
    pages: dict[str, Page] = {}  # filled below: the dashboard shows all parts
    readiness = Readiness(RecentProblem(worker.readiness_problem), content_problem, channels, pages)
    token = settings.postbote_admin_token
    auth = AdminAuth(token.get_secret_value() if token else "", storage.secrets)
    page_context = PageContext(
        engine=engine,
        handle=SynchronousDialogue(dialogue.handle, save, storage, event_log).handle,
        auth=auth,
        statistics=Statistics(storage.database),
        problems=readiness.all_parts,
        disabled=disabled,
    )
    requests = PersonRequests(open_ticket, engine.label, worker.enqueue, _helpers_channel(settings))
    pages |= _open_pages(settings, page_context, storage, requests, disabled)
    routes = [
        metrics_route(auth, event_log.metrics, worker.queue_depth, readiness.all_parts),
        *(route for channel in channels.values() for route in channel.routes),
        *(route for page in pages.values() for route in page.routes),
    ]
    asgi = make_asgi_app(routes, readiness.problems, readiness.notices, auth.may_see_dashboard)
    return App(storage, dialogue, worker, channels, pages=pages, disabled=disabled, asgi=asgi)


def _open_channels(
    settings: Settings, context: ChannelContext, openers: Mapping[str, OpenChannel], channels: dict[str, Channel]
) -> dict[str, str]:
    """Adds to `channels` those that are configured; cures of the others, by name (Disabled.cure)."""
    opened = {name: open_channel(settings, context) for name, open_channel in openers.items()}
    channels.update((name, channel) for name, channel in opened.items() if not isinstance(channel, Disabled))
    return {name: channel.cure for name, channel in opened.items() if isinstance(channel, Disabled)}


def _open_pages(
    settings: Settings, context: PageContext, storage: Storage, requests: PersonRequests, disabled: dict[str, str]
) -> Mapping[str, Page]:
    """Pages by name; the variable that turns a page on is added to `disabled` where it is off."""
    content = _content_access(settings, storage)
    pages: dict[str, Page] = {"dashboard": Dashboard(context, content, to_variables(settings))}
    if settings.postbote_page == "on":
        pages["web"] = ChatPage(context, settings.postbote_contact, settings.page_embed(), requests)
    else:
        disabled["web"] = "set POSTBOTE_PAGE=on"
    return pages


def _content_access(settings: Settings, storage: Storage) -> ContentAccess:
    edits = ContentEdits(storage.database)
    return ContentAccess(settings.postbote_knowledge, settings.postbote_templates, settings.postbote_data_dir, edits)


def _helpers_channel(settings: Settings) -> str:
    """Channel in Slack for requests and alarms (C…); empty where there is none."""
    return settings.slack_helpers()[1] if settings.slack_bot_token else ""


def _ticket_opener(settings: Settings, channels: Mapping[str, Channel]) -> OpenTicket | None:
    """Opener of tickets for "Ask a person" in the helpdesk that POSTBOTE_SLACK_TICKETS names; None: it names none.

    That channel may be opened later than the one that asks.
    """
    system, _, queue = settings.postbote_slack_tickets.partition(":")

    async def open_ticket(subject: str, request: Answer, mark: str, again: bool) -> OpenedTicket:
        channel = cast("TicketOpener | None", channels.get(system))
        if channel is None:
            raise TryLater(f"the channel {system} is off, which POSTBOTE_SLACK_TICKETS names")
        return await channel.open_ticket(queue.strip(), subject, request, mark, again=again)

    return open_ticket if system else None


def _ticket_writer(channels: Mapping[str, Channel]) -> WriteInTicket:
    """Writer into tickets of handovers; it waits for a helpdesk's channel that is off."""

    async def write_in_ticket(place: str, message: TicketMessage, again: bool) -> None:
        ticket = to_ticket_place(place)
        channel = cast("TicketOpener | None", channels.get(ticket.system)) if ticket else None
        if ticket is None or channel is None:
            raise TryLater(f"no channel is on for {place}")
        await channel.write_in_ticket(ticket, message, again=again)

    return write_in_ticket


def _ticket_workflow(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    channels: Mapping[str, Channel],
    enqueue: Callable[[Event], Awaitable[None]],
) -> TicketWorkflow:
    """Ticket workflow; its alarms go to the helpers' channel in Slack, where there is one."""
    quotas = Quotas(settings.postbote_tickets_per_hour, settings.postbote_tickets_per_domain)
    helpers = _helpers_channel(settings)
    return TicketWorkflow(
        engine,
        storage,
        TicketLedger(storage.database, quotas, settings.postbote_keep_days),
        channels=channels,
        alarm=BreakerAlarm({"channel": helpers} if helpers else {}, enqueue),
        live_checks=make_live_checks(engine.respond, engine.render),
    )
