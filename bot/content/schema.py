"""Schema of the knowledge base's files (knowledge/README.md), and their conversion to the core's types.

An unknown key is an error, and so is a missing language. Each converter takes what YAML gave, and the base's languages;
it raises pydantic.ValidationError. provider.yaml has a schema of its own (provider_schema.py).
"""

from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from bot.content.strict_model import Strict, Text, by_language, texts
from bot.core.model import Concept, Condition, Entry, Kind, Language, StatusCode, Topic

# docs.slack.dev/reference/block-kit/blocks: a header holds 150 characters, a section 3,000; room is left for marks.
LONGEST_TITLE = 120
FEWEST_QUESTIONS = 2  # a language and entry
ENOUGH_QUESTIONS = 12  # a language and entry; with fewer `postbote check` says what more would bring

Languages = tuple[Language, ...]
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
Questions = Annotated[list[Text], Field(min_length=FEWEST_QUESTIONS)]
Id = Annotated[str, Field(min_length=1)]


class _Variant(Strict):
    text: Text = Field(description="the line as the other server writes it")
    by: Text = Field(description="the server or program that writes it")


class _Lookalike(Strict):
    text: Text = Field(description="a line that looks like this entry's")
    because: Text = Field(description="why it means something else")


class _Slots(Strict):  # bot/core/matching/error_slots.py
    address: list[Literal["sender", "recipient", "client", "helo"]] = Field([])
    missing: list[Literal["mailbox", "domain", "host"]] = Field([])
    speaker: list[Literal["mail-server", "local-fault", "program"]] = Field([])
    reached: list[Literal["no", "yes"]] = Field([])
    end: list[Literal["temporary", "final"]] = Field([])
    reason: list[Literal["other", "proof", "reputation", "certificate", "full", "rate", "content", "greylisting"]] = (
        Field([])
    )


class _OfError(Strict):
    """Keys that tell an error: of an entry, and of a condition of the general layer."""

    lines: list[Text] = Field([], description="error lines, word by word")
    variants: list[_Variant] = Field([], description="the same condition in other servers' words: text, by")
    lookalikes: list[_Lookalike] = Field([], description="lines that mean something else: text, because")
    codes: list[Annotated[str, Field(pattern=r"^(\d{3}|\d\.\d{1,3}\.\d{1,3})$")]] = Field(
        [], description="reply codes or enhanced status codes, in quotes"
    )
    slots: _Slots = Field(_Slots(), description="what an error of this entry states; see knowledge/README.md")
    check: Condition | None = Field(None, description="what the DNS is asked about the name in the error")


class _Entry(_OfError):
    id: Text = Field(description="the file's name without .yaml")
    kind: Kind = Field(description="answer, or error for an entry that explains an error message")
    faq: Text = Field(description="the FAQ's section that it comes from, shown as its source")
    related: list[str] = Field([], description="ids of other entries that help as well")
    instead_of: list[Id] = Field(
        [], description="ids of general topics that this entry answers, and of the error condition that it explains"
    )


class _Titled(Strict):
    id: Text = Field(description="the file's name without .yaml")


class _Condition(_OfError, _Titled):
    """Condition of the general layer: what an entry that names it in `instead_of` gets."""


class _Topic(_Titled):
    lines: list[Text] = Field([], description="error lines of conditions that no entry explains")
    small_talk: bool = Field(False, description="true: sentences like these want no answer")
    told: bool = Field(False, description="true: sentences like these tell something; what asks is none of them")
    state: bool = Field(
        False,
        description="true: sentences like these ask what is set up at the asker's own; none asks what ought to be",
    )


class _Concept(Strict):
    id: Text = Field(description="the concept's id; one of the general layer's gets more words")
    group: Text | None = Field(
        None, description="its group, such as protocol, aspect or thing; outside: what the FAQ does not cover"
    )
    means: Text | None = Field(None, description="what it means, for people")
    any: list[Text] = Field([], description="words that mean it in every language")


class _StatusCode(Strict):
    code: Annotated[str, Field(pattern=r"^([2-5]yz|[2-5][0-5]\d|[245]\.x\.x|x\.\d{1,3}\.(x|\d{1,3}))$")] = Field(
        description='must be a reply code or an enhanced status code in quotes, such as "550" or "x.1.1"'
    )
    source: Annotated[str, Field(pattern=r"^(RFC \d+( [\d.]+)?(, )?)+$|^IANA registry$")] = Field(
        description='must be an RFC, such as "RFC 5321 4.2.3"'
    )


@lru_cache
def entry_model(languages: Languages, *, explains: bool = False) -> type[BaseModel]:
    """Model of <id>.yaml, with the examples of its other file, for a base in these languages.

    `explains`: True: a condition of the general layer brings examples, so that it needs none of its own.
    """
    asked = "how people ask, in each language of the base"
    questions = by_language(languages, list[Text] if explains else Questions)
    empty = None if explains else ...
    return create_model(
        "Entry",
        __base__=_Entry,
        title=(by_language(languages, Title), Field(description="the heading, in each language of the base")),
        answer=(
            by_language(languages, Text),
            Field(description="the answer in Markdown, in each language of the base"),
        ),
        questions=(questions | None if explains else questions, Field(empty, description=asked)),
    )


