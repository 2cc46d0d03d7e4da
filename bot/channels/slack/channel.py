"""Slack channel, over HTTP or Socket Mode: messages, commands, buttons, shortcuts, App Home; one workspace or many.

Bolt parses and dispatches both transports alike, answers ssl_check, and keeps the Socket Mode connection. An event is
stored in Bolt's `before_authorize`, before it is acknowledged: Bolt's own listeners run after the acknowledgement, and
a full disk would lose the question with a 200.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from starlette.routing import Route

from bot.channels.slack import events, interactions
from bot.channels.slack.blocks import MessageComposer
from bot.channels.slack.delivery import Delivery
from bot.channels.slack.digest_schedule import DigestSchedule
from bot.channels.slack.handover import HandoverDelivery
from bot.channels.slack.handover_blocks import HandoverComposer
from bot.channels.slack.http_endpoint import PATH, HttpEndpoint
from bot.channels.slack.installations import Installations, StaticToken, TokenSource
from bot.channels.slack.manifest import SCOPES
from bot.channels.slack.oauth import OAuthFlow
from bot.channels.slack.post_pacing import EVERY, PostPacer
from bot.channels.slack.posting import SETTLE, Poster
from bot.channels.slack.receiver import Receiver
from bot.channels.slack.response_url import ResponseUrls
from bot.channels.slack.snippets import read_in_full
from bot.channels.slack.status import show_status
from bot.channels.slack.team_helpers import Helpers
from bot.channels.slack.thread_reader import ThreadReader
from bot.channels.slack.ticket_escalation import TicketEscalation
from bot.channels.slack.user_info import UserInfo
from bot.channels.slack.views import ViewComposer
from bot.channels.slack.web_client import API_FAILURES, WebClient
from bot.channels.slack.workspaces import Workspaces
from bot.contracts.channel import ThreadAbove
from bot.contracts.channel_context import ChannelContext
from bot.core.model import Answer, Event, Language, Question

if TYPE_CHECKING:
    from bot.settings import Settings

log = structlog.get_logger()

RECONNECT = 5.0  # seconds between attempts to open the first Socket Mode connection
PING = 5.0  # seconds between pings; a connection that does not answer for four of them is renewed
REMOVALS = frozenset({"app_uninstalled", "tokens_revoked"})  # docs.slack.dev/reference/events/tokens_revoked


class Slack:
    """Channel of one app, in one workspace or in all that installed it."""

    name = "slack"
    blocks_readiness = True  # each process has a connection of its own

    def __init__(
        self,
        parts: ChannelContext,
        settings: "Settings",
        *,
        settle: float = SETTLE,
        pace: float = EVERY,
        ping: float = PING,
    ) -> None:
        """In seconds: `settle` until a post can be found again, `pace` between posts in a channel, `ping` between pings
        of the Socket Mode connection.
        """
        self._parts = parts
        base_url = settings.slack_api_url.rstrip("/") + "/"
        signing_secret, app_token = _secret(settings.slack_signing_secret), _secret(settings.slack_app_token)
        tokens, oauth_routes = _open_tokens(parts, settings, base_url)
        self._workspaces = Workspaces(tokens, base_url)
        self._threads = ThreadReader(self._workspaces)
        self._users = UserInfo(self._workspaces, frozenset(settings.slack_editors()), parts.engine.languages)
        engine = parts.engine
        composer = MessageComposer(
            engine.render, engine.label, engine.title, related=engine.related, languages=engine.languages
        )
        self._views = ViewComposer(
            composer,
            engine.render,
            engine.label,
            engine.title,
            prompts=engine.prompts,
            languages=engine.languages,
            editor_url=settings.editor_url(),
        )
        poster, response_urls = Poster(PostPacer(pace), settle), ResponseUrls(base_url)
        self._delivery = self._make_delivery(settings, composer, poster, response_urls)
        app = self._make_bolt_app(signing_secret)
        client = WebClient(base_url=base_url, retry_handlers=[])
        self._socket = (
            AsyncSocketModeHandler(app, app_token, web_client=client, ping_interval=ping) if app_token else None
        )
        self._digest = (
            DigestSchedule(settings.postbote_slack_digest, parts.cursors, parts.enqueue)
            if settings.postbote_slack_digest
            else None
        )
        self._tasks: set[asyncio.Task[None]] = set()  # under way; asyncio itself holds them only weakly
        http_routes = [] if app_token else [Route(PATH, HttpEndpoint(app, signing_secret).handle, methods=["POST"])]
        self.routes: Sequence[Route] = [*oauth_routes, *http_routes]

    def _make_delivery(
        self, settings: "Settings", composer: MessageComposer, poster: Poster, response_urls: ResponseUrls
    ) -> Delivery:
        parts = self._parts
        helpers = Helpers(*settings.slack_helpers(), tickets=parts.open_ticket is not None)
        return Delivery(
            workspaces=self._workspaces,
            composer=composer,
            views=self._views,
            poster=poster,
            helpers=helpers,
            response_urls=response_urls,
            language_of=self._users.language,
            handover=HandoverDelivery(
                poster,
                HandoverComposer(parts.engine.render, parts.engine.label),
                helpers,
                tickets=TicketEscalation(parts.open_ticket, parts.write_in_ticket, parts.engine.label),
                response_urls=response_urls,
                store=parts.handovers,
            ),
        )

    def _make_bolt_app(self, signing_secret: str) -> AsyncApp:
        return AsyncApp(
            name="postbote",  # else it looks for its caller's file in the source of every frame of the stack
            token="unused",  # noqa: S106 - no secret: Bolt's own authorization never runs
            signing_secret=signing_secret or "socket mode",
            before_authorize=Receiver(self._receive),
            request_verification_enabled=False,  # ours runs before the body is parsed, and never fails on odd headers
        )

    async def start(self) -> None:
        """Opens the Socket Mode connection, where there is one, without waiting for Slack; starts the digest."""
        if self._digest:
            self._in_background(self._digest.run())
        if self._socket:
            self._in_background(self._connect_socket_mode(self._socket))

    async def stop(self) -> None:
        """Ends Socket Mode, and what runs beside the events."""
        for task in list(self._tasks):
            task.cancel()
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Closes the connections to the Web API."""
        await self._workspaces.close()

    async def readiness_problem(self) -> str:
        """Problem of a Socket Mode connection that is down or silent; empty over HTTP, where Slack comes to us."""
        if self._socket and not await self._socket.client.is_connected():
            return "the Socket Mode connection is down"
        return ""

    async def language_hint(self, event: Event) -> Language | None:
        """Language of the person's Slack; None where it is not known."""
        return await self._users.language(event)

    async def may(self, event: Event, what: str) -> bool:
        """True if the person may set the channel's mode ("mode") or read stored decisions ("edit")."""
        return await self._users.may(event, what)

    async def show_busy(self, event: Event, language: Language) -> None:
        """Status in the thread of the reply."""
        await show_status(self._workspaces, event, self._parts.engine.label("busy", language))

    async def permalink(self, event: Event) -> str:
        """Permalink of the message (docs.slack.dev/reference/methods/chat.getPermalink); empty for a command."""
        to = event.reply_to
        ts, channel = to.get("ts", "").replace(".", ""), to.get("channel", "")
        if not ts.isdigit() or len(ts) < 16 or channel.startswith(("U", "W")):
            return ""
        url = (await self._workspaces.bot_identity(to.get("team", ""))).url
        return f"{url}archives/{channel}/p{ts}" if url else ""

    async def read_full_text(self, event: Event) -> str:
        """Text of the question with the whole of long snippets. Raises TryLater."""
        return await read_in_full(self._workspaces, event)

    async def read_thread(self, event: Event) -> ThreadAbove | None:
        """Messages above one that points at them, in its thread or channel; None where there are none."""
        return await self._threads.read(event)

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Sends a reply; the `ts` of the post, empty where there is none (`Delivery.send`). Raises TryLater.

        `again`: an earlier attempt may have got through, so look before posting.
        """
        return await self._delivery.send(event, answer, again=again)

    async def _receive(self, body: Mapping[str, Any]) -> BoltResponse:
        """Stores the event of a request, then acknowledges it.

        An exception becomes a 500, or no acknowledgement in Socket Mode: Slack sends the request again.
        """
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": str(body.get("challenge", ""))})
        # A trigger is good for three seconds: no time to store what opens a view
        if interactions.opens_form(body):
            self._in_background(self._open_form(body))
        elif topic := interactions.opened_topic(body):
            self._in_background(self._open_topic(body, *topic))
        elif events.type_of(body) in REMOVALS:
            await self._forget_workspace(body)
        else:
            return await self._enqueue(await self._to_event(body))
        return BoltResponse(status=200, body="")

    async def _to_event(self, body: Mapping[str, Any]) -> Event | None:
        if "event" not in body:
            return interactions.to_event(body) or events.to_event(body)
        bot = events.bot_user(body) or (await self._workspaces.bot_identity(str(body.get("team_id", "")))).user
        return events.to_event(body, bot)

    async def _enqueue(self, event: Event | None) -> BoltResponse:
        try:
            if event:
                await self._parts.enqueue(event)
        except Exception as wrong:  # noqa: BLE001 - whatever kept it from being stored, Slack must send it again
            log.error("not_stored", key=event.key if event else "", why=type(wrong).__name__)
            return BoltResponse(status=503, body="not stored; send it again")
        return BoltResponse(status=200, body="")

    async def _forget_workspace(self, body: Mapping[str, Any]) -> None:
        """Forgets a workspace that removed the app. Of revoked tokens, only the bot's matter."""
        event = body.get("event")
        tokens = event.get("tokens") if isinstance(event, Mapping) else None
        if events.type_of(body) == "app_uninstalled" or (isinstance(tokens, Mapping) and tokens.get("bot")):
            team = str(body.get("team_id", ""))
            await self._workspaces.forget(team)
            self._users.forget(team)

    async def _open_form(self, body: Mapping[str, Any]) -> None:
        """Opens the form that was asked for. Where it fails nothing is lost: the person sees that none came."""
        team = interactions.team_of(body)
        user = str((body.get("user") or {}).get("id", ""))
        asked = Event("form", "slack", Question(""), {"team": team, "user": user}, person=f"{team}:{user}")
        try:
            client, language = await asyncio.gather(self._workspaces.client(team), self.language_hint(asked))
            if client:
                reason = interactions.to_reason_form(body)
                form = (
                    self._views.reason_form(*reason)
                    if reason
                    else self._views.question_form(language or self._parts.engine.languages()[0])
                )
                await client.views_open(trigger_id=str(body.get("trigger_id", "")), view=form)
        except API_FAILURES as wrong:
            log.warning("form_not_opened", why=str(wrong))

    async def _open_topic(self, body: Mapping[str, Any], entry: str, language: Language) -> None:
        """Opens the modal with an entry that was tapped in Home."""
        try:
            client = await self._workspaces.client(interactions.team_of(body))
            if client:
                modal = self._views.topic(entry, language)
                await client.views_open(trigger_id=str(body.get("trigger_id", "")), view=modal)
        except (KeyError, *API_FAILURES) as wrong:  # an entry may be gone since the button was drawn
            log.warning("topic_not_opened", why=str(wrong))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect_socket_mode(self, socket: AsyncSocketModeHandler) -> None:
        while True:
            try:
                await socket.connect_async()  # type: ignore[no-untyped-call]
            except API_FAILURES as wrong:
                log.warning("socket_mode_not_connected", why=str(wrong))
                await asyncio.sleep(RECONNECT)
            else:
                return


def _open_tokens(parts: ChannelContext, settings: "Settings", base_url: str) -> tuple[TokenSource, Sequence[Route]]:
    """(token source, routes of the OAuth flow): the latter only for an app that many workspaces install."""
    if settings.slack_bot_token:
        return StaticToken(settings.slack_bot_token.get_secret_value()), []
    client_id, client_secret = settings.slack_client_id or "", _secret(settings.slack_client_secret)
    installations = Installations(
        parts.secrets, parts.erase_team, client_id=client_id, client_secret=client_secret, base_url=base_url
    )
    return installations, OAuthFlow(installations, client_id, list(SCOPES)).routes


def _secret(value: Any) -> str:
    return str(value.get_secret_value()) if value else ""
