"""`postbote check`: Markdown that a channel would not show as it was meant is named with file and line."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from os import environ
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answering.engine import AnswerEngine
from bot.commands import find_commands
from bot.content.renderer import Renderer
from bot.content.schema import to_entry, to_examples
from bot.core.model import LANGUAGES
from bot.ops.check_content import CONVERTERS, Converters, entry_problems, template_problems
from tests.conftest import PROJECT
from tests.slow import few, slow

ENTRY = "    - IMAPS (Abrufen mit IMAP): `{{ ports.imaps }}`\n"  # the last line of the German answer of ports.yaml
LINE = next(
    number
    for number, line in enumerate((PROJECT / "knowledge/ports.yaml").read_text().split("\n"), 1)
    if line == ENTRY[:-1]
)


@cache
def examples() -> dict[str, Any]:
    read = yaml.safe_load((PROJECT / "knowledge/examples/ports.yaml").read_text(encoding="utf-8"))
    return to_examples(read, LANGUAGES)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of knowledge/ports.yaml and of templates/."""
    (tmp_path / "knowledge").mkdir()
    shutil.copy(PROJECT / "knowledge/ports.yaml", tmp_path / "knowledge/ports.yaml")
    shutil.copytree(PROJECT / "templates", tmp_path / "templates")
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    before = file.read_text(encoding="utf-8")
    assert before.count(old) == 1
    file.write_text(before.replace(old, new), encoding="utf-8")


def found(
    engine: AnswerEngine, content: Path, converters: Converters = CONVERTERS, *, templates: bool = True
) -> Iterator[str]:
    """Problems of ports.yaml, and of all templates if `templates`."""
    own = yaml.safe_load((content / "knowledge/ports.yaml").read_text(encoding="utf-8"))
    ports = to_entry(own, examples(), LANGUAGES)
    knowledge = replace(engine.knowledge, entries={"ports": ports})
    hints = {name: command.HINT for name, command in find_commands().items()}
    renderer = Renderer(content / "templates", knowledge, hints)
    if templates:
        for problem in template_problems(content / "templates", renderer, find_commands(), converters):
            yield str(problem)
    for problem in entry_problems(content / "knowledge", knowledge, renderer, converters):
        yield str(problem)


FAULTS = [
    # what is wrong, lines below the German answer of ports.yaml, line of the fault among them, what the message says
    ("a row with too few cells", ["", "| Weg | Port |", "|---|---|", "| Senden |"], 4, "1 cells, its head 2"),
    (
        "a row with too many cells",
        ["", "| a | b |", "|---|---|", "| 1 | 2 |", "| 1 | 2 | 3 |"],
        5,
        "3 cells, its head 2",
    ),
    ("a rule that is too short", ["", "| a | b |", "|---|", "| 1 | 2 |"], 2, "no table"),
    ("bold without an end", ["", "Das ist **wichtig."], 2, "'**'"),
    ("bold over two paragraphs", ["", "**a", "", "b**"], 2, "'**'"),
    ("emphasis without an end", ["", "Das ist _wichtig."], 2, "'_'"),
    ("code without an end", ["", "ja", "`a"], 3, "'`'"),
    ("a link to nowhere", ["", "[x](ftp://a.example)"], 2, "']('"),
    ("a quote", ["", "> so"], 2, "knowledge/README.md"),
    ("HTML", ["", "a<br>b"], 2, "'<br>' shows as it stands"),
    ("within a condition", ["", "ja", "{% if email %}", "**{{ email | code }}", "{% endif %}"], 4, "'**'"),
]


@pytest.mark.parametrize(("lines", "fault", "says"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_in_an_entry_is_named_with_file_and_line(
    engine: AnswerEngine, content: Path, lines: list[str], fault: int, says: str
) -> None:
    file = content / "knowledge/ports.yaml"
    edit(file, ENTRY, ENTRY + "".join(f"    {line}\n" if line else "\n" for line in lines))
    problem, *_ = found(engine, content, templates=False)
    assert problem.startswith(f"{file}:{LINE + fault}: answer.de: ")
    assert says in problem


@pytest.mark.parametrize("text", few(1, ["Darin habe ich nichts", "I found nothing in that"]))
def test_a_fault_in_any_branch_of_a_template_is_named_with_file_and_line(
    engine: AnswerEngine, content: Path, text: str
) -> None:
    file = content / "templates/check.md"
    edit(file, text, f"**{text}")
    line = next(number for number, line in enumerate(file.read_text().split("\n"), 1) if f"**{text}" in line)
    (problem,) = found(engine, content)
    assert problem.startswith(f"{file}:{line}: '**' shows as it stands")


def test_a_converter_that_raises_is_named_with_file_and_line(engine: AnswerEngine, content: Path) -> None:
    def convert(markdown: str) -> str:
        return str(1 / ("993" not in markdown and "Our FAQ names no ports" not in markdown))

    lines = (content / "templates/ports.md").read_text().split("\n")
    line = lines.index("Our FAQ names no ports.") - 3  # where its paragraph begins
    problems = list(found(engine, content, {"a new channel": convert}))
    assert [problem.partition(": ")[0].removeprefix(f"{content}/") for problem in problems] == [
        *(f"templates/ports.md:{line}", "knowledge/ports.yaml:8", "knowledge/ports.yaml:14")
    ]
    assert all("cannot be shown on a new channel (ZeroDivisionError: " in problem for problem in problems)


@slow
def test_a_ragged_table_is_refused_by_check_and_answered_all_the_same(
    tmp_path: Path, few_data: Path, few_entries: str
) -> None:
    shutil.copytree(few_entries, tmp_path / "knowledge")
    file = tmp_path / "knowledge/imap-ssl.yaml"
    edit(file, "  en: |\n", "\n    | Weg | Port |\n    |---|---|\n    | Senden |\n  en: |\n")
    line = file.read_text().split("\n").index("    | Senden |") + 1
    run = postbote(tmp_path / "knowledge", few_data)
    checked = run("check")
    assert checked.returncode == 1
    assert checked.stderr.startswith(f"{file}:{line}: answer.de: a table's row has 1 cells, its head 2")
    asked = run("ask", "Welcher Port gilt für IMAP mit SSL?")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "Weg  Port\nSenden\n" in asked.stdout


def postbote(knowledge: Path, data: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    settings = {"POSTBOTE_KNOWLEDGE": str(knowledge), "POSTBOTE_DATA_DIR": str(data)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            capture_output=True,
            text=True,
            env={**environ, **settings},
            check=False,
        )

    return run
