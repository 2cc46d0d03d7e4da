"""Commands `check` and `doctor`: whether the content, and what the configuration names, can be used."""

import sys
from pathlib import Path

import click

from bot.answering.engine import load_engine, make_lookup
from bot.cli.event_loop import run_in_loop
from bot.cli.startup import name_servers_or_exit, read_settings
from bot.commands import find_commands
from bot.content.problems import KnowledgeError
from bot.content.template_files import read_templates
from bot.core.model import Knowledge
from bot.settings import Settings


@click.command(name="check")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--no-examples", is_flag=True, help="Do not ask all examples again, which takes most of the time.")
def check_(path: Path | None, no_examples: bool) -> None:
    """Check the knowledge base (PATH, if given) and the templates. Exit 1 with file:line for each problem."""
    settings = read_settings()
    settings = settings.model_copy(update={"postbote_knowledge": path or settings.postbote_knowledge})
    try:
        knowledge = faultless_knowledge(settings, asks_examples=not no_examples)
    except KnowledgeError as wrong:
        for problem in wrong.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    from bot.content.references import unnamed_sections, untranslated  # with YAML, which no other command here needs

    click.echo(f"ok: {len(knowledge.entries)} entries, {len(knowledge.topics)} topics that are not covered")
    templates = settings.postbote_templates
    for warning in (
        *unnamed_sections(settings.postbote_knowledge, knowledge),
        *untranslated(templates, read_templates(templates), knowledge.languages),
    ):
        click.echo(str(warning))
    if knowledge.figures == "learnt":
        _tell_of_young_base(settings.postbote_knowledge, knowledge, holds_out=not no_examples)


def _tell_of_young_base(folder: Path, knowledge: Knowledge, *, holds_out: bool) -> None:
    """Prints where a base with few examples is weak. `holds_out`: also how well its entries are told apart."""
    from bot.ops import separation

    for warning in separation.few_examples(folder, knowledge):
        click.echo(str(warning))
    if holds_out:
        for line in separation.to_text(separation.hold_out(knowledge), separation.near_twins(knowledge)):
            click.echo(line)


def faultless_knowledge(settings: Settings, *, asks_examples: bool) -> Knowledge:
    """Configured knowledge base, checked with its templates. Raises KnowledgeError with every problem.

    `asks_examples`: True: every example question is asked again, for about a quarter of a minute.
    """
    from bot.ops.check_content import all_problems  # with Slack's library, which nothing else here needs

    engine = load_engine(settings)
    knowledge, templates = settings.postbote_knowledge, settings.postbote_templates
    if found := list(all_problems(knowledge, templates, engine, find_commands(), asks_examples=asks_examples)):
        raise KnowledgeError(found)
    return engine.knowledge


@click.command()
def doctor() -> None:
    """Check the content and what is configured. That is database, DNS, Slack …; exit 1 if something is wrong."""
    from bot.contracts.channel import (
        DoctorResult,  # with Starlette, and the next with Slack's library: nothing else needs them
    )
    from bot.ops.doctor import run_checks

    settings = read_settings()

    def content() -> DoctorResult:
        try:
            knowledge = faultless_knowledge(settings, asks_examples=False)
        except KnowledgeError as wrong:
            return DoctorResult("knowledge base", False, f"{wrong.problems[0]}; run `postbote check`")
        return DoctorResult("knowledge base", True, f"{len(knowledge.entries)} entries")

    with name_servers_or_exit():
        lookup = make_lookup(settings)

    async def all_ok() -> bool:
        ok = True
        async for found in run_checks(settings, lookup, content):
            click.echo(f"  {'ok' if found.ok else 'WRONG':<6} {found.name}: {found.says}")
            ok = ok and found.ok
        return ok

    if not run_in_loop(all_ok()):
        sys.exit(1)
