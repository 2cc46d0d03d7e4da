"""Parsers of Slack's events and commands → Event, one pure function for each shape; None for what is not the bot's.

Shapes: docs.slack.dev/reference/events/app_mention, …/message.im, …/message.channels, …/message/message_changed,
…/message/message_deleted, …/app_home_opened; docs.slack.dev/interactivity/implementing-slash-commands.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.channels.slack.message_text import to_text
from bot.channels.slack.snippets import count_unreadable, truncated, unreadable_names
from bot.core.model import Event, Question

CHANNEL = "slack"
# Raised on a shape that Slack does not send, here and in Bolt; RecursionError: JSON that is nested too deep
WRONG_SHAPE = (TypeError, ValueError, AttributeError, KeyError, RecursionError)
_MENTION = re.compile(r"<@[UW][A-Z0-9]{1,30}(?:\|[^>]{0,200})?>|<!(?:here|channel|everyone|subteam)[^>]{0,200}>")


def to_event(body: Mapping[str, Any], bot: str = "") -> Event | None:
    """Event of any payload that is no interaction. `bot`: the bot's user id; empty: as the payload names it."""
    if "command" in body:
        return from_command(body)
    event = body.get("event")
    if body.get("type") != "event_callback" or not isinstance(event, Mapping):
        return None
    bot = bot or bot_user(body)
    team = str(body.get("team_id", ""))
    if event.get("type") == "app_home_opened":
        return from_home(team, event)
    if event.get("subtype") == "message_changed":
        return from_changed(team, event, bot)
    if event.get("subtype") == "message_deleted":
        return from_deleted(team, event, bot)
    return from_message(team, event, bot)


def from_message(team: str, event: Mapping[str, Any], bot: str) -> Event | None:
    """Event of a mention, of its copy in a subscribed channel, of a direct message, or of what is only overheard.

    The key names the message, not the delivery: both copies of a mention, and every redelivery, have the same one.
    """
    if event.get("type") not in ("app_mention", "message") or not event.get("channel") or not event.get("ts"):
        return None
    if _is_no_new_message_of_a_person(event):
        return None
    channel, ts, said = str(event["channel"]), str(event["ts"]), to_text(event)
    direct, addressed = _is_direct(event), is_addressed(event, bot)
    if not addressed and not bot:
        return None  # it may be the copy of a mention
    thread = str(event.get("thread_ts") or ("" if direct else ts))  # a direct message opens no thread: one talk
    text = without_mention(said, bot)
    return Event(
        key=f"{team}:{channel}:{ts}:question",
        channel=CHANNEL,
        question=Question(text),
        reply_to={
            "team": team,
            "channel": channel,
            "thread_ts": thread,
            "ts": ts,
            "user": str(event.get("user", "")),
        },
        conversation=f"{team}:{channel}:{thread}",
        act="ask" if addressed else "overheard",
        facts={
            "root": not event.get("thread_ts"),
            "thread": not direct,
            "direct": direct,
            "mentions": bool(_MENTION.search(text)),
            **facts_of_files(event),
        },
        location=f"{team}:{channel}",
        person=f"{team}:{event.get('user', '')}",
    )


def from_changed(team: str, event: Mapping[str, Any], bot: str) -> Event | None:
    """Event of an edit by a person. Slack sends the same for link previews, which change no text."""
    message, before = event.get("message"), event.get("previous_message")
    if not isinstance(message, Mapping):
        return None
    if message.get("subtype") == "tombstone":  # deleted, but there are replies
        return from_deleted(team, {**event, "deleted_ts": message.get("ts")}, bot)
    if to_text(message) == to_text(before) if isinstance(before, Mapping) else not message.get("edited"):
        return None
    shape = {**message, "channel": event.get("channel"), "channel_type": event.get("channel_type"), "type": "message"}
    asked = from_message(team, shape, bot)
    edited = message.get("edited")
    at = str(edited.get("ts", "") if isinstance(edited, Mapping) else "") or str(event.get("ts", ""))
    if asked is None or not at:
        return None
    return Event(
        key=f"{asked.key.removesuffix('question')}edited:{at}",
        channel=CHANNEL,
        question=asked.question,
        reply_to=asked.reply_to,
        conversation=asked.conversation,
        act="edited",
        facts={
            **asked.facts,
            "of": asked.key,
            "addressed": asked.act == "ask",
            **_was(before, shape, bot),
            "at": _seconds(at),
        },
        location=asked.location,
        person=asked.person,
    )


def _was(before: Any, shape: Mapping[str, Any], bot: str) -> dict[str, bool]:
    """Fact "was_addressed": whether the message addressed the bot before the edit; no fact where that is not told."""
    if not isinstance(before, Mapping):
        return {}
    return {"was_addressed": is_addressed({**shape, "text": before.get("text")}, bot)}


