"""Answer → Slack, sent once.

A post is not idempotent: its metadata carries the event's key, and where an earlier attempt may have got through, the
bot looks for its own post before it posts (docs.slack.dev/messaging/message-metadata). The SDK's own retries are off,
because they would post twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.slack.mrkdwn import sections, to_mrkdwn, to_plain
from bot.core.model import Event, TryLater

log = structlog.get_logger()

SECTION = 3_000  # characters; docs.slack.dev/reference/block-kit/blocks/section-block
MOST_SECTIONS = 4  # a message takes about 13,200 characters in all before msg_blocks_too_long (bolt-js issue 2509)
FALLBACK = 4_000  # characters of `text` that Slack advises (docs.slack.dev/reference/methods/chat.postMessage)
METADATA = "postbote_answer"
SETTLE = 4.0  # seconds until a post can be found again: looked up at once, 41 of 200 were missed; after 4 s, none

# Errors that pass by themselves; every other error of the Web API needs a person
# (docs.slack.dev/reference/methods/chat.postMessage)
PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
CURES = {
    "not_in_channel": "invite the bot to the channel",
    "channel_not_found": "invite the bot to the channel",
    "is_archived": "the channel is archived; nothing to do",
    "invalid_auth": "set SLACK_BOT_TOKEN to the token of the installed app",
    "not_authed": "set SLACK_BOT_TOKEN",
    "token_revoked": "install the app again and set SLACK_BOT_TOKEN",
    "account_inactive": "install the app again and set SLACK_BOT_TOKEN",
    "missing_scope": "add the scope to the app (postbote manifest) and install it again",
}


def to_message(markdown: str) -> dict[str, Any]:
    """Blocks and a fallback text that says the same, within Slack's limits."""
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": piece}}
        for piece in sections(to_mrkdwn(markdown), SECTION)[:MOST_SECTIONS]
    ]
    return {"text": to_plain(markdown)[:FALLBACK] or "…", "blocks": blocks}


class Delivery:
    """Sends replies with one bot token."""

    def __init__(self, client: AsyncWebClient, settle: float = SETTLE) -> None:
        """`client` must have no retry handlers."""
        self._client = client
        self._settle = settle

    async def send(self, event: Event, markdown: str, *, again: bool) -> None:
        """Raises TryLater for what passes by itself; logs what needs a person."""
        message = to_message(markdown)
        if "response_url" in event.reply_to:
            await _calling(event, lambda: self._respond(event.reply_to["response_url"], message))
        elif not (again and await self._already_posted(event)):
            await _calling(event, lambda: self._post(event, message))

    async def _post(self, event: Event, message: Mapping[str, Any]) -> None:
        await self._client.chat_postMessage(
            channel=event.reply_to["channel"],
            thread_ts=event.reply_to["thread_ts"] or None,
            metadata={"event_type": METADATA, "event_payload": {"key": event.key}},
            unfurl_links=False,
            unfurl_media=False,
            **message,
        )

    async def _respond(self, url: str, message: Mapping[str, Any]) -> None:
        """A slash command's reply, for nobody else to see.

        It cannot be looked up: a crash within the post may repeat it.
        """
        response = await AsyncWebhookClient(url, retry_handlers=[]).send(response_type="ephemeral", **message)
        if response.status_code == 429:
            raise TryLater("response_url: 429", float(response.headers.get("Retry-After", 1)))
        if response.status_code >= 500:
            raise TryLater(f"response_url: {response.status_code}", maybe_sent=True)
        if response.status_code != 200:
            log.error("response_url_refused", status=response.status_code, body=response.body)

    async def _already_posted(self, event: Event) -> bool:
        """Is the reply there? Looks in the thread, or in the direct conversation since the question."""
        await asyncio.sleep(self._settle)
        to = event.reply_to
        if to["thread_ts"]:
            look = self._client.conversations_replies(
                channel=to["channel"], ts=to["thread_ts"], oldest=to["ts"], include_all_metadata=True, limit=200
            )
        else:
            look = self._client.conversations_history(
                channel=to["channel"], oldest=to["ts"], include_all_metadata=True, limit=200
            )
        found = await _calling(event, lambda: look)
        return found is not None and any(_key_of(m) == event.key for m in found.get("messages") or [])


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("key", "")) if metadata.get("event_type") == METADATA else ""


async def _calling(event: Event, call: Callable[[], Awaitable[Any]]) -> Any:
    """What the Web API returned; None where it refused for good. Raises TryLater."""
    try:
        return await call()
    except SlackApiError as refused:
        _judge(event, refused)
    except (ClientError, SlackClientError, TimeoutError, OSError) as broken:
        raise TryLater(f"Slack cannot be reached ({type(broken).__name__})", maybe_sent=True) from broken
    return None


def _judge(event: Event, refused: SlackApiError) -> None:
    response = refused.response
    error = str(response.data.get("error", "")) if isinstance(response.data, dict) else ""  # a proxy's page is a string
    status = int(response.status_code)
    if status == 429 or error in ("ratelimited", "rate_limited"):
        raise TryLater("Slack: 429", float(response.headers.get("Retry-After", 1))) from refused
    if status >= 500 or error in PASSING:
        raise TryLater(f"Slack: {status} {error}", maybe_sent=True) from refused
    log.error(
        "slack_refused", key=event.key, error=error, cure=CURES.get(error, "see the error's page in Slack's reference")
    )
