"""Slack, over HTTP or Socket Mode: messages, commands, buttons, shortcuts, App Home; one workspace or many.

Bolt parses and dispatches both transports alike, answers ssl_check, and keeps the Socket Mode connection. What arrives
is stored in Bolt's `before_authorize`, before it is acknowledged: Bolt's own listeners run after the acknowledgement,
and a full disk would lose the question with a 200 (queue: finding 1).
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.slack import events, interactions
from bot.channels.slack.blocks import Composer
from bot.channels.slack.delivery import SETTLE, Delivery, Helpers
from bot.channels.slack.doctor import examine
from bot.channels.slack.manifest import PATH, SCOPES
from bot.channels.slack.oauth import OAuthPages
from bot.channels.slack.post_pacing import EVERY, PostPacer
from bot.channels.slack.response_url import ResponseUrls
from bot.channels.slack.signature import refusal
from bot.channels.slack.snippets import read
from bot.channels.slack.ticket_link import TicketLink
from bot.channels.slack.user_info import UserInfo
from bot.channels.slack.views import Views
from bot.channels.slack.web_client import WebClient
from bot.channels.slack.workspaces import BROKEN, Installations, OneToken, Workspaces
from bot.contracts import Channel, ChannelContext, Disabled
from bot.core.model import Answer, Event, Language, Question

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["Slack", "examine", "open_channel"]
log = structlog.get_logger()

RECONNECT = 5.0  # seconds between attempts to open the first Socket Mode connection
PING = 5.0  # seconds; a connection that does not answer for four of them is renewed
LEAVING = frozenset({"app_uninstalled", "tokens_revoked"})  # docs.slack.dev/reference/events/tokens_revoked


def open_channel(settings: "Settings", parts: ChannelContext) -> Channel | Disabled:
    """On where a bot token or a client id is set; Socket Mode where an app token is set."""
    if settings.slack_bot_token is None and settings.slack_client_id is None:
        return Disabled(
            "slack", "set SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)"
        )
    return Slack(parts, settings)


class Slack:
    """The app, in one workspace or in all that installed it."""

    name = "slack"

    def __init__(
        self,
        parts: ChannelContext,
        settings: "Settings",
        *,
        settle: float = SETTLE,
        pace: float = EVERY,
        ping: float = PING,
    ) -> None:
        """`settle`, `pace`, `ping`: seconds."""
        self._parts = parts
        self._secret = _secret(settings.slack_signing_secret)
        base_url = settings.slack_api_url.rstrip("/") + "/"
        tokens: OneToken | Installations
        routes: list[Route] = []
        if settings.slack_bot_token:
            tokens = OneToken(settings.slack_bot_token.get_secret_value())
        else:
            client_id, client_secret = settings.slack_client_id or "", _secret(settings.slack_client_secret)
            tokens = Installations(parts.secrets, parts.erase_team, client_id, client_secret, base_url)
            routes += OAuthPages(tokens, client_id, list(SCOPES)).routes
        self._workspaces = Workspaces(tokens, base_url)
        self._people = UserInfo(self._workspaces, frozenset(settings.slack_editors()))
        composer = Composer(parts.engine.render, parts.engine.label, parts.engine.title)
        self._home = Views(composer, parts.engine.render, parts.engine.label, parts.engine.title)
        self._delivery = Delivery(
            self._workspaces,
            composer,
            self._home,
            PostPacer(pace),
            Helpers(*settings.slack_helpers(), tickets=parts.open_ticket is not None),
            ResponseUrls(base_url),
            TicketLink(parts.open_ticket, parts.engine.label),
            settle,
        )
        app = AsyncApp(
            token="unused",  # noqa: S106 - no secret: Bolt's own authorization never runs
            signing_secret=self._secret or "socket mode",
            before_authorize=self._receive,
            request_verification_enabled=False,  # ours runs before the body is parsed, and never fails on odd headers
        )
        self._http = AsyncSlackRequestHandler(app)
        app_token = _secret(settings.slack_app_token)
        client = WebClient(base_url=base_url, retry_handlers=[])
        self._socket = (
            AsyncSocketModeHandler(app, app_token, web_client=client, ping_interval=ping) if app_token else None
        )
        self._tasks: set[asyncio.Task[None]] = set()
        routes += [] if app_token else [Route(PATH, self._over_http, methods=["POST"])]
        self.routes: Sequence[Route] = routes

    async def start(self) -> None:
        """Opens the Socket Mode connection, where there is one, without waiting for Slack."""
        if self._socket:
            self._beside(self._connect(self._socket))

    async def stop(self) -> None:
        """Closes the connections."""
        for task in list(self._tasks):
            task.cancel()
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        await self._workspaces.close()

    async def readiness_problem(self) -> str:
        """A Socket Mode connection that is down or silent; nothing is known of HTTP, where Slack comes to us."""
        if self._socket and not await self._socket.client.is_connected():
            return "the Socket Mode connection is down"
        return ""

    async def language_hint(self, event: Event) -> Language | None:
        """The language of the person's Slack."""
        return await self._people.language(event)

    async def may(self, event: Event, what: str) -> bool:
        """See People."""
        return await self._people.may(event, what)

    async def permalink(self, event: Event) -> str:
        """The message's permalink (docs.slack.dev/reference/methods/chat.getPermalink); empty for a command."""
        to = event.reply_to
        ts, channel = to.get("ts", "").replace(".", ""), to.get("channel", "")
        if not ts.isdigit() or len(ts) < 16 or channel.startswith(("U", "W")):
            return ""
        url = (await self._workspaces.own(to.get("team", ""))).url
        return f"{url}archives/{channel}/p{ts}" if url else ""

    async def read_full_text(self, event: Event) -> str:
        """With the whole of long snippets."""
        return await read(self._workspaces, event)

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """See Channel."""
        return await self._delivery.send(event, answer, again=again)

    async def _over_http(self, request: Request) -> Response:
        body = await request.body()
        refused = refusal(self._secret, request.headers, body, time.time())
        if refused:
            return PlainTextResponse(f"{refused}\n", 401 if refused.endswith("signature") else 400)
        try:
            return await self._http.handle(request)
        except (TypeError, ValueError, AttributeError, KeyError) as wrong:  # Bolt, on a shape that Slack does not send
            log.warning("unknown_shape", why=str(wrong))
            return PlainTextResponse("unknown shape\n", 400)

    async def _receive(self, body: Mapping[str, Any], **_: Any) -> BoltResponse:
        """Stored, then acknowledged.

        An exception becomes a 500, or no acknowledgement in Socket Mode: Slack sends it again.
        """
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": str(body.get("challenge", ""))})
        if interactions.opens_form(body):
            self._beside(self._open_form(body))  # its trigger is good for three seconds: no time to store anything
        elif _event_type(body) in LEAVING:
            await self._leave(body)
        else:
            return await self._store(await self._to_event(body))
        return BoltResponse(status=200, body="")

    async def _to_event(self, body: Mapping[str, Any]) -> Event | None:
        if "event" not in body:
            return interactions.to_event(body) or events.to_event(body)
        named = events.bot_user(body) if isinstance(body.get("event"), Mapping) else ""
        return events.to_event(body, named or (await self._workspaces.own(str(body.get("team_id", "")))).user)

    async def _store(self, event: Event | None) -> BoltResponse:
        try:
            if event:
                self._delivery.expect(event)
                await self._parts.enqueue(event)
        except Exception as wrong:  # noqa: BLE001 - whatever kept it from being stored, Slack must send it again
            log.error("not_stored", key=event.key if event else "", why=type(wrong).__name__)
            return BoltResponse(status=503, body="not stored; send it again")
        return BoltResponse(status=200, body="")

    async def _leave(self, body: Mapping[str, Any]) -> None:
        """The app was removed; of revoked tokens, only the bot's matter."""
        event = body.get("event")
        tokens = event.get("tokens") if isinstance(event, Mapping) else None
        if _event_type(body) == "app_uninstalled" or (isinstance(tokens, Mapping) and tokens.get("bot")):
            await self._workspaces.forget(str(body.get("team_id", "")))

    async def _open_form(self, body: Mapping[str, Any]) -> None:
        """Nothing is lost where it fails: the person sees at once that no form came."""
        team = interactions.team_of(body)
        user = str((body.get("user") or {}).get("id", ""))
        asked = Event("form", "slack", Question(""), {"team": team, "user": user}, person=f"{team}:{user}")
        try:
            client, language = await asyncio.gather(self._workspaces.client(team), self.language_hint(asked))
            if client:
                form = self._home.form(language or "de")
                await client.views_open(trigger_id=str(body.get("trigger_id", "")), view=form)
        except BROKEN as wrong:
            log.warning("form_not_opened", why=str(wrong))

    def _beside(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, socket: AsyncSocketModeHandler) -> None:
        while True:
            try:
                await socket.connect_async()  # type: ignore[no-untyped-call]
            except BROKEN as wrong:
                log.warning("socket_mode_not_connected", why=str(wrong))
                await asyncio.sleep(RECONNECT)
            else:
                return


def _event_type(body: Mapping[str, Any]) -> str:
    event = body.get("event")
    return str(event.get("type", "")) if isinstance(event, Mapping) else ""


def _secret(value: Any) -> str:
    return str(value.get_secret_value()) if value else ""
