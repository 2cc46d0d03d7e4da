"""Knowledge base loader: knowledge/*.yaml → Knowledge, or every problem with file, line and cure.

The format is described in knowledge/README.md. Loading is strict: an unknown key, a missing language, a duplicate or
an unknown reference stops the start, because a knowledge base that is half read gives wrong answers.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from bot.content.schema import (
    FEWEST_QUESTIONS,
    LONGEST_TITLE,
    to_concepts,
    to_entry,
    to_examples,
    to_provider,
    to_status,
    to_topic,
)
from bot.core.model import LANGUAGES, Entry, Knowledge, StatusCode, Topic
from bot.core.text.normalize import fold

try:
    from yaml import CSafeLoader as Loader  # ten times as fast; in PyYAML's wheels, not in every distribution
except ImportError:  # pragma: no cover
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LONGEST_ANSWER = 2_000  # characters; a Slack section holds 3,000 (docs.slack.dev/reference/block-kit/blocks)
EXAMPLES = "examples"  # folder beside the entries: examples/<id>.yaml holds more of what an entry may hold itself
EXAMPLE_KEYS = frozenset({"questions", "variants", "lookalikes"})
NO_ENTRIES = frozenset({"provider", "concepts", "status-codes"})  # files beside the entries
CLASSES = ("2yz", "3yz", "4yz", "5yz", "2.x.x", "4.x.x", "5.x.x")  # what a code without a row of its own means

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem of the content, where it stands and what to do about it."""

    file: str
    line: int  # from 1
    text: str  # what is wrong and what to do

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class KnowledgeError(Exception):
    """Knowledge base that cannot be used. `problems`: all that were found, never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


_CURES = {  # pydantic's error type → what to do
    "extra_forbidden": "unknown key; remove it or correct its spelling (knowledge/README.md lists the keys)",
    "missing": "missing; add it (both languages are needed everywhere)",
    "too_short": f"too few; an entry needs at least {FEWEST_QUESTIONS} example questions a language",
    "string_too_long": f"too long; a title has at most {LONGEST_TITLE} characters",
    "string_type": "must be a text; put it in quotes",
    "literal_error": "no value that is known here; knowledge/README.md lists them: kind is answer or error",
    "string_pattern_mismatch": 'must be a reply code or an enhanced status code in quotes, such as "550" or "5.1.1"; '
    "a source must be an RFC",
}


def load(folder: Path) -> Knowledge:
    """Knowledge base of a folder, read and validated as a whole. Raises KnowledgeError with every problem found."""
    if not folder.is_dir():
        raise KnowledgeError(
            [Problem(str(folder), 1, "no such folder; POSTBOTE_KNOWLEDGE must name the knowledge base")]
        )
    problems: list[Problem] = []
    files = [f for f in sorted(folder.glob("*.yaml")) if f.stem not in NO_ENTRIES]
    entries = {e.id: e for f in files for e in _read_entry(f, problems)}
    topics = {t.id: t for f in sorted((folder / "not-covered").glob("*.yaml")) for t in _read(f, to_topic, problems)}
    concepts = [c for found in _read(folder / "concepts.yaml", to_concepts, problems) for c in found]
    providers = list(_read(folder / "provider.yaml", to_provider, problems))
    codes = folder / "status-codes.yaml"  # may be missing: then nothing is said about codes
    status = [c for found in (_read(codes, to_status, problems) if codes.exists() else ()) for c in found]
    problems += _status_code_problems(codes, status) if status else []
    known_ids = {f.stem for f in files}
    problems += _unknown_references(folder, entries, known_ids) + _examples_without_entry(folder, known_ids)
    problems += _duplicate_examples(folder, entries, topics)
    if not files:
        problems.append(Problem(str(folder), 1, "no entry found; an entry is one file <id>.yaml"))
    if problems:
        raise KnowledgeError(problems)
    return Knowledge(
        entries=dict(sorted(entries.items())),
        topics=dict(sorted(topics.items())),
        concepts=tuple(concepts),
        provider=providers[0],
        status={row.code: row for row in status},
    )


def line_of(file: Path, path: Sequence[int | str], within: int | None = None) -> int:
    """Line (from 1) of a value, by its keys and indices; its nearest parent's where it is missing.

    `within`: line (from 0) inside the value; counted where the value is a literal block ("|"), whose lines are its own.
    """
    node: Any = yaml.compose(file.read_text(encoding="utf-8"), Loader=Loader)
    line = 1
    for step in path:
        found = _child(node, step)
        if found is None:
            return line
        node, line = found
    literal = isinstance(node, yaml.ScalarNode) and node.style == "|"
    return int(node.start_mark.line) + 2 + within if within is not None and literal else line


def _child(node: Any, step: int | str) -> tuple[Any, int] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((v, k.start_mark.line + 1) for k, v in node.value if k.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None


def place_of(file: Path, path: Sequence[int | str]) -> tuple[Path, int]:
    """File and line (from 1) of an entry's or topic's value, by its keys and indices in the whole.

    `file`: the entry's own. Its examples may stand in another one, whose lists continue those of the entry.
    """
    other = file.parent / EXAMPLES / file.name
    if not path or path[0] not in EXAMPLE_KEYS or not other.is_file():
        return file, line_of(file, path)
    at = next((n for n, step in enumerate(path) if isinstance(step, int)), len(path))
    own = _node(file, path[:at])
    if at == len(path):
        return (file, line_of(file, path)) if own is not None else (other, line_of(other, path))
    before = len(own.value) if isinstance(own, yaml.SequenceNode) else 0
    position = path[at]
    if isinstance(position, int) and position >= before:
        return other, line_of(other, [*path[:at], position - before, *path[at + 1 :]])
    return file, line_of(file, path)


def _node(file: Path, path: Sequence[int | str]) -> Any:
    """Node of a value, by its keys and indices; None where it is missing."""
    node: Any = yaml.compose(file.read_text(encoding="utf-8"), Loader=Loader)
    for step in path:
        found = _child(node, step)
        if found is None:
            return None
        node = found[0]
    return node


def _read_entry(file: Path, problems: list[Problem]) -> Iterator[Entry]:
    """Entry with its examples; nothing if either file is wrong, and then its problems are added to `problems`."""
    other = file.parent / EXAMPLES / file.name
    for examples in _read(other, to_examples, problems) if other.exists() else ({},):
        yield from _read(file, lambda raw: to_entry(raw, examples), problems)  # noqa: B023 (called at once)


def _read(file: Path, convert: Callable[[Any], T], problems: list[Problem]) -> Iterator[T]:
    """Content of one file, converted; nothing if it is wrong, and then its problems are added to `problems`."""
    try:
        if file.exists() and not file.is_file():  # reading a named pipe would wait for ever
            raise OSError("no regular file")
        # Loader is PyYAML's safe one, in C where there is one
        found = convert(yaml.load(file.read_text(encoding="utf-8"), Loader=Loader))  # nosec B506
    except (OSError, UnicodeDecodeError) as wrong:
        problems.append(Problem(str(file), 1, f"cannot be read ({wrong}); it must be a UTF-8 file"))
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        why = getattr(wrong, "problem", None) or str(wrong).split("\n")[0]
        problems.append(
            Problem(str(file), mark.line + 1 if mark else 1, f"no valid YAML: {why}; put texts in double quotes")
        )
    except ValidationError as wrong:
        problems += [_to_problem(file, dict(error)) for error in wrong.errors()]
    else:
        if isinstance(found, Entry | Topic) and found.id != file.stem:
            problems.append(
                Problem(
                    str(file), line_of(file, ["id"]), f"id is {found.id!r}; it must be the file's name, {file.stem!r}"
                )
            )
        yield found


def _to_problem(file: Path, error: Mapping[str, Any]) -> Problem:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    stands, line = place_of(file, error["loc"])
    return Problem(str(stands), line, f"{where}: {_CURES.get(error['type'], error['msg'])}")


def _unknown_references(folder: Path, entries: Mapping[str, Entry], known: Container[str]) -> list[Problem]:
    """Problems: `related` names an entry that does not exist."""
    return [
        Problem(
            str(folder / f"{entry.id}.yaml"),
            line_of(folder / f"{entry.id}.yaml", ["related", position]),
            f"related: there is no entry {other!r}; correct the id or remove it",
        )
        for entry in entries.values()
        for position, other in enumerate(entry.related)
        if other not in known
    ]


def _examples_without_entry(folder: Path, known: Container[str]) -> list[Problem]:
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


def _duplicate_examples(folder: Path, entries: Mapping[str, Entry], topics: Mapping[str, Topic]) -> list[Problem]:
    """Problems: the same example stands in two places, so that the matcher would learn that both are right."""
    homes: dict[str, list[tuple[Path, list[int | str]]]] = defaultdict(list)
    for home, item in [(folder, e) for e in entries.values()] + [(folder / "not-covered", t) for t in topics.values()]:
        file = home / f"{item.id}.yaml"
        for path, text in _examples(item):
            homes[_compared(text)].append((file, path))
        for path, text in _own_lookalikes(item):  # one key an entry, since it may stand at others
            homes[f"{item.id} {_compared(text)}"].append((file, path))
    twice = [(places[0], place) for places in homes.values() for place in places[1:]]
    return list(dict.fromkeys(_stands_twice(first, second) for first, second in twice))


def _compared(text: str) -> str:
    return fold(text).strip(" ?!.")


def _stands_twice(first: tuple[Path, list[int | str]], second: tuple[Path, list[int | str]]) -> Problem:
    (one, one_line), (other, line) = place_of(*first), place_of(*second)
    return Problem(str(other), line, f"stands in {_short(one)}:{one_line} too; remove one of the two")


def _short(file: Path) -> str:
    """Name of a file as an editor finds it: an entry's, or "examples/<id>.yaml"."""
    return f"{EXAMPLES}/{file.name}" if file.parent.name == EXAMPLES else file.name


def _status_code_problems(file: Path, status: Sequence[StatusCode]) -> list[Problem]:
    """Problems: a code stands there twice, or a class that other codes fall back to is missing."""
    known = [row.code for row in status]
    twice = [
        Problem(str(file), line_of(file, ["codes", place]), f"{code!r} stands there twice; remove one of the two")
        for place, code in enumerate(known)
        if code in known[:place]
    ]
    missing = [code for code in CLASSES if code not in known]
    return twice + [Problem(str(file), 1, f"the class {code!r} is missing; add it to `codes`") for code in missing]


def _examples(item: Entry | Topic) -> Iterator[tuple[list[int | str], str]]:
    """Path and text of each example that must stand in one place only.

    A look-alike may stand elsewhere too: it says what an entry is not, and something else may be right there.
    """
    for language in LANGUAGES:
        for position, text in enumerate(item.questions[language]):
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
