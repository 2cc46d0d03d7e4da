"""Settings: the environment and `.env`, read once and checked. deploy/README.md lists all variables."""

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import SplitResult, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import SettingsConfigDict

from bot.core.lazy_regex import lazy_regex
from bot.core.mail.server_url import to_server
from bot.core.mail.ticket_modes import parse_modes
from bot.core.model import Mode
from bot.core.text.addresses import to_ascii
from bot.settings.helpdesk import HelpdeskSettings, is_token

PACKAGED = Path(__file__).parent.parent / "_packaged"  # in a wheel; a checkout has the folders beside bot/
# https, a host name in lower case, perhaps a port; without TLS only this machine's own pages, to try it
_ORIGIN = lazy_regex(
    r"(?:https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|http://(?:localhost|127\.0\.0\.1))(?::\d{1,5})?"
)
CHECKOUT = Path(__file__).parent.parent.parent


def _content(folder: str) -> Path:
    packaged = PACKAGED / folder
    return packaged if packaged.is_dir() else CHECKOUT / folder


class Settings(HelpdeskSettings):
    """Settings, one field for each variable; `postbote run --help` prints the descriptions."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

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
    postbote_database_url: SecretStr = Field(
        default=SecretStr(""),
        description="postgresql://… for many processes; empty: a SQLite file in POSTBOTE_DATA_DIR",
    )
    postbote_data_dir: Path = Field(
        default_factory=lambda: user_data_path("postbote"),
        description="folder for the SQLite files and for what was learnt",
        json_schema_extra={"default": "the user's data folder"},
    )
    postbote_host: str = Field(default="127.0.0.1", description="address that the web server listens on")
    postbote_port: int = Field(
        default=3000, ge=0, le=65535, description="port that the web server listens on; 0: any free one"
    )
    postbote_knowledge: Path = Field(
        default_factory=lambda: _content("knowledge"),
        description="folder of the knowledge base",
        json_schema_extra={"default": "the packaged one"},
    )
    postbote_templates: Path = Field(
        default_factory=lambda: _content("templates"),
        description="folder of the templates",
        json_schema_extra={"default": "the packaged one"},
    )
    postbote_nameservers: str = Field(
        default="", description="comma-separated ip[:port] for /mx and /check; empty: the system's"
    )
    postbote_internal_zones: str = Field(
        default="", description="comma-separated zones of the hoster's own network, of which /mx and /check never ask"
    )
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
    postbote_admin_token: SecretStr | None = Field(
        default=None,
        description="opens /dashboard, and /metrics as a bearer token; without it both answer on this machine only",
    )
    postbote_public_url: str = Field(
        default="",
        description="address under which people reach this web server, https://postbote.hoster.example: Slack's Home"
        " then links editors to the dashboard; empty: no link",
    )
    postbote_page: Literal["on", "off"] = Field(
        default="on", description="the chat page at /, where anybody who reaches it may ask: on or off"
    )
    postbote_page_embed: str = Field(
        default="",
        description="origins whose pages may show the page in an iframe, comma-separated: https://www.hoster.example;"
        " empty: nobody's",
    )
    postbote_contact: str = Field(
        default="",
        max_length=200,
        description="how people reach a person, shown on the page: a phone number, an address, https://…",
    )
    postbote_log_format: Literal["logfmt", "json"] = Field(
        default="logfmt", description="one line an event on standard error: logfmt for people, json for machines"
    )
    postbote_keep_days: float = Field(
        default=90.0,
        gt=0,
        le=3650,
        description="days that questions (without addresses), decisions and feedback are kept",
    )

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
    postbote_tickets_per_hour: int = Field(
        default=60, ge=0, description="most public replies to tickets in an hour; beyond it, notes for an hour"
    )
    postbote_tickets_per_domain: int = Field(
        default=20, ge=0, description="most public replies in an hour to senders of one domain; beyond it, notes"
    )

    @property
    def database_url(self) -> str:
        """postgresql://…, with its password; empty for SQLite."""
        return self.postbote_database_url.get_secret_value()

    def ticket_mode(self, channel: str, queue: str) -> Mode:
        """Mode of a queue of a ticket channel: off, note or public."""
        return parse_modes(str(getattr(self, f"postbote_{channel}_mode"))).of(queue)

    def mail_addresses(self) -> list[str]:
        """Addresses of the mailbox, in lower case; replies come from the first."""
        return [a.lower() for a in _ids(self.postbote_mail_address)]

    def own_addresses(self) -> frozenset[str]:
        """Own addresses, in lower case: nobody there is ever answered."""
        return frozenset([*self.mail_addresses(), *(a.lower() for a in _ids(self.postbote_own_addresses))])

    def slack_helpers(self) -> tuple[str, str]:
        """Helpers for requests: (marks that call them in Slack, id of the channel for requests); each may be empty."""
        ids = _ids(self.postbote_slack_helpers)
        marks = [f"<!subteam^{i}>" if i.startswith("S") else f"<@{i}>" for i in ids if not i.startswith(("C", "G"))]
        return " ".join(marks), next((i for i in ids if i.startswith(("C", "G"))), "")

    def slack_editors(self) -> list[str]:
        """User ids of the people who may set modes and see gaps and decisions."""
        return _ids(self.postbote_slack_editors)

    @field_validator("slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_client_secret")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        return is_token(value)

    @field_validator("postbote_data_dir", "postbote_knowledge", "postbote_templates")
    @classmethod
    def _is_path(cls, value: Path) -> Path:
        _check_name(str(value))
        try:
            value.exists()
        except OSError as wrong:  # longer than a path may be
            raise ValueError(f"{str(value)!r} is no path ({wrong.strerror}); write the folder's name") from None
        return value

    @field_validator("postbote_host", "postbote_nameservers")
    @classmethod
    def _is_name(cls, value: str) -> str:
        return _check_name(value)

    @field_validator("slack_api_url")
    @classmethod
    def _is_api_url(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/@?#]+(?:/[^\s@?#]*)?", value):
            raise ValueError(f"{value!r} is no web address; write https://slack.com/api/, or unset it")
        return value

    @field_validator("postbote_database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr) -> SecretStr:
        """Checked database URL; checked here, because the libraries' own messages would show the password."""
        try:
            wrong = bool(value.get_secret_value()) and not _is_database(urlsplit(value.get_secret_value()))
        except ValueError:  # of urlsplit: a port that is no number
            wrong = True
        if wrong:
            raise ValueError(
                "it must be postgresql://user:password@host:port/database, "
                "with special characters of the password written as %XX (/ is %2F, @ is %40)"
            )
        return value

    def internal_zones(self) -> list[str]:
        """Internal zones, in A-labels."""
        return [to_ascii(zone.strip(".")) for zone in _ids(self.postbote_internal_zones)]

    def page_embed(self) -> list[str]:
        """Origins whose pages may show the chat page in a frame."""
        return _ids(self.postbote_page_embed)

    def editor_url(self) -> str:
        """Address of the editors' page for a link from elsewhere; empty where nobody elsewhere could open it."""
        opens = self.postbote_admin_token or self.postbote_public_url.startswith("http://")  # on this machine
        return f"{self.postbote_public_url}/dashboard/gaps" if self.postbote_public_url and opens else ""

    @field_validator("postbote_public_url")
    @classmethod
    def _is_public_url(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if value and not _ORIGIN.fullmatch(value):
            raise ValueError(f"{value!r} is no public address; write https://postbote.hoster.example, without a path")
        return value

    @field_validator("postbote_page_embed")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for origin in _ids(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin; write https://www.hoster.example, without a path or *, "
                    "several separated by commas"
                )
        return value

    @field_validator("postbote_internal_zones")
    @classmethod
    def _are_zones(cls, value: str) -> str:
        for zone in _ids(value):
            try:
                to_ascii(zone.strip("."))
            except (UnicodeError, ValueError):
                raise ValueError(f"{zone!r} is no zone; write names like intern.example.com, with commas") from None
        return value

    @field_validator("postbote_slack_helpers", "postbote_slack_editors")
    @classmethod
    def _are_slack_ids(cls, value: str) -> str:
        wrong = [i for i in _ids(value) if not re.fullmatch(r"[SUWCG][A-Z0-9]{2,20}", i)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no Slack id; write ids such as U0123ABCD, separated by commas")
        return value

    @field_validator("postbote_slack_digest")
    @classmethod
    def _is_slack_channel(cls, value: str) -> str:
        if value and not re.fullmatch(r"[CG][A-Z0-9]{2,20}", value.strip()):
            raise ValueError(
                f"{value!r} is no channel's id; write one id such as C0123ABCD (channel details, at the end)"
            )
        return value.strip()

    @field_validator("postbote_mail_address", "postbote_own_addresses")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        wrong = [a for a in _ids(value) if not re.fullmatch(r"[^@\s<>:]{1,64}@[^@\s<>:/]{1,253}", a)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no mail address; write support@example.org, several separated by commas")
        return value

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


def _check_name(value: str) -> str:
    """Checked name of a folder or host, before it is used and shown. Raises ValueError for a URL and for two lines."""
    if re.search(r":/|[\t\r\n]", value):
        raise ValueError("it is a URL, or more than one line; write the name alone, or unset it")
    return value


def _is_database(url: SplitResult) -> bool:
    """RFC 3986; without a host, libpq's own variables or `?host=` name the server."""
    return url.scheme == "postgresql" and url.netloc.count("@") < 2 and (url.port or 1) > 0


def _ids(value: str) -> list[str]:
    return [i for i in re.split(r"[,\s]+", value) if i]


def variables() -> list[tuple[str, str, str]]:
    """Variables as (name, default, meaning): for `postbote run --help` and the table in deploy/README.md.

    The default is empty where there is none.
    """
    return [(name.upper(), _default(field), field.description or "") for name, field in Settings.model_fields.items()]


def _default(field: FieldInfo) -> str:
    told = field.json_schema_extra
    if isinstance(told, dict) and "default" in told:
        return str(told["default"])
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
