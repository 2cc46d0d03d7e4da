"""Content trial: what a change would do, on a base of two entries that is learnt in a moment."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.content.edits import Edit, FileChange, read_entry, read_file, to_changes
from bot.content.publishing import stage
from bot.ops.content_trial import run_trial
from bot.settings import Settings
from tests.conftest import PROJECT
from tests.slow import few, slow

QUESTION = "Zauberwort Faxgerät Wolkenbruch"  # of no word that the entries know
EXAMPLE = Edit("example", "pop3-ssl", {"de": [QUESTION]})


def settings(knowledge: Path, data: Path) -> Settings:
    return Settings(postbote_knowledge=knowledge, postbote_data_dir=data, postbote_templates=PROJECT / "templates")


@pytest.fixture
def base(few_entries: str, tmp_path: Path) -> Path:
    folder = shutil.copytree(few_entries, tmp_path / "knowledge")
    (folder / "labelled").mkdir()
    lines = [{"q": QUESTION, "expect": ["pop3-ssl"], "lang": "de"}, {"q": "Kuckucksheim", "expect": [], "lang": "de"}]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (folder / "labelled/mine.jsonl").write_text(text, "utf-8")
    return folder


def tried(base: Path, few_data: Path, changes: Sequence[FileChange], target: str, *asked: str) -> dict[str, Any]:
    """What is told while a trial runs, and its result."""
    told: dict[str, Any] = {"steps": []}

    def tell(name: str, value: Any) -> None:
        told["steps" if name == "step" else name] = [*told["steps"], value] if name == "step" else value

    stage(base, changes, base.parent / "staged")
    staged, current = settings(base.parent / "staged", base.parent / "data"), settings(base, few_data)
    result = run_trial(staged, current, target, asked, tell)
    return {**told, **result}


def test_an_example_changes_the_question_that_it_is_and_no_other(base: Path, few_data: Path) -> None:
    others = ["Welcher Port für POP3 mit SSL?", "Wolkenkuckucksheim"]
    found = tried(base, few_data, to_changes(base, EXAMPLE), "pop3-ssl", QUESTION, *others, QUESTION)
    assert found["problems"] == []
    assert found["steps"] == ["learning", "checking", "comparing"]
    assert "995" in found["previews"]["de"]["plain"]
    assert (found["asked"], found["changed"]) == (4, 2)
    (difference,) = found["differences"]
    assert (difference["question"], difference["count"]) == (QUESTION, 2)
    assert difference["after"] == {"outcome": "answer", "entries": ["pop3-ssl"]}
    (labelled,) = found["sets"]
    assert (labelled["name"], labelled["lines"], labelled["better"], labelled["worse"]) == ("mine", 2, 1, 0)
    assert QUESTION not in "".join(file.read_text("utf-8") for file in base.rglob("*.yaml"))


@slow
def test_a_changed_figure_is_seen_in_the_preview_and_a_wrong_one_refused(base: Path, few_data: Path) -> None:
    """Of provider.yaml the table of all settings."""
    edit = read_file(base, "provider.yaml")
    assert edit.text.count("995") == 1
    wrong = Edit("file", "provider.yaml", {}, text=edit.text.replace("995", "99500"))
    (problem, *_) = tried(base, few_data, to_changes(base, wrong), "provider")["problems"]
    assert problem.startswith("provider.yaml:")
    shutil.rmtree(base.parent / "staged")
    right = Edit("file", "provider.yaml", {}, text=edit.text.replace("995", "9955"))
    found = tried(base, few_data, to_changes(base, right), "provider")
    assert found["problems"] == []
    assert "9955" in found["previews"]["de"]["html"]
    assert "9955" in found["previews"]["en"]["slack"]


def test_what_check_would_find_refuses_the_change(base: Path, few_data: Path) -> None:
    edit = read_entry(base, "pop3-ssl")
    related = Edit("entry", "pop3-ssl", edit.questions, faq=edit.faq, title=edit.title, answer=edit.answer,
                   lists={"related": ["nowhere"]})  # fmt: skip
    (problem,) = tried(base, few_data, to_changes(base, related), "pop3-ssl")["problems"]
    assert problem.startswith("pop3-ssl.yaml:")
    assert "nowhere" in problem


@pytest.mark.parametrize(
    "text", few(3, ["{{ nothing }}", "{{ limits.message_size", "**bold", "{{ limits.nothing }}", "<b>bold</b>"])
)
def test_what_is_wrong_in_an_answer_is_named_with_its_file_and_line(base: Path, few_data: Path, text: str) -> None:
    """As `postbote check` names it, and before anything is learnt."""
    edit = read_entry(base, "pop3-ssl")
    wrong = replace(edit, answer={**edit.answer, "de": f"{edit.answer['de']} {text}"})
    found = tried(base, few_data, to_changes(base, wrong), "pop3-ssl")
    assert found["steps"] == ["learning"]
    assert found["problems"]
    for problem in found["problems"]:
        assert re.match(r"pop3-ssl\.yaml:\d+: answer\.de: .", problem)
