"""Slack: mentions, direct messages and slash commands, over HTTP or Socket Mode.

Bolt parses and dispatches both transports alike, answers url_verification and ssl_check, and keeps the Socket Mode
connection. An event is stored in Bolt's `before_authorize`, before it is acknowledged: Bolt's own listeners run after
the acknowledgement, and a full disk would lose the question with a 200 (queue: finding 1).
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels import Channel, Off, Parts
from bot.channels.slack.deliver import SETTLE, Delivery
from bot.channels.slack.events import to_event
from bot.channels.slack.signature import refusal
from bot.core.model import LANGUAGES, Answer, Event, Language

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger()

PATH = "/slack/events"
TIMEOUT = 10  # seconds that one call of the Web API may take
REMEMBER = 86_400.0  # seconds that a person's language is remembered
RECONNECT = 5.0  # seconds between attempts to open the first Socket Mode connection


def open_channel(settings: "Settings", parts: Parts) -> Channel | Off:
    """On where a bot token is set; Socket Mode where an app token is set."""
    if settings.slack_bot_token is None:
        return Off("slack", "set SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)")
    secret, app_token = settings.slack_signing_secret, settings.slack_app_token
    return Slack(
        parts,
        token=settings.slack_bot_token.get_secret_value(),
        secret=secret.get_secret_value() if secret else "",
        app_token=app_token.get_secret_value() if app_token else "",
        api_url=settings.slack_api_url,
    )


class Slack:
    """One workspace's connection."""

    name = "slack"

    def __init__(
        self, parts: Parts, token: str, secret: str, app_token: str, api_url: str, settle: float = SETTLE
    ) -> None:
        base_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._parts = parts
        self._secret = secret
        self._client = AsyncWebClient(token, base_url=base_url, timeout=TIMEOUT, retry_handlers=[])
        self._delivery = Delivery(self._client, settle)
        self._app = AsyncApp(
            client=self._client,
            signing_secret=secret or "socket mode",
            before_authorize=self._store,
            request_verification_enabled=False,  # ours runs before the body is parsed, and never fails on odd headers
        )
        self._http = AsyncSlackRequestHandler(self._app)
        # user → (when asked, the answer, which may be under way)
        self._languages: dict[str, tuple[float, asyncio.Future[Language | None] | None]] = {}
        self._socket = AsyncSocketModeHandler(self._app, app_token) if app_token else None
        self._connecting: asyncio.Task[None] | None = None
        self.routes: Sequence[Route] = [] if app_token else [Route(PATH, self._receive, methods=["POST"])]

    async def start(self) -> None:
        """Opens the Socket Mode connection, where there is one, without waiting for Slack."""
        if self._socket:
            self._connecting = asyncio.create_task(self._connect(self._socket))

    async def stop(self) -> None:
        """Closes the connection."""
        if self._connecting:
            self._connecting.cancel()
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]

    async def trouble(self) -> str:
        """A Socket Mode connection that is down; nothing is known of HTTP, where Slack comes to us."""
        if self._socket and not await self._socket.client.is_connected():
            return "the Socket Mode connection is down"
        return ""

    async def hint(self, event: Event) -> Language | None:
        """The language of the person's Slack, asked once a day.

        None where Slack does not say (docs.slack.dev/reference/methods/users.info).
        """
        user = event.reply_to.get("user", "")
        asked, language = self._languages.get(user, (-REMEMBER, None))
        if user and (language is None or time.monotonic() - asked > REMEMBER):
            language = asyncio.ensure_future(self._ask_language(user))  # two questions at once ask Slack once
            self._languages[user] = (time.monotonic(), language)
        return await asyncio.shield(language) if language else None

    async def deliver(self, event: Event, answer: Answer, *, again: bool) -> None:
        """See Channel."""
        await self._delivery.send(event, self._parts.render(answer), again=again)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        refused = refusal(self._secret, request.headers, body, time.time())
        if refused:
            return PlainTextResponse(f"{refused}\n", 401 if refused.endswith("signature") else 400)
        try:
            return await self._http.handle(request)
        except (TypeError, ValueError, AttributeError, KeyError) as wrong:  # Bolt, on a shape that Slack does not send
            log.warning("unknown_shape", why=str(wrong))
            return PlainTextResponse("unknown shape\n", 400)

    async def _store(self, body: Mapping[str, Any], **_: Any) -> BoltResponse:
        """Stored, then acknowledged.

        An exception becomes a 500, or no acknowledgement in Socket Mode: Slack sends it again.
        """
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": str(body.get("challenge", ""))})
        event = to_event(body)
        if event:
            try:
                await self._parts.store(event)
            except Exception as wrong:  # noqa: BLE001 - whatever kept it from being stored, Slack must send it again
                log.error("not_stored", key=event.key, why=type(wrong).__name__)
                return BoltResponse(status=503, body="not stored; send it again")
        return BoltResponse(status=200, body="")

    async def _ask_language(self, user: str) -> Language | None:
        try:
            found = await self._client.users_info(user=user, include_locale=True)
        except (SlackApiError, SlackClientError, ClientError, TimeoutError, OSError) as wrong:
            log.info("no_locale", why=type(wrong).__name__)
            return None
        locale = str((found.get("user") or {}).get("locale", ""))[:2]
        return next((language for language in LANGUAGES if language == locale), None)

    async def _connect(self, socket: AsyncSocketModeHandler) -> None:
        while True:
            try:
                await socket.connect_async()  # type: ignore[no-untyped-call]
            except (SlackApiError, SlackClientError, ClientError, TimeoutError, OSError) as wrong:
                log.warning("socket_mode_not_connected", why=str(wrong))
                await asyncio.sleep(RECONNECT)
            else:
                return
