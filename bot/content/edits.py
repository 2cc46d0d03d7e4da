"""Edit of the knowledge base: what an editor wants → new texts of the files that it changes.

ruamel.yaml (MIT) keeps comments, order and quotes of everything that is not changed. Nothing is written here
(bot/content/publishing.py), and nothing is judged: `postbote check` does that on a copy.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from bot.content.loader import NO_ENTRIES, languages_of
from bot.content.places import EXAMPLES
from bot.core.lazy_regex import lazy_regex
from bot.core.model import Language

NOT_COVERED = "not-covered"
INDENTS = ((4, 2), (2, 0))  # (sequence, offset): "  - item" and "- item", as a file has it
Texts = Mapping[Language, str]
Questions = Mapping[Language, Sequence[str]]
Kind = Literal["example", "topic", "entry"]
KINDS: tuple[Kind, ...] = ("example", "topic", "entry")

_ID = lazy_regex(r"[a-z0-9][a-z0-9-]{0,60}", re.ASCII)
_CONTROL = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+")  # no part of a YAML text


class EditError(Exception):
    """Refusal of an edit. `reason`: id, exists, gone, empty, title, unreadable, unchanged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Edit:
    """Edit of one entry or one topic that is not covered.

    `kind` example: `questions` are added to an entry's examples. topic: they are added to one of the base's own topics
    that are not covered; to a new one where `new`, with `title`. entry: the entry gets these texts and these questions
    instead of its own; where `new` it must not exist yet, else only `faq`, `title`, `answer` and `questions` change.
    """

    kind: Kind
    target: str  # id
    questions: Questions
    new: bool = False
    faq: str = ""
    title: Texts = field(default_factory=dict)
    answer: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileChange:
    """Change of one file: its path below the knowledge folder, its text before and after; None: there is no file."""

    path: str
    before: str | None
    after: str | None


def base_languages(folder: Path) -> tuple[Language, ...]:
    """Languages of the base in a folder: those of base.yaml, else of its entries' titles."""
    named = _mapping(folder / "base.yaml").get("languages")
    files = [f for f in sorted(folder.glob("*.yaml")) if f.stem not in NO_ENTRIES]
    return tuple(named or languages_of(files))


def own_topics(folder: Path) -> Sequence[str]:
    """Ids of the base's own topics that are not covered."""
    return [file.stem for file in sorted((folder / NOT_COVERED).glob("*.yaml"))]


def read_entry(folder: Path, entry: str) -> Edit:
    """Entry as an edit that would change nothing. Raises EditError where there is none, or it cannot be read."""
    file = _existing(folder, entry)
    raw, examples = _mapping(file), _mapping(folder / EXAMPLES / file.name)
    languages = base_languages(folder)
    asked: dict[Language, Sequence[str]] = {
        language: [*_listed(raw, language), *_listed(examples, language)] for language in languages
    }
    return Edit(
        kind="entry",
        target=entry,
        questions=asked,
        faq=str(raw.get("faq") or ""),
        title={language: _text_of(raw, "title", language) for language in languages},
        answer={language: _text_of(raw, "answer", language) for language in languages},
    )


def to_changes(folder: Path, edit: Edit) -> Sequence[FileChange]:
    """Changes of files that an edit means, as the folder is now. Raises EditError; OSError for a file that is gone."""
    edit = _cleaned(edit)
    if not _ID.fullmatch(edit.target) or edit.target in NO_ENTRIES:
        raise EditError("id")
    if not any(edit.questions.values()):
        raise EditError("empty")
    files = {"example": _add_example, "topic": _add_to_topic, "entry": _write_entry}[edit.kind](folder, edit)
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
    )


def _lines(text: str) -> str:
    lines = text.replace("\r\n", "\n").strip().split("\n")
    return "".join(_CONTROL.sub(" ", line).rstrip() + "\n" for line in lines).strip("\n")


def _add_example(folder: Path, edit: Edit) -> Mapping[str, str]:
    """Questions go where the entry's examples stand: its other file, else its own; of neither a new other file."""
    own = _existing(folder, edit.target)
    other = f"{EXAMPLES}/{own.name}"
    path = own.name if "questions" in _mapping(own) and not (folder / other).exists() else other
    return {path: _with_questions(folder / path, edit.questions, base_languages(folder))}


def _add_to_topic(folder: Path, edit: Edit) -> Mapping[str, str]:
    path = f"{NOT_COVERED}/{edit.target}.yaml"
    languages = base_languages(folder)
    if not edit.new:
        if not (folder / path).is_file():
            raise EditError("gone")
        return {path: _with_questions(folder / path, edit.questions, languages)}
    _refuse_known(folder, edit.target)
    if not all(edit.title.get(language) for language in languages):
        raise EditError("title")
    raw = {"id": edit.target, "title": _quoted(edit.title, languages), "questions": _block(edit.questions, languages)}
    return {path: _dumped(CommentedMap(raw), INDENTS[0])}


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
            "title": _quoted(edit.title, languages),
            "answer": CommentedMap({one: LiteralScalarString(f"{edit.answer[one]}\n") for one in languages}),
            "questions": _block(edit.questions, languages),
        }
        return {f"{edit.target}.yaml": _dumped(CommentedMap(raw), INDENTS[0])}
    return _rewritten(folder, edit, languages)


