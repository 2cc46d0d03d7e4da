"""Manifest of the Slack app, with the fewest scopes that the bot works with (docs.slack.dev/reference/app-manifest)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.channels.slack.http_endpoint import PATH
from bot.channels.slack.interactions import ASK, EXPLAIN
from bot.channels.slack.oauth import REDIRECT_PATH

SCOPES = {
    "app_mentions:read": "mentions of the bot",
    "assistant:write": "suggested questions in the agent pane",
    "channels:history": "follow-ups, channels it listens to, what stands above a mention, finding its own reply again",
    "channels:read": "who created a channel, and so may set its mode",
    "chat:write": "its replies",
    "commands": "slash commands and shortcuts",
    "files:read": "long logs and bounces: Slack sends only the first lines of a snippet",
    "groups:history": "the same in private channels",
    "groups:read": "the same in private channels",
    "im:history": "direct messages to the bot, and finding its own reply again",
    "im:write": "the direct message that answers the form",
    "usergroups:read": 'who belongs to the user group that "Ask the team" calls, where only they must see it',
    "users:read": "the person's language, where the question does not tell; who is an admin",
}
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)
LONGEST_DESCRIPTION, LONGEST_HINT = 2_000, 1_000  # characters, of a slash command
LONGEST_ABOUT = 4_000  # characters of the app's long description, which must have 174
BACKGROUND = "#1d3557"  # dark blue, on which Slack's white text is read well
NAME, PROMPTS, LONGEST_SUMMARY = 24, 4, 140  # characters of a shortcut's name; suggested prompts; of an app


def to_manifest(
    commands: Mapping[str, tuple[str, str]],
    label: Callable[[str], str],
    prompts: Sequence[str],
    url: str | None,
    *,
    about: str,
    many: bool = False,
) -> dict[str, Any]:
    """Manifest as Slack takes it, before it is written as JSON.

    `commands`: name → (usage hint, summary). `label`: words of templates/labels.md, by name. `prompts`: questions to
    begin with. `about`: long description of the app. `url`: public base address for events over HTTP; None: Socket
    Mode. `many`: True for an app that many workspaces install, with rotated tokens; needs `url`.
    """
    base = url.rstrip("/") if url else ""
    request_url = {"request_url": base + PATH} if base else {}
    redirect = {"redirect_urls": [f"{base}{REDIRECT_PATH}"]} if base and many else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Postbote",
            "description": label("agent")[:LONGEST_SUMMARY],
            "long_description": about[:LONGEST_ABOUT],
            "background_color": BACKGROUND,
        },
        "features": {
            "agent_view": {
                "agent_description": label("agent"),
                "suggested_prompts": [{"title": text, "message": text} for text in prompts[:PROMPTS]],
            },
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Postbote", "always_online": True},
            "shortcuts": [
                _shortcut(EXPLAIN, "message", label("explain"), label("explain_hint")),
                _shortcut(ASK, "global", label("ask"), label("ask_hint")),
            ],
            "slash_commands": [_command(name, *about, request_url) for name, about in commands.items()],
        },
        "oauth_config": {**redirect, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": many,
        },
    }


def _shortcut(callback_id: str, kind: str, name: str, description: str) -> dict[str, Any]:
    return {"name": name[:NAME], "type": kind, "callback_id": callback_id, "description": description}


def _command(name: str, hint: str, summary: str, request_url: Mapping[str, str]) -> dict[str, Any]:
    return {
        "command": f"/{name}",
        **({"url": request_url["request_url"]} if request_url else {}),
        "description": summary[:LONGEST_DESCRIPTION],
        **({"usage_hint": hint[:LONGEST_HINT]} if hint else {}),
        "should_escape": False,
    }
