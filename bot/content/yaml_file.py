"""YAML file of the content → a converted value, or its problems with line and cure."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.content.problems import Problem
from bot.content.schema import FEWEST_QUESTIONS, LONGEST_TITLE
from bot.content.strict_model import description
from bot.content.yaml_lines import line_of, parsed_yaml, place_of
from bot.core.model import Entry, Topic

T = TypeVar("T")

_CURES = {  # pydantic's error type → what to do
    "extra_forbidden": "unknown key; remove it or correct its spelling (knowledge/README.md lists the keys)",
    "missing": "missing; add it",
    "too_short": f"too few; an entry needs at least {FEWEST_QUESTIONS} example questions a language",
    "string_too_long": f"too long; a title has at most {LONGEST_TITLE} characters",
    "string_pattern_mismatch": "not written as it must be",
    "string_type": "must be a text; put it in quotes",
}
_NO_KEYS = "must be keys with values, as `id: …` (knowledge/README.md shows each file)"
_CURES |= dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "dataclass_type"), _NO_KEYS)
_CURES_OF_YAML = {  # what PyYAML calls wrong → what to do
    "already": "remove one of the two, or put their values together",
    "control characters": "remove the control character",
    "another document": "a file holds one entry; put what stands below the line `---` into a file of its own",
    "constructor for the tag": "remove the word that begins with `!`, or put the text in double quotes",
    "unknown escape": "write \\\\ for a backslash, or put the text in single quotes",
    "mapping values": "put a text with a colon in double quotes; keys that belong together begin in the same column",
    "expected ',' or ']'": "close the bracket, or put the text in double quotes",
    "expected ',' or '}'": "close the brace, or put the text in double quotes",
}
_TAB = "indent with blanks instead of tabs"
_QUOTE = "put texts in double quotes"
_MOVED = {  # key of an earlier version's provider.yaml → where it stands now
    "servers": "each server is a row of `connections` now",
    "ports": "each port stands in its row of `connections` now",
    "aliases": "each alias stands in its row of `connections` now",
    "login_separator": 'it is called `login` now, "{local}%{domain}" for the separator %',
}


def read(file: Path, convert: Callable[[Any], T], model: type[BaseModel], problems: list[Problem]) -> Iterator[T]:
    """Content of one file, converted; nothing if it is wrong, and then its problems are added to `problems`.

    `convert`: must leave what it is given as it is. `model`: the schema that it uses; its descriptions explain what is
    wrong.
    """
    try:
        if file.exists() and not file.is_file():  # reading a named pipe would wait for ever
            raise OSError("no regular file")
        found = convert(parsed_yaml(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as wrong:
        problems.append(Problem(str(file), 1, f"cannot be read ({wrong}); it must be a UTF-8 file"))
    except yaml.YAMLError as wrong:
        problems.append(_yaml_problem(file, wrong))
    except ValidationError as wrong:
        problems += [_to_problem(file, dict(error), model) for error in wrong.errors()]
    else:
        if isinstance(found, Entry | Topic) and found.id != file.stem:
            text = f"id is {found.id!r}; it must be the file's name, {file.stem!r}"
            problems.append(Problem(str(file), line_of(file, ["id"]), text))
        yield found


def _yaml_problem(file: Path, wrong: yaml.YAMLError) -> Problem:
    mark = getattr(wrong, "problem_mark", None)
    why = getattr(wrong, "problem", None) or " ".join(str(wrong).split("\n")[0].split(": ")[-2:])
    cure = next((cure for part, cure in _CURES_OF_YAML.items() if part in str(wrong)), _QUOTE)
    line = mark.line + 1 if mark else 1
    written = file.read_text(encoding="utf-8").split("\n")[line - 1 : line]
    indent = "".join(written)[: mark.column + 1] if mark else ""
    if "\t" in indent and not indent.strip():
        cure = _TAB
    return Problem(str(file), line, f"no valid YAML: {why}; {cure}")


def _to_problem(file: Path, error: Mapping[str, Any], model: type[BaseModel]) -> Problem:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    stands, line = place_of(file, error["loc"])
    cure, about = _cure(error), description(model, error["loc"])
    return Problem(str(stands), line, f"{where}: {cure}{f' ({where}: {about})' if about else ''}")


def _cure(error: Mapping[str, Any]) -> str:
    kind, key = error["type"], error["loc"][-1] if error["loc"] else ""
    if kind == "extra_forbidden" and len(error["loc"]) == 1 and key in _MOVED:
        return f"unknown key; {_MOVED[key]}"
    if kind == "literal_error":
        return f"no value that is known here; it must be {error['ctx']['expected']}"
    return _CURES.get(kind) or str(error["msg"]).removeprefix("Value error, ")