def _rewritten(folder: Path, edit: Edit, languages: Sequence[Language]) -> Mapping[str, str]:
    """Files of an entry that exists: what is as before is left as it is written."""
    file = _existing(folder, edit.target)
    other = folder / EXAMPLES / file.name
    raw, indent = _loaded(file)
    if str(raw.get("faq") or "") != edit.faq:
        raw["faq"] = DoubleQuotedScalarString(edit.faq)
    for language in languages:
        if _text_of(raw, "title", language) != edit.title[language]:
            raw["title"][language] = DoubleQuotedScalarString(edit.title[language])
        if _text_of(raw, "answer", language) != edit.answer[language]:
            raw["answer"][language] = LiteralScalarString(f"{edit.answer[language]}\n")
    examples = _mapping(other)
    in_other = {one: [q for q in edit.questions.get(one, ()) if q in _listed(examples, one)] for one in languages}
    rest = {one: [q for q in edit.questions.get(one, ()) if q not in in_other[one]] for one in languages}
    if not other.exists() and ("questions" in raw or not any(rest.values())):
        _replace_questions(raw, rest, languages)
        return {file.name: _dumped(raw, indent)}
    kept = {one: [q for q in rest[one] if q in _listed(raw, one)] for one in languages}
    added = {one: [*in_other[one], *(q for q in rest[one] if q not in kept[one])] for one in languages}
    more, more_indent = _loaded(other) if other.exists() else (CommentedMap(), INDENTS[0])
    _replace_questions(raw, kept, languages)
    _replace_questions(more, added, languages)
    return {file.name: _dumped(raw, indent), f"{EXAMPLES}/{file.name}": _dumped(more, more_indent)}


def _with_questions(file: Path, questions: Questions, languages: Sequence[Language]) -> str:
    """Text of a file whose questions have these as well, each once."""
    raw, indent = _loaded(file) if file.exists() else (CommentedMap(), INDENTS[0])
    wanted = {
        one: [*_listed(raw, one), *(q for q in questions.get(one, ()) if q not in _listed(raw, one))]
        for one in languages
    }
    _replace_questions(raw, wanted, languages)
    return _dumped(raw, indent)


def _replace_questions(raw: CommentedMap, wanted: Questions, languages: Sequence[Language]) -> None:
    """Makes the lists of questions those of `wanted`; a question that stays keeps its place and its comment."""
    if "questions" not in raw:
        if any(wanted.values()):
            raw["questions"] = _block(wanted, languages)
        return
    for language in languages:
        listed = raw["questions"].get(language)
        if listed is None:
            listed = raw["questions"][language] = CommentedSeq()
        for place in reversed(range(len(listed))):
            if str(listed[place]) not in wanted.get(language, ()):
                del listed[place]
        known = list(map(str, listed))
        new = [q for q in wanted.get(language, ()) if q not in known]
        if new and not known:
            listed = raw["questions"][language] = CommentedSeq()  # an empty list is written in one line
        listed.extend(DoubleQuotedScalarString(q) for q in new)


def _block(questions: Questions, languages: Iterable[Language]) -> CommentedMap:
    return CommentedMap(
        {one: CommentedSeq(DoubleQuotedScalarString(q) for q in questions.get(one, ())) for one in languages}
    )


def _quoted(texts: Texts, languages: Iterable[Language]) -> CommentedMap:
    return CommentedMap({one: DoubleQuotedScalarString(texts[one]) for one in languages})


def _existing(folder: Path, entry: str) -> Path:
    file = folder / f"{entry}.yaml"
    if not _ID.fullmatch(entry) or entry in NO_ENTRIES or not file.is_file():
        raise EditError("gone")
    return file


def _refuse_known(folder: Path, target: str) -> None:
    if (folder / f"{target}.yaml").exists() or (folder / NOT_COVERED / f"{target}.yaml").exists():
        raise EditError("exists")


def _text_of(raw: Mapping[str, Any], key: str, language: Language) -> str:
    texts = raw.get(key)
    return str(texts.get(language) or "").strip() if isinstance(texts, Mapping) else ""


def _listed(raw: Mapping[str, Any], language: Language) -> Sequence[str]:
    questions = raw.get("questions")
    return [str(q) for q in questions.get(language) or ()] if isinstance(questions, Mapping) else []


def _mapping(file: Path) -> CommentedMap:
    """Mapping of a file; empty where there is none. Raises EditError where it cannot be read."""
    return _loaded(file)[0] if file.is_file() else CommentedMap()


def _loaded(file: Path) -> tuple[CommentedMap, tuple[int, int]]:
    """Mapping of a file, and the indents with which it is written as it stands. Raises EditError."""
    text = file.read_text(encoding="utf-8")
    try:
        raw = _yaml(INDENTS[0]).load(text)
    except YAMLError as wrong:
        raise EditError("unreadable") from wrong
    if not isinstance(raw, CommentedMap):
        raise EditError("unreadable")
    return raw, next((indent for indent in INDENTS if _dumped(raw, indent) == text), INDENTS[0])


def _yaml(indent: tuple[int, int]) -> YAML:
    yaml = YAML()  # round trip; plain types only, as the safe loader
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # no line is broken
    yaml.indent(mapping=2, sequence=indent[0], offset=indent[1])
    return yaml


def _dumped(raw: CommentedMap, indent: tuple[int, int]) -> str:
    out = io.StringIO()
    _yaml(indent).dump(raw, out)
    return out.getvalue()


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
