"""Answer → Slack, sent once.

A post is not idempotent: its metadata carries the event's key, and where an earlier attempt may have got through, the
bot looks for its own post before it posts (docs.slack.dev/messaging/message-metadata). The SDK's own retries are off,
because they would post twice. An update, a deletion and a view can be sent twice without harm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.api_errors import judge
from bot.channels.slack.blocks import Composer
from bot.channels.slack.post_pacing import PostPacer
from bot.channels.slack.response_url import ResponseUrls
from bot.channels.slack.ticket_link import TicketLink
from bot.channels.slack.views import Views
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Answer, Event, TryLater

log = structlog.get_logger()

METADATA = "postbote_answer"
SETTLE = 4.0  # seconds until a post can be found again: looked up at once, 41 of 200 were missed; after 4 s, none


@dataclass(frozen=True, slots=True)
class Helpers:
    """Whom "Ask a person" calls (POSTBOTE_SLACK_HELPERS)."""

    ping: str = ""  # Slack's own marks: <!subteam^S…>, <@U…>
    channel: str = ""  # where requests are posted; empty: in the thread itself
    tickets: bool = False  # a ticket is opened too

    def reach(self, event: Event) -> bool:
        """Is there anybody to ask?"""
        return self.tickets or self.see(event)

    def see(self, event: Event) -> bool:
        """Can they see the conversation, or be told of it? Nobody else sees a direct message."""
        direct = event.facts.get("direct") or event.reply_to.get("channel", "").startswith(("D", "U", "W"))
        return bool(self.channel or (self.ping and not direct))


class Delivery:
    """Sends replies."""

    def __init__(
        self,
        workspaces: Workspaces,
        composer: Composer,
        home: Views,
        pace: PostPacer,
        helpers: Helpers,
        urls: ResponseUrls,
        help_desk: TicketLink,
        settle: float = SETTLE,
    ) -> None:
        self._workspaces, self._help_desk = workspaces, help_desk
        self._composer, self._home = composer, home
        self._pace, self._helpers, self._urls, self._settle = pace, helpers, urls, settle

    def expect(self, event: Event) -> None:
        """A question has come that will be answered with a post."""
        to = event.reply_to
        if event.act == "ask" and not to.get("response_url"):
            self._pace.expect(f"{to.get('team')}:{to.get('channel')}", to.get("ts", ""))

    async def send(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """The `ts` of the post; empty where there is none.

        Raises TryLater for what passes by itself; logs what needs a person.
        """
        client = await self._workspaces.client(event.reply_to.get("team", ""))
        if client is None:
            log.error("not_installed", key=event.key, cure="install the app in this workspace")
            return ""
        to = event.reply_to
        if answer is None:
            await self._delete(client, event)
        elif to.get("home") or to.get("messages"):
            await self._show(client, event, answer)
        elif to.get("handover"):
            await self._hand_over(client, event, answer, again)
        elif to.get("share"):
            await self._share(client, event, answer, again)
        else:
            return await self._say(client, event, answer, again)
        return ""

    async def _say(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> str:
        to = event.reply_to
        private = bool(to.get("private") or to.get("ephemeral") or (to.get("response_url") and not to.get("update")))
        solved = answer.template == "handover" and answer.facts.get("state") == "solved"
        message = (
            self._composer.handover(answer, f"<@{to['user']}>", "")
            if solved
            else self._composer.message(event, answer, private=private, person=self._helpers.reach(event))
        )
        if to.get("update"):
            await self._update(client, event, message)
            return ""
        if to.get("response_url"):
            await calling(event, lambda: self._urls.post(to["response_url"], message))
            return ""
        if to.get("private"):
            await self._whisper(client, event, message)
            return ""
        return await self._post(client, event, message, again)

    async def _post(
        self, client: AsyncWebClient, event: Event, message: Mapping[str, Any], again: bool, key: str = ""
    ) -> str:
        key, event = key or event.key, await self._in_a_room(client, event)
        found = await self._already_posted(client, event, key) if again else ""
        if found:
            return found
        to = event.reply_to
        await self._pace.turn(f"{to.get('team')}:{to['channel']}", to.get("ts", ""))
        posted = await self._calling(
            event,
            lambda: client.chat_postMessage(
                channel=to["channel"],
                thread_ts=to.get("thread_ts") or None,
                metadata={"event_type": METADATA, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
                **message,
            ),
        )
        return str(posted.get("ts") or "") if posted is not None else ""

    async def _in_a_room(self, client: AsyncWebClient, event: Event) -> Event:
        """A person's id is no conversation that a post could be looked for in."""
        if not event.reply_to["channel"].startswith(("U", "W")):
            return event
        opened = await self._calling(event, lambda: client.conversations_open(users=event.reply_to["channel"]))
        channel = ((opened.get("channel") or {}).get("id") if opened is not None else "") or event.reply_to["channel"]
        return _elsewhere(event, str(channel))

    async def _update(self, client: AsyncWebClient, event: Event, message: Mapping[str, Any]) -> None:
        """In place; what only one person sees can only be replaced through its own address."""
        to = event.reply_to
        if to.get("ephemeral"):
            await calling(event, lambda: self._urls.post(to["response_url"], message, replace=True))
            return
        ts = to["ts"] if to["update"] == "itself" else to["update"]
        await self._calling(event, lambda: client.chat_update(channel=to["channel"], ts=ts, **message))

    async def _whisper(self, client: AsyncWebClient, event: Event, message: Mapping[str, Any]) -> None:
        """Only this person sees it."""
        to = event.reply_to
        await self._calling(
            event,
            lambda: client.chat_postEphemeral(
                channel=to["channel"], user=to["user"], thread_ts=to.get("thread_ts") or None, **message
            ),
        )

    async def _delete(self, client: AsyncWebClient, event: Event) -> None:
        """The question is gone, and so is the answer, unless somebody has replied."""
        to = event.reply_to
        if to.get("delete") and not await self._has_replies(client, event):
            await self._calling(event, lambda: client.chat_delete(channel=to["channel"], ts=to["delete"]))

    async def _has_replies(self, client: AsyncWebClient, event: Event) -> bool:
        if event.facts.get("direct"):
            return False
        to = event.reply_to
        found = await self._calling(
            event, lambda: client.conversations_replies(channel=to["channel"], ts=to["thread_ts"], limit=200)
        )
        said = found.get("messages") or [] if found is not None else []
        later = [m for m in said if str(m.get("ts", "")) > to["ts"] and m.get("subtype") != "tombstone"]
        return any(not m.get("bot_id") for m in later)

    async def _show(self, client: AsyncWebClient, event: Event, answer: Answer) -> None:
        """App Home, or the suggested prompts of the agent pane."""
        to = event.reply_to
        if to.get("messages"):
            prompts = self._home.prompts(answer.language)
            body = {"channel_id": to["channel"], "prompts": prompts}
            await self._calling(event, lambda: client.api_call("assistant.threads.setSuggestedPrompts", json=body))
            return
        await self._calling(event, lambda: client.views_publish(user_id=to["user"], view=self._home.view(answer)))

    async def _hand_over(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """Calls a person, once, and where there is a helpdesk, opens a ticket and links it."""
        called = self._helpers.see(event)
        if called:
            await self._call(client, event, answer, again)
        try:
            ticket = await self._help_desk.link(event, answer, again=again)
        except TryLater:
            if not called:
                await self._tell(client, event, Answer("handover", answer.language, {"state": "told"}), again)
            raise
        if ticket:
            await self._tell(client, event, ticket, again)

    async def _call(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """In the helpers' own channel, with a note in the thread, or in the thread itself."""
        message = self._composer.handover(answer, self._helpers.ping, event.conversation)
        if not self._helpers.channel:
            await self._post(client, event, message, again)
            return
        there = _elsewhere(event, self._helpers.channel)
        await self._post(client, there, message, again)
        await self._tell(client, event, Answer("handover", answer.language, {"state": "told"}), again)

    async def _tell(self, client: AsyncWebClient, event: Event, said: Answer, again: bool) -> None:
        """A note in the thread."""
        note = self._composer.message(event, said, private=False, person=False)
        await self._post(client, event, note, again, f"{event.key}:{said.facts['state']}")

    async def _share(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """For everyone; what only the person saw goes away."""
        thread = str(event.facts.get("in") or "")
        here = _elsewhere(event, event.reply_to["channel"], thread)
        message = self._composer.message(event, answer, private=False, person=self._helpers.reach(event))
        if await self._post(client, here, message, again):
            await calling(event, lambda: self._urls.post(event.reply_to["response_url"], {"delete_original": True}))
            return
        refused = Answer("feedback", answer.language, {"verdict": "not-shared"})
        note = self._composer.message(event, refused, private=True, person=False)
        await calling(event, lambda: self._urls.post(event.reply_to["response_url"], note))

    async def _already_posted(self, client: AsyncWebClient, event: Event, key: str) -> str:
        """The `ts` of the reply, if it is there: in the thread, or in the conversation since the question."""
        await asyncio.sleep(self._settle)
        to = event.reply_to
        if to.get("thread_ts"):
            look = lambda: client.conversations_replies(  # noqa: E731 - one of two calls
                channel=to["channel"], ts=to["thread_ts"], oldest=to["ts"], include_all_metadata=True, limit=200
            )
        else:
            look = lambda: client.conversations_history(  # noqa: E731
                channel=to["channel"], oldest=to.get("ts", "0"), include_all_metadata=True, limit=200
            )
        found = await self._calling(event, look)
        messages = found.get("messages") or [] if found is not None else []
        return next((str(m.get("ts", "")) for m in messages if _key_of(m) == key), "")

    async def _calling(self, event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await calling(event, call)
        except TryLater as later:
            if later.seconds:
                self._pace.hold(f"{event.reply_to.get('team')}:{event.reply_to.get('channel')}", later.seconds)
            raise


def _elsewhere(event: Event, channel: str, thread: str = "") -> Event:
    to = {**event.reply_to, "channel": channel, "thread_ts": thread}
    return Event(event.key, event.channel, event.question, to)


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("key", "")) if metadata.get("event_type") == METADATA else ""


async def calling(event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
    """What the Web API returned; None where it refused for good. Raises TryLater."""
    try:
        return await call()
    except SlackApiError as refused:
        judge(event, refused)
    except (ClientError, SlackClientError, TimeoutError, OSError) as broken:
        raise TryLater(f"Slack cannot be reached ({type(broken).__name__})", maybe_sent=True) from broken
    return None
