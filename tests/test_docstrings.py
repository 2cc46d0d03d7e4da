"""Docstrings: every public module, class and function of bot/ has one, and it begins with a noun of the field."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"
FILES = sorted(f for f in BOT.rglob("*.py") if "_packaged" not in f.parts)
# Riddles, pointers without words, questions, and sentences that lean on the name above them
NO_BEGINNING = re.compile(
    r"(?:What|Who|Whom|Whose|Whether|Where|Why|How|Is|Are|Was|May|Can|Does|Has|Will|Of|For|See|Nothing|Never|One per)\b"
)

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def documented(file: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of all that has a docstring."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, Documented) and (text := ast.get_docstring(node)):
            yield getattr(node, "name", "module"), text


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(BOT)))
def test_a_docstring_begins_with_its_noun(file: Path) -> None:
    wrong = [f"{name}: {text.splitlines()[0]}" for name, text in documented(file) if NO_BEGINNING.match(text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(BOT)))
def test_a_sentence_of_a_docstring_is_not_split_in_two_paragraphs(file: Path) -> None:
    """As "…, declined (in scope).", an empty line, "Declined-right, …" was."""
    for name, text in documented(file):
        first, _, rest = text.partition("\n\n")
        if rest:
            assert re.search(r"[.:?)`…]$", first), f"{name}: {first}"


def test_a_module_with_code_says_what_it_is() -> None:
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not tree.body or ast.get_docstring(tree), file


def test_no_reference_to_a_paper_that_is_not_here() -> None:
    for file in FILES:
        found = re.search(
            r"\bfinding \d|\bmatching\.md\b|\bqueue\.md\b|version 0\.1\b", file.read_text(encoding="utf-8")
        )
        assert not found, f"{file}: {found}"
