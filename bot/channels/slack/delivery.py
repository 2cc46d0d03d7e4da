"""Delivery of answers to Slack, each sent once.

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

from bot.channels.slack.api_errors import raise_or_log, refuse
from bot.channels.slack.blocks import MessageComposer
from bot.channels.slack.post_pacing import PostPacer
from bot.channels.slack.response_url import ResponseUrls
from bot.channels.slack.ticket_escalation import TicketEscalation
from bot.channels.slack.views import ViewComposer
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Answer, Event, TryLater, Undeliverable

log = structlog.get_logger()

METADATA = "postbote_answer"
SETTLE = 4.0  # seconds until a post can be found again: looked up at once, 41 of 200 were missed; after 4 s, none


@dataclass(frozen=True, slots=True)
class Helpers:
    """Helpers that "Ask a person" calls (POSTBOTE_SLACK_HELPERS)."""

    ping: str = ""  # mentions in Slack's markup, <!subteam^S…> <@U…>; empty: nobody is mentioned
    channel: str = ""  # where requests are posted; empty: in the thread itself
    tickets: bool = False  # True: a ticket is opened too

    def can_be_asked(self, event: Event) -> bool:
        """True if "Ask a person" reaches somebody, in Slack or by a ticket."""
        return self.tickets or self.are_in_slack(event)

    def are_in_slack(self, event: Event) -> bool:
        """True if helpers see the conversation or are told of it. Nobody else sees a direct message."""
        direct = event.facts.get("direct") or event.reply_to.get("channel", "").startswith(("D", "U", "W"))
        return bool(self.channel or (self.ping and not direct))


class Delivery:
    """Sender of replies: posts, ephemeral messages, updates, deletions, App Home, requests to a person."""

    def __init__(
        self,
        *,
        workspaces: Workspaces,
        composer: MessageComposer,
        views: ViewComposer,
        pacer: PostPacer,
        helpers: Helpers,
        response_urls: ResponseUrls,
        tickets: TicketEscalation,
        settle: float = SETTLE,
    ) -> None:
        """`settle`: seconds until a post can be found again."""
        self._workspaces, self._tickets = workspaces, tickets
        self._composer, self._views = composer, views
        self._pacer, self._helpers, self._response_urls, self._settle = pacer, helpers, response_urls, settle

    async def send(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Sends an answer, or deletes the earlier one where `answer` is None. Returns the `ts` of the post, or empty.

        `again`: an earlier attempt may have got through, so look for its post before posting. Raises TryLater for what
        passes by itself, and Undeliverable for what needs a person.
        """
        client = await self._workspaces.client(event.reply_to.get("team", ""))
        if client is None:
            refuse(event, "not_installed")
            return ""
        to = event.reply_to
        if answer is None:
            await self._delete(client, event)
        elif to.get("home") or to.get("messages"):
            await self._publish(client, event, answer)
        elif to.get("handover"):
            await self._hand_over(client, event, answer, again)
        elif to.get("share"):
            await self._share(client, event, answer, again)
        else:
            return await self._reply(client, event, answer, again)
        return ""

    async def _reply(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> str:
        to = event.reply_to
        private = bool(to.get("private") or to.get("ephemeral") or (to.get("response_url") and not to.get("update")))
        solved = answer.template == "handover" and answer.facts.get("state") == "solved"
        message = (
            self._composer.handover(answer, f"<@{to['user']}>", "")
            if solved
            else self._composer.message(event, answer, private=private, person=self._helpers.can_be_asked(event))
        )
        if to.get("update"):
            await self._update(client, event, message)
            return ""
        if to.get("response_url"):
            await self._respond(event, message)
            return ""
        if to.get("private"):
            await self._post_ephemeral(client, event, message)
            return ""
        return await self._post(client, event, message, again)

    async def _post(
        self, client: AsyncWebClient, event: Event, message: Mapping[str, Any], again: bool, key: str = ""
    ) -> str:
        key, event = key or event.key, await self._open_dm(client, event)
        found = await self._find_posted(client, event, key) if again else ""
        if found:
            return found
        to = event.reply_to
        await self._pacer.acquire(f"{to.get('team')}:{to['channel']}")
        posted = await self._call_api(
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

    async def _open_dm(self, client: AsyncWebClient, event: Event) -> Event:
        """The event with the direct message for `channel` where that names a person: posts are searched by channel."""
        if not event.reply_to["channel"].startswith(("U", "W")):
            return event
        opened = await self._call_api(event, lambda: client.conversations_open(users=event.reply_to["channel"]))
        channel = ((opened.get("channel") or {}).get("id") if opened is not None else "") or event.reply_to["channel"]
        return _in_channel(event, str(channel))

    async def _update(self, client: AsyncWebClient, event: Event, message: Mapping[str, Any]) -> None:
        """Updates a message in place; an ephemeral one can only be replaced through its response_url."""
        to = event.reply_to
        if to.get("ephemeral"):
            await self._respond(event, message, replace=True)
            return
        ts = to["ts"] if to["update"] == "itself" else to["update"]
        await self._call_api(event, lambda: client.chat_update(channel=to["channel"], ts=ts, **message))

    async def _respond(self, event: Event, message: Mapping[str, Any], *, replace: bool = False) -> None:
        """Posts to the response_url, into the thread that it belongs to. `replace`: instead of the message there.

        docs.slack.dev/interactivity/handling-user-interaction (publishing in thread).
        """
        to = event.reply_to
        thread = to.get("in_thread", "")
        placed = {**message, "thread_ts": thread} if thread and not replace else message
        await call_api(event, lambda: self._response_urls.post(event, to["response_url"], placed, replace=replace))

    async def _post_ephemeral(self, client: AsyncWebClient, event: Event, message: Mapping[str, Any]) -> None:
        """Posts a message that only this person sees."""
        to = event.reply_to
        await self._call_api(
            event,
            lambda: client.chat_postEphemeral(
                channel=to["channel"], user=to["user"], thread_ts=to.get("thread_ts") or None, **message
            ),
        )

    async def _delete(self, client: AsyncWebClient, event: Event) -> None:
        """Deletes the answer to a deleted question, unless somebody has replied."""
        to = event.reply_to
        if to.get("delete") and not await self._has_replies(client, event):
            await self._call_api(event, lambda: client.chat_delete(channel=to["channel"], ts=to["delete"]))

    async def _has_replies(self, client: AsyncWebClient, event: Event) -> bool:
        if event.facts.get("direct"):
            return False
        to = event.reply_to
        found = await self._look_up(
            event, lambda: client.conversations_replies(channel=to["channel"], ts=to["thread_ts"], limit=200)
        )
        said = found.get("messages") or [] if found is not None else []
        later = [m for m in said if str(m.get("ts", "")) > to["ts"] and m.get("subtype") != "tombstone"]
        return any(not m.get("bot_id") for m in later)

    async def _publish(self, client: AsyncWebClient, event: Event, answer: Answer) -> None:
        """Publishes App Home, or the suggested prompts of the agent pane."""
        to = event.reply_to
        if to.get("messages"):
            prompts = self._views.suggested_prompts(answer.language)
            body = {"channel_id": to["channel"], "prompts": prompts}
            await self._call_api(event, lambda: client.api_call("assistant.threads.setSuggestedPrompts", json=body))
            return
        await self._call_api(event, lambda: client.views_publish(user_id=to["user"], view=self._views.home_tab(answer)))

    async def _hand_over(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """Calls a person, once, and where there is a helpdesk, opens a ticket and links it."""
        told = self._helpers.are_in_slack(event)
        if told:
            await self._request_help(client, event, answer, again)
        try:
            ticket = await self._tickets.open_ticket(event, answer, again=again)
        except TryLater:
            if not told:
                await self._post_note(client, event, Answer("handover", answer.language, {"state": "told"}), again)
            raise
        if ticket:
            await self._post_note(client, event, ticket, again)

    async def _request_help(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """Posts the request in the helpers' own channel, with a note in the thread, or in the thread itself."""
        message = self._composer.handover(answer, self._helpers.ping, event.conversation)
        if not self._helpers.channel:
            await self._post(client, event, message, again)
            return
        there = _in_channel(event, self._helpers.channel)
        await self._post(client, there, message, again)
        await self._post_note(client, event, Answer("handover", answer.language, {"state": "told"}), again)

    async def _post_note(self, client: AsyncWebClient, event: Event, said: Answer, again: bool) -> None:
        """Posts a note in the thread; its key is its own, so that it is found apart from the request."""
        note = self._composer.message(event, said, private=False, person=False)
        await self._post(client, event, note, again, f"{event.key}:{said.facts['state']}")

    async def _share(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """Posts for everyone what only the person saw, and deletes that."""
        thread = str(event.facts.get("in") or "")
        here = _in_channel(event, event.reply_to["channel"], thread)
        message = self._composer.message(event, answer, private=False, person=self._helpers.can_be_asked(event))
        try:
            await self._post(client, here, message, again)
        except Undeliverable:
            refused = Answer("feedback", answer.language, {"verdict": "not-shared"})
            await self._respond(event, self._composer.message(event, refused, private=True, person=False))
        else:
            await self._respond(event, {"delete_original": True})

    async def _find_posted(self, client: AsyncWebClient, event: Event, key: str) -> str:
        """`ts` of the reply if it was posted: in the thread, or in the conversation since the question; else empty."""
        await asyncio.sleep(self._settle)
        to = event.reply_to
        if to.get("thread_ts"):
            search = lambda: client.conversations_replies(  # noqa: E731 - one of two calls
                channel=to["channel"], ts=to["thread_ts"], oldest=to["ts"], include_all_metadata=True, limit=200
            )
        else:
            search = lambda: client.conversations_history(  # noqa: E731
                channel=to["channel"], oldest=to.get("ts", "0"), include_all_metadata=True, limit=200
            )
        found = await self._look_up(event, search)
        messages = found.get("messages") or [] if found is not None else []
        return next((str(m.get("ts", "")) for m in messages if _key_of(m) == key), "")

    async def _look_up(self, event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
        """Result of a call that only looks; None where Slack refuses it, which is logged."""
        try:
            return await self._call_api(event, call)
        except Undeliverable:
            return None

    async def _call_api(self, event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
        """The same as the function `call_api`; where Slack asks to wait, the channel's other posts wait too."""
        try:
            return await call_api(event, call)
        except TryLater as later:
            if later.seconds:
                self._pacer.hold(f"{event.reply_to.get('team')}:{event.reply_to.get('channel')}", later.seconds)
            raise


def _in_channel(event: Event, channel: str, thread: str = "") -> Event:
    """The event with another channel to reply to; empty `thread`: not in a thread."""
    to = {**event.reply_to, "channel": channel, "thread_ts": thread}
    return Event(event.key, event.channel, event.question, to)


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("key", "")) if metadata.get("event_type") == METADATA else ""


async def call_api(event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
    """Result of a call of the Web API; None where there is nothing left to do. Raises TryLater and Undeliverable."""
    try:
        return await call()
    except SlackApiError as refused:
        raise_or_log(event, refused)
    except (ClientError, SlackClientError, TimeoutError, OSError) as broken:
        raise TryLater(f"Slack cannot be reached ({type(broken).__name__})", maybe_sent=True) from broken
    return None
