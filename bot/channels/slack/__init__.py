"""Slack channel, over HTTP or Socket Mode: messages, commands, buttons, shortcuts, App Home; see channel.py.

Slack's libraries take a third of a start to load, so this module leaves them to whoever has set Slack up.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.contracts.channel import Channel, Disabled, DoctorResult
from bot.contracts.channel_context import ChannelContext

if TYPE_CHECKING:
    from bot.settings import Settings


def open_channel(settings: "Settings", context: ChannelContext) -> Channel | Disabled:
    """Slack channel where a bot token or a client id is set, over Socket Mode where an app token is set too."""
    if settings.slack_bot_token is None and settings.slack_client_id is None:
        return Disabled(
            "slack", "set SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)"
        )
    from bot.channels.slack.channel import Slack

    return Slack(context, settings)


async def run_doctor_checks(settings: "Settings") -> Sequence[DoctorResult]:
    """Doctor's findings about Slack; see doctor.py."""
    from bot.channels.slack.doctor import run_doctor_checks as check

    return await check(settings)
