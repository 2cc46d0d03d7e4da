"""`postbote init`: a base to start from."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answering.engine import load_engine
from bot.commands import find_commands
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.provider_schema import BaseSettings, provider_model
from bot.content.schema import entry_model
from bot.content.starter import is_starter, write_starter
from bot.core.model import LANGUAGES, Language, Question
from bot.ops.check_content import all_problems
from bot.settings import Settings
from tests.conftest import PROJECT
from tests.slow import few, slow

CHOICES: list[list[Language]] = [["de"], ["en"], ["de", "en"], ["en", "de"], []]


def read(folder: Path) -> str:
    return "\n".join(file.read_text("utf-8") for file in sorted(folder.iterdir()))


@pytest.mark.parametrize("languages", few(2, CHOICES))
def test_the_base_is_sound_in_the_languages_that_were_chosen_and_says_nothing_in_others(
    tmp_path: Path, languages: list[Language]
) -> None:
    write_starter(tmp_path / "base", "Nord: „Post“ & Co", languages)
    knowledge = load(tmp_path / "base")
    assert knowledge.provider.name == "Nord: „Post“ & Co"
    assert knowledge.languages == tuple(languages or LANGUAGES)
    others = set(LANGUAGES) - set(knowledge.languages)
    for other in others:
        assert not re.search(rf"^[# -]*{other}:|[{{, ]{other}: ", read(tmp_path / "base"), re.MULTILINE)
    ours, theirs = ("Ihr", "Your") if "en" in others else ("Your", "Ihr")
    assert ours in read(tmp_path / "base")
    assert (theirs in read(tmp_path / "base")) == (not others)


@slow
@pytest.mark.parametrize("languages", [["en"], ["de", "en"]])
def test_the_base_passes_check_and_answers_at_once(tmp_path: Path, learnt: Path, languages: list[Language]) -> None:
    """In German alone: tests/hosters/test_first_hour.py, whose transcript begins with that base."""
    folder, templates = tmp_path / "base", PROJECT / "templates"
    write_starter(folder, "One", languages)
    data = learnt / "starter"
    engine = load_engine(Settings(postbote_data_dir=data, postbote_knowledge=folder, postbote_templates=templates))
    assert [str(p) for p in all_problems(folder, templates, engine, find_commands())] == []
    asked = {"de": "Womit melde ich mich im Mailprogramm an?", "en": "what is the username for my mail program"}
    for language in languages:
        assert engine.matcher.decide(Question(asked[language])).entries[:1] == ("start-user-name",)


def test_every_key_is_explained_where_it_stands(tmp_path: Path) -> None:
    """As a key, or in a comment; with words before it or beside it."""
    write_starter(tmp_path / "base", "", ["de"])
    provider: Any = provider_model(("de",))
    row: Any = provider.model_fields["connections"].annotation.__args__[0]
    contact: Any = provider.model_fields["contact"].annotation
    sources: Any = provider.model_fields["sources"].annotation
    keys = {
        "provider": chain.from_iterable(m.model_fields for m in (provider, row, contact, sources)),
        "base": BaseSettings.model_fields,
        "start-user-name": entry_model(("de",)).model_fields,
    }
    for name, known in keys.items():
        text = (tmp_path / "base" / f"{name}.yaml").read_text("utf-8")
        assert [key for key in known if not re.search(rf"^[# -]*{key}: ?", text, re.MULTILINE)] == []


def test_what_a_comment_shows_is_right_once_it_is_no_comment(tmp_path: Path) -> None:
    write_starter(tmp_path / "base", "", ["de", "en"])
    for file in (tmp_path / "base").iterdir():
        lines = file.read_text("utf-8").splitlines(keepends=True)
        opened = [re.sub("^# ", "", line) if _is_yaml(line) else line for line in lines]
        file.write_text("".join(opened), "utf-8")
        assert isinstance(yaml.safe_load("".join(opened)), dict), file
    provider = yaml.safe_load((tmp_path / "base/provider.yaml").read_text("utf-8"))
    assert {"contact", "links", "sources", "settings_note", "prompts"} <= provider.keys()
    assert len(load(tmp_path / "base").entries) == 4


def _is_yaml(line: str) -> bool:
    keys = "contact|email|phone|page|links|faq|webmail|sources|ports|login|ticket|settings_note|prompts|de|en"
    return bool(re.match(rf"# +(?:{keys}): |# (?:{keys}):$", line))


def test_no_hoster_is_named(tmp_path: Path) -> None:
    write_starter(tmp_path / "base", "One", [])
    text = read(tmp_path / "base")
    assert set(re.findall(r"[a-z0-9.-]+\.(?:org|com|net|de|at)\b", text)) <= {
        *("mail.example.org", "www.example.org", "webmail.example.org", "example.org")
    }
    assert not re.search(r"ovh|ns0|ssl0|alpenpost", text, re.IGNORECASE)


def test_the_name_is_the_folders_where_none_is_given(tmp_path: Path) -> None:
    write_starter(tmp_path / "nord-post", "", ["de"])
    assert load(tmp_path / "nord-post").provider.name == "Nord post"


@pytest.mark.parametrize("held", [".git", "a.yaml"])
def test_a_folder_that_holds_something_is_refused_and_left_as_it_is(tmp_path: Path, held: str) -> None:
    (tmp_path / held).mkdir()
    with pytest.raises(KnowledgeError, match=f"holds '{held}' already; name a folder that is new or empty"):
        write_starter(tmp_path, "", ["de"])
    assert [file.name for file in tmp_path.iterdir()] == [held]


def test_a_file_and_a_place_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KnowledgeError, match="holds a file already"):
        write_starter(tmp_path / "file", "", ["de"])
    with pytest.raises(KnowledgeError, match=r"cannot be written .*nothing was changed"):
        write_starter(tmp_path / "file" / "base", "", ["de"])
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_starter_entries_are_known_by_their_head(tmp_path: Path) -> None:
    names = write_starter(tmp_path / "base", "", ["de"])
    assert [n for n in names if is_starter(tmp_path / "base" / n)] == [n for n in names if n.startswith("start-")]
    assert not is_starter(tmp_path / "none.yaml")
