"""A hoster's first hour: the transcript of knowledge/README.md, word for word, and how well its base answers then."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answering.engine import load_engine
from bot.channels.slack.manifest import to_manifest
from bot.cli.startup import LEARNING
from bot.commands import find_commands
from bot.content.import_faq import import_faq
from bot.content.loader import load
from bot.content.starter import write_starter
from bot.core.model import Knowledge, Question
from bot.ops.check_content import all_problems
from bot.ops.evaluate import read_set
from bot.settings import Settings
from tests.conftest import PROJECT
from tests.hosters.test_hoster import TEMPLATES, everything_said, renderer_of
from tests.servers.postbote import environment
from tests.slow import slow

DATA = Path(__file__).parent / "alpenpost-faq"
FAQ, EXAMPLES, QUESTIONS = DATA / "faq.md", DATA / "examples", DATA.with_suffix(".jsonl")
README = (PROJECT / "knowledge/README.md").read_text("utf-8")
SECTION = README.split("## Another hoster's first hour\n")[1].split("\n## The hoster")[0]
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
FILES = {text.split("\n")[0].removeprefix("# "): text for kind, text in BLOCKS if kind == "yaml"}
FOREIGN = re.compile(r"ovh|ns0|ssl0|%domain|email%|example\.org", re.IGNORECASE)
END = "---- end of a command ----"


def steps(text: str) -> list[tuple[str, str]]:
    """Commands of a console block, each with what it prints."""
    return [(command, printed) for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)]


def as_pattern(printed: str) -> str:
    """Pattern of what a command prints: a line … stands for any lines, … in a line for the rest of it."""
    lines = [r"(?:.*\n)*" if line == "…\n" else re.escape(line).replace("…", ".*") for line in printed.splitlines(True)]
    return "".join(lines)


def test_the_transcript_begins_with_the_faq_that_it_imports() -> None:
    kind, text = BLOCKS[0]
    assert kind == "markdown"
    assert FAQ.read_text("utf-8").startswith(text)
    assert FILES["alpenpost/examples/webmail.yaml"].split("\n", 1)[1] == (EXAMPLES / "webmail.yaml").read_text("utf-8")
    assert sum(len(steps(text)) for kind, text in BLOCKS if kind == "console") >= 8


def test_what_differs_from_the_transcript_is_seen() -> None:
    assert re.fullmatch(as_pattern("a …\n…\nb\n"), "a x\n1\n2\nb\n")
    assert not re.fullmatch(as_pattern("a\n…\nb\n"), "a\n1\nc\n")
    assert steps("$ a\n1\n\n2\n$ b\n") == [("a", "1\n\n2\n"), ("b", "")]


@slow
def test_the_base_that_it_begins_with_passes_check(tmp_path: Path, learnt: Path) -> None:
    """Before the transcript, whose first question is answered with what is learnt here."""
    folder, data = tmp_path / "alpenpost", learnt / "first-hour"
    write_starter(folder, "Alpenpost", ["de"])
    engine = load_engine(Settings(postbote_data_dir=data, postbote_knowledge=folder, postbote_templates=TEMPLATES))
    assert [str(p) for p in all_problems(folder, TEMPLATES, engine, find_commands())] == []
    asked = Question("Womit melde ich mich im Mailprogramm an?")
    assert engine.matcher.decide(asked).entries[:1] == ("start-user-name",)


@slow
def test_the_transcript_is_what_the_programs_print(tmp_path: Path, learnt: Path) -> None:
    """In one shell, as somebody types it; what is learnt is kept for the next run."""
    shutil.copy(FAQ, tmp_path)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    variables = environment(PATH=path, POSTBOTE_DATA_DIR=str(learnt / "first-hour"), LC_ALL="C.UTF-8")
    with subprocess.Popen(
        ["sh"], cwd=tmp_path, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, bufsize=1,
    ) as shell:  # fmt: skip
        assert shell.stdin
        assert shell.stdout
        for kind, text in BLOCKS[1:]:
            if kind == "yaml":
                file = tmp_path / text.split("\n")[0].removeprefix("# ")
                file.parent.mkdir(exist_ok=True)
                file.write_text(text, "utf-8")
            for command, printed in steps(text) if kind == "console" else ():
                shell.stdin.write(f"{command}\necho '{END}'\n")
                shell.stdin.flush()
                lines = iter(shell.stdout.readline, f"{END}\n")
                found = "".join(
                    line for line in lines if line != f"{LEARNING}\n"
                )  # said only where nothing is kept yet
                assert re.fullmatch(as_pattern(printed), found), f"{command} printed:\n{found}"
        shell.stdin.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Base of the transcript's end, with the other entries' examples."""
    folder = tmp_path_factory.mktemp("hour") / "alpenpost"
    write_starter(folder, "Alpenpost", ["de"])
    (folder / "provider.yaml").write_text(FILES["alpenpost/provider.yaml"], "utf-8")
    for file in folder.glob("start-*.yaml"):
        file.unlink()
    import_faq(FAQ, folder)
    shutil.copytree(EXAMPLES, folder / "examples")
    return folder


@pytest.fixture(scope="module")
def knowledge(base: Path) -> Knowledge:
    return load(base)


def test_no_word_of_another_hoster_stands_in_a_reply_a_command_or_a_page(knowledge: Knowledge, base: Path) -> None:
    renderer = renderer_of(knowledge)
    said = [everything_said(renderer, knowledge, "de")]
    askers = [("", ""), ("max@firma.example", "firma.example")]
    said += [renderer.entry(entry, "de", *asker) for entry in knowledge.entries for asker in askers]
    commands = {command.name: (command.hint, command.summary) for command in renderer.commands("de")}
    about = renderer.block("about", "de", "de")
    manifest = to_manifest(commands, lambda name: renderer.label(name, "de"), renderer.prompts("de"), None, about=about)
    said.append(str(manifest))
    said += [file.read_text("utf-8") for file in base.rglob("*.yaml")]
    assert [found[0] for text in said for found in FOREIGN.finditer(text)] == []
    assert {row.server for row in knowledge.provider.connections} == {"mail.alpenpost.example"}


def test_every_entry_has_five_examples_that_people_wrote(knowledge: Knowledge) -> None:
    """Its heading and four; and the one that the import made."""
    of_people = {name: len(entry.questions["de"]) - 1 for name, entry in knowledge.entries.items()}
    assert {count for name, count in of_people.items() if name != "relay-access-denied"} == {5}
    asked = {text.strip(" ?!.").lower() for entry in knowledge.entries.values() for text in entry.questions["de"]}
    assert not asked & {line.text.strip(" ?!.").lower() for line in read_set(QUESTIONS)}


@slow
def test_five_examples_an_entry_answer_most_questions_and_guess_at_none(base: Path, learnt: Path) -> None:
    """30 questions that the FAQ answers and 20 that it does not, written before any of them was asked."""
    engine = load_engine(
        Settings(postbote_data_dir=learnt / "first-hour", postbote_knowledge=base, postbote_templates=TEMPLATES)
    )
    for file in (QUESTIONS, DATA.parent / "alpenpost.jsonl"):
        found = [(line, engine.matcher.decide(Question(line.text))) for line in read_set(file)]
        guessed = [line.text for line, decision in found if not line.expect and decision.outcome == "answer"]
        assert len(guessed) <= 1, guessed
        if file == QUESTIONS:  # the other's ids are another base's
            helped = [line for line, decision in found if line.expect and decision.entries[:1] == line.expect[:1]]
            assert len(helped) >= 22, len(helped)
