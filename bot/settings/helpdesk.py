"""The variables of the helpdesks: RT, Zammad, and where Slack opens tickets."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from bot.core.mail.ticket_modes import parse_modes


class HelpdeskSettings(BaseSettings):
    """A part of bot/settings.py."""

    postbote_rt_url: str | None = Field(default=None, description="Request Tracker 5: https://rt.example.org")
    postbote_rt_token: SecretStr | None = Field(
        default=None, description="authentication token of the bot's user in RT (1-31-…)"
    )
    postbote_rt_webhook_secret: SecretStr | None = Field(
        default=None, description="secret that RT's scrip signs POST /hooks/rt with; empty: polling only"
    )
    postbote_rt_mode: str = Field(
        default="note", description="off, note or public; for single queues: note, Support=public"
    )
    postbote_zammad_url: str | None = Field(default=None, description="Zammad: https://zammad.example.org")
    postbote_zammad_token: SecretStr | None = Field(
        default=None, description="access token of the bot's user in Zammad (permission ticket.agent)"
    )
    postbote_zammad_webhook_secret: SecretStr | None = Field(
        default=None, description="HMAC SHA1 token of the webhook to POST /hooks/zammad; empty: polling only"
    )
    postbote_zammad_mode: str = Field(
        default="note", description="off, note or public; for single groups: note, Support=public"
    )
    postbote_zammad_sender: Literal["Agent", "System"] = Field(
        default="Agent",
        description="who sends public replies in Zammad; System adds Auto-Submitted: try it on your version first",
    )
    postbote_tickets_poll: float = Field(
        default=60.0, gt=0, le=3600, description="seconds between two looks for new tickets; hooks are faster"
    )
    postbote_slack_tickets: str = Field(
        default="",
        description='where "Ask a person" opens a ticket: rt:queue or zammad:group; empty: no ticket is opened',
    )

    @field_validator("postbote_rt_url", "postbote_zammad_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"https?://[^\s/@?#]+(?:/[^\s@?#]*)?", value):
            raise ValueError(f"{value!r} is no web address; write https://helpdesk.example.org, without user or query")
        return value

    @field_validator("postbote_slack_tickets")
    @classmethod
    def _names_a_helpdesk(cls, value: str) -> str:
        if value and not re.fullmatch(r"(?:rt|zammad):\s*\S.*", value):
            raise ValueError(
                f"{value!r} names no helpdesk; write rt:Support or zammad:Support, with the queue or group"
            )
        return value

    @field_validator("postbote_rt_mode", "postbote_zammad_mode")
    @classmethod
    def _are_helpdesk_modes(cls, value: str) -> str:
        parse_modes(value)
        return value

    @model_validator(mode="after")
    def _helpdesks_are_whole(self) -> Self:
        for name in ("rt", "zammad"):
            given = {
                f"POSTBOTE_{name.upper()}_{part.upper()}": bool(getattr(self, f"postbote_{name}_{part}"))
                for part in ("url", "token")
            }
            missing = [variable for variable, is_set in given.items() if not is_set]
            if len(missing) == 1:
                raise ValueError(f"{' and '.join(given)} belong together: set {missing[0]} too, or unset the other")
            off = parse_modes(getattr(self, f"postbote_{name}_mode")).off
            if off and self.postbote_slack_tickets.startswith(name):
                raise ValueError(f"POSTBOTE_SLACK_TICKETS needs POSTBOTE_{name.upper()}_MODE note or public")
            if missing and self.postbote_slack_tickets.startswith(name):
                raise ValueError(f"POSTBOTE_SLACK_TICKETS needs {' and '.join(missing)}")
        return self
