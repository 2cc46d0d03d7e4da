"""Slack's payloads → Event: one pure function per shape; None for what the bot does not answer.

Shapes: docs.slack.dev/reference/events/app_mention, …/message.im, …/message.channels;
docs.slack.dev/interactivity/implementing-slash-commands.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.core.model import Event, Question

CHANNEL = "slack"


def to_event(body: Mapping[str, Any]) -> Event | None:
    """Any payload that Slack sends to the one endpoint."""
    if "command" in body:
        return from_command(body)
    if body.get("type") == "event_callback" and isinstance(body.get("event"), Mapping):
        return from_message(body, body["event"])
    return None


def from_message(body: Mapping[str, Any], event: Mapping[str, Any]) -> Event | None:
    """An app_mention, a direct message, or the copy of a mention that a subscribed channel delivers as well.

    The key names the message, not the delivery: both copies of a mention, and every redelivery, have the same one.
    """
    if not _is_for_the_bot(body, event) or _is_from_a_machine(event):
        return None
    team, channel, ts = (str(part) for part in (body.get("team_id", ""), event["channel"], event["ts"]))
    direct = event.get("channel_type") == "im"
    thread = str(event.get("thread_ts") or ("" if direct else ts))  # a direct message opens no thread: one talk
    return Event(
        key=f"{team}:{channel}:{ts}:question",
        channel=CHANNEL,
        question=Question(without_mention(str(event.get("text") or ""), bot_user(body))),
        reply_to={
            "channel": channel,
            "thread_ts": thread,
            "ts": ts,
            "user": str(event.get("user", "")),
        },
        conversation=f"{team}:{channel}:{thread}",
    )


def from_command(body: Mapping[str, Any]) -> Event | None:
    """A slash command. Slack never redelivers one; its trigger is unique."""
    command = str(body["command"]).removeprefix("/")
    url = str(body.get("response_url", ""))
    if not command or not url:
        return None
    return Event(
        key=f"{body.get('team_id', '')}:{body.get('channel_id', '')}:{body.get('trigger_id', '')}:command",
        channel=CHANNEL,
        question=Question(str(body.get("text") or ""), command=command),
        reply_to={"response_url": url, "user": str(body.get("user_id", ""))},
    )


def bot_user(body: Mapping[str, Any]) -> str:
    """The bot's own user id, as the payload names it (docs.slack.dev/apis/events-api.

    `authorizations`); empty if it does not.
    """
    for one in body.get("authorizations") or []:
        if isinstance(one, Mapping) and one.get("is_bot"):
            return str(one.get("user_id", ""))
    return ""


def without_mention(text: str, bot: str) -> str:
    """The text without the mention of the bot; without the first mention where the bot's id is not known."""
    pattern = rf"<@{re.escape(bot)}(?:\|[^>]*)?>" if bot else r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>"
    return re.sub(pattern, " ", text, count=0 if bot else 1).strip()


def _is_for_the_bot(body: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    if not event.get("channel") or not event.get("ts"):
        return False
    if event.get("type") == "app_mention":
        return True
    if event.get("type") != "message":
        return False
    bot = bot_user(body)
    return event.get("channel_type") == "im" or (bool(bot) and f"<@{bot}" in str(event.get("text") or ""))


def _is_from_a_machine(event: Mapping[str, Any]) -> bool:
    """Own posts, other bots, and everything that is no new message of a person (edits, deletions, joins …).

    `file_share` and `thread_broadcast` are a person's messages with an attachment, or shown in the channel as well.
    """
    if (
        event.get("bot_id")
        or event.get("bot_profile")
        or event.get("app_id")
        or event.get("user") in (None, "", "USLACKBOT")
    ):
        return True
    return event.get("subtype") not in (None, "", "file_share", "thread_broadcast")
