"""Provider: the hoster's connections, figures and names, as knowledge/provider.yaml states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.core.languages import Language

MOST_PROMPTS = 4  # docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts


@dataclass(frozen=True, slots=True)
class Connection:
    """Connection of a mail program: one row of knowledge/provider.yaml."""

    key: str  # name in answers, unique: "smtps" as in {{ ports.smtps }}; see `connection_key`
    purpose: Literal["send", "fetch"]
    protocol: Literal["smtp", "pop3", "imap"]
    encryption: Literal["none", "starttls", "tls"]  # tls: from the first byte, which people call SSL
    server: str = ""  # host name; empty: the FAQ names none
    port: int | None = None  # None: the FAQ names none
    alias: str = ""  # first label of the customer's own host name that leads there, "smtp"; empty: none
    note: Mapping[Language, str] = field(default_factory=dict)  # said in place of a server; empty: nothing

    @property
    def name(self) -> str:
        """Protocol as mail programs write it: SMTP, SMTPS, POP3 …"""
        return f"{self.protocol.upper()}{'S' if self.encryption == 'tls' else ''}"


def connection_key(protocol: str, encryption: str) -> str:
    """Key of a connection without one of its own: smtp, smtp_starttls, smtps."""
    return protocol + {"none": "", "starttls": "_starttls", "tls": "s"}[encryption]


@dataclass(frozen=True, slots=True)
class Brand:
    """Brand: how the hoster's pages look. Empty values leave the page's own look."""

    colour: str = ""  # of links and buttons on a light page, "#1f5fbf"
    colour_dark: str = ""  # the same on a dark page; never empty beside `colour`
    logo: str = ""  # picture, base64
    logo_type: str = ""  # its media type: image/svg+xml or image/png; empty: there is no logo


@dataclass(frozen=True, slots=True)
class Provider:
    """Provider: the hoster's figures and names, from knowledge/provider.yaml."""

    name: str
    connections: tuple[Connection, ...] = ()  # in the order in which tables show them
    login: str = ""  # form of the user name: "{email}", "{local}%{domain}"; empty: the FAQ names none
    limits: Mapping[str, str | int] = field(default_factory=dict)  # sizes, times and counts that answers name
    contact: Mapping[str, str] = field(default_factory=dict)  # ways to a person: "email", "phone", "page"
    links: Mapping[str, str] = field(default_factory=dict)  # https addresses by name; "faq" is linked from each source
    prompts: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)  # questions to begin with; may be empty
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # table → ids of the entries that say it
    settings_note: Mapping[Language, str] = field(default_factory=dict)  # sentence under the table of all settings
    brand: Brand = Brand()

    @property
    def servers(self) -> Mapping[str, str]:
        """Host names by connection key."""
        return {row.key: row.server for row in self.connections if row.server}

    @property
    def ports(self) -> Mapping[str, int]:
        """Ports by connection key."""
        return {row.key: row.port for row in self.connections if row.port is not None}

    @property
    def aliases(self) -> Mapping[str, str]:
        """First labels of the customer's own host names, by connection key."""
        return {row.key: row.alias for row in self.connections if row.alias}

    @property
    def figures(self) -> frozenset[str]:
        """Names of the variables that entries and templates may say: "ports.imaps", "limits.message_size"."""
        groups = ("servers", "aliases", "ports", "limits", "links")
        return frozenset(f"{group}.{key}" for group in groups for key in getattr(self, group))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names, each once."""
        return tuple(dict.fromkeys(self.servers.values()))
