"""Import of an FAQ: a .md, .html or .csv file → draft entries in a base, all of them or none."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.content.consistency import compared
from bot.content.drafts import Base, Draft, make_drafts
from bot.content.entry_files import entry_files
from bot.content.faq_file import Faq, FaqItem, read_faq
from bot.content.folders import GENERAL
from bot.content.general import GeneralLayer, read_general
from bot.content.language_pairing import FaqFile, language_in_name, pair, pair_by_key, sections
from bot.content.loader import load, read_provider
from bot.content.new_files import write_new_files
from bot.content.problems import KnowledgeError, Problem
from bot.content.starter import is_starter
from bot.content.written_out_values import ProviderValues
from bot.content.yaml_lines import EXAMPLES, parse_yaml
from bot.core.languages import Language
from bot.core.provider import Provider


@dataclass(frozen=True, slots=True)
class Imported:
    """Import that was done.

    `there`: questions that the base had already. `missing`: what the entries still need, and what of the file is in
    none of them.
    """

    made: tuple[Draft, ...]
    there: tuple[str, ...]
    missing: tuple[Problem, ...]


def import_faq(
    file: Path, folder: Path, language: Language | None = None, translations: Sequence[Path] = ()
) -> Imported:
    """Writes a file's questions as draft entries into the base `folder`; an entry that is there stays as it is.

    `language`: of questions whose file says none; None: the one that the file's name ends with, or the base's only one.
    `translations`: the same FAQ in the base's other languages. Raises KnowledgeError with file, line and cure, and has
    changed nothing then.
    """
    provider, languages, settings = read_provider(folder)
    if translations:
        file, faq, of = _paired([file, *translations], languages)
    else:
        faq = read_faq(file)
        of = _language(file, folder, languages, language or language_in_name(file, languages), faq.items)
        pair_by_key(faq, of)
    problems: list[Problem] = []
    layer = read_general(GENERAL, provider, languages, problems) if settings.general != "none" else None
    starters = [f for f in entry_files(folder) if is_starter(f)]
    drafts = make_drafts(faq, file, _base(folder, provider, layer, starters), of)
    write_new_files(folder, {f"{draft.id}.yaml": draft.text for draft in drafts.made})
    known = {name for row in settings.sections for name in row.values()}
    unknown = [names for names in sections(faq, of) if drafts.made and names[of] not in known]
    notes = [*problems, *drafts.notes, *_section_notes(folder, unknown), *_starter_notes(starters)]
    return Imported(tuple(drafts.made), tuple(drafts.there), (*notes, *_unfinished(folder)))


def _base(folder: Path, provider: Provider, layer: GeneralLayer | None, starters: Sequence[Path]) -> Base:
    """Base that the drafts are made for. `layer`: None: it uses no general layer."""
    entries = entry_files(folder)
    others = [*sorted((folder / EXAMPLES).glob("*.yaml")), *sorted((folder / "not-covered").glob("*.yaml"))]
    raw = {f: _raw(f) for f in [*entries, *others]}
    examples = {compared(text): f.stem for f, found in raw.items() for text in _asked(found)}
    claimed = {f"condition {name}": f.stem for f, found in raw.items() for name in _list(found, "instead_of")}
    return Base(
        ProviderValues(provider),
        {f.stem for f in entries},
        {f.stem for f in starters},
        {**examples, **claimed},
        layer.conditions if layer else {},
    )


def _paired(files: Sequence[Path], languages: Sequence[Language]) -> tuple[Path, Faq, Language]:
    """(first language's file, its questions with their translations, that language). Raises KnowledgeError."""
    named = {file: language_in_name(file, languages) for file in files}
    problems = [
        Problem(str(file), 1, f"its name must end with its language, as in faq-{languages[0]}{file.suffix}")
        for file, language in named.items()
        if language is None
    ]
    if len({*named.values()}) < len(files):
        problems.append(Problem(str(files[-1]), 1, "two files of one language; import one after the other"))
    if problems:
        raise KnowledgeError(problems)
    found = [FaqFile(file, read_faq(file), language) for file, language in named.items() if language]
    found.sort(key=lambda one: languages.index(one.language))
    return found[0].file, pair(found[0], found[1:]), found[0].language


def _language(
    file: Path, folder: Path, languages: Sequence[Language], chosen: Language | None, items: Sequence[FaqItem]
) -> Language:
    """Language of questions whose file says none. Raises KnowledgeError: the base lacks it, or has several."""
    for item in items:
        if item.language and item.language not in languages:
            raise _unknown_language(file, item.line, item.language, folder, languages)
    if chosen and chosen not in languages:
        raise _unknown_language(file, 1, chosen, folder, languages)
    if chosen or len(languages) == 1 or all(item.language for item in items):
        return chosen or languages[0]
    text = f"{folder} speaks {', '.join(languages)}; say with --language in which of them this file is written"
    text += f", or import a file of each at once: faq-{languages[0]}{file.suffix} faq-{languages[1]}{file.suffix}"
    raise KnowledgeError([Problem(str(file), 1, text)])


def _unknown_language(
    file: Path, line: int, language: Language, folder: Path, languages: Sequence[Language]
) -> KnowledgeError:
    base = folder / "base.yaml"
    text = f"the language {language!r} is none of this base ({', '.join(languages)}); add it to `languages` in {base}"
    return KnowledgeError([Problem(str(file), line, text)])


def _raw(file: Path) -> Any:
    """Content of a file of the base; None where it cannot be read, which `load` says."""
    try:
        return parse_yaml(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def _list(found: Any, key: str) -> list[str]:
    values = found.get(key) if isinstance(found, dict) else None
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _asked(found: Any) -> Iterator[str]:
    """Example questions in the content of a file, in every language."""
    questions = found.get("questions") if isinstance(found, dict) else None
    for language in questions if isinstance(questions, dict) else ():
        yield from _list(questions, language)


def _section_notes(folder: Path, unknown: Sequence[Mapping[Language, str]]) -> Iterator[Problem]:
    """Problems: sections of the FAQ that base.yaml does not name. `unknown`: language → name."""
    for names in unknown:
        text = f"sections: add {json.dumps(names, ensure_ascii=False)}, for its source"
        yield Problem(str(folder / "base.yaml"), 1, text)


def _starter_notes(files: Sequence[Path]) -> Iterator[Problem]:
    for file in files:
        yield Problem(str(file), 1, "is still the entry of `postbote init`; remove it where the FAQ says the same")


def _unfinished(folder: Path) -> Sequence[Problem]:
    """Problems of the whole base, with the new entries in it."""
    try:
        load(folder)
    except KnowledgeError as wrong:
        return wrong.problems
    return ()
