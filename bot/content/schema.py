"""Schema of the knowledge base's files (knowledge/README.md), and their conversion to the core's types.

An unknown key is an error. Each converter takes what YAML gave and raises pydantic.ValidationError.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.core.model import Concept, Condition, Entry, Kind, Language, Provider, StatusCode, Topic

# docs.slack.dev/reference/block-kit/blocks: a header holds 150 characters, a section 3,000; room is left for marks.
LONGEST_TITLE = 120
FEWEST_QUESTIONS = 12  # a language and entry

Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Titles(_Strict):
    de: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    en: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]


class _Answers(_Strict):
    de: Text
    en: Text


class _Questions(_Strict):
    de: Annotated[list[Text], Field(min_length=FEWEST_QUESTIONS)]
    en: Annotated[list[Text], Field(min_length=FEWEST_QUESTIONS)]


class _Examples(_Strict):
    de: list[Text]
    en: list[Text]


class _Variant(_Strict):
    text: Text
    by: Text


class _Lookalike(_Strict):
    text: Text
    because: Text


class _Slots(_Strict):  # bot/core/matching/slots.py
    address: list[Literal["sender", "recipient", "client", "helo"]] = []
    missing: list[Literal["mailbox", "domain", "host"]] = []
    speaker: list[Literal["mail-server", "local-fault", "program"]] = []
    reached: list[Literal["no", "yes"]] = []
    end: list[Literal["temporary", "final"]] = []


class _Entry(_Strict):
    id: Text
    kind: Kind
    faq: Text
    title: _Titles
    answer: _Answers
    related: list[str] = []
    questions: _Questions
    lines: list[Text] = []
    variants: list[_Variant] = []
    lookalikes: list[_Lookalike] = []
    codes: list[Annotated[str, Field(pattern=r"^(\d{3}|\d\.\d{1,3}\.\d{1,3})$")]] = []
    slots: _Slots = _Slots()
    check: Condition | None = None


class _OwnFile(_Strict):
    """Examples of an entry in a file of their own."""

    questions: _Examples = _Examples(de=[], en=[])
    variants: list[_Variant] = []
    lookalikes: list[_Lookalike] = []


class _Topic(_Strict):
    id: Text
    title: _Titles
    questions: _Examples
    lines: list[Text] = []
    small_talk: bool = False


class _Concept(_Strict):
    id: Text
    group: Text
    means: Text
    de: list[Text] = []
    en: list[Text] = []
    any: list[Text] = []


class _Concepts(_Strict):
    concepts: list[_Concept]


class _StatusCode(_Strict):
    code: Annotated[str, Field(pattern=r"^([2-5]yz|[2-5][0-5]\d|[245]\.x\.x|x\.\d{1,3}\.(x|\d{1,3}))$")]
    source: Annotated[str, Field(pattern=r"^(RFC \d+( [\d.]+)?(, )?)+$|^IANA registry$")]
    de: Text
    en: Text


class _StatusCodes(_Strict):
    codes: list[_StatusCode]


class _Provider(_Strict):
    name: Text
    servers: dict[str, str]
    aliases: dict[str, str]
    ports: dict[str, Annotated[int, Field(ge=1, le=65535)]]
    limits: dict[str, str | int]
    login_separator: Annotated[str, Field(min_length=1, max_length=1)]


def _both(texts: _Titles | _Answers) -> dict[Language, str]:
    return {"de": texts.de.strip(), "en": texts.en.strip()}


def to_examples(raw: Any) -> dict[str, Any]:
    """Examples of knowledge/examples/<id>.yaml, as they would stand in the entry itself; empty ones left out."""
    read = _OwnFile.model_validate(raw).model_dump()
    return {key: found for key, found in read.items() if (any(found.values()) if key == "questions" else found)}


def to_entry(raw: Any, examples: Mapping[str, Any] | None = None) -> Entry:
    """Entry of knowledge/<id>.yaml, its texts without blanks at both ends.

    `examples`: those of its other file, which come after its own; None: it has none.
    """
    read = _Entry.model_validate(_joined(raw, examples or {}))
    return Entry(
        id=read.id,
        kind=read.kind,
        faq=read.faq,
        title=_both(read.title),
        answer=_both(read.answer),
        questions={"de": tuple(read.questions.de), "en": tuple(read.questions.en)},
        related=tuple(read.related),
        lines=tuple(read.lines),
        variants=tuple(v.text for v in read.variants),
        lookalikes=tuple(v.text for v in read.lookalikes),
        codes=tuple(read.codes),
        slots={slot: tuple(values) for slot, values in read.slots.model_dump().items() if values},
        check=read.check,
    )


def _joined(own: Any, more: Any) -> Any:
    """Lists that both have, one after the other; keys of either. Of what does not fit, `own`, which is refused then."""
    if isinstance(own, dict) and isinstance(more, Mapping):
        return own | {key: _joined(own[key], found) if key in own else found for key, found in more.items()}
    return [*own, *more] if isinstance(own, list) and isinstance(more, list) else own


def to_topic(raw: Any) -> Topic:
    """Topic of knowledge/not-covered/<topic>.yaml."""
    read = _Topic.model_validate(raw)
    questions: dict[Language, tuple[str, ...]] = {"de": tuple(read.questions.de), "en": tuple(read.questions.en)}
    return Topic(read.id, _both(read.title), questions, tuple(read.lines), read.small_talk)


def to_concepts(raw: Any) -> list[Concept]:
    """Concepts of knowledge/concepts.yaml, in the file's order."""
    read = _Concepts.model_validate(raw)
    return [
        Concept(c.id, c.group, c.means, {"de": tuple(c.de), "en": tuple(c.en)}, tuple(c.any)) for c in read.concepts
    ]


def to_status(raw: Any) -> list[StatusCode]:
    """Status codes of knowledge/status-codes.yaml, in the file's order."""
    read = _StatusCodes.model_validate(raw)
    return [StatusCode(c.code, c.source, {"de": c.de.strip(), "en": c.en.strip()}) for c in read.codes]


def to_provider(raw: Any) -> Provider:
    """Provider's figures and names of knowledge/provider.yaml."""
    return Provider(**_Provider.model_validate(raw).model_dump())
