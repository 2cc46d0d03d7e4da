"""Wiring: a part that needs many others is given them by name, so that its call can be read without its signature."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.slow import SLOW
from tests.syntax import tree_of

pytestmark = [*SLOW]  # as ruff and mypy: they read the code, and no behaviour depends on them

BOT = Path(__file__).parent.parent / "bot"
FILES = sorted(f for f in BOT.rglob("*.py") if "_packaged" not in f.parts)
MOST = 4  # arguments without a name


def test_a_part_is_given_no_more_than_four_others_without_a_name() -> None:
    """A part: a class of ours with an `__init__` of its own; the fields of a value stand beside each other."""
    parts = {name for file in FILES for node in ast.walk(tree_of(file)) for name in part(node)}
    assert len(parts) > 100
    wrong = [
        f"{place}: {ast.unparse(call.func)}"
        for place, call in calls()
        if made(call) in parts and len([*positional(call)]) > MOST
    ]
    assert not wrong, "\n".join(wrong)


def test_no_argument_hides_in_a_tuple() -> None:
    """Of a command, one may: its words are many, and the formatter would give each a line of its own."""
    wrong = [
        f"{place}: {ast.unparse(given)}"
        for place, call in calls()
        for given in call.args
        if isinstance(given, ast.Starred) and isinstance(given.value, ast.Tuple) and not has_a_word(given.value)
    ]
    assert not wrong, "\n".join(wrong)


def part(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef) and any(getattr(inner, "name", "") == "__init__" for inner in node.body):
        yield node.name


def calls() -> Iterator[tuple[str, ast.Call]]:
    for file in FILES:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call):
                yield f"{file.relative_to(BOT)}:{node.lineno}", node


def made(call: ast.Call) -> str:
    """Name of the class whose object a call makes; "HelpdeskChannel" for super().__init__ of its children."""
    name = ast.unparse(call.func)
    return "HelpdeskChannel" if name == "super().__init__" else name.rpartition(".")[2]


def positional(call: ast.Call) -> Iterator[ast.expr]:
    for given in call.args:
        if isinstance(given, ast.Starred) and isinstance(given.value, ast.Tuple):
            yield from given.value.elts
        else:
            yield given


def has_a_word(given: ast.Tuple) -> bool:
    return any(isinstance(one, ast.JoinedStr | ast.Constant) for one in given.elts)
