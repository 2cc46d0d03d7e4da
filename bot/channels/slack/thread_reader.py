"""Thread reader: what stands above a message in its thread, with one call of conversations.replies, which is kept.

Above a message that stands in no thread it is the nearest ones in the channel, with one call of conversations.history:
what the asker wrote just before, and what one other person or app did, within some minutes; nobody else's is meant.

An app that is distributed outside the Marketplace may make one call a minute, of 15 messages
(docs.slack.dev/reference/methods/conversations.replies, …/conversations.history): what was read is kept, and a thread
is used where Slack refuses. A channel is not, because what was read of it lacks the nearest messages.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from cachetools import TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.api_errors import CURES
from bot.channels.slack.message_text import to_text
from bot.channels.slack.snippets import complete, count_unreadable, truncated
from bot.channels.slack.user_info import name_of
from bot.channels.slack.web_client import API_FAILURES
from bot.channels.slack.workspaces import Workspaces
from bot.contracts.channel import ThreadAbove
from bot.core.model import Event

log = structlog.get_logger()

MOST_READ = 200  # messages that are asked for
MOST_GIVEN = 6  # messages that are given: the newest, and the first of the thread
KEPT_FOR = 600.0  # seconds for which a thread that was read is kept
FRESH = 60.0  # seconds for which a kept thread is not asked for again
THREADS = 500  # that are kept
NEAREST = 15  # messages of a channel that are asked for: as many as every app gets
WITHIN = 600.0  # seconds before a message within which those above it may be meant
MOST_OF_ONE = 3  # messages of one author, in a row, that may be meant
NO_PERMISSION = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"})

Message = Mapping[str, Any]


class ThreadReader:
    """Reader of threads, by workspace, channel and thread."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._kept: TTLCache[str, tuple[float, Sequence[Message]]] = TTLCache(THREADS, KEPT_FOR)

    async def read(self, event: Event) -> ThreadAbove | None:
        """Messages above an event's own, in its thread or channel; None where there are none."""
        to = event.reply_to
        if not to.get("thread_ts"):
            return None  # a direct message: what was said before is the conversation
        in_channel = to["thread_ts"] == to.get("ts")
        messages, problem = await (self._messages_of_channel if in_channel else self._messages)(event)
        if problem:
            return ThreadAbove((), 0, problem, in_channel=in_channel)
        bot = (await self._workspaces.bot_identity(to.get("team", ""))).user
        above = _nearest(messages, to, bot) if in_channel else _above(messages, to.get("ts", ""), bot)
        if in_channel and not above:
            return None
        client = await self._workspaces.client(to.get("team", ""))
        texts = [await complete(client, event.key, to_text(one), truncated(one)) for one in above]
        said = [(one, text) for one, text in zip(above, texts, strict=True) if text.strip()]
        authors = await self._authors(event, [one for one, _ in said]) if in_channel else ()
        unreadable = sum(map(count_unreadable, above))
        return ThreadAbove(tuple(text for _, text in said), unreadable, "", tuple(authors), in_channel)

    async def _authors(self, event: Event, messages: Sequence[Message]) -> list[str]:
        """Name of each message's author, looked up once each; empty for the asker."""
        client = await self._workspaces.client(event.reply_to.get("team", ""))
        names = {_author(one): _app_name(one) for one in messages} | {event.reply_to.get("user", ""): ""}
        for user in [user for user, name in names.items() if user and not name and user != event.reply_to.get("user")]:
            try:
                told = await client.users_info(user=user) if client else None
            except API_FAILURES as wrong:
                log.info("author_not_known", key=event.key, why=type(wrong).__name__)
                told = None
            names[user] = name_of((told.get("user") or {}) if told is not None else {})
        return [names[_author(one)] for one in messages]

    async def _messages_of_channel(self, event: Event) -> tuple[Sequence[Message], str]:
        """(messages before an event's own in its channel, the newest first; problem as for `_messages`)."""
        to = event.reply_to
        place = f"{to.get('team')}:{to.get('channel')}:before:{to.get('ts')}"  # kept for a second attempt alone
        oldest = f"{float(to.get('ts') or 0) - WITHIN:.6f}"
        return await self._ask(
            event,
            place,
            lambda client: client.conversations_history(
                channel=to["channel"], latest=to["ts"], oldest=oldest, inclusive=False, limit=NEAREST
            ),
        )

    async def _messages(self, event: Event) -> tuple[Sequence[Message], str]:
        """(messages of the thread, the oldest first; the problem that kept them from being read, else empty)."""
        to = event.reply_to
        place = f"{to.get('team')}:{to.get('channel')}:{to.get('thread_ts')}"
        return await self._ask(
            event,
            place,
            lambda client: client.conversations_replies(channel=to["channel"], ts=to["thread_ts"], limit=MOST_READ),
        )

    async def _ask(
        self, event: Event, place: str, call: Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]
    ) -> tuple[Sequence[Message], str]:
        """Messages of a place, asked for once; and the problem."""
        at, kept = self._kept.get(place, (0.0, ()))
        if kept and time.monotonic() - at < FRESH:
            return kept, ""
        client = await self._workspaces.client(event.reply_to.get("team", ""))
        if client is None:
            return kept, "" if kept else "permission"
        try:
            found = await call(client)
        except API_FAILURES as wrong:
            problem, error = _problem(wrong)
            log.warning("thread_not_read", key=event.key, error=error, cure=CURES.get(error, ""))
            return kept, "" if kept else problem
        messages: Sequence[Message] = [one for one in found.get("messages") or [] if isinstance(one, Mapping)]
        self._kept[place] = (time.monotonic(), messages)
        return messages, ""


