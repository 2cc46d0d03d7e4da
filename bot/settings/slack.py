"""Settings of Slack: its tokens, and who helps, edits and reads the digest there."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.core.lazy_regex import lazy_regex
from bot.settings.checked import checked_token, is_web_address
from bot.settings.comma_list import check_items, comma_list

_SLACK_ID = lazy_regex(r"[SUWCG][A-Z0-9]{2,20}")


class SlackSettings(BaseModel):
    """Base class of Settings (bot/settings/__init__.py) with Slack's variables."""

    model_config = ConfigDict(defer_build=True)  # its validator would cost a start some ms, for nothing

    slack_bot_token: SecretStr | None = Field(default=None, description="Slack bot token (xoxb-…)")
    slack_signing_secret: SecretStr | None = Field(default=None, description="Slack signing secret: events over HTTP")
    slack_app_token: SecretStr | None = Field(
        default=None, description="Slack app token (xapp-…): Socket Mode instead of HTTP"
    )
    slack_client_id: str | None = Field(
        default=None, description="Slack client id: install in many workspaces at /slack/install"
    )
    slack_client_secret: SecretStr | None = Field(
        default=None, description="Slack client secret; the workspaces' tokens are encrypted with it"
    )
    slack_api_url: str = Field(default="https://slack.com/api/", description="base URL of Slack's Web API")
    postbote_slack_helpers: str = Field(
        default="",
        description='whom "Ask the team" calls: ids of a user group (S…), users (U…), and a channel (C…) for requests',
    )
    postbote_slack_editors: str = Field(
        default="", description="user ids (U…) that may set modes and see gaps and decisions, comma-separated"
    )
    postbote_slack_digest: str = Field(
        default="",
        description="id of a channel (C…) of yours that reads once a week which questions stayed open; empty: none",
    )

    def slack_helpers(self) -> tuple[str, str]:
        """Helpers for requests: (marks that call them in Slack, id of the channel for requests); each may be empty."""
        ids = comma_list(self.postbote_slack_helpers)
        marks = [f"<!subteam^{i}>" if i.startswith("S") else f"<@{i}>" for i in ids if not i.startswith(("C", "G"))]
        return " ".join(marks), next((i for i in ids if i.startswith(("C", "G"))), "")

    def slack_editors(self) -> list[str]:
        """User ids of the people who may set modes and see gaps and decisions."""
        return comma_list(self.postbote_slack_editors)

    @field_validator("slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_client_secret")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        return checked_token(value)

    @field_validator("slack_api_url")
    @classmethod
    def _is_api_url(cls, value: str) -> str:
        if not is_web_address(value):
            raise ValueError(f"{value!r} is no web address; write https://slack.com/api/, or unset it")
        return value

    @field_validator("postbote_slack_helpers", "postbote_slack_editors")
    @classmethod
    def _are_slack_ids(cls, value: str) -> str:
        says = "is no Slack id; write ids such as U0123ABCD, separated by commas"
        return check_items(value, _SLACK_ID, says)

    @field_validator("postbote_slack_digest")
    @classmethod
    def _is_slack_channel(cls, value: str) -> str:
        if value and not re.fullmatch(r"[CG][A-Z0-9]{2,20}", value.strip()):
            raise ValueError(
                f"{value!r} is no channel's id; write one id such as C0123ABCD (channel details, at the end)"
            )
        return value.strip()

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        if (self.slack_client_id is None) != (self.slack_client_secret is None):
            raise ValueError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together: set both, or neither")
        if self.slack_client_id and self.slack_bot_token:
            raise ValueError("SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID for many: unset one of them")
        if self.postbote_slack_digest and not self.slack_bot_token:
            raise ValueError(
                "POSTBOTE_SLACK_DIGEST needs SLACK_BOT_TOKEN: its channel is in one workspace; or unset it"
            )
        if self.slack_client_id and not (self.slack_signing_secret or self.slack_app_token):
            raise ValueError("SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)")
        if self.slack_client_id:
            return self
        if self.slack_bot_token is None and (self.slack_signing_secret or self.slack_app_token):
            raise ValueError("SLACK_BOT_TOKEN is missing: set it, or unset SLACK_SIGNING_SECRET and SLACK_APP_TOKEN")
        if self.slack_bot_token and not (self.slack_signing_secret or self.slack_app_token):
            raise ValueError("SLACK_BOT_TOKEN needs SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)")
        return self
