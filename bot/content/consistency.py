"""Consistency of a base's files with each other: references, examples that stand twice, codes and concepts.

The shape of each file is checked by its schema (schema.py). Pure but for the files' lines, which the problems name.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.content.general import GeneralLayer
from bot.content.problems import Problem
from bot.content.yaml_lines import EXAMPLES, line_of, place_of
from bot.core.model import Concept, Entry, StatusCode, Topic
from bot.core.text.normalize import fold

Items = Mapping[str, Entry] | Mapping[str, Topic]  # of one folder, by id
CLASSES = ("2yz", "3yz", "4yz", "5yz", "2.x.x", "4.x.x", "5.x.x")  # what a code without a row of its own means


def unknown_topics(folder: Path, entries: Mapping[str, Entry], layer: GeneralLayer) -> list[Problem]:
    """Problems: `instead_of` names nothing of the general layer."""
    known = {*layer.topics, *layer.conditions}
    return _unknown(folder, entries, "instead_of", known, "the general layer has no topic or condition")


def concept_problems(file: Path, own: Sequence[Concept], layer: GeneralLayer) -> list[Problem]:
    """Problems: a concept of the hoster's own lacks its group or meaning."""
    general = {concept.id for concept in layer.concepts}
    return [
        Problem(str(file), line_of(file, ["concepts", position]), f"concepts.{position}.{key}: missing; add it")
        for position, concept in enumerate(own)
        if concept.id not in general
        for key in ("group", "means")
        if not getattr(concept, key)
    ]


def unknown_references(folder: Path, entries: Mapping[str, Entry], known: Container[str]) -> list[Problem]:
    """Problems: `related` names an entry that does not exist."""
    return _unknown(folder, entries, "related", known, "there is no entry")


def _unknown(folder: Path, entries: Mapping[str, Entry], key: str, known: Container[str], says: str) -> list[Problem]:
    """Problems: a list of ids in the entries (`key`: instead_of, related) holds one that is not `known`."""
    return [
        Problem(
            str(folder / f"{entry.id}.yaml"),
            line_of(folder / f"{entry.id}.yaml", [key, position]),
            f"{key}: {says} {name!r}; correct the id or remove it",
        )
        for entry in entries.values()
        for position, name in enumerate(getattr(entry, key))
        if name not in known
    ]


def examples_without_entry(folder: Path, known: Container[str]) -> list[Problem]:
    """Problems: a file of examples that belongs to no entry, so that nothing would be learnt from it."""
    return [
        Problem(
            str(file),
            1,
            f"there is no entry {file.stem!r}; name the file after its entry, or move the examples to "
            "not-covered/<topic>.yaml",
        )
        for file in sorted((folder / EXAMPLES).glob("*.yaml"))
        if file.stem not in known
    ]


def duplicate_examples(items: Iterable[tuple[Path, Items]]) -> list[Problem]:
    """Problems: the same example stands in two places, so that the matcher would learn that both are right."""
    homes: dict[str, list[tuple[Path, list[int | str]]]] = defaultdict(list)
    for home, item in ((home, item) for home, found in items for item in found.values()):
        file = home / f"{item.id}.yaml"
        for path, text in _examples(item):
            homes[compared(text)].append((file, path))
        for path, text in _own_lookalikes(item):  # one key an entry, since it may stand at others
            homes[f"{item.id} {compared(text)}"].append((file, path))
    twice = [(places[0], place) for places in homes.values() for place in places[1:]]
    return list(dict.fromkeys(_stands_twice(first, second) for first, second in twice))


def compared(text: str) -> str:
    """Example as it is compared: two that differ in case, accents or final marks alone are the same."""
    return fold(text).strip(" ?!.")


def _stands_twice(first: tuple[Path, list[int | str]], second: tuple[Path, list[int | str]]) -> Problem:
    (one, one_line), (other, line) = place_of(*first), place_of(*second)
    return Problem(str(other), line, f"stands in {_short(one)}:{one_line} too; remove one of the two")


def _short(file: Path) -> str:
    """Name of a file as an editor finds it: an entry's, or "examples/<id>.yaml"."""
    return f"{EXAMPLES}/{file.name}" if file.parent.name == EXAMPLES else file.name


def status_code_problems(file: Path, status: Sequence[StatusCode], own: Sequence[StatusCode]) -> list[Problem]:
    """Problems: a code stands twice in the `own` file, or a class that other codes fall back to is missing in all."""
    codes = [row.code for row in own]
    twice = [
        Problem(str(file), line_of(file, ["codes", place]), f"{code!r} stands there twice; remove one of the two")
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    missing = [code for code in CLASSES if status and code not in {row.code for row in status}]
    return twice + [Problem(str(file), 1, f"the class {code!r} is missing; add it to `codes`") for code in missing]


def _examples(item: Entry | Topic) -> Iterator[tuple[list[int | str], str]]:
    """Path and text of each example that must stand in one place only.

    A look-alike may stand elsewhere too: it says what an entry is not, and something else may be right there.
    """
    for language, asked in item.questions.items():
        for position, text in enumerate(asked):
            yield ["questions", language, position], text
    for position, text in enumerate(item.lines):
        yield ["lines", position], text
    for position, text in enumerate(item.variants if isinstance(item, Entry) else ()):
        yield ["variants", position], text


def _own_lookalikes(item: Entry | Topic) -> Iterator[tuple[list[int | str], str]]:
    """Path and text of what is the entry's condition and what is not: a line cannot be both."""
    for key in ("lines", "variants", "lookalikes") if isinstance(item, Entry) and item.lookalikes else ():
        for position, text in enumerate(getattr(item, key)):
            yield [key, position], text
