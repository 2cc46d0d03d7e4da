"""Settings of the mailbox with tickets, and of all addresses that are ours."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator

from bot.core.lazy_regex import lazy_regex
from bot.core.mail.server_url import to_server
from bot.core.mail.ticket_modes import parse_modes
from bot.settings.comma_list import check_items, comma_list

_ADDRESS = lazy_regex(r"[^@\s<>:]{1,64}@[^@\s<>:/]{1,253}")


class MailSettings(BaseModel):
    """Base class of Settings (bot/settings/__init__.py) with the mailbox's variables."""

    model_config = ConfigDict(defer_build=True)  # its validator would cost a start some ms, for nothing

    postbote_mail_imap_url: SecretStr | None = Field(
        default=None, description="mailbox with tickets: imaps://user:password@host[/folder], parts percent-encoded"
    )
    postbote_mail_smtp_url: SecretStr | None = Field(
        default=None, description="where replies are sent: smtps://user:password@host or smtp://… (port 587, STARTTLS)"
    )
    postbote_mail_address: str = Field(
        default="", description="address of that mailbox, from which replies come; its aliases after it, by commas"
    )
    postbote_mail_mode: str = Field(
        default="note", description="off, note (a draft for the agents) or public (a reply to the customer)"
    )
    postbote_mail_done: str = Field(
        default="", description="folder that mails are moved to once they were answered publicly; empty: they stay"
    )
    postbote_own_addresses: str = Field(
        default="", description="all other addresses of ours (helpdesks, bots): they are never answered; by commas"
    )

    def mail_addresses(self) -> list[str]:
        """Addresses of the mailbox, in lower case; replies come from the first."""
        return [a.lower() for a in comma_list(self.postbote_mail_address)]

    def own_addresses(self) -> frozenset[str]:
        """Own addresses, in lower case: nobody there is ever answered."""
        return frozenset([*self.mail_addresses(), *(a.lower() for a in comma_list(self.postbote_own_addresses))])

    @field_validator("postbote_mail_address", "postbote_own_addresses")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        says = "is no mail address; write support@example.org, several separated by commas"
        return check_items(value, _ADDRESS, says)

    @field_validator("postbote_mail_mode")
    @classmethod
    def _are_modes(cls, value: str) -> str:
        parse_modes(value)
        return value

    @field_validator("postbote_mail_imap_url", "postbote_mail_smtp_url")
    @classmethod
    def _is_mail_url(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Checked mail URL; an error says what is missing, and never the password."""
        schemes = ("imaps", "imap") if "imap" in str(info.field_name) else ("smtps", "smtp")
        if value:
            to_server(value.get_secret_value(), schemes)
        return value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        given = {
            "POSTBOTE_MAIL_IMAP_URL": self.postbote_mail_imap_url,
            "POSTBOTE_MAIL_SMTP_URL": self.postbote_mail_smtp_url,
        }
        if self.postbote_mail_imap_url and not (self.postbote_mail_smtp_url and self.mail_addresses()):
            missing = [name for name, value in given.items() if not value]
            missing += [] if self.mail_addresses() else ["POSTBOTE_MAIL_ADDRESS"]
            raise ValueError(f"POSTBOTE_MAIL_IMAP_URL needs {' and '.join(missing)}: set it, or unset the URL")
        return self
