"""Knowledge is content: nothing in it runs, reads a file, goes on for ever or grows without end."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.renderer import LONGEST, Renderer, RenderError
from bot.core.model import Answer
from bot.settings import CHECKOUT
from tests.rows import each_row
from tests.slow import few

ENTRIES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ provider.__class__ }}",
    "{{ entry.__globals__ }}",
    "{{ entry.__func__.__globals__['os'].system('id') }}",
    "{{ servers|attr('__class__') }}",
    "{{ self._TemplateReference__context }}",
    "{{ ''['__class__'] }}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(10 ** 9) %}x{% endfor %}",
    "{{ 'x' * 10 ** 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ 'x'|center(10 ** 9) }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ entry('smtp-server') }}",
    "{% include 'answer.md' %}",
    "{% include '/etc/passwd' %}",
    "{% include '../knowledge/provider.yaml' %}",
    "{% import 'answer.md' as x %}",
    "{% extends 'answer.md' %}",
    "{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}",
    "{% set x = 1 %}",
    "{% raw %}x{% endraw %}{{ cycler('a').next() }}",
    "{{ lipsum(n=99999) }}",
    "{{ namespace() }}",
    "{{ nothing }}",
]


@each_row("answer", ENTRIES)
def test_an_entry_says_words_and_figures_and_can_do_nothing(engine: AnswerEngine, answer: str) -> None:
    entry = replace(engine.knowledge.entries["smtp-server"], answer={"de": answer, "en": answer})
    knowledge = replace(engine.knowledge, entries={**engine.knowledge.entries, "smtp-server": entry})
    began = time.process_time()
    with pytest.raises(RenderError):
        Renderer(CHECKOUT / "templates", knowledge, {}).entry("smtp-server", "de")
    assert time.process_time() - began < 1.0


TEMPLATES = [
    "{% block de %}{{ ''.__class__ }}{% endblock %}",
    "{% block de %}{% include '../knowledge/provider.yaml' %}{% endblock %}",
    "{% block de %}{% for i in range(10 ** 9) %}x{% endfor %}{% endblock %}",
    "{% block de %}{% for i in range(99999) %}{{ i }} {% endfor %}{% endblock %}",
    "{% block de %}{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}{% endblock %}",
    "{% macro x() %}{{ x() }}{% endmacro %}{% block de %}{{ self.de() }}{% endblock %}",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_sandboxed_and_its_output_has_an_end(engine: AnswerEngine, tmp_path: Path, template: str) -> None:
    (tmp_path / "hostile.md").write_text(template, encoding="utf-8")
    with pytest.raises(RenderError):
        Renderer(tmp_path, engine.knowledge, {}).render(Answer("hostile", "de", {}))
    assert LONGEST >= 40_000, "Slack's own limit"


YAML = [
    "!!python/object/apply:os.system ['touch {marker}']",
    "!!python/name:os.system",
    "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: &d [*c, *c, *c, *c]\ne: [*d, *d, *d, *d]\n",
    "[" * 5_000,
    "\x00",
    "a: 1\na: 2\n",
]


@pytest.mark.parametrize("text", few(3, YAML))
def test_yaml_makes_plain_values_and_nothing_else(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "provider.yaml").write_text((CHECKOUT / "knowledge/provider.yaml").read_text(encoding="utf-8"))
    (folder / "base.yaml").write_text("general: none\n", encoding="utf-8")
    (folder / "hostile.yaml").write_text(text.replace("{marker}", str(tmp_path / "marker")), encoding="utf-8")
    began = time.process_time()
    with pytest.raises(KnowledgeError, match=r"hostile\.yaml"):
        load(folder)
    assert time.process_time() - began < 1.0
    assert not (tmp_path / "marker").exists()
