"""Posting of messages, each once.

A post is not idempotent: its metadata carries the event's key, and where an earlier attempt may have got through, the
bot looks for its own post before it posts (docs.slack.dev/messaging/message-metadata). The SDK's own retries are off,
because they would post twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.api_errors import raise_or_log
from bot.channels.slack.post_pacing import PostPacer
from bot.core.model import Event, TryLater, Undeliverable

METADATA = "postbote_answer"
SETTLE = 4.0  # seconds until a post can be found again: looked up at once, 41 of 200 were missed; after 4 s, none


class Poster:
    """Sender of posts and of other calls of the Web API, at the pace that each channel allows."""

    def __init__(self, pacer: PostPacer, settle: float = SETTLE) -> None:
        """`settle`: seconds until a post can be found again."""
        self._pacer, self._settle = pacer, settle

    async def post(
        self, client: AsyncWebClient, event: Event, message: Mapping[str, Any], *, again: bool, key: str = ""
    ) -> tuple[str, str]:
        """Posts a message where the event's reply belongs; returns its channel and `ts`.

        `again`: an earlier attempt may have got through, so look for it first. `key`: by which it is found; empty: the
        event's. Raises TryLater and Undeliverable.
        """
        key, event = key or event.key, await self._open_dm(client, event)
        to = event.reply_to
        found = await self.find_posted(client, event, key) if again else ""
        if found:
            return to["channel"], found
        await self._pacer.acquire(f"{to.get('team')}:{to['channel']}")
        posted = await self.call(
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
        return to["channel"], str(posted.get("ts") or "") if posted is not None else ""

    async def look_up(self, event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
        """Result of a call that only looks; None where Slack refuses it, which is logged."""
        try:
            return await self.call(event, call)
        except Undeliverable:
            return None

    async def call(self, event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
        """Call as of the function `call_api`; where Slack asks to wait, the channel's other posts wait too."""
        try:
            return await call_api(event, call)
        except TryLater as later:
            if later.seconds:
                self._pacer.hold(f"{event.reply_to.get('team')}:{event.reply_to.get('channel')}", later.seconds)
            raise

    async def _open_dm(self, client: AsyncWebClient, event: Event) -> Event:
        """Event with the direct message for `channel` where that names a person: posts are searched by channel."""
        if not event.reply_to["channel"].startswith(("U", "W")):
            return event
        opened = await self.call(event, lambda: client.conversations_open(users=event.reply_to["channel"]))
        channel = ((opened.get("channel") or {}).get("id") if opened is not None else "") or event.reply_to["channel"]
        return in_channel(event, str(channel), event.reply_to.get("thread_ts", ""))

    async def find_posted(self, client: AsyncWebClient, event: Event, key: str) -> str:
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
        found = await self.look_up(event, search)
        messages = found.get("messages") or [] if found is not None else []
        return next((str(m.get("ts", "")) for m in messages if _key_of(m) == key), "")


def in_channel(event: Event, channel: str, thread: str = "") -> Event:
    """Event with another channel to reply to; empty `thread`: not in a thread."""
    to = {**event.reply_to, "channel": channel, "thread_ts": thread}
    return Event(event.key, event.channel, event.question, to)


async def call_api(event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
    """Result of a call of the Web API; None where there is nothing left to do. Raises TryLater and Undeliverable."""
    try:
        return await call()
    except SlackApiError as refused:
        raise_or_log(event, refused)
    except (ClientError, SlackClientError, TimeoutError, OSError) as broken:
        raise TryLater(f"Slack cannot be reached ({type(broken).__name__})", maybe_sent=True) from broken
    return None


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("key", "")) if metadata.get("event_type") == METADATA else ""
