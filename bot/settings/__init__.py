"""Settings: the environment and `.env`, read once and checked. deploy/README.md lists all variables.

Those of Slack, of the helpdesks and of the mailbox have a module each; here are the others, and the whole.
"""

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from platformdirs import user_data_path
from pydantic import ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo

from bot.core.lazy_regex import lazy_regex
from bot.core.mail.ticket_modes import parse_modes
from bot.core.model import Mode
from bot.core.text.idna_names import to_ascii
from bot.settings.comma_list import check_items, comma_list
from bot.settings.environment import environment
from bot.settings.helpdesk import HelpdeskSettings
from bot.settings.mail import MailSettings
from bot.settings.slack import SlackSettings

PACKAGED = Path(__file__).parent.parent / "_packaged"  # in a wheel; a checkout has the folders beside bot/
# https, a host name in lower case, perhaps a port; without TLS only this machine's own pages, to try it
_ORIGIN = lazy_regex(
    r"(?:https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|http://(?:localhost|127\.0\.0\.1))(?::\d{1,5})?"
)
CHECKOUT = Path(__file__).parent.parent.parent


def _content(folder: str) -> Path:
    packaged = PACKAGED / folder
    return packaged if packaged.is_dir() else CHECKOUT / folder


class Settings(MailSettings, HelpdeskSettings, SlackSettings):  # their variables are listed from right to left
    """Settings, one field for each variable; `postbote run --help` prints the descriptions."""

    model_config = ConfigDict(defer_build=False, validate_default=True)

    def __init__(self, **given: Any) -> None:
        """Settings of the environment and of `.env`. `given`: by name, instead of those.

        Raises ValidationError; OSError or UnicodeError where `.env` cannot be read.
        """
        super().__init__(**environment(type(self).model_fields) | given)

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

    @model_validator(mode="before")
    @classmethod
    def _are_plain(cls, values: Any) -> Any:
        """Values without blanks around them, which editors and files of secrets leave there; blank is unset.

        Bytes that are no UTF-8 and control characters are refused here once, for all; a list may have line breaks.
        """
        found = {name: value.strip() if isinstance(value, str) else value for name, value in dict(values).items()}
        for name, value in found.items():
            if isinstance(value, str) and any(
                0xD800 <= ord(c) < 0xE000 or (ord(c) < 32 and c not in "\t\r\n") for c in value
            ):
                raise ValueError(
                    f"{name.upper()}: it has a control character, or bytes that are no UTF-8; type it anew"
                )
        return {name: value for name, value in found.items() if value != ""}

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
        return [to_ascii(zone.strip(".")) for zone in comma_list(self.postbote_internal_zones)]

    def page_embed(self) -> list[str]:
        """Origins whose pages may show the chat page in a frame."""
        return comma_list(self.postbote_page_embed)

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
        says = "is no origin; write https://www.hoster.example, without a path or *, several separated by commas"
        return check_items(value, _ORIGIN, says)

    @field_validator("postbote_internal_zones")
    @classmethod
    def _are_zones(cls, value: str) -> str:
        for zone in comma_list(value):
            try:
                to_ascii(zone.strip("."))
            except (UnicodeError, ValueError):
                raise ValueError(f"{zone!r} is no zone; write names like intern.example.com, with commas") from None
        return value


def _check_name(value: str) -> str:
    """Checked name of a folder or host, before it is used and shown. Raises ValueError for a URL and for two lines."""
    if re.search(r":/|[\t\r\n]", value):
        raise ValueError("it is a URL, or more than one line; write the name alone, or unset it")
    return value


def _is_database(url: SplitResult) -> bool:
    """True for a URL of PostgreSQL (RFC 3986); without a host, libpq's own variables or `?host=` name the server."""
    return url.scheme == "postgresql" and url.netloc.count("@") < 2 and (url.port or 1) > 0


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
