"""General layer: what every mail hoster needs comes with Postbote, and names nobody (general_layer/README.md).

Its parts: concepts.yaml (the mail vocabulary), status-codes.yaml, not-covered/ (topics that FAQs do not cover) and
conditions/ (common errors with their lines). A hoster's base lies over it: of the same id, the hoster's wins; an entry
stands for the topics and conditions that it names in `instead_of`; the hoster's words are added to those of a concept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.content.problems import Problem
from bot.content.schema import (
    codes_model,
    concepts_model,
    condition_model,
    to_concepts,
    to_condition,
    to_status,
    to_topic,
    topic_model,
)
from bot.content.yaml_file import read
from bot.core.model import LANGUAGES, Concept, Entry, Language, Provider, StatusCode, Topic

T = TypeVar("T", Entry, Topic)


@dataclass(frozen=True, slots=True)
class GeneralLayer:
    """General layer as read; without arguments an empty one."""

    concepts: tuple[Concept, ...] = ()
    topics: Mapping[str, Topic] = field(default_factory=dict)
    conditions: Mapping[str, Entry] = field(default_factory=dict)
    status: tuple[StatusCode, ...] = ()


def read_general(
    folder: Path, provider: Provider, languages: Sequence[Language], problems: list[Problem]
) -> GeneralLayer:
    """Layer of a folder, for one provider and its languages; problems are added to `problems`.

    Its examples may name the provider as {provider}, its servers as {server} and {plain_server} (without encryption),
    and their first labels as {server_label} and {plain_server_label}; where there is none, such an example is left out.
    """
    names = _server_names(provider)
    topics = [
        t
        for f in _files(folder / "not-covered")
        for t in read(f, _in_both_languages(to_topic), topic_model(LANGUAGES), problems)
    ]
    conditions = [
        c
        for f in _files(folder / "conditions")
        for c in read(f, _in_both_languages(to_condition), condition_model(LANGUAGES), problems)
    ]
    concepts = list(
        read(folder / "concepts.yaml", _in_both_languages(to_concepts), concepts_model(LANGUAGES), problems)
    )
    status = list(read(folder / "status-codes.yaml", _in_both_languages(to_status), codes_model(LANGUAGES), problems))
    return GeneralLayer(
        tuple(concept for found in concepts for concept in found),
        {t.id: replace(_for_provider(t, names, languages), general=True) for t in topics},
        {c.id: _for_provider(c, names, languages) for c in conditions},
        tuple(code for found in status for code in found),
    )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _in_both_languages(convert: Callable[[Any, tuple[Language, ...]], Any]) -> Callable[[Any], Any]:
    """Converter of a file that states each text in German and English, as all of the layer do."""
    return lambda raw: convert(raw, LANGUAGES)


def _server_names(provider: Provider) -> Mapping[str, str]:
    """Placeholder of the layer's examples → host name or label; only those of which the provider names a server."""
    tls = [row.server for row in provider.connections if row.server and row.encryption != "none"]
    plain = [row.server for row in provider.connections if row.server and row.encryption == "none"]
    found = {"{provider}": provider.name}
    for name, hosts in (("server", tls), ("plain_server", plain)):
        if hosts:
            found |= {f"{{{name}}}": hosts[0], f"{{{name}_label}}": hosts[0].partition(".")[0]}
    return found


def _for_provider(item: T, names: Mapping[str, str], languages: Iterable[Language]) -> T:
    """Topic or condition in the base's languages, with the provider's servers for the placeholders."""
    asked = {code: _filled(item.questions.get(code, ()), names) for code in languages}
    changed = replace(item, questions=asked, lines=_filled(item.lines, names))
    if isinstance(changed, Entry):
        return replace(
            changed,
            variants=_filled(changed.variants, names),
            lookalikes=_filled(changed.lookalikes, names),
        )
    return changed


def _filled(examples: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Examples with host names for the placeholders, without those for which a name is missing."""
    return tuple(filter(None, (_fill(text, names) for text in examples)))


def _fill(text: str, names: Mapping[str, str]) -> str:
    """Example with host names for the placeholders; empty where one of them is not known."""
    for placeholder in ("{provider}", "{server}", "{plain_server}", "{server_label}", "{plain_server_label}"):
        if placeholder in text:
            if placeholder not in names:
                return ""
            text = text.replace(placeholder, names[placeholder])
    return text


def with_conditions(entry: Entry, layer: GeneralLayer) -> Entry:
    """Entry with all that stands in the conditions of its `instead_of`; of what both state, the entry's is kept."""
    for condition in (layer.conditions[name] for name in entry.instead_of if name in layer.conditions):
        known = {*entry.lines, *entry.variants, *entry.lookalikes}
        entry = replace(
            entry,
            questions={
                code: _without_repeats(asked, condition.questions.get(code, ()))
                for code, asked in entry.questions.items()
            },
            variants=_without_repeats(
                entry.variants, (v for v in (*condition.lines, *condition.variants) if v not in known)
            ),
            lookalikes=_without_repeats(entry.lookalikes, (v for v in condition.lookalikes if v not in known)),
            codes=_without_repeats(entry.codes, condition.codes),
            slots={**condition.slots, **entry.slots},
            check=entry.check or condition.check,
        )
    return entry


def _without_repeats(own: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    """Texts of both, in their order, each once."""
    return tuple(dict.fromkeys((*own, *more)))


def topics_of(layer: GeneralLayer, entries: Mapping[str, Entry], own: Mapping[str, Topic]) -> dict[str, Topic]:
    """Topics of both layers that no entry stands for, by id; conditions that none explains are topics as well."""
    taken = {*entries, *(name for entry in entries.values() for name in entry.instead_of)}
    explained = {text for e in entries.values() for text in (*e.lines, *e.variants, *e.lookalikes)}
    conditions = {
        name: Topic(
            name, c.title, c.questions, tuple(t for t in (*c.lines, *c.variants) if t not in explained), general=True
        )
        for name, c in layer.conditions.items()
    }
    general = {name: topic for name, topic in (conditions | dict(layer.topics)).items() if name not in taken}
    return dict(sorted((general | dict(own)).items()))


def with_own_words(layer: Sequence[Concept], own: Sequence[Concept]) -> tuple[Concept, ...]:
    """Concepts of both layers: the hoster's words are added to a concept that both have."""
    found = {concept.id: concept for concept in layer}
    for concept in own:
        if known := found.get(concept.id):
            languages = {*known.words, *concept.words}
            words = {
                code: _without_repeats(known.words.get(code, ()), concept.words.get(code, ()))
                for code in sorted(languages)
            }
            found[concept.id] = replace(known, words=words, any=_without_repeats(known.any, concept.any))
        else:
            found[concept.id] = concept
    return tuple(found.values())
