"""Edit of the knowledge base: what an editor wants → new texts of the files that it changes.

What is not changed stays as it is written (bot/content/yaml_edit.py). Nothing is written here
(bot/content/publishing.py), and nothing is judged: `postbote check` does that on a copy.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from bot.content.entry_files import NO_ENTRIES, entry_files, languages_of
from bot.content.entry_yaml import (
    Questions,
    Texts,
    question_block,
    questions_of,
    quoted,
    replace_lists,
    replace_questions,
    text_of,
    with_questions,
)
from bot.content.yaml_edit import INDENTS, EditError, dumped, loaded, mapping
from bot.content.yaml_lines import EXAMPLES
from bot.core.lazy_regex import lazy_regex
from bot.core.model import Language

NOT_COVERED = "not-covered"
Kind = Literal["example", "topic", "entry", "file"]
KINDS: tuple[Kind, ...] = ("example", "topic", "entry", "file")
LISTS = ("related", "lines", "codes")  # keys of an entry that hold texts

_ID = lazy_regex(r"[a-z0-9][a-z0-9-]{0,60}", re.ASCII)
_FILE = lazy_regex(rf"(?:(?:{EXAMPLES}|{NOT_COVERED})/)?[a-z0-9][a-z0-9-]{{0,60}}\.yaml", re.ASCII)
_CONTROL = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+")  # no part of a YAML text


@dataclass(frozen=True, slots=True)
class Edit:
    """Edit of one entry or one topic that is not covered.

    `kind` example: `questions` are added to an entry's examples. topic: they are added to one of the base's own topics
    that are not covered; to a new one where `new`, with `title`. entry: the entry gets these texts and these questions
    instead of its own; where `new` it must not exist yet, else only `faq`, `title`, `answer`, `questions` and `lists`
    change. file: a file that exists gets `text` instead of its own.
    """

    kind: Kind
    target: str  # id; of a file its path, "provider.yaml" or "examples/webmail.yaml"
    questions: Questions
    new: bool = False
    faq: str = ""
    title: Texts = field(default_factory=dict)
    answer: Texts = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of LISTS; one that is not named stays
    text: str = ""


@dataclass(frozen=True, slots=True)
class FileChange:
    """Change of one file: its path below the knowledge folder, its text before and after; None: there is no file."""

    path: str
    before: str | None
    after: str | None


def base_languages(folder: Path) -> tuple[Language, ...]:
    """Languages of the base in a folder: those of base.yaml, else of its entries' titles."""
    named = mapping(folder / "base.yaml").get("languages")
    return tuple(named or languages_of(entry_files(folder)))


def own_topics(folder: Path) -> Sequence[str]:
    """Ids of the base's own topics that are not covered."""
    return [file.stem for file in sorted((folder / NOT_COVERED).glob("*.yaml"))]


def read_entry(folder: Path, entry: str) -> Edit:
    """Entry as an edit that would change nothing. Raises EditError where there is none, or it cannot be read."""
    file = _existing(folder, entry)
    raw, examples = mapping(file), mapping(folder / EXAMPLES / file.name)
    languages = base_languages(folder)
    asked: dict[Language, Sequence[str]] = {
        language: [*questions_of(raw, language), *questions_of(examples, language)] for language in languages
    }
    return Edit(
        kind="entry",
        target=entry,
        questions=asked,
        faq=str(raw.get("faq") or ""),
        title={language: text_of(raw, "title", language) for language in languages},
        answer={language: text_of(raw, "answer", language) for language in languages},
        lists={key: [str(one) for one in raw.get(key) or ()] for key in LISTS},
    )


def read_file(folder: Path, path: str) -> Edit:
    """File as an edit that would change nothing. Raises EditError where there is none; OSError."""
    return Edit("file", path, {}, text=_existing_file(folder, path).read_text(encoding="utf-8"))


def entry_of(edit_kind: str, target: str) -> str:
    """Id of the entry or topic that an edit is about; of provider.yaml and its like their name."""
    return Path(target).stem if edit_kind == "file" else target


def to_changes(folder: Path, edit: Edit) -> Sequence[FileChange]:
    """Changes of files that an edit means, as the folder is now. Raises EditError; OSError for a file that is gone."""
    if edit.kind == "file":
        return _changed(folder, {edit.target: _whole(folder, edit)})
    edit = _cleaned(edit)
    if not _ID.fullmatch(edit.target) or edit.target in NO_ENTRIES:
        raise EditError("id")
    if not any(edit.questions.values()) and (edit.kind != "entry" or edit.new):  # a condition may bring an entry's
        raise EditError("empty")
    files = {"example": _add_example, "topic": _add_to_topic, "entry": _write_entry}[edit.kind](folder, edit)
    return _changed(folder, files)


def _changed(folder: Path, files: Mapping[str, str]) -> Sequence[FileChange]:
    changes = [FileChange(path, _text(folder / path), after) for path, after in files.items()]
    found = [change for change in changes if change.before != change.after]
    if not found:
        raise EditError("unchanged")
    return found


