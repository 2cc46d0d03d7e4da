"""Pairing of an FAQ's languages: which question of one file is which of the other, so that both are one entry.

Files of one FAQ name their language ("faq-de.md", "faq-en.md") and hold the same questions in the same order; where the
figures, hosts and error lines of two that stand beside each other differ, they are looked for elsewhere. In a CSV file
rows of the same `id` belong together.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.content.faq_file import Faq, FaqItem
from bot.content.problems import KnowledgeError, Problem
from bot.core.languages import Language
from bot.core.lazy_regex import lazy_regex

_IN_NAME = lazy_regex(r"(?:^|[-_.])([a-z]{2})$", re.IGNORECASE)
_FACT = lazy_regex(r"(?<![\w-])[\w-]+(?:\.[\w-]+)+|\d+")  # hosts and figures, which are the same in every language


@dataclass(frozen=True, slots=True)
class FaqFile:
    """File of an FAQ in one language."""

    file: Path
    faq: Faq
    language: Language


def language_in_name(file: Path, languages: Collection[Language]) -> Language | None:
    """Language that a file's name ends with, if it is one of these: "faq-de.md", "help_en.html", "faq.fr.csv"."""
    found = _IN_NAME.search(file.stem)
    return found[1].lower() if found and found[1].lower() in languages else None


def pair_by_key(faq: Faq, language: Language) -> None:
    """Makes rows of one CSV file that have the same id one question. `language`: of rows that say none."""
    first: dict[str, int] = {}
    kept: list[FaqItem] = []
    for item in faq.items:
        place = first.get(item.key) if item.key else None
        own = item.language or language
        there = [kept[place], *kept[place].translations] if place is not None else []
        if place is None or own in {one.language or language for one in there}:
            first.setdefault(item.key, len(kept))
            kept.append(item)
        else:
            more = (*kept[place].translations, replace(item, language=own))
            kept[place] = replace(kept[place], translations=more)
    faq.items[:] = kept


def pair(first: FaqFile, others: Sequence[FaqFile]) -> Faq:
    """Questions of the first file, each with its translations in the others. Raises KnowledgeError: they do not fit."""
    items, notes = list(first.faq.items), list(first.faq.notes)
    for other in others:
        if len(other.faq.items) != len(items):
            raise KnowledgeError([Problem(str(other.file), *_unequal(first, other))])
        for place, match in enumerate(_places(items, other.faq.items)):
            one, item = items[place], other.faq.items[match]
            if _facts(one) != _facts(item):
                beside = f"paired with {one.questions[0]!r} ({first.file.name}:{one.line}), whose figures differ"
                notes.append(Problem(str(other.file), item.line, f"{beside}; check that both say the same"))
            said = replace(item, language=other.language, file=other.file)
            items[place] = replace(one, translations=(*one.translations, said))
        notes += other.faq.notes
    return Faq(items, notes)


def sections(faq: Faq, language: Language) -> Iterator[dict[Language, str]]:
    """Sections that have a name of their own in another language, each once, as base.yaml names them."""
    seen = set()
    for item in faq.items:
        names = {language: item.section} | {one.language: one.section for one in item.translations if one.language}
        if item.section and item.section not in seen and len(set(names.values())) > 1 and all(names.values()):
            seen.add(item.section)
            yield names


def _facts(item: FaqItem) -> frozenset[str]:
    """Figures and hosts of a question and its answer, which are the same in every language."""
    text = " ".join([*item.quoted, item.answer])
    return frozenset(word.lower() for word in _FACT.findall(text))


def _places(items: Sequence[FaqItem], others: Sequence[FaqItem]) -> list[int]:
    """Per item the place of its translation: the same, unless others have its figures, and only they."""
    ours, theirs = [*map(_facts, items)], [*map(_facts, others)]
    found = list(range(len(items)))
    odd = [place for place in found if ours[place] != theirs[place]]
    moved = {
        place: match[0]
        for place in odd
        if ours[place] and ours.count(ours[place]) == 1
        for match in [[other for other in odd if theirs[other] == ours[place]]]
        if len(match) == 1
    }
    left = [place for place in odd if place not in moved.values()]
    for place in odd:
        found[place] = moved[place] if place in moved else left.pop(0)
    return found


def _unequal(first: FaqFile, other: FaqFile) -> tuple[int, str]:
    """Line, and problem, of a file that has not as many questions as the first."""
    ours, theirs = first.faq.items, other.faq.items
    place = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if _facts(a) != _facts(b)), -1)
    line = theirs[place].line if place >= 0 else theirs[-1].line
    text = f"{len(theirs)} questions, and {first.file.name} has {len(ours)}; they are paired in their order"
    if place >= 0:
        beside = f"{theirs[place].questions[0]!r} stands beside {ours[place].questions[0]!r} ({first.file.name}:"
        text += f", and here {beside}{ours[place].line}), whose figures differ"
    return line, f"{text}: add or move what is missing, or import each language into a base of its own"
