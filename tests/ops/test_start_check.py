"""Start check: found once and remembered; found anew for other content, from another folder, where it is damaged."""

import shutil
from pathlib import Path
from typing import cast

import pytest

from bot.answering.engine import AnswerEngine, load_engine
from bot.content.problems import KnowledgeError
from bot.ops.start_check import find_at_start
from bot.settings import Settings
from tests.conftest import PROJECT
from tests.learn import keep_model

NO_ENGINE = cast("AnswerEngine", None)  # whoever checks with it fails


@pytest.fixture
def settings(few_entries: str, few_data: Path, tmp_path: Path) -> Settings:
    data = shutil.copytree(few_data, tmp_path / "data", copy_function=lambda old, new: Path(new).hardlink_to(old))
    for kept in data.glob("cache/findings-*"):
        kept.unlink()
    return Settings(
        postbote_data_dir=data,
        postbote_knowledge=shutil.copytree(few_entries, tmp_path / "knowledge"),
        postbote_templates=PROJECT / "templates",
    )


def write_figure(settings: Settings, written: str = "995") -> Path:
    """An entry that says a figure which stands in provider.yaml."""
    file = settings.postbote_knowledge / "pop3-ssl.yaml"
    file.write_text(file.read_text("utf-8").replace("{{ ports.pop3s }}", written), "utf-8")
    keep_model(settings)
    return file


def test_a_second_start_knows_what_the_first_one_found(settings: Settings) -> None:
    file = write_figure(settings)
    found = find_at_start(settings, load_engine(settings))
    assert found
    assert found[0].startswith(f"{file}:")
    assert find_at_start(settings, NO_ENGINE) == found


def test_changed_content_is_checked_anew(settings: Settings) -> None:
    assert find_at_start(settings, load_engine(settings)) == []
    write_figure(settings)
    assert find_at_start(settings, load_engine(settings))


def test_the_same_content_elsewhere_is_checked_anew_since_findings_name_files(settings: Settings) -> None:
    write_figure(settings)
    engine = load_engine(settings)
    find_at_start(settings, engine)
    moved = settings.postbote_knowledge.rename(settings.postbote_knowledge.with_name("moved"))
    assert str(moved) in find_at_start(settings.model_copy(update={"postbote_knowledge": moved}), engine)[0]


def test_a_damaged_memory_is_no_memory(settings: Settings) -> None:
    engine = load_engine(settings)
    find_at_start(settings, engine)
    (kept,) = settings.postbote_data_dir.glob("cache/findings-*")
    for damage in (b"", b"00000000\n{}", b"a"):
        kept.write_bytes(damage)
        assert find_at_start(settings, engine) == []


def test_content_that_cannot_be_used_is_refused_at_every_start(settings: Settings) -> None:
    write_figure(settings, "{{ ports.pop3s // 0 }}")
    for _ in range(2):
        engine = load_engine(settings)
        with pytest.raises(KnowledgeError, match=r"pop3-ssl\.yaml:\d+: answer\.de"):
            find_at_start(settings, engine)
