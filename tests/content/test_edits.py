"""Edits of the knowledge base: only what is wanted changes, and everything else stays as it is written."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from ruamel.yaml.comments import CommentedMap

from bot.content.edits import (
    Edit,
    FileChange,
    one_line,
    read_entry,
    read_file,
    to_changes,
)
from bot.content.entry_yaml import question_block
from bot.content.loader import load
from bot.content.publishing import Outdated, commit, is_writable, publish, reverse, stage, to_patch
from bot.content.yaml_edit import INDENTS, EditError, dumped, loaded
from tests.conftest import PROJECT
from tests.examples import any_text
from tests.slow import one_in

KNOWLEDGE = PROJECT / "knowledge"
SHORT = ("base", "provider", "login-name", "open-smtp", "error-relay-denied", "error-badmailfrom", "pop3-principle")
FILES = [
    *sorted((PROJECT / "tests/hosters/alpenpost").glob("*.yaml")),
    *(KNOWLEDGE / f"{name}.yaml" for name in SHORT),
    *sorted((PROJECT / "bot/content/general_layer/conditions").glob("*.yaml"), key=lambda file: file.stat().st_size)[
        :4
    ],
]
ENTRIES = ["error-relay-denied", "imap-server"]  # without examples of its own; with a file of them
TEXT = {"de": "Ein Text.", "en": "A text."}
NEW = Edit("entry", "forwarding", {"de": ["a?", "b?"], "en": ["c?", "d?"]}, True, "FAQ", TEXT, TEXT)


@pytest.fixture
def folder(tmp_path: Path, few_entries: str) -> Path:
    """A knowledge base of five entries over the general layer, with some of their examples: ruamel reads slowly."""
    folder = shutil.copytree(few_entries, tmp_path / "knowledge")
    (folder / "not-covered").rmdir()  # made by the first topic
    for name in ("concepts", "status-codes"):  # the layer has them
        (folder / f"{name}.yaml").unlink()
    for name in ("base", "ports", "imap-server", "error-relay-denied", "examples/ports", "examples/imap-server"):
        source = (KNOWLEDGE / f"{name}.yaml").read_text("utf-8")
        related = re.sub(r"^(related: ).*", r"\1[pop3-ssl, imap-ssl]", source, flags=re.MULTILINE)
        few = re.sub(r"((?:^    - .*\n){9})(?:^    - .*\n)+", r"\1", related, flags=re.MULTILINE)
        (folder / f"{name}.yaml").write_text(few, "utf-8")
    return folder


def applied(folder: Path, edit: Edit) -> list[FileChange]:
    changes = to_changes(folder, edit)
    publish(folder, changes)
    return list(changes)


@one_in(3)
def test_a_file_that_is_read_and_written_is_the_same_to_the_byte(every: int) -> None:
    for file in FILES[::every]:
        raw, indent = loaded(file)
        assert dumped(raw, indent) == file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize("indent", INDENTS)
def test_indents_and_comments_of_a_file_stay(folder: Path, indent: tuple[int, int]) -> None:
    file = folder / "examples" / "ports.yaml"
    item = " " * (2 + indent[1])
    file.write_text(f'# why\nquestions:\n  de:   # two\n{item}- "a?"  # first\n  en:\n{item}- "b?"\n', encoding="utf-8")
    applied(folder, Edit("example", "ports", {"de": ["c?"]}))
    assert file.read_text(encoding="utf-8") == (
        f'# why\nquestions:\n  de:   # two\n{item}- "a?"  # first\n{item}- "c?"\n  en:\n{item}- "b?"\n'
    )


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_example_is_one_line_more_wherever_the_entry_keeps_them(folder: Path, entry: str) -> None:
    before = read_entry(folder, entry).questions
    changes = applied(folder, Edit("example", entry, {"de": ["Gibt es das auch in Blau?"]}))
    lines = [line for line in to_patch(changes).splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert '+    - "Gibt es das auch in Blau?"' in lines
    assert not [line for line in lines if line.startswith("-")]
    after = read_entry(folder, entry).questions
    assert set(after["de"]) - set(before["de"]) == {"Gibt es das auch in Blau?"}
    assert after["en"] == before["en"]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_that_is_read_and_saved_changes_nothing_else(folder: Path, entry: str) -> None:
    edit = read_entry(folder, entry)
    with pytest.raises(EditError, match="unchanged"):
        to_changes(folder, edit)
    more = replace(
        edit,
        answer={**edit.answer, "en": "Another answer."},
        questions={**edit.questions, "de": ["x?", *edit.questions["de"]]},
    )
    applied(folder, more)
    again = read_entry(folder, entry)
    assert again.answer == more.answer
    assert set(again.questions["de"]) == set(more.questions["de"])
    assert again.title == edit.title


def test_related_entries_error_lines_and_codes_change_and_all_else_stays(folder: Path) -> None:
    edit = read_entry(folder, "error-relay-denied")
    assert edit.lists["lines"]
    line = "454 4.7.1 <max@example.com>: Relay access denied"
    wanted = {"lines": [*edit.lists["lines"][:1], line], "related": ["ports", "imap-server"]}
    changes = applied(folder, replace(edit, lists=wanted))
    assert [change.path for change in changes] == ["error-relay-denied.yaml"]
    assert read_entry(folder, "error-relay-denied").lists == {**edit.lists, **wanted}
    entry = load(folder).entries["error-relay-denied"]
    assert line in entry.lines
    assert entry.related == ("ports", "imap-server")
    applied(folder, replace(edit, lists={"related": []}))
    assert "related" not in (folder / "error-relay-denied.yaml").read_text("utf-8")


def test_an_entry_that_gets_an_error_line_explains_an_error(folder: Path) -> None:
    lists = {"lines": ["550 5.7.99 wrong port"], "codes": ["5.7.99"]}
    applied(folder, replace(read_entry(folder, "ports"), lists=lists))
    applied(folder, replace(NEW, lists={"lines": ["550 5.7.98 no forwarding"]}))
    found = load(folder).entries
    assert [(found[name].kind, found[name].lines) for name in ("ports", "forwarding")] == [
        ("error", ("550 5.7.99 wrong port",)),
        ("error", ("550 5.7.98 no forwarding",)),
    ]
    assert found["ports"].codes == ("5.7.99",)


@pytest.mark.parametrize("path", ["provider.yaml", "base.yaml", "ports.yaml", "examples/ports.yaml"])
def test_a_whole_file_changes_by_what_was_written_alone(folder: Path, path: str) -> None:
    before = (folder / path).read_bytes()
    edit = read_file(folder, path)
    with pytest.raises(EditError, match="unchanged"):
        to_changes(folder, replace(edit, text=edit.text.replace("\n", "\r\n")))  # as browsers send it
    (change,) = applied(folder, replace(edit, text=f"# new\r\n{edit.text}"))
    assert (folder / path).read_bytes() == b"# new\n" + before
    publish(folder, reverse([change]))
    assert (folder / path).read_bytes() == before


def test_an_entry_that_was_saved_is_read_by_the_loader(folder: Path) -> None:
    edit = read_entry(folder, "imap-server")
    applied(folder, replace(edit, answer={**edit.answer, "en": "Another answer."}))
    applied(folder, Edit("example", "error-relay-denied", {"de": ["Gibt es das auch in Blau?"]}))
    found = load(folder).entries
    assert found["imap-server"].answer["en"] == "Another answer."
    assert "Gibt es das auch in Blau?" in found["error-relay-denied"].questions["de"]


def test_a_new_entry_and_a_new_topic_are_read_by_the_loader(folder: Path) -> None:
    applied(folder, NEW)
    applied(folder, Edit("topic", "fax", {"de": ["Kann ich faxen?"]}, new=True, title=TEXT))
    applied(folder, Edit("topic", "fax", {"en": ["Can I fax?"]}))
    found = load(folder)
    assert found.entries["forwarding"].questions == {"de": ("a?", "b?"), "en": ("c?", "d?")}
    assert found.topics["fax"].questions == {"de": ("Kann ich faxen?",), "en": ("Can I fax?",)}


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit("example", "../provider", {"de": ["a?"]}), "id"),
        (Edit("example", "provider", {"de": ["a?"]}), "id"),
        (Edit("example", "nowhere", {"de": ["a?"]}), "gone"),
        (Edit("example", "ports", {"de": [" \n"]}), "empty"),
        (Edit("topic", "nowhere", {"de": ["a?"]}), "gone"),
        (Edit("topic", "nowhere", {"de": ["a?"]}, new=True), "title"),
        (replace(NEW, target="ports"), "exists"),
        (replace(NEW, target="Großes"), "id"),
        (replace(NEW, answer={"de": "nur Deutsch"}), "title"),
        (Edit("file", "../README.md", {}, text="x"), "gone"),
        (Edit("file", "labelled/x.jsonl", {}, text="x"), "gone"),
        (Edit("file", "examples/../provider.yaml", {}, text="x"), "gone"),
        (Edit("file", "nowhere.yaml", {}, text="x"), "gone"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(folder: Path, edit: Edit, reason: str) -> None:
    with pytest.raises(EditError) as refused:
        to_changes(folder, edit)
    assert refused.value.reason == reason


@given(any_text(200))
def test_whatever_was_asked_is_one_text_of_yaml(asked: str) -> None:
    text = one_line(asked)
    raw = CommentedMap({"questions": question_block({"de": [text]}, ["de"])})
    assert yaml.safe_load(dumped(raw, INDENTS[0])) == {"questions": {"de": [text]}}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_change_is_published_committed_and_undone(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")
    (folder / "ports.yaml").write_text((folder / "ports.yaml").read_text("utf-8") + "# mine\n", encoding="utf-8")
    before = {file: file.read_bytes() for file in folder.rglob("*.yaml")}
    changes = applied(folder, NEW)
    name, problem = commit(folder, changes, "entry forwarding", "Erika <x>\nMuster")
    assert problem == ""
    assert git(folder, "log", "-1", "--format=%h %an %s") == f"{name} Erika  x  Muster entry forwarding"
    assert git(folder, "status", "--short") == "M ports.yaml"  # nobody else's work was taken along
    publish(folder, reverse(changes))
    assert commit(folder, reverse(changes), "Undo: entry forwarding", "Erika")[1] == ""
    assert {file: file.read_bytes() for file in folder.rglob("*.yaml")} == before


def test_without_a_checkout_nothing_is_committed(folder: Path) -> None:
    assert commit(folder, applied(folder, NEW), "x", "y") == ("", "")


@pytest.mark.parametrize("undone", [False, True])
def test_the_patch_of_a_read_only_folder_is_what_would_have_been_published(folder: Path, undone: bool) -> None:
    stage(folder, [], folder.parent / "other")
    changes = [*to_changes(folder, NEW), *to_changes(folder, Edit("example", "imap-server", {"de": ["neu?"]}))]
    publish(folder, changes)
    for patch in [to_patch(changes), *([to_patch(reverse(changes))] if undone else [])]:
        (folder.parent / "x.patch").write_text(patch, encoding="utf-8")
        git(folder.parent / "other", "apply", "../x.patch")
    if undone:
        publish(folder, reverse(changes))
    here, there = ({f.name: f.read_bytes() for f in one.rglob("*.yaml")} for one in (folder, folder.parent / "other"))
    assert here == there


def test_a_file_that_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    changes = [*to_changes(folder, NEW), *to_changes(folder, Edit("example", "imap-server", {"de": ["neu?"]}))]
    (folder / "examples" / "imap-server.yaml").write_text("questions: {de: [], en: []}\n", encoding="utf-8")
    with pytest.raises(Outdated):
        publish(folder, changes)
    assert not (folder / "forwarding.yaml").exists()


def test_a_disk_that_refuses_the_second_file_leaves_none(folder: Path) -> None:
    (folder / "not-covered").write_text("a file where a folder must be", encoding="utf-8")
    changes = [*to_changes(folder, NEW), FileChange("not-covered/fax.yaml", None, "id: fax\n")]
    with pytest.raises(OSError, match="not-covered"):
        publish(folder, changes)
    assert not (folder / "forwarding.yaml").exists()


def test_an_installed_packages_content_is_read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes: Any = to_changes(folder, NEW)
    assert is_writable(folder, changes)
    monkeypatch.setattr("bot.content.publishing.PACKAGED", folder.parent)
    assert not is_writable(folder, changes)
