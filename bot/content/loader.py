"""Knowledge base loader: a folder of YAML files, over the general layer → Knowledge, or every problem with its place.

The format is described in knowledge/README.md. Loading is strict: an unknown key, a missing language, a duplicate or
an unknown reference stops the start, because a knowledge base that is half read gives wrong answers.
"""

from collections.abc import Container, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.content.brand import read_logo
from bot.content.consistency import (
    Items,
    concept_problems,
    duplicate_examples,
    examples_without_entry,
    status_code_problems,
    unknown_references,
    unknown_topics,
)
from bot.content.entry_files import entry_files, languages_of
from bot.content.folders import GENERAL
from bot.content.general import GeneralLayer, read_general, topics_of, with_conditions, with_own_words
from bot.content.problems import KnowledgeError, Problem
from bot.content.provider_schema import BaseSettings, provider_model, to_provider
from bot.content.schema import (
    codes_model,
    concepts_model,
    entry_model,
    examples_model,
    to_concepts,
    to_entry,
    to_examples,
    to_status,
    to_topic,
    topic_model,
)
from bot.content.yaml_file import read
from bot.content.yaml_lines import EXAMPLES, line_of
from bot.core.languages import KNOWN
from bot.core.model import LANGUAGES, Concept, Entry, Knowledge, Language, Provider, StatusCode, Topic

LONGEST_ANSWER = 2_000  # characters; a Slack section holds 3,000 (docs.slack.dev/reference/block-kit/blocks)


def load(folder: Path, general: Path = GENERAL) -> Knowledge:
    """Knowledge base of a folder over the general layer, read and validated as a whole.

    Raises KnowledgeError with every problem found.
    """
    _require_base(folder)
    problems: list[Problem] = []
    settings = _base_settings(folder, problems)
    files = entry_files(folder)
    languages = tuple(settings.languages or languages_of(files))
    reader = _Reader(folder, languages, problems)
    providers = reader.provider()
    layer = GeneralLayer()
    if settings.general != "none" and providers:
        layer = read_general(general, providers[0], languages, problems)
    own = {e.id: e for f in files for e in reader.entry(f, layer.conditions)}
    entries = {name: with_conditions(entry, layer) for name, entry in own.items()}
    topics = {t.id: t for f in sorted((folder / "not-covered").glob("*.yaml")) for t in reader.topic(f)}
    words, status = reader.concepts(), reader.status()
    ids = {f.stem for f in files}
    problems += concept_problems(folder / "concepts.yaml", words, layer)
    problems += status_code_problems(folder / "status-codes.yaml", (*layer.status, *status), status)
    problems += unknown_references(folder, entries, ids) + examples_without_entry(folder, ids)
    problems += unknown_topics(folder, own, layer) if providers else []
    own_items: list[tuple[Path, Items]] = [(folder, own), (folder / "not-covered", topics)]
    beside = _general_items(general, layer) if settings.general == "beside" else []
    problems += duplicate_examples([*own_items, *beside])
    if not files:
        problems.append(Problem(str(folder), 1, "no entry found; an entry is one file <id>.yaml"))
    if problems:
        raise KnowledgeError(problems)
    return Knowledge(
        entries=dict(sorted(entries.items())),
        topics=topics_of(layer, entries, topics),
        concepts=with_own_words(layer.concepts, words),
        provider=providers[0],
        status={row.code: row for row in (*layer.status, *status)},
        languages=languages,
        yields=settings.general == "yields",
        figures=settings.figures,
        sections=tuple(settings.sections),
    )


def _require_base(folder: Path) -> None:
    """Raises KnowledgeError where there is no folder, or nothing of a base in it."""
    if not folder.is_dir():
        cure = "no such folder; POSTBOTE_KNOWLEDGE must name the knowledge base"
    elif not any(folder.glob("*.yaml")):
        cure = "no knowledge base is in here; POSTBOTE_KNOWLEDGE must name one, and `postbote init` makes a new one"
    else:
        return
    raise KnowledgeError([Problem(str(folder), 1, cure)])