def one_line(text: str) -> str:
    """Text on one line, without the characters that YAML forbids."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _cleaned(edit: Edit) -> Edit:
    """Edit as it may stand in YAML: texts on one line, answers line by line, each question once."""
    return Edit(
        kind=edit.kind,
        target=edit.target.strip(),
        new=edit.new,
        faq=one_line(edit.faq),
        title={language: one_line(text) for language, text in edit.title.items()},
        answer={language: _lines(text) for language, text in edit.answer.items()},
        questions={
            language: [*dict.fromkeys(q for q in map(one_line, asked) if q)]
            for language, asked in edit.questions.items()
        },
        lists={key: [*dict.fromkeys(t for t in map(one_line, texts) if t)] for key, texts in edit.lists.items()},
    )


def _whole(folder: Path, edit: Edit) -> str:
    """Text of a file as an editor has written it, with the ends of lines that files here have."""
    _existing_file(folder, edit.target)
    lines = edit.text.replace("\r\n", "\n").rstrip().split("\n")
    return "".join(f"{_CONTROL.sub(' ', line)}\n" for line in lines)


def _existing_file(folder: Path, path: str) -> Path:
    if not _FILE.fullmatch(path) or not (folder / path).is_file():
        raise EditError("gone")
    return folder / path


def _lines(text: str) -> str:
    lines = text.replace("\r\n", "\n").strip().split("\n")
    return "".join(_CONTROL.sub(" ", line).rstrip() + "\n" for line in lines).strip("\n")


def _add_example(folder: Path, edit: Edit) -> Mapping[str, str]:
    """Questions go where the entry's examples stand: its other file, else its own; of neither a new other file."""
    own = _existing(folder, edit.target)
    other = f"{EXAMPLES}/{own.name}"
    path = own.name if "questions" in mapping(own) and not (folder / other).exists() else other
    return {path: with_questions(folder / path, edit.questions, base_languages(folder))}


def _add_to_topic(folder: Path, edit: Edit) -> Mapping[str, str]:
    path = f"{NOT_COVERED}/{edit.target}.yaml"
    languages = base_languages(folder)
    if not edit.new:
        if not (folder / path).is_file():
            raise EditError("gone")
        return {path: with_questions(folder / path, edit.questions, languages)}
    _refuse_known(folder, edit.target)
    if not all(edit.title.get(language) for language in languages):
        raise EditError("title")
    raw = {
        "id": edit.target,
        "title": quoted(edit.title, languages),
        "questions": question_block(edit.questions, languages),
    }
    return {path: dumped(CommentedMap(raw), INDENTS[0])}


def _write_entry(folder: Path, edit: Edit) -> Mapping[str, str]:
    languages = base_languages(folder)
    if not all(edit.title.get(language) and edit.answer.get(language) for language in languages) or not edit.faq:
        raise EditError("title")
    if edit.new:
        _refuse_known(folder, edit.target)
        raw = {
            "id": edit.target,
            "kind": "answer",
            "faq": DoubleQuotedScalarString(edit.faq),
            "title": quoted(edit.title, languages),
            "answer": CommentedMap({one: LiteralScalarString(f"{edit.answer[one]}\n") for one in languages}),
            "questions": question_block(edit.questions, languages),
        }
        new = CommentedMap(raw)
        replace_lists(new, edit.lists)
        return {f"{edit.target}.yaml": dumped(new, INDENTS[0])}
    return _rewritten(folder, edit, languages)


def _rewritten(folder: Path, edit: Edit, languages: Sequence[Language]) -> Mapping[str, str]:
    """Files of an entry that exists: what is as before is left as it is written."""
    file = _existing(folder, edit.target)
    other = folder / EXAMPLES / file.name
    raw, indent = loaded(file)
    if str(raw.get("faq") or "") != edit.faq:
        raw["faq"] = DoubleQuotedScalarString(edit.faq)
    for language in languages:
        if text_of(raw, "title", language) != edit.title[language]:
            raw["title"][language] = DoubleQuotedScalarString(edit.title[language])
        if text_of(raw, "answer", language) != edit.answer[language]:
            raw["answer"][language] = LiteralScalarString(f"{edit.answer[language]}\n")
    replace_lists(raw, edit.lists)
    examples = mapping(other)
    in_other = {one: [q for q in edit.questions.get(one, ()) if q in questions_of(examples, one)] for one in languages}
    rest = {one: [q for q in edit.questions.get(one, ()) if q not in in_other[one]] for one in languages}
    if not other.exists() and ("questions" in raw or not any(rest.values())):
        replace_questions(raw, rest, languages)
        return {file.name: dumped(raw, indent)}
    kept = {one: [q for q in rest[one] if q in questions_of(raw, one)] for one in languages}
    added = {one: [*in_other[one], *(q for q in rest[one] if q not in kept[one])] for one in languages}
    more, more_indent = loaded(other) if other.exists() else (CommentedMap(), INDENTS[0])
    replace_questions(raw, kept, languages)
    replace_questions(more, added, languages)
    return {file.name: dumped(raw, indent), f"{EXAMPLES}/{file.name}": dumped(more, more_indent)}


def _existing(folder: Path, entry: str) -> Path:
    file = folder / f"{entry}.yaml"
    if not _ID.fullmatch(entry) or entry in NO_ENTRIES or not file.is_file():
        raise EditError("gone")
    return file


def _refuse_known(folder: Path, target: str) -> None:
    if (folder / f"{target}.yaml").exists() or (folder / NOT_COVERED / f"{target}.yaml").exists():
        raise EditError("exists")


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
