"""Parsers of interactions (buttons, shortcuts, forms) → Event, one pure function for each shape.

They return None for what the bot did not make.

Shapes: docs.slack.dev/reference/interaction-payloads (block_actions, shortcuts, view_submission).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.channels.slack.events import CHANNEL, facts_of_files
from bot.channels.slack.message_text import to_text
from bot.core.languages import KNOWN
from bot.core.model import Event, Language, Question
from bot.core.text.untrusted_json import parse_json

HOME_FIELD = "home_field"  # action id of the field to ask in Home
EXPLAIN, ASK, REASON = "explain", "ask", "reason"  # callback ids: message shortcut, global one and its form, the why
BUTTON_ACTS = frozenset(
    {"helpful", "unhelpful", "language", "choose", "person", "solved", "share", "home", "check", "related", "command"}
)


def to_event(payload: Mapping[str, Any]) -> Event | None:
    """Event of any interaction but the global shortcut, which only opens the form."""
    kind = payload.get("type")
    if kind == "block_actions":
        return from_button(payload)
    if kind == "message_action" and payload.get("callback_id") == EXPLAIN:
        return from_message_shortcut(payload)
    if kind == "view_submission":
        return from_form(payload)
    return None


def opens_form(payload: Mapping[str, Any]) -> bool:
    """True for the global shortcut, and for the button that asks why an answer was not helpful."""
    if payload.get("type") == "shortcut":
        return payload.get("callback_id") == ASK
    return payload.get("type") == "block_actions" and _value_of(payload).get("act") == REASON


def to_reason_form(payload: Mapping[str, Any]) -> tuple[Language, str] | None:
    """(language, what the form sends along, as JSON) of the button that asks why; None for the global shortcut."""
    value = _value_of(payload)
    if value.get("act") != REASON:
        return None
    container = _mapping(payload, "container")
    carried = {
        "key": value.get("key"),
        "language": value.get("language"),
        "channel": _id(payload, "channel"),
        "thread_ts": container.get("thread_ts") or _mapping(payload, "message").get("thread_ts") or "",
    }
    return _language_of(value), json.dumps(carried)


def from_button(payload: Mapping[str, Any]) -> Event | None:
    """Event of a button. Its value says what it does ("act"), and carries all that is needed for it."""
    action, value = _action_of(payload), _value_of(payload)
    if action.get("action_id") == HOME_FIELD:
        return from_home_field(payload, action)
    if str(value.get("act")) not in BUTTON_ACTS:
        return None
    team, user, channel = team_of(payload), _id(payload, "user"), _id(payload, "channel")
    container, message = _mapping(payload, "container"), _mapping(payload, "message")
    ts = str(container.get("message_ts") or message.get("ts") or "")
    in_thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    thread = in_thread or ("" if channel.startswith("D") else ts)
    at, ephemeral = str(action.get("action_ts", "")), bool(container.get("is_ephemeral"))
    checks = value["act"] == "check" and not ephemeral
    return Event(
        key=_check_key(f"{team}:{channel}:{ts}", at, value)
        if checks
        else f"{team}:{channel}:{ts}:{at}:{user}:{value['act']}",
        channel=CHANNEL,
        question=_command_of(value),
        reply_to={
            "team": team,
            "channel": channel,
            "user": user,
            "ts": ts,
            "thread_ts": thread,
            "response_url": str(payload.get("response_url") or ""),
            "ephemeral": "yes" if ephemeral else "",
            "in_thread": in_thread,
            **({"home": "yes"} if value["act"] == "home" else {}),
        },
        conversation=f"{team}:{channel}:{thread}",
        act=str(value["act"]),
        facts={**{k: v for k, v in value.items() if k != "act"}, **_shown(value, message)},
        location=f"{team}:{channel}",
        person=f"{team}:{user}",
    )


def from_home_field(payload: Mapping[str, Any], action: Mapping[str, Any]) -> Event | None:
    """Event of Home's field to ask; the answer comes as a direct message. None for an empty one."""
    team, user, text = team_of(payload), _id(payload, "user"), action.get("value")
    if not user or not isinstance(text, str) or not text.strip():
        return None
    return _asked_directly(team, user, text, f"{action.get('action_ts', '')}:home-field")


def _asked_directly(team: str, user: str, text: str, act: str) -> Event:
    """Event of a question that is answered as a direct message. `act`: end of its key, unique to the act of asking."""
    return Event(
        key=f"{team}:{user}:{act}",
        channel=CHANNEL,
        question=Question(text),
        reply_to={"team": team, "channel": user, "user": user, "thread_ts": "", "ts": "0"},
        facts={"direct": True},
        location=f"{team}:{user}",
        person=f"{team}:{user}",
    )