def _general_items(general: Path, layer: GeneralLayer) -> list[tuple[Path, Items]]:
    """Items of the general layer whose examples may stand nowhere else; without lines, which entries repeat."""
    explained = {name: replace(condition, lines=()) for name, condition in layer.conditions.items()}
    return [(general / "conditions", explained), (general / "not-covered", layer.topics)]


def read_provider(folder: Path) -> tuple[Provider, tuple[Language, ...], BaseSettings]:
    """Provider, languages and settings of a base whose entries may not be right yet. Raises KnowledgeError."""
    problems: list[Problem] = []
    if not (folder / "provider.yaml").exists():
        cure = f"make one with `postbote init {folder}`"
        raise KnowledgeError([Problem(str(folder), 1, f"no knowledge base: provider.yaml is missing; {cure}")])
    settings = _base_settings(folder, problems)
    languages = tuple(settings.languages or languages_of(entry_files(folder)))
    found = _Reader(folder, languages, problems).provider()
    if problems:
        raise KnowledgeError(problems)
    return found[0], languages, settings


class _Reader:
    """Reader of a base's files in its languages; what is wrong in them is added to `problems`."""

    def __init__(self, folder: Path, languages: tuple[Language, ...], problems: list[Problem]) -> None:
        self._folder, self._languages, self._problems = folder, languages, problems

    def provider(self) -> list[Provider]:
        """Provider; empty if its file is wrong."""
        of = self._languages
        file = self._folder / "provider.yaml"

        def with_logo(raw: Any) -> Provider:
            provider = to_provider(raw, of)
            logo, kind = read_logo(file, raw, self._problems)
            return replace(provider, brand=replace(provider.brand, logo=logo, logo_type=kind))

        return list(read(file, with_logo, provider_model(of), self._problems))

    def entry(self, file: Path, conditions: Container[str]) -> Iterator[Entry]:
        """Entry with its examples; nothing if either file is wrong. `conditions`: ids of those of the general layer."""
        of, other = self._languages, file.parent / EXAMPLES / file.name
        found = read(other, lambda raw: to_examples(raw, of), examples_model(of), self._problems)
        for examples in found if other.exists() else ({},):
            convert = partial(to_entry, examples=examples, languages=of, conditions=conditions)
            yield from read(file, convert, entry_model(of), self._problems)

    def topic(self, file: Path) -> Iterator[Topic]:
        """Topic that the FAQ does not cover; nothing if its file is wrong."""
        of = self._languages
        return read(file, lambda raw: to_topic(raw, of), topic_model(of), self._problems)

    def concepts(self) -> list[Concept]:
        """Hoster's own words; empty where there is no file."""
        of, file = self._languages, self._folder / "concepts.yaml"
        found = read(file, lambda raw: to_concepts(raw, of), concepts_model(of), self._problems)
        return [concept for concepts in found for concept in concepts] if file.exists() else []

    def status(self) -> list[StatusCode]:
        """Hoster's own wording of codes; empty where there is no file."""
        of, file = self._languages, self._folder / "status-codes.yaml"
        found = read(file, lambda raw: to_status(raw, of), codes_model(of), self._problems)
        return [code for codes in found for code in codes] if file.exists() else []


def _base_settings(folder: Path, problems: list[Problem]) -> BaseSettings:
    file = folder / "base.yaml"
    if not file.exists():
        return BaseSettings()
    found = list(read(file, BaseSettings.model_validate, BaseSettings, problems))
    unknown = [code for code in (found[0].languages or () if found else ()) if code not in KNOWN]
    problems += [
        Problem(
            str(file), line_of(file, ["languages"]), f"languages: {code!r} is unknown; known are {', '.join(KNOWN)}"
        )
        for code in unknown
    ]
    return found[0] if found and not unknown else BaseSettings(languages=list(LANGUAGES))
