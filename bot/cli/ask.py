"""Commands `ask` and `answer`: one question, or one a line."""

import io
import os
import sys

import click

from bot.cli.event_loop import run_in_loop
from bot.cli.format import offered_commands
from bot.cli.jsonl import answer_lines
from bot.cli.startup import load_engine_or_exit, read_settings, responder_or_exit
from bot.core.languages import KNOWN
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Language, Question
from bot.core.small_talk import answer_small_talk, shorten_reply
from bot.core.text.language_detection import language_of_locale


@click.command()
@click.argument("text")
@click.option(
    "--lang", type=click.Choice(list(KNOWN)), help="Answer in this language; otherwise in the question's own."
)
@click.option("--why", is_flag=True, help="Print the decision: language, text as it was read, candidates, rule.")
def ask(text: str, lang: Language | None, why: bool) -> None:
    """Answer TEXT once; also a command such as "/mx example.com"."""
    settings = read_settings()
    engine = load_engine_or_exit(settings)
    languages = engine.knowledge.languages
    if lang and lang not in languages:
        raise click.UsageError(f"--lang {lang}: the knowledge base speaks {', '.join(languages)}")
    hint = language_of_locale(next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), ""))
    respond, question = responder_or_exit(engine, settings), Question(text, language=lang, language_hint=hint)
    at_once = answer_small_talk(question, hint, languages) or engine.answer_unless_command(question)
    answer = at_once or run_in_loop(respond(question))
    reply = shorten_reply(answer, text)
    click.echo(to_plain(engine.renderer.render(reply)))
    for line in offered_commands(reply, engine.renderer.block):
        click.echo(f"\n{line}")
    if why:
        click.echo(f"\n{engine.explain(answer)}")


@click.command()
@click.option("--jsonl", is_flag=True, required=True, help="Read and write one JSON object a line.")
def answer(jsonl: bool) -> None:
    """Answer questions from standard input. A line is {"text": …, "lang": a language of the base or null}.

    It may have "before", the question that was answered before it, or "menu", the entries that the reply offered.
    """
    import asyncio  # bot/cli/event_loop.py

    settings = read_settings()
    engine = load_engine_or_exit(settings)
    respond = responder_or_exit(engine, settings)
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    with asyncio.Runner() as runner:
        for line in answer_lines(
            lines,
            lambda q: runner.run(respond(q)),
            lambda a: to_plain(engine.renderer.render(a)),
            engine.knowledge.languages,
        ):
            click.echo(line)
