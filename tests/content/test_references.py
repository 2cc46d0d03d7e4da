"""Content with which a command or an answer would fail is refused at the start, by doctor and by check."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answering.engine import AnswerEngine
from bot.commands import find_commands
from bot.content.content_hash import content_hash
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.references import missing_parts, required_blocks, unknown_figures, unnamed_sections
from bot.content.renderer import Renderer, RenderError
from bot.content.template_files import in_one, read_templates
from bot.core.model import LANGUAGES, Knowledge
from bot.ops.sample_replies import entry_failures, rendering_problems
from tests.cli.in_process import postbote, umask
from tests.conftest import PROJECT
from tests.rows import each_row
from tests.slow import few, one_in

__all__ = ["umask"]  # a fixture of all tests here as well
KNOWLEDGE, TEMPLATES = PROJECT / "knowledge", PROJECT / "templates"


def lacking_one_figure(knowledge: Knowledge) -> Iterator[tuple[str, Knowledge]]:
    """Each figure of provider.yaml ("ports.imaps"), and the knowledge without it: the schema accepts all of them."""
    provider = knowledge.provider
    for key in provider.limits:
        rest = {name: value for name, value in provider.limits.items() if name != key}
        yield f"limits.{key}", replace(knowledge, provider=replace(provider, limits=rest))
    for place, row in enumerate(provider.connections):
        less: list[tuple[str, dict[str, Any]]] = [("servers", {"server": ""}), ("ports", {"port": None})]
        for group, without in [*less, ("aliases", {"alias": ""})]:
            rows = (*provider.connections[:place], replace(row, **without), *provider.connections[place + 1 :])
            yield f"{group}.{row.key}", replace(knowledge, provider=replace(provider, connections=rows))


def fails(knowledge: Knowledge) -> bool:
    """True if a sample reply or an entry cannot be rendered."""
    renderer = Renderer(TEMPLATES, knowledge, {name: command.HINT for name, command in find_commands().items()})
    try:
        for entry in knowledge.entries:
            for language in LANGUAGES:
                renderer.entry(entry, language)
    except RenderError:
        return True
    return bool(list(rendering_problems(TEMPLATES, renderer, knowledge, find_commands())))


NAMED = {"ports.imaps", "servers.smtps", "servers.pop3", "limits.spool"}


@one_in(12)
def test_a_provider_that_lacks_any_figure_that_is_named_is_refused(engine: AnswerEngine, every: int) -> None:
    """With file and line of each place; and no reply fails of which nothing was said."""
    sources = read_templates(TEMPLATES)
    assert list(unknown_figures(KNOWLEDGE, TEMPLATES, sources, engine.knowledge)) == []
    assert not fails(engine.knowledge)
    refused = set()
    for number, (figure, knowledge) in enumerate(lacking_one_figure(engine.knowledge)):
        if number % every and figure not in NAMED:
            continue
        problems = list(unknown_figures(KNOWLEDGE, TEMPLATES, sources, knowledge))
        assert problems or not fails(knowledge), figure
        for problem in problems:
            assert f"{figure} is named, and " in problem.text
            group = figure.partition(".")[0]
            there = (f"{group}.{key}" for key in getattr(knowledge.provider, group))
            assert f"it has {', '.join(sorted(there))}" in problem.text
            assert figure in Path(problem.file).read_text(encoding="utf-8").split("\n")[problem.line - 1]
        refused |= {figure} if problems else set()
    assert refused >= NAMED


def test_a_figure_is_seen_in_every_branch_and_form_but_not_in_prose_or_comments(engine: AnswerEngine) -> None:
    def named(source: str) -> list[tuple[int, str]]:
        found = unknown_figures(KNOWLEDGE, TEMPLATES, {"x.md": source}, engine.knowledge)
        return [(problem.line, problem.text.split()[0]) for problem in found]

    assert named("a\n{% if False %}\n{{ ports.ftp }}{% endif %}") == [(3, "ports.ftp")]
    assert named("{{ servers['fast']|code }}") == [(1, "servers.fast")]
    assert named("{#\n ports.ftp #}\n{% if x == limits.speed %}") == [(3, "limits.speed")]
    assert named("see ports.ftp {# {{ ports.ftp }} #} {{ my.ports.ftp }} {{ 'ports.ftp' }}") == []
    assert named("{% if limits.speed is defined %}{{ limits.speed }}{% endif %}") == []


def test_a_section_without_a_name_in_each_language_is_warned_of_once(engine: AnswerEngine) -> None:
    """Sources of the other language would name it in this one."""
    knowledge = engine.knowledge
    assert list(unnamed_sections(KNOWLEDGE, knowledge)) == []
    unnamed = replace(knowledge, sections=())
    found = [str(problem) for problem in unnamed_sections(KNOWLEDGE, unnamed)]
    assert len(found) == len({entry.faq for entry in knowledge.entries.values()})
    assert any("message-size.yaml:3: warning: faq: 'Grenzen' has no name in de, en; " in one for one in found)
    half = replace(knowledge, sections=tuple({"de": names["de"]} for names in knowledge.sections))
    assert all("has no name in en; " in str(problem) for problem in unnamed_sections(KNOWLEDGE, half))
    assert list(unnamed_sections(KNOWLEDGE, replace(unnamed, languages=("de",)))) == []


@each_row("name", sorted({*required_blocks(find_commands()), "labels", "web", "dashboard"}))
def test_a_folder_without_one_of_the_templates_or_blocks_is_refused(name: str) -> None:
    sources = dict(read_templates(TEMPLATES))
    assert list(missing_parts(TEMPLATES, sources, find_commands())) == []
    source = sources.pop(f"{name}.md")
    (problem,) = missing_parts(TEMPLATES, sources, find_commands())
    assert str(problem) == f"{TEMPLATES / name}.md:1: the template is missing; add it"
    for block in required_blocks(find_commands()).get(name, ()):
        less = {**sources, f"{name}.md": source.replace(f"block {block} %", "block other %")}
        (problem,) = missing_parts(TEMPLATES, less, find_commands())
        assert f"block {block!r} is missing" in problem.text


@one_in(3)
def test_a_template_with_a_misspelt_fact_is_refused_by_check(engine: AnswerEngine, tmp_path: Path, every: int) -> None:
    for command in ("ports", "login", "ticket", "ticket_note", "answer", "mx")[::every]:
        folder = shutil.copytree(TEMPLATES, tmp_path / command)
        file = folder / f"{command}.md"
        file.write_text(file.read_text().replace("{% block en %}", "{% block en %}{{ emial }}"))
        renderer = Renderer(folder, engine.knowledge, {name: c.HINT for name, c in find_commands().items()})
        problem, *others = rendering_problems(folder, renderer, engine.knowledge, find_commands())
        assert problem.file == str(file)
        assert {Path(other.file).stem for other in others} <= {"ticket_note"}  # which holds the ticket's reply
        assert "'emial' is undefined" in problem.text


@pytest.mark.parametrize("arguments", few(1, [["run"], ["ask", "x"], ["check"]]))
def test_templates_that_are_nowhere_stop_the_start(tmp_path: Path, few_entries: str, arguments: list[str]) -> None:
    variables = {"POSTBOTE_KNOWLEDGE": few_entries, "POSTBOTE_TEMPLATES": "/nope", "POSTBOTE_PORT": "0"}
    done = postbote(tmp_path, *arguments, **variables)
    assert done.exit_code == 1
    assert "/nope:1: no such folder; POSTBOTE_TEMPLATES must name the templates" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [["run"], ["ask", "/ports"]])
def test_a_reply_that_cannot_be_rendered_stops_the_start_and_ends_a_command(
    few_data: Path, few_entries: str, tmp_path: Path, arguments: list[str]
) -> None:
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    file = folder / "ports.md"
    file.write_text(file.read_text().replace("{% block de %}", "{% block de %}{{ prots.imaps }}"))
    variables = {"POSTBOTE_KNOWLEDGE": few_entries, "POSTBOTE_TEMPLATES": str(folder), "POSTBOTE_PORT": "0"}
    done = postbote(few_data, *arguments, **variables)
    assert done.exit_code == 1
    assert "'prots' is undefined" in done.stderr
    assert done.stdout == ""


def test_an_entry_that_cannot_be_rendered_is_named_with_its_line(tmp_path: Path, engine: AnswerEngine) -> None:
    folder = shutil.copytree(KNOWLEDGE, tmp_path / "knowledge")
    file = folder / "ports.yaml"
    file.write_text(file.read_text().replace("ports.imaps }}`", "prots.imaps }}`"))
    knowledge = load(folder)
    problems = list(entry_failures(folder, Renderer(TEMPLATES, knowledge, {}), knowledge))
    assert [p.text.partition(";")[0] for p in problems] == [
        f"answer.{lang}: 'prots' is undefined" for lang in LANGUAGES
    ]
    assert all(problem.file == str(file) for problem in problems)
    assert list(entry_failures(KNOWLEDGE, engine.renderer, engine.knowledge)) == []


PIPES = ["ports.yaml", "provider.yaml", "concepts.yaml", "status-codes.yaml", "new.yaml", "not-covered/new.yaml"]


@pytest.mark.parametrize("name", PIPES)
def test_a_named_pipe_among_the_entries_is_refused_instead_of_waited_for(
    tmp_path: Path, few_entries: str, name: str
) -> None:
    folder = shutil.copytree(few_entries, tmp_path / "knowledge")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    with pytest.raises(KnowledgeError, match="no regular file"):
        load(folder)
    assert content_hash([folder], "*.yaml")


def test_a_named_pipe_among_the_templates_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ports.md")
    with pytest.raises(KnowledgeError, match="no regular file"):
        read_templates(tmp_path)


_CASE = re.compile(r"""[!=]=\s*"([\w-]+)"|\bin\s*\(("[^)]*")\)""")


def cases(block: str) -> set[str]:
    """Words that a block's conditions compare with."""
    return {
        word for one, several in _CASE.findall(block) for word in [one, *re.findall(r'"([\w-]+)"', several)] if word
    }


@each_row("name", sorted(in_one(read_templates(PROJECT / "templates"))))
def test_each_language_of_a_template_tells_the_same_cases_apart(name: str) -> None:
    """Else one language would say what is meant for another case: "solved" where a message is passed on."""
    source = in_one(read_templates(PROJECT / "templates"))[name]
    found = dict(re.findall(r"\{% block (de|en|fr) %\}(.*?)\{% endblock %\}", source, re.DOTALL))
    for language, block in found.items():
        assert cases(block) == cases(found["de"]), language
