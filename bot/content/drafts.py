"""Draft entries: an FAQ's questions → entries of a base, as far as the FAQ says them, and what is still missing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from bot.content.consistency import compared
from bot.content.entry_files import NO_ENTRIES
from bot.content.faq_file import Faq, FaqItem
from bot.content.loader import LONGEST_ANSWER
from bot.content.problems import Problem
from bot.content.schema import FEWEST_QUESTIONS, LONGEST_TITLE
from bot.content.written_out_values import ProviderValues
from bot.core.languages import Language
from bot.core.lazy_regex import lazy_regex
from bot.core.model import Entry
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.normalize import fold

UNNAMED = {"de": "Allgemeines", "en": "General"}  # section of a question that stands in none
_ABOUT = {"de": "Hilfe zu {}", "en": "help with {}"}  # how people ask for what is but a name
LONGEST_ID = 40  # characters
# Verbs of headings that ask, which an id can do without
_ASKING = word_set(
    """
    aendere aendern bedeutet bedeuten darf duerfen finde finden lautet lauten mache machen melde nutze nutzen richte
    einrichten stelle einstellen tun verwende verwenden waehle waehlen change configure do enter find mean means
    need set setup use
    """
)
_WORD = lazy_regex(r"[^\W_]+(?:[.-][^\W_]+)*")
_TEMPLATE_MARK = lazy_regex(r"\{[{%#]")  # of Jinja, in which answers are written
_REPLY = lazy_regex(r"(?:^|\s)[45]\d\d[ -]\S|(?:^|\s)[45]\.\d{1,3}\.\d{1,3}\s")
_ENHANCED = lazy_regex(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_QUOTED = lazy_regex(r"[„“\"»‚']([^„“”\"»«‘’']{8,200})[“”\"«’']")
_HINT = "# The last example was made of the heading's words: put a customer's own in its place."


@dataclass(frozen=True, slots=True)
class Draft:
    """Draft of an entry. `text`: of its file. `variables`: values of provider.yaml that became variables in it."""

    id: str
    line: int  # in the FAQ's file
    title: str
    text: str
    variables: tuple[str, ...]


@dataclass(slots=True)
class Drafts:
    """Drafts made of a file. `there`: questions that entries have already. `notes`: what is missing, or left out."""

    made: list[Draft] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Base:
    """Base that drafts are made for.

    `ids`: of its entries. `starters`: those of them that `postbote init` has made. `examples`: its example questions as
    they are compared → id of the item that has them. `conditions`: of the general layer, by id.
    """

    values: ProviderValues
    ids: set[str]
    starters: set[str]
    examples: dict[str, str]
    conditions: Mapping[str, Entry]


def make_drafts(faq: Faq, file: Path, base: Base, language: Language) -> Drafts:
    """Drafts of all questions of an FAQ; of one that an entry of the base has already, a note alone.

    `language`: of questions whose file says none.
    """
    found = Drafts(notes=list(faq.notes))
    for item in faq.items:
        title = item.questions[0]
        owner = base.examples.get(compared(title))
        if owner in base.starters:
            cure = f"remove {owner}.yaml, an entry of `postbote init`, and import again"
            found.notes.append(_note(file, item, f"left out: {title!r} is an example of {owner}; {cure}"))
        elif owner:
            found.there.append(title)
        elif not item.answer:
            found.notes.append(_note(file, item, f"left out: {title!r} has no answer in words; write one under it"))
        else:
            _Drafter(base, file, item, item.language or language).make(found)
    return found


def _note(file: Path, item: FaqItem, text: str) -> Problem:
    return Problem(str(file), item.line, text)


class _Drafter:
    """Maker of one draft; what it takes is noted in the base, so that no other draft takes it as well."""

    def __init__(self, base: Base, file: Path, item: FaqItem, language: Language) -> None:
        self._base, self._file, self._item, self._language = base, file, item, language

    def make(self, found: Drafts) -> None:
        """Adds the draft, and its notes."""
        item, values = self._item, self._base.values
        said = {self._language: item} | {one.language: one for one in item.translations if one.language}
        name = _free_id(item.questions[0], self._base.ids)
        written = {of: values.with_variables(one.answer, one.questions[0], _as_template) for of, one in said.items()}
        variables = tuple(dict.fromkeys(variable for _, found in written.values() for variable in found))
        error = self._error()
        examples = {of: self._examples(name, one, of, error.get("lines", ())) for of, one in said.items()}
        is_made = any(made for _, made in examples.values())
        section = item.section or UNNAMED.get(self._language, "FAQ")
        entry: dict[str, Any] = {"id": name, "kind": "answer", "faq": section} | error
        entry["title"] = {of: _title(one.questions[0]) for of, one in said.items()}
        entry["answer"] = {of: _Block(f"{answer}\n") for of, (answer, _) in written.items()}
        entry["questions"] = {of: asked for of, (asked, _) in examples.items()}
        head = (
            f"# Draft of {self._file.name}:{item.line}. Read it, and add how customers ask: 12 examples tell far more."
        )
        text = "\n".join([head, *[_HINT][: int(is_made)], _to_yaml(entry)])
        self._base.ids.add(name)
        found.made.append(Draft(name, item.line, item.questions[0], text, variables))
        for of, one in said.items():
            missing = self._missing(one, examples[of][0])
            found.notes += [_note(one.file or self._file, one, f"{name}: {text}") for text in missing]

    def _examples(self, name: str, item: FaqItem, language: Language, lines: Sequence[str]) -> tuple[list[str], bool]:
        """Example questions that no other item has, and True if the last was made of the heading's words.

        `lines`: the entry's error lines, which are examples already.
        """
        taken = self._base.examples
        taken |= {compared(line): f"{name} lines" for line in lines}
        owner = name if language == self._language else f"{name} {language}"  # of two languages one has it
        found: list[str] = []
        for question in item.questions:
            if taken.setdefault(compared(question), owner) == owner and question not in found:
                found.append(question)
        if len(found) >= FEWEST_QUESTIONS:
            return found, False
        words = _telling_words(item.questions[0])
        about = _ABOUT.get(language, "").format(" ".join(words))
        for made in (" ".join(words), " ".join([item.section, *words]).strip(), about):
            if made and taken.setdefault(compared(made), owner) == owner and compared(made) not in map(compared, found):
                return [*found, made], True
        return found, False

    def _error(self) -> dict[str, Any]:
        """Keys of an entry that explains an error line, which its heading holds; empty where it holds none."""
        quoted = [*self._item.quoted, *_QUOTED.findall(self._item.questions[0])]
        for line in quoted:
            condition = self._condition(line)
            if condition or _REPLY.search(line):
                claimed = {"instead_of": [condition]} if condition else {}
                codes = {} if condition else {"codes": _ENHANCED.findall(line)}
                return {"kind": "error", **claimed, "lines": [line], **{k: v for k, v in codes.items() if v}}
        return {}

    def _condition(self, line: str) -> str:
        """Condition of the general layer that has this line, which no other entry explains yet; empty: none."""
        words = fold(re.sub(r"^[\d.\s-]+", "", line)).strip()
        for name, condition in self._base.conditions.items():
            known = (fold(text) for text in (*condition.lines, *condition.variants))
            if len(words.split()) > 1 and any(words in text for text in known):
                taken = self._base.examples.setdefault(f"condition {name}", self._item.questions[0])
                return name if taken == self._item.questions[0] else ""
        return ""

    def _missing(self, item: FaqItem, questions: Sequence[str]) -> Iterator[str]:
        if len(questions) < FEWEST_QUESTIONS:
            yield f"{len(questions)} example question; add {FEWEST_QUESTIONS - len(questions)} or more"
        if len(item.questions[0]) > LONGEST_TITLE:
            yield f"its title was cut; write one of at most {LONGEST_TITLE} characters"
        if len(item.answer) > LONGEST_ANSWER:
            yield f"its answer has {len(item.answer):,} characters; shorten it to {LONGEST_ANSWER:,}, or make two of it"
        if unknown := self._base.values.unknown(item.answer):
            yield f"provider.yaml does not have {', '.join(unknown)}; add it, or leave it where it is said once"
        for what in item.left_out:
            yield f"left out: {what}; say it in words"


def _free_id(title: str, taken: Iterable[str]) -> str:
    """Id of the title's telling words, "postfach-voll"; with a number where it is taken."""
    parts = _telling_words(title)
    nouns = [word for word in parts if fold(word) not in _ASKING and not word[0].isdigit()]
    words = [word for part in nouns or parts for word in re.findall(r"[a-z0-9]+", fold(part))]
    name = ""
    for word in words:
        if len(name) + len(word) < LONGEST_ID:
            name = f"{name}-{word}" if name else word
    name = name or "question"
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(one for one in names if one not in taken and one not in NO_ENTRIES)


def _telling_words(text: str) -> list[str]:
    """Words of a text that say what it is about; all where none does."""
    words = _WORD.findall(text)
    return [word for word in words if not is_function_word(fold(word))] or words


def _title(heading: str) -> str:
    if len(heading) <= LONGEST_TITLE:
        return heading
    return f"{heading[: LONGEST_TITLE - 1].rpartition(' ')[0] or heading[: LONGEST_TITLE - 1]}…"


def _as_template(text: str) -> str:
    """Words as a template says them: what would begin a variable is written as a text."""
    return _TEMPLATE_MARK.sub(lambda mark: f'{{{{ "{mark[0]}" }}}}', text)


class _Block(str):
    """Text that is written as a literal block, so that it can be edited."""


class _Dumper(yaml.SafeDumper):
    """Dumper of entries as people write them: items indented, an answer as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def represent_data(self, data: Any) -> yaml.Node:
        if isinstance(data, _Block):
            return self.represent_scalar("tag:yaml.org,2002:str", str(data), style="|")
        return super().represent_data(data)


def _to_yaml(entry: Mapping[str, Any]) -> str:
    return str(yaml.dump(entry, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000))
