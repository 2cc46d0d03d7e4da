"""Settings of the helpdesks: RT, Zammad, and where Slack opens tickets."""

import re
from dataclasses import dataclass, field
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.core.mail.ticket_modes import parse_modes
from bot.settings.checked import checked_token, is_web_address

HelpdeskName = Literal["rt", "zammad"]


@dataclass(frozen=True, slots=True)
class HelpdeskAccount:
    """Account of the bot in one helpdesk, and what may be done there."""

    system: HelpdeskName
    url: str
    token: str = field(repr=False)
    webhook_secret: str = field(repr=False)  # empty: polling only
    mode: str  # as in the setting; parse_modes reads it


class HelpdeskSettings(BaseModel):
    """Base class of Settings (bot/settings/__init__.py) with the helpdesks' variables."""

    model_config = ConfigDict(defer_build=True)  # its validator would cost a start some ms, for nothing

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
        description='where "Ask the team" opens a ticket: rt:queue or zammad:group; empty: no ticket is opened',
    )

    @property
    def rt(self) -> HelpdeskAccount | None:
        """Account in RT; None where it is not configured."""
        url, token, secret = self.postbote_rt_url, self.postbote_rt_token, self.postbote_rt_webhook_secret
        return _to_account("rt", url, token, secret, self.postbote_rt_mode)

    @property
    def zammad(self) -> HelpdeskAccount | None:
        """Account in Zammad; None where it is not configured."""
        url, token, secret = self.postbote_zammad_url, self.postbote_zammad_token, self.postbote_zammad_webhook_secret
        return _to_account("zammad", url, token, secret, self.postbote_zammad_mode)

    @field_validator("postbote_rt_url", "postbote_zammad_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value and not is_web_address(value):
            raise ValueError(f"{value!r} is no web address; write https://helpdesk.example.org, without user or query")
        return value

    @field_validator("postbote_rt_token", "postbote_zammad_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        return checked_token(value)

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


def _to_account(
    system: HelpdeskName, url: str | None, token: SecretStr | None, secret: SecretStr | None, mode: str
) -> HelpdeskAccount | None:
    if url is None or token is None:
        return None
    return HelpdeskAccount(system, url, token.get_secret_value(), secret.get_secret_value() if secret else "", mode)
