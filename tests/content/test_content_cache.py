"""What was read of the content is kept by the content's name, whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.engine import load_engine
from bot.content.cache_file import load, save
from bot.content.content_cache import Content, content_key, load_or_read
from bot.content.problems import KnowledgeError
from bot.core.matching.example_counts import count_examples
from bot.core.model import Question
from bot.settings import Settings
from tests.project import PROJECT, knowledge
from tests.slow import one_in


def not_again() -> Content:
    raise AssertionError("read again")


def content(every: int) -> Content:
    """The project's own, of whose entries and topics one in so many."""
    own = knowledge()
    few = replace(own, entries=dict([*own.entries.items()][::every]), topics=dict([*own.topics.items()][::every]))
    return Content(few, count_examples(few))


@one_in(9)
def test_what_was_read_is_the_same_from_the_file(tmp_path: Path, every: int) -> None:
    """Every field of every entry: nothing is lost on the way through JSON."""
    read = load_or_read(tmp_path, "a", lambda: content(every))
    assert read.knowledge.entries
    assert read.knowledge.topics
    assert load_or_read(tmp_path, "a", not_again) == read


@pytest.fixture(scope="module")
def short() -> Content:
    """Content of one entry and one topic, which is written and read in a moment."""
    return content(100)


@pytest.mark.parametrize("damage", [b"", b"{", b"null", b'{"knowledge": {}, "counts": {}}'])
def test_a_broken_file_is_only_a_slower_start(short: Content, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "content-a.cache").write_bytes(damage)
    assert load_or_read(tmp_path, "a", lambda: short) is short
    assert load_or_read(tmp_path, "a", not_again) == short
    save(tmp_path / "content-a.cache", "content-*", [damage])  # whole, but of another version
    assert load_or_read(tmp_path, "a", lambda: short) is short
    assert load_or_read(tmp_path, "a", not_again) == short


def test_the_content_of_another_name_is_thrown_away(short: Content, tmp_path: Path) -> None:
    for key in ("old", "new"):
        load_or_read(tmp_path, key, lambda: short)
    assert [file.name for file in tmp_path.iterdir()] == ["content-new.cache"]


def test_content_without_a_key_is_read_and_not_kept(short: Content, tmp_path: Path) -> None:
    assert load_or_read(tmp_path, "", lambda: short) is short
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_only_a_slower_start(short: Content, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_or_read(tmp_path / "file" / "folder", "a", lambda: short) is short


@pytest.mark.parametrize("name", ["a.yaml", "examples/a.yaml", "answer.md", "schema.py"])
def test_every_change_of_content_templates_or_code_changes_the_key(tmp_path: Path, name: str) -> None:
    before = content_key([tmp_path])
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x: 1")
    added = content_key([tmp_path])
    (tmp_path / name).write_text("x: 2")
    assert len({before, added, content_key([tmp_path])}) == 3


def test_an_engine_from_the_cache_answers_alike_and_a_fault_of_a_template_is_seen_all_the_same(
    few_learnt: Path, few_entries: str, tmp_path: Path
) -> None:
    settings = Settings(
        postbote_data_dir=few_learnt, postbote_knowledge=Path(few_entries), postbote_templates=PROJECT / "templates"
    )
    (file,) = (few_learnt / "cache").glob("content-*.cache")
    assert set(json.loads(load(file))["knowledge"]["entries"]) == {"imap-ssl", "pop3-ssl"}
    question = Question("welcher port für pop3 mit ssl?")
    assert load_engine(settings).matcher.decide(question).entries == ("pop3-ssl",)
    (tmp_path / "ports.md").write_text("{{ ports.ftp }}")
    with pytest.raises(KnowledgeError, match=r"ports\.ftp"):
        load_engine(settings.model_copy(update={"postbote_templates": tmp_path}))