def from_deleted(team: str, event: Mapping[str, Any], bot: str = "") -> Event | None:
    """Event of a deletion by a person."""
    channel, ts, found = event.get("channel"), event.get("deleted_ts"), event.get("previous_message")
    before: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    if not channel or not ts or before.get("bot_id"):  # a bot's message is no question
        return None
    thread = str(before.get("thread_ts") or ("" if _is_direct(event) else ts))
    return Event(
        key=f"{team}:{channel}:{ts}:deleted",
        channel=CHANNEL,
        question=Question(""),
        reply_to={"team": team, "channel": str(channel), "thread_ts": thread, "ts": str(ts), "user": ""},
        conversation=f"{team}:{channel}:{thread}",
        act="deleted",
        facts={
            "of": f"{team}:{channel}:{ts}:question",
            "direct": _is_direct(event),
            "root": not before.get("thread_ts"),
            # A message whose words are not told may have been a question
            "addressed": not before or is_addressed({**event, **before}, bot),
        },
        location=f"{team}:{channel}",
        person=f"{team}:{before.get('user', '')}",
    )


def from_home(team: str, event: Mapping[str, Any]) -> Event | None:
    """Event of an opened page of the bot: its Home tab, or its messages, where prompts are suggested."""
    user, tab = str(event.get("user", "")), event.get("tab")
    if not user or tab not in ("home", "messages"):
        return None
    return Event(
        key=f"{team}:{user}:{event.get('event_ts', '')}:{tab}",
        channel=CHANNEL,
        question=Question(""),
        reply_to={"team": team, "channel": str(event.get("channel", "")), "user": user, tab: "yes"},
        act="home" if tab == "home" else "prompts",
        location=f"{team}:",
        person=f"{team}:{user}",
    )


def from_command(body: Mapping[str, Any]) -> Event | None:
    """Event of a slash command. Slack never redelivers one; its trigger is unique."""
    command = str(body["command"]).removeprefix("/")
    url = str(body.get("response_url", ""))
    if not command or not url:
        return None
    team, channel, user = (str(body.get(name, "")) for name in ("team_id", "channel_id", "user_id"))
    return Event(
        key=f"{team}:{channel}:{body.get('trigger_id', '')}:command",
        channel=CHANNEL,
        question=Question(str(body.get("text") or ""), command=command),
        reply_to={"team": team, "response_url": url, "user": user, "channel": channel},
        facts={"direct": channel.startswith("D")},
        location=f"{team}:{channel}",
        person=f"{team}:{user}",
    )


def facts_of_files(message: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of the files, or none: "snippets" (id → beginning) of which only that is known; of those that hold no text
    "unreadable", how many, and "files", their names, which are handed on to people.
    """
    snippets, names = truncated(message), unreadable_names(message)
    return {
        **({"snippets": snippets} if snippets else {}),
        **({"unreadable": count_unreadable(message), "files": names} if names else {}),
    }


def type_of(body: Mapping[str, Any]) -> str:
    """Type of the event in a payload ("app_mention"); empty for a command or an interaction."""
    event = body.get("event")
    return str(event.get("type", "")) if isinstance(event, Mapping) else ""


def bot_user(body: Mapping[str, Any]) -> str:
    """User id of the bot, from the payload's `authorizations` (docs.slack.dev/apis/events-api); empty if not named."""
    for one in body.get("authorizations") or []:
        if isinstance(one, Mapping) and one.get("is_bot"):
            return str(one.get("user_id", ""))
    return ""


def is_addressed(event: Mapping[str, Any], bot: str) -> bool:
    """True for a mention of the bot and for a message to it alone. `bot`: its user id; empty: not known."""
    mentioned = bool(bot) and re.search(rf"<@{re.escape(bot)}[|>]", str(event.get("text") or "")) is not None
    return event.get("type") == "app_mention" or _is_direct(event) or mentioned


def without_mention(text: str, bot: str) -> str:
    """Text without mentions of the bot; without the first mention of anybody where the bot's id is not known."""
    pattern = rf"<@{re.escape(bot) if bot else '[UW][A-Z0-9]{1,30}'}(?:\|[^>]{{0,200}})?>"
    return re.sub(pattern, " ", text, count=0 if bot else 1).strip()


def _is_direct(event: Mapping[str, Any]) -> bool:
    return event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0


def _is_no_new_message_of_a_person(event: Mapping[str, Any]) -> bool:
    """True for own posts, other bots, and everything that is no new message of a person (edits, deletions, joins …).

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
