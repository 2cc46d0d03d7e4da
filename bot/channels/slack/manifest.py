"""The Slack app's manifest (docs.slack.dev/reference/app-manifest), with the fewest scopes that the bot works with."""

from collections.abc import Mapping
from typing import Any

from bot.channels.slack import PATH

SCOPES = {
    "app_mentions:read": "mentions of the bot",
    "chat:write": "its replies",
    "commands": "slash commands",
    "im:history": "direct messages to the bot, and finding its own reply again after a crash",
    "channels:history": "finding its own reply again after a crash",
    "groups:history": "finding its own reply again after a crash",
    "users:read": "the person's language, where the question does not tell",
}
EVENTS = ("app_mention", "message.im")
LONGEST_DESCRIPTION, LONGEST_HINT = 2_000, 1_000  # of a slash command


def to_manifest(commands: Mapping[str, tuple[str, str]], url: str | None) -> dict[str, Any]:
    """`commands`: name → (usage hint, summary).

    `url`: the public base address for events over HTTP; None: Socket Mode.
    """
    request_url = {"request_url": url.rstrip("/") + PATH} if url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Postbote",
            "description": "Answers questions about SMTP, POP3 and IMAP from the FAQ",
        },
        "features": {
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Postbote", "always_online": True},
            "slash_commands": [_command(name, *about, request_url) for name, about in commands.items()],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str, hint: str, summary: str, request_url: Mapping[str, str]) -> dict[str, Any]:
    return {
        "command": f"/{name}",
        **({"url": request_url["request_url"]} if request_url else {}),
        "description": summary[:LONGEST_DESCRIPTION],
        **({"usage_hint": hint[:LONGEST_HINT]} if hint else {}),
        "should_escape": False,
    }