def _problem(wrong: Exception) -> tuple[str, str]:
    """(problem as ThreadAbove names it, Slack's own name of the error)."""
    if not isinstance(wrong, SlackApiError):
        return "unavailable", type(wrong).__name__
    data = wrong.response.data
    error = str(data.get("error", "")) if isinstance(data, dict) else ""
    if int(wrong.response.status_code) == 429 or error in ("ratelimited", "rate_limited"):
        return "rate-limit", "ratelimited"
    return ("permission" if error in NO_PERMISSION else "unavailable"), error


def _above(messages: Sequence[Message], ts: str, bot: str) -> list[Message]:
    """Messages before `ts`, the newest first, at last the thread's first; only those after the bot's own last one.

    What stood before that one, the bot has been asked about.
    """
    before = [one for one in messages if str(one.get("ts", "")) < ts]
    own = [number for number, one in enumerate(before) if bot and one.get("user") == bot]
    since = before[own[-1] + 1 :] if own else before
    newest = since[::-1]
    return newest if len(newest) <= MOST_GIVEN else [*newest[: MOST_GIVEN - 1], newest[-1]]


def _nearest(messages: Sequence[Message], to: Mapping[str, str], bot: str) -> list[Message]:
    """Messages that one in a channel may mean, the nearest first: the asker's own just before, and one other author's.

    `messages`: the newest first. What stands before the bot's own last one was dealt with.
    """
    found: list[Message] = []
    others: list[str] = []
    for one in messages:
        author = _author(one)
        if not author or _is_system(one):
            continue
        if author == bot:
            break
        if author != to.get("user"):
            others.append(author)
        elif others:
            break  # the other author's run is over
        if len(set(others)) > 1 or len(others) > MOST_OF_ONE:
            break
        found.append(one)
    return found[: 2 * MOST_OF_ONE]


def _is_system(message: Message) -> bool:
    """True for what Slack writes itself (channel_join, channel_topic …), and for a copy of a reply in a thread."""
    return bool(message.get("subtype")) and message["subtype"] not in ("bot_message", "file_share", "me_message")


def _author(message: Message) -> str:
    return str(message.get("user") or message.get("bot_id") or "")


def _app_name(message: Message) -> str:
    """Name under which an app has posted; empty where a person did."""
    if not message.get("bot_id"):
        return ""
    profile = message.get("bot_profile")
    return str(message.get("username") or (profile.get("name") if isinstance(profile, Mapping) else "") or "")