def opened_topic(payload: Mapping[str, Any]) -> tuple[str, Language] | None:
    """(id of an entry, language) of a topic button in Home; None for anything else."""
    action = _action_of(payload) if payload.get("type") == "block_actions" else {}
    value = parse_value(str(action.get("value") or ""))
    if value.get("act") != "topic" or not isinstance(value.get("entry"), str):
        return None
    return value["entry"], _language_of(value)


def _language_of(value: Mapping[str, Any]) -> Language:
    """Language of the message that carries a button; German where its value names none."""
    language = value.get("language")
    return language if isinstance(language, str) and language in KNOWN else "de"


def _action_of(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    actions = payload.get("actions")
    return actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], Mapping) else {}


def _value_of(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return parse_value(str(_action_of(payload).get("value") or ""))


def _shown(value: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """Fact "shown": the message under which "Solved" was pressed, which stays as the record; no fact of others."""
    if value["act"] != "solved":
        return {}
    blocks = message.get("blocks")
    return {"shown": {"text": str(message.get("text") or ""), "blocks": blocks if isinstance(blocks, list) else []}}


def _command_of(value: Mapping[str, Any]) -> Question:
    """Command that a button stands for; an empty question for a button that is none."""
    asks = value.get("ask")
    if value["act"] != "check" or not isinstance(asks, list) or len(asks) != 2:
        return Question("")
    return Question(str(asks[1]), str(asks[0]), language=_language_of(value))


def _check_key(message: str, at: str, value: Mapping[str, Any]) -> str:
    """Event key of a check, the same for everybody within ten seconds: one answer for all, the DNS has no other."""
    what = hashlib.sha256(_command_of(value).text.encode()).hexdigest()[:16]  # no name of anybody's stands in a key
    return f"{message}:{at.partition('.')[0][:-1]}:{what}:check"


def from_message_shortcut(payload: Mapping[str, Any]) -> Event | None:
    """Event of "Explain this error" on any message: also somebody else's, also a machine's."""
    message, url = _mapping(payload, "message"), str(payload.get("response_url") or "")
    team, user, channel = team_of(payload), _id(payload, "user"), _id(payload, "channel")
    ts = str(payload.get("message_ts") or message.get("ts") or "")
    if not url or not ts:
        return None
    return Event(
        key=f"{team}:{channel}:{ts}:{payload.get('action_ts', '')}:{user}:explain",
        channel=CHANNEL,
        question=Question(to_text(message)),
        reply_to={
            "team": team,
            "response_url": url,
            "channel": channel,
            "user": user,
            "share_in": str(message.get("thread_ts") or ts),
            "in_thread": str(message.get("thread_ts") or ""),
        },
        act="explain",
        facts=facts_of_files(message),
        location=f"{team}:{channel}",
        person=f"{team}:{user}",
    )


def from_form(payload: Mapping[str, Any]) -> Event | None:
    """Event of the global shortcut's form, whose answer comes as a direct message, or of the one that asks why."""
    view = _mapping(payload, "view")
    if view.get("callback_id") == REASON:
        return from_reason(payload, view)
    if view.get("callback_id") != ASK:
        return None
    team, user = team_of(payload), _id(payload, "user")
    values = _mapping(_mapping(view, "state"), "values")
    text = str(_mapping(_mapping(values, "question"), "question").get("value") or "")
    return _asked_directly(team, user, text, f"{view.get('id', '')}:{view.get('hash', '')}:form")


def from_reason(payload: Mapping[str, Any], view: Mapping[str, Any]) -> Event:
    """Event of the form that asks why an answer was not helpful."""
    team, user = team_of(payload), _id(payload, "user")
    values = _mapping(_mapping(view, "state"), "values")
    carried = parse_value(str(view.get("private_metadata") or ""))
    channel = str(carried.get("channel") or "")
    return Event(
        key=f"{team}:{user}:{view.get('id', '')}:{view.get('hash', '')}:reason",
        channel=CHANNEL,
        question=Question(str(_mapping(_mapping(values, "reason"), "reason").get("value") or "")),
        reply_to={"team": team, "channel": channel, "user": user, "thread_ts": str(carried.get("thread_ts") or "")},
        act="reason",
        facts={"key": str(carried.get("key") or ""), "language": str(carried.get("language") or "")},
        location=f"{team}:{channel}",
        person=f"{team}:{user}",
    )


def team_of(payload: Mapping[str, Any]) -> str:
    """Workspace of an interaction; that of the person where the app is installed for an organisation."""
    return _id(payload, "team") or str(_mapping(payload, "user").get("team_id") or "")


def parse_value(value: str) -> Mapping[str, Any]:
    """Value of a button, which is JSON; empty where it is none of ours."""
    try:
        found = parse_json(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _mapping(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def _id(payload: Mapping[str, Any], name: str) -> str:
    return str(_mapping(payload, name).get("id") or "")
