"""Schema of provider.yaml and base.yaml: the hoster's connections, figures and names, and how its base is read."""

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model, model_validator

from bot.content.brand import BrandModel, to_brand
from bot.content.strict_model import Strict, Text, by_language, texts
from bot.core.languages import Language
from bot.core.provider import MOST_PROMPTS, Connection, Provider, connection_key

Host = Annotated[
    str, Field(max_length=253, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")
]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Https = Annotated[str, Field(pattern=r"^https://[^\s()<>]+$")]
DIRECTION = {"smtp": "send", "pop3": "fetch", "imap": "fetch"}


class _Connection(Strict):
    purpose: Literal["send", "fetch"] = Field(
        description="what the connection is for: send (smtp) or fetch (pop3, imap)"
    )
    protocol: Literal["smtp", "pop3", "imap"] = Field(description="smtp, pop3 or imap")
    encryption: Literal["none", "starttls", "tls"] = Field(
        description="none, starttls (begins in the clear, as on port 587) or tls (from the first byte, called SSL)"
    )
    server: Host | None = Field(None, description="the server's host name in lower case, such as mail.example.org")
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, description="the port, a number from 1 to 65535; leave it out where the FAQ names none"
    )
    alias: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] | None = Field(
        None, description="first label of the customer's own host name that leads there, such as smtp"
    )
    key: Name | None = Field(
        None, description="name of the row in answers, {{ ports.KEY }}; only needed where two rows would have the same"
    )


class _Contact(Strict):
    email: Annotated[str, Field(pattern=r"^[^@\s<>()]+@[^@\s<>()]+$")] | None = Field(
        None, description="the support's mail address"
    )
    phone: Text | None = Field(None, description="the support's telephone number, as people read it")
    page: Https | None = Field(None, description="https address of the support's page")


class _Sources(Strict):
    ports: list[Id] = Field([], description="ids of the entries that say what /ports shows")
    login: list[Id] = Field([], description="ids of the entries that say what /login shows")
    ticket: list[Id] = Field([], description="ids of the entries that say what the table in a ticket's answer shows")


class _Provider(Strict):
    name: Text = Field(description="the hoster's name, as customers know it")
    login: Annotated[str, Field(pattern=r"^[^{}\s]*(\{(email|local|domain)\}[^{}\s]*)+$")] | None = Field(
        None,
        description='form of the user name, in quotes: "{email}" is the whole address, "{local}" the part before the @ '
        'and "{local}%{domain}" has % in place of it; leave it out where it does not follow from the address',
    )
    limits: dict[Name, str | int] = Field(
        {}, description="sizes, times and counts that answers name: {{ limits.NAME }}, {{ limits.NAME | hours }}"
    )
    contact: _Contact = Field(_Contact(), description="ways to a person: email, phone, page")
    links: dict[Name, Https] = Field(
        {}, description="https addresses that answers name: {{ links.NAME }}; faq is linked from every source"
    )
    brand: BrandModel = Field(
        BrandModel(), description="how the page looks: colour, colour_dark, logo; without: as Postbote comes"
    )
    sources: _Sources = Field(_Sources(), description="for ports, login and ticket: ids of the entries they come from")


def _agree(row: Any) -> Any:
    if row.purpose != DIRECTION[row.protocol]:
        raise ValueError(f"{row.protocol} is for {DIRECTION[row.protocol]}; correct purpose or protocol")
    if row.server is None and row.note is None:
        raise ValueError("a row needs a server, or a note that says what is known instead; add one of them")
    return row


def _have_own_keys(provider: Any) -> Any:
    keys = [_key(row) for row in provider.connections]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            raise ValueError(f"two rows of connections are called {key!r}; give one of them another `key`")
    return provider


@lru_cache
def provider_model(languages: tuple[Language, ...]) -> type[Strict]:
    """Model of provider.yaml for a base in these languages."""
    several = by_language(languages, Text)
    validators: Any = {"agree": model_validator(mode="after")(_agree)}
    note = Field(None, description="what is known instead of a server, shown in tables, in each language")
    row = create_model("Row", __base__=_Connection, __validators__=validators, note=(several | None, note))
    rows: Any = Field([], description="one row for each connection that customers may use; see the keys of a row")
    prompts = Field(
        None,
        description=f"up to {MOST_PROMPTS} questions in each language that people see first; without: of the entries",
    )
    settings_note = Field(None, description="a sentence under the table of all settings, in each language")
    own_keys: Any = {"own_keys": model_validator(mode="after")(_have_own_keys)}
    questions = Annotated[list[Text], Field(max_length=MOST_PROMPTS)]
    return create_model(
        "Provider",
        __base__=_Provider,
        __validators__=own_keys,
        connections=(list[row], rows),
        prompts=(by_language(languages, questions) | None, prompts),
        settings_note=(several | None, settings_note),
    )


def to_provider(raw: Any, languages: tuple[Language, ...]) -> Provider:
    """Provider's connections, figures and names of provider.yaml."""
    read: Any = provider_model(languages).model_validate(raw)
    return Provider(
        name=read.name,
        connections=tuple(_to_connection(row) for row in read.connections),
        login=read.login or "",
        limits=read.limits,
        contact=read.contact.model_dump(exclude_none=True),
        links=read.links,
        prompts=texts(read.prompts),
        sources={table: tuple(ids) for table, ids in read.sources.model_dump().items()},
        settings_note=texts(read.settings_note),
        brand=to_brand(read.brand),
    )


def _to_connection(row: Any) -> Connection:
    return Connection(
        _key(row),
        row.purpose,
        row.protocol,
        row.encryption,
        server=row.server or "",
        port=row.port,
        alias=row.alias or "",
        note=texts(row.note),
    )


def _key(row: Any) -> str:
    return str(row.key or connection_key(row.protocol, row.encryption))


class BaseSettings(Strict):
    """Settings of base.yaml, which may be missing: how this base is read."""

    languages: Annotated[list[str], Field(min_length=1)] | None = Field(
        None,
        description="languages in which everything is said, the first where none can be told; "
        "without: those of the titles",
    )
    general: Literal["yields", "beside", "none"] = Field(
        "yields",
        description="the layer of general topics: yields (to entries about the same), beside (all of it is learnt, "
        "because its examples were chosen beside these entries) or none",
    )
    figures: Literal["learnt", "fitted"] = Field(
        "learnt",
        description="the decision's figures: learnt (from this base's own examples) or fitted (to labelled messages "
        "about it, in bot/core/matching/calibration.py)",
    )
    sections: list[dict[str, str]] = Field(
        [],
        description="the FAQ's sections in its order, each with its name by language; an entry's `faq` is any of these "
        "names. One that is not named here keeps its name in every language and comes last",
    )