@lru_cache
def examples_model(languages: Languages) -> type[BaseModel]:
    """Model of examples/<id>.yaml."""
    of_language = by_language(languages, list[Text])
    asked = Field(None, description="how people ask, in each language of the base")
    return create_model(
        "Examples",
        __base__=Strict,
        questions=(of_language | None, asked),
        variants=(list[_Variant], []),
        lookalikes=(list[_Lookalike], []),
    )


@lru_cache
def topic_model(languages: Languages) -> type[BaseModel]:
    """Model of not-covered/<topic>.yaml."""
    return _titled(_Topic, languages)


@lru_cache
def condition_model(languages: Languages) -> type[BaseModel]:
    """Model of conditions/<id>.yaml of the general layer."""
    return _titled(_Condition, languages)


def _titled(base: type[BaseModel], languages: Languages) -> type[BaseModel]:
    asked = Field(description="how people ask, in each language of the base")
    return create_model(
        base.__name__,
        __base__=base,
        title=(by_language(languages, Title), Field(description="the heading, in each language of the base")),
        questions=(by_language(languages, list[Text]), asked),
    )


@lru_cache
def concepts_model(languages: Languages) -> type[BaseModel]:
    """Model of concepts.yaml."""
    words: Any = {language: (list[Text], []) for language in languages}
    concept = create_model("Concept", __base__=_Concept, **words)
    return create_model("Concepts", __base__=Strict, concepts=(list[concept], ...))


@lru_cache
def codes_model(languages: Languages) -> type[BaseModel]:
    """Model of status-codes.yaml."""
    words: Any = {language: (Text, Field(description="its meaning in this language")) for language in languages}
    row = create_model("StatusCode", __base__=_StatusCode, **words)
    return create_model("StatusCodes", __base__=Strict, codes=(list[row], ...))


def to_examples(raw: Any, languages: Languages) -> dict[str, Any]:
    """Examples of examples/<id>.yaml, as they would stand in the entry itself; empty ones left out."""
    read = examples_model(languages).model_validate(raw).model_dump()
    return {key: found for key, found in read.items() if (any((found or {}).values()) if key == "questions" else found)}


def to_entry(
    raw: Any, examples: Mapping[str, Any] | None, languages: Languages, conditions: Container[str] = ()
) -> Entry:
    """Entry of <id>.yaml, its texts without blanks at both ends.

    `examples`: those of its other file, which come after its own; None: it has none. `conditions`: ids of those of the
    general layer, of which one that it stands for brings examples.
    """
    named = raw.get("instead_of") if isinstance(raw, dict) else None
    explains = isinstance(named, list) and any(isinstance(name, str) and name in conditions for name in named)
    read: Any = entry_model(languages, explains=explains).model_validate(_joined(raw, examples or {}))
    return Entry(
        id=read.id,
        kind=read.kind,
        faq=read.faq,
        title=texts(read.title),
        answer=texts(read.answer),
        questions=dict.fromkeys(languages, ()) | texts(read.questions),
        related=tuple(read.related),
        instead_of=tuple(read.instead_of),
        **_of_error(read),
    )


def _of_error(read: Any) -> dict[str, Any]:
    return {
        "lines": tuple(read.lines),
        "variants": tuple(v.text for v in read.variants),
        "lookalikes": tuple(v.text for v in read.lookalikes),
        "codes": tuple(read.codes),
        "slots": {slot: tuple(values) for slot, values in read.slots.model_dump().items() if values},
        "check": read.check,
    }


def _joined(own: Any, more: Any) -> Any:
    """Lists that both have, one after the other; keys of either. Of what does not fit, `own`, which is refused then."""
    if isinstance(own, dict) and isinstance(more, Mapping):
        return own | {key: _joined(own[key], found) if key in own else found for key, found in more.items()}
    return [*own, *more] if isinstance(own, list) and isinstance(more, list) else own


def to_topic(raw: Any, languages: Languages) -> Topic:
    """Topic of not-covered/<topic>.yaml."""
    read: Any = topic_model(languages).model_validate(raw)
    return Topic(
        read.id, texts(read.title), texts(read.questions), tuple(read.lines), read.small_talk, read.told, read.state
    )


def to_condition(raw: Any, languages: Languages) -> Entry:
    """Condition of the general layer's conditions/<id>.yaml: an entry of kind error that answers nothing yet."""
    read: Any = condition_model(languages).model_validate(raw)
    return Entry(read.id, "error", "", texts(read.title), {}, texts(read.questions), **_of_error(read))


def to_concepts(raw: Any, languages: Languages) -> list[Concept]:
    """Concepts of concepts.yaml, in the file's order."""
    read: Any = concepts_model(languages).model_validate(raw)
    return [
        Concept(c.id, c.group or "", c.means or "", {code: tuple(getattr(c, code)) for code in languages}, tuple(c.any))
        for c in read.concepts
    ]


def to_status(raw: Any, languages: Languages) -> list[StatusCode]:
    """Status codes of status-codes.yaml, in the file's order."""
    read: Any = codes_model(languages).model_validate(raw)
    return [StatusCode(c.code, c.source, {code: getattr(c, code).strip() for code in languages}) for c in read.codes]
