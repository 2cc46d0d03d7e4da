"""Lists of commands: whoever adds a command adds it to every one of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Literal, get_args

import pytest

from bot.answering.engine import AnswerEngine
from bot.commands import find_commands
from bot.content.renderer import Renderer
from bot.core.model import LANGUAGES, Answer, Language
from bot.core.provider import Connection
from tests.rows import each_row
from tests.slow import slow

PROJECT = Path(__file__).parents[2]
Purpose = Literal["send", "fetch"]
Encryption = Literal["none", "starttls", "tls"]
LISTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("faq", {"help": True, "in_slack": True}),
    ("home", {"notice": ""}),
    ("greeting", {}),
)
# Prints what the copied package says: help, App Home and greeting in both languages
ASK = """
import json
from bot.answering.engine import load_engine
from bot.core.model import LANGUAGES, Answer
from bot.settings import Settings
renderer = load_engine(Settings()).renderer
said = {
    f"{name} {language}": renderer.render(Answer(name, language, facts))
    for name, facts in (("faq", {"help": True, "in_slack": True}), ("home", {"notice": ""}), ("greeting", {}))
    for language in LANGUAGES
}
print(json.dumps(said, ensure_ascii=False))
"""


@each_row("language", LANGUAGES)
@each_row(("template", "facts"), LISTS, ids=[template for template, _ in LISTS])
def test_help_home_and_greeting_name_every_command(
    engine: AnswerEngine, template: str, facts: dict[str, object], language: Language
) -> None:
    said = engine.renderer.render(Answer(template, language, facts))
    assert [name for name in find_commands() if f"/{name}" not in said] == []


def test_the_readme_names_every_command() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert [name for name in find_commands() if f"`/{name}" not in readme] == []


def test_a_hint_is_in_the_language_of_the_text(engine: AnswerEngine) -> None:
    usages = {language: {c.usage for c in engine.renderer.commands(language)} for language in LANGUAGES}
    assert {"faq Frage", "mx Domain", "ports"} <= usages["de"]
    assert {"faq question", "mx domain", "ports"} <= usages["en"]


@each_row("language", LANGUAGES)
@each_row("name", list(find_commands()))
def test_the_help_of_a_command_begins_with_its_usage(engine: AnswerEngine, name: str, language: Language) -> None:
    (usage,) = [command.usage for command in engine.renderer.commands(language) if command.name == name]
    said = engine.renderer.render(Answer(name, language, {"help": True, "in_slack": False, "unknown": ""}))
    assert said.startswith(f"**/{usage}**")


def test_what_a_connection_is_for_begins_small_within_an_english_line(engine: AnswerEngine) -> None:
    """Of every purpose and encryption; a German line has nouns there."""
    rows = tuple(
        Connection(f"c{n}", purpose, "imap", encryption, "x.example", 1)
        for n, (purpose, encryption) in enumerate(product(get_args(Purpose), get_args(Encryption)))
    )
    knowledge = replace(engine.knowledge, provider=replace(engine.knowledge.provider, connections=rows))
    said = Renderer(PROJECT / "templates", knowledge, {}).render(Answer("ports", "en", {"help": False}))
    assert len(re.findall(r"\(\w", said)) == len(rows)
    assert re.findall(r"\([A-Z]\w*", said) == []


@pytest.fixture
def with_copied_command(tmp_path: Path) -> Path:
    """Copy of the package with /ports once more, as /quota: a module and a template are all that is added."""
    for folder in ("bot", "templates"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    module, template = tmp_path / "bot/commands/ports.py", tmp_path / "templates/ports.md"
    copied = module.read_text(encoding="utf-8").replace('NAME = "ports"', 'NAME = "quota"')
    (tmp_path / "bot/commands/quota.py").write_text(copied.replace('HINT = ""', 'HINT = "folder"'), encoding="utf-8")
    summary = template.read_text(encoding="utf-8").replace("Ports and server for", "Space left for")
    (tmp_path / "templates/quota.md").write_text(summary, encoding="utf-8")
    return tmp_path


@slow
def test_a_copied_command_stands_in_every_list(with_copied_command: Path, few_data: Path, few_entries: str) -> None:
    said = json.loads(_run(with_copied_command, few_data, "-c", ASK, POSTBOTE_KNOWLEDGE=few_entries))
    assert [text for text, words in said.items() if "`/quota folder`" not in words] == []
    assert [text for text in ("faq en", "home en") if "Space left for encrypted" not in said[text]] == []


@slow
def test_a_copied_command_stands_in_the_manifest(with_copied_command: Path, few_data: Path, few_entries: str) -> None:
    manifest = _run(with_copied_command, few_data, "-m", "bot", "manifest", POSTBOTE_KNOWLEDGE=few_entries)
    (command,) = [c for c in json.loads(manifest)["features"]["slash_commands"] if c["command"] == "/quota"]
    assert (command["usage_hint"], command["description"][:10]) == ("folder", "Space left")


@slow
def test_a_copied_command_passes_the_content_check(with_copied_command: Path, few_data: Path, few_entries: str) -> None:
    done = _run(with_copied_command, few_data, "-m", "bot", "check", POSTBOTE_KNOWLEDGE=few_entries)
    assert done.startswith("ok: ")


def _run(folder: Path, learnt: Path, *arguments: str, **variables: str) -> str:
    """Output of Python in the copied package, with the trained model that the tests share."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "POSTBOTE_DATA_DIR": str(learnt), **variables}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
