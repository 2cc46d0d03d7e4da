"""Lines of YAML files: the file and line of a value, for problems that an editor reads."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast; in PyYAML's wheels, not in every distribution
except ImportError:  # pragma: no cover
    from yaml import SafeLoader  # type: ignore[assignment]

EXAMPLES = "examples"  # folder beside the entries: examples/<id>.yaml holds more of what an entry may hold itself
EXAMPLE_KEYS = frozenset({"questions", "variants", "lookalikes"})
PARSED = 500  # texts of files that are kept parsed: a base of 100 entries and the general layer are about 300


class Loader(SafeLoader):
    """PyYAML's safe loader, to which a key that stands twice is an error: of two values one would be lost unseen.

    YAML asks for it (yaml.org/spec/1.2.2 section 3.2.1.3), PyYAML takes the last.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Dictionary of a mapping. Raises yaml.constructor.ConstructorError at a key that stands twice."""
        first: dict[str, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                line = first.setdefault(key.value, key.start_mark.line + 1)
                if line <= key.start_mark.line:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} stands in line {line} already", key.start_mark
                    )
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> Any:
    """Value of a YAML text, made of plain types only. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=Loader)  # noqa: S506 # nosec B506 (a safe one)


@lru_cache(PARSED)
def parsed_yaml(text: str) -> Any:
    """Value of a YAML text, shared by all who ask for it: to be read, never changed. Raises yaml.YAMLError.

    Parsing is most of what loading a base costs; a reload, a check or a draft finds nearly all files as they were.
    """
    return parse_yaml(text)


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


def place_of(file: Path, path: Sequence[int | str], more: Sequence[Path] = ()) -> tuple[Path, int]:
    """File and line (from 1) of an entry's or topic's value, by its keys and indices in the whole.

    `file`: the entry's own. Its examples may stand in another one, and in `more`, whose lists continue those of the
    entry; of a value that stands nowhere the entry's line is named.
    """
    others = [f for f in (file.parent / EXAMPLES / file.name, *more) if f.is_file()]
    if not path or path[0] not in EXAMPLE_KEYS or not others:
        return file, line_of(file, path)
    at = next((n for n, step in enumerate(path) if isinstance(step, int)), len(path))
    if at == len(path):
        stands = next((f for f in (file, *others) if _node(f, path) is not None), others[0])
        return stands, line_of(stands, path)
    position = int(path[at])
    for one in (file, *others):
        own = _node(one, path[:at])
        count = len(own.value) if isinstance(own, yaml.SequenceNode) else 0
        if position < count:
            return one, line_of(one, [*path[:at], position, *path[at + 1 :]])
        position -= count
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
