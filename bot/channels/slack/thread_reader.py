"""Thread reader: what stands above a message in its thread, with one call of conversations.replies, which is kept.

An app that is distributed outside the Marketplace may make one call a minute, of 15 messages
(docs.slack.dev/reference/methods/conversations.replies): what was read is kept, and used where Slack refuses.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from cachetools import TTLCache
from slack_sdk.errors import SlackApiError

from bot.channels.slack.api_errors import CURES
from bot.channels.slack.message_text import to_text
from bot.channels.slack.snippets import complete, number_unreadable, truncated
from bot.channels.slack.web_client import API_FAILURES
from bot.channels.slack.workspaces import Workspaces
from bot.contracts import ThreadAbove
from bot.core.model import Event

log = structlog.get_logger()

MOST_READ = 200  # messages that are asked for
MOST_GIVEN = 6  # messages that are given: the newest, and the first of the thread
KEPT_FOR = 600.0  # seconds for which a thread that was read is kept
FRESH = 60.0  # seconds for which a kept thread is not asked for again
THREADS = 500  # that are kept
NO_PERMISSION = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied"})

Message = Mapping[str, Any]


class ThreadReader:
    """Reader of threads, by workspace, channel and thread."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._kept: TTLCache[str, tuple[float, Sequence[Message]]] = TTLCache(THREADS, KEPT_FOR)

    async def read(self, event: Event) -> ThreadAbove | None:
        """Messages above an event's own; None where it stands in no thread, or begins one."""
        to = event.reply_to
        if not to.get("thread_ts") or to["thread_ts"] == to.get("ts"):
            return None
        messages, problem = await self._messages(event)
        if problem:
            return ThreadAbove((), 0, problem)
        bot = (await self._workspaces.bot_identity(to.get("team", ""))).user
        above = _above(messages, to.get("ts", ""), bot)
        client = await self._workspaces.client(to.get("team", ""))
        texts = [await complete(client, event.key, to_text(one), truncated(one)) for one in above]
        return ThreadAbove(tuple(filter(str.strip, texts)), sum(map(number_unreadable, above)))

    async def _messages(self, event: Event) -> tuple[Sequence[Message], str]:
        """(messages of the thread, the oldest first; the problem that kept them from being read, else empty)."""
        to = event.reply_to
        place = f"{to.get('team')}:{to.get('channel')}:{to.get('thread_ts')}"
        at, kept = self._kept.get(place, (0.0, ()))
        if kept and time.monotonic() - at < FRESH:
            return kept, ""
        client = await self._workspaces.client(to.get("team", ""))
        if client is None:
            return kept, "" if kept else "permission"
        try:
            found = await client.conversations_replies(channel=to["channel"], ts=to["thread_ts"], limit=MOST_READ)
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
