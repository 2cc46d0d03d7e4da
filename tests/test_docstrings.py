"""Docstrings: each module has one, and those of bot/ begin with a noun of the field."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.slow import SLOW
from tests.syntax import statements, tree_of

pytestmark = [*SLOW]  # as ruff and mypy: they read the code, and no behaviour depends on them

BOT = Path(__file__).parent.parent / "bot"
FILES = sorted(f for f in BOT.rglob("*.py") if "_packaged" not in f.parts)
# Riddles, pointers without words, questions, and sentences that lean on the name above them
NO_BEGINNING = re.compile(
    r"(?:What|Who|Whom|Whose|Whether|Where|Why|How|Is|Are|Was|May|Can|Does|Has|Will|Of|For|See|Nothing|Never|One per)\b"
)

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def documented() -> list[tuple[str, str]]:
    """Place (file and name) and docstring of all that has a docstring."""
    return list(_documented())


def _documented() -> Iterator[tuple[str, str]]:
    for file in FILES:
        for node in statements(tree_of(file)):
            if isinstance(node, Documented) and (text := ast.get_docstring(node)):
                yield f"{file.relative_to(BOT)}: {getattr(node, 'name', 'module')}", text


def test_a_docstring_begins_with_its_noun() -> None:
    wrong = [f"{place}: {text.splitlines()[0]}" for place, text in documented() if NO_BEGINNING.match(text)]
    assert not wrong, "\n".join(wrong)


def test_the_first_paragraph_of_a_docstring_ends_with_its_sentence() -> None:
    """And not within it, as where a formatter had cut a long list in two."""
    first = [(place, text.partition("\n\n")) for place, text in documented()]
    wrong = [f"{place}: {head}" for place, (head, _, rest) in first if rest and not re.search(r"[.:?)`…]$", head)]
    assert not wrong, "\n".join(wrong)


# Comments, then a docstring or nothing at all: to parse every test took longer than all else here
SAYS_WHAT_IT_IS = re.compile(r'(?:\s|#.*\n)*(?:r?"""\s*\S|\Z)')


def test_a_module_with_code_says_what_it_is() -> None:
    modules = [*FILES, *(BOT.parent / "tests").rglob("*.py")]
    silent = [str(file) for file in modules if not SAYS_WHAT_IT_IS.match(file.read_text(encoding="utf-8"))]
    assert not silent


@pytest.mark.parametrize("package", ["core/matching", "core/text"])
def test_the_page_of_a_package_has_the_place_of_each_module(package: str) -> None:
    """And of none that is not there: a newcomer begins with it."""
    page = ast.get_docstring(tree_of(BOT / package / "__init__.py")) or ""
    named = set(re.findall(r"(?<![\w/])(\w+)\.py", page))
    assert named == {file.stem for file in (BOT / package).glob("*.py")} - {"__init__"}


def test_no_reference_to_a_paper_that_is_not_here() -> None:
    for file in FILES:
        found = re.search(
            r"\bfinding \d|\bmatching\.md\b|\bqueue\.md\b|version 0\.1\b", file.read_text(encoding="utf-8")
        )
        assert not found, f"{file}: {found}"


# A file with its folder, or a module; "faq-de.md" may be anybody's
FILE = re.compile(r"(?<![\w./{*-])((?:[\w-]+/)+[\w-]+\.(?:py|yaml|md|tsv|jsonl)|[\w-]+\.py)(?!\w)")
ROOMS = ("bot", "deploy", "knowledge", "templates", "tests")
OF_DBOS = frozenset({"dbos/_migration.py", "_sys_db.py"})


def comments(file: Path) -> Iterator[str]:
    """Of a file in which one may name a file: to find the comments of all takes long."""
    text = file.read_text(encoding="utf-8")
    if not any(FILE.search(line.partition("#")[2]) for line in text.splitlines()):
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_a_file_that_a_docstring_or_comment_names_is_there() -> None:
    here = [f"/{file.relative_to(BOT.parent)}" for room in ROOMS for file in (BOT.parent / room).rglob("*.*")]
    said = [*documented(), *((str(file.relative_to(BOT)), comment) for file in FILES for comment in comments(file))]
    named = [(place, name) for place, text in said for name in FILE.findall(text)]
    assert len(named) > 100, "the pattern finds them"
    gone = [f"{place}: {name}" for place, name in named if not any(file.endswith(f"/{name}") for file in here)]
    assert not [one for one in gone if one.rpartition(" ")[2] not in OF_DBOS], "\n".join(gone)
