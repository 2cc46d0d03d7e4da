"""Command line `postbote`: parses arguments, prints results, turns errors into one line and an exit code."""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.interrupt import exit_on_interrupt

if __name__ == "__main__":  # in the program itself, before the libraries below: they take most of the first second
    exit_on_interrupt()

import click
from pydantic import ValidationError

from bot.answering.engine import AnswerEngine, ReloadableEngine, load_engine, make_lookup, responder
from bot.cli.format import gap_line, gaps_as_csv, offered_commands, stored_decision
from bot.cli.jsonl import answer_lines
from bot.commands import find_commands
from bot.content.general import GENERAL
from bot.content.loader import KnowledgeError
from bot.content.renderer import RenderError
from bot.contracts import Respond
from bot.core.gaps import to_gaps
from bot.core.languages import KNOWN, LANGUAGES
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Knowledge, Language, Question, TryLater
from bot.core.privacy.data_subject import to_person
from bot.core.speak_policy import answer_small_talk
from bot.core.text.language import language_of_locale
from bot.settings import Settings, variables
from bot.settings.cures import dotenv_names, misspelt, to_cures

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics
    from bot.storage import Storage


def read_settings() -> Settings:
    """Settings from the environment; a warning for each variable that looks misspelt.

    Ends the program with the variable's name and the cure where a value is wrong.
    """
    try:
        for warning in misspelt([*os.environ, *dotenv_names(Settings)], [name for name, _, _ in variables()]):
            click.echo(f"Warning: {warning}", err=True)
        return Settings()
    except ValidationError as wrong:
        raise click.ClickException("\n".join(to_cures(wrong, Settings))) from None
    except (OSError, UnicodeError) as wrong:
        raise click.ClickException(f".env cannot be read ({wrong}); it must be a UTF-8 file of this user") from None


def load_engine_or_exit(settings: Settings) -> AnswerEngine:
    """Answer engine. Ends the program with every problem of the content."""
    try:
        return load_engine(settings)
    except KnowledgeError as wrong:
        raise click.ClickException(f"the knowledge base cannot be used:\n{wrong}") from None


def responder_or_exit(engine: AnswerEngine, settings: Settings) -> Respond:
    """Responder over the engine. Ends the program where POSTBOTE_NAMESERVERS is wrong."""
    with _or_exit():
        return responder(engine, settings)


def reloadable_engine_or_exit(settings: Settings, metrics: "Metrics | None" = None) -> ReloadableEngine:
    """Engine in use. Ends the program where the content or POSTBOTE_NAMESERVERS is wrong.

    Nothing but it holds the loaded engine: after a reload the old one must go.
    """
    engine = load_engine_or_exit(settings)
    with _or_exit():
        return ReloadableEngine(engine, settings, metrics)


def data_folder_or_exit(settings: Settings) -> None:
    """Makes POSTBOTE_DATA_DIR. Ends the program where nothing can be written there."""
    from bot.storage.data_folder import why_unusable

    if problem := why_unusable(settings.postbote_data_dir):
        raise click.ClickException(problem)


@contextmanager
def _or_exit() -> Iterator[None]:
    """Turns a ValueError of reading the name servers into the end of the program.

    Only they are read in here: any other ValueError must stay what it is, a bug with its trace.
    """
    try:
        yield
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from None


class Commands(click.Group):
    """Group of all commands, in which content that cannot be rendered ends each of them with one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Result of the command."""
        try:
            return super().invoke(ctx)
        except RenderError as wrong:
            raise click.ClickException(f"a reply cannot be rendered: {wrong}; run `postbote check`") from None


@click.group(cls=Commands)
@click.version_option(package_name="postbote")
def main() -> None:
    """Answer questions about a mail hoster's SMTP, POP3 and IMAP from its FAQ, in German and English."""
    os.umask(0o077)  # what people asked is for nobody else on this host to read


def _environment() -> str:
    lines = (f"  {name:<32} {means}{default and f' [{default}]'}" for name, default, means in variables())
    return "\b\nEnvironment (a file .env is read too), [default]:\n" + "\n".join(lines)


@main.command(epilog=_environment())
def run() -> None:
    """Start everything that is configured: the web page unless POSTBOTE_PAGE=off, Slack where its tokens are set."""
    settings = read_settings()
    # DBOS and Slack's library take half a second to load, which `ask` need not wait for.
    from bot import app
    from bot.content.watcher import ContentWatcher, run_check
    from bot.observability import logging
    from bot.observability.event_log import EventLog
    from bot.storage import DatabaseUnusable
    from bot.web.listen import CannotListen, bind

    on_interrupt = signal.getsignal(signal.SIGINT)
    data_folder_or_exit(settings)
    with ExitStack() as sockets:
        try:
            bound = [sockets.enter_context(one) for one in bind(settings.postbote_host, settings.postbote_port)]
            logging.configure(settings.postbote_log_format)
            event_log = EventLog()
            engine = reloadable_engine_or_exit(settings, event_log.metrics)
            _refuse_unrenderable(settings, engine.current)
            folders = [settings.postbote_knowledge, GENERAL, settings.postbote_templates]
            watcher = ContentWatcher(folders, run_check, engine.reload)
            asyncio.run(app.run(settings, engine, bound, click.echo, event_log=event_log, watcher=watcher))
        except DatabaseUnusable as wrong:
            raise click.ClickException(f"the database cannot be used: {wrong}") from None
        except CannotListen as wrong:
            raise click.ClickException(str(wrong)) from None
        finally:
            signal.signal(signal.SIGINT, on_interrupt)  # the event loop has put back Python's own


def _refuse_unrenderable(settings: Settings, engine: AnswerEngine) -> None:
    """Ends the program where a command or an entry could not be answered.

    It costs a quarter of a second, by which the first replies are the faster: what was rendered stays compiled.
    """
    from bot.ops.sample_replies import entry_failures, rendering_problems

    renderer, knowledge = engine.renderer, engine.knowledge
    problems = [
        *entry_failures(settings.postbote_knowledge, renderer, knowledge),
        *rendering_problems(settings.postbote_templates, renderer, knowledge, find_commands()),
    ]
    if problems:
        raise click.ClickException("\n".join(["the knowledge base cannot be used:", *map(str, problems)]))


@main.command()
@click.argument("text")
@click.option(
    "--lang", type=click.Choice(list(KNOWN)), help="Answer in this language; otherwise in the question's own."
)
@click.option("--why", is_flag=True, help="Print the decision: language, text as it was read, candidates, rule.")
def ask(text: str, lang: Language | None, why: bool) -> None:
    """Answer TEXT once; also a command such as "/mx example.com"."""
    settings = read_settings()
    engine = load_engine_or_exit(settings)
    hint = language_of_locale(next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), ""))
    respond, question = responder_or_exit(engine, settings), Question(text, language=lang, language_hint=hint)
    answer = answer_small_talk(question, hint) or asyncio.run(respond(question))
    click.echo(to_plain(engine.renderer.render(answer)))
    for line in offered_commands(answer, engine.renderer.block):
        click.echo(f"\n{line}")
    if why:
        click.echo(f"\n{engine.explain(answer)}")


@main.command()
@click.option("--jsonl", is_flag=True, required=True, help="Read and write one JSON object a line.")
def answer(jsonl: bool) -> None:
    """Answer questions from standard input: {"text": …, "lang": "de" | "en" | null} a line."""
    settings = read_settings()
    engine = load_engine_or_exit(settings)
    respond = responder_or_exit(engine, settings)
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    with asyncio.Runner() as runner:
        for line in answer_lines(
            lines, lambda q: runner.run(respond(q)), lambda a: to_plain(engine.renderer.render(a))
        ):
            click.echo(line)


@main.command(name="mail")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def mail_(file: Path, as_json: bool) -> None:
    """Show what would be done with a mail as a new ticket, as if its mailbox were in mode public. Sends nothing."""
    from bot.cli.ticket_format import ticket_assessment  # with the parsers of mail, which nothing else here needs
    from bot.core.mail.auto_response import MailboxContext
    from bot.tickets.assessment import assess, ticket_of_mail

    settings = read_settings()
    engine, addresses = load_engine_or_exit(settings), settings.mail_addresses()
    known = MailboxContext(settings.own_addresses(), frozenset(addresses))
    ticket = ticket_of_mail(file.read_bytes(), "".join(addresses[:1]))
    found = asyncio.run(assess(ticket, known, responder_or_exit(engine, settings)))
    click.echo(ticket_assessment(found, engine.renderer.render, as_json=as_json))


@main.group()
def tickets() -> None:
    """Look at tickets of the configured helpdesks."""


@tickets.command(name="preview")
@click.option("--last", type=click.IntRange(1, 1000), default=50, show_default=True, help="So many of each system.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one object a line.")
def preview_(last: int, as_json: bool) -> None:
    """Show what would have been written in the newest tickets, and why. Writes nothing."""
    from bot.ops import ticket_preview  # with all channels, which nothing else here needs

    settings = read_settings()
    engine = reloadable_engine_or_exit(settings)
    channels = ticket_preview.open_channels(settings, engine)
    if not channels:
        raise click.ClickException(
            "no tickets are configured: set POSTBOTE_RT_URL, POSTBOTE_ZAMMAD_URL or POSTBOTE_MAIL_IMAP_URL"
        )

    async def printed() -> list[Any]:
        found = []
        async for one in ticket_preview.preview(channels, settings.ticket_mode, engine.respond, last):
            assessment = one.assessment
            reply = assessment.to_answer(assessment.verdict, assessment.reasons)
            silent = assessment.verdict == "silent"
            found.append(ticket_preview.to_json(one, "" if silent else to_plain(engine.render(reply))))
            line = json.dumps(found[-1], ensure_ascii=False) if as_json else f"{ticket_preview.to_text(found[-1])}\n"
            click.echo(line)
        return found

    try:
        found = asyncio.run(printed())
    except TryLater as wrong:
        raise click.ClickException(f"{wrong}; see `postbote doctor`") from None
    if not as_json:
        click.echo(ticket_preview.summary(found))


@main.command(name="check")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--no-examples", is_flag=True, help="Do not ask all examples again, which takes most of the time.")
def check_(path: Path | None, no_examples: bool) -> None:
    """Validate the knowledge base (in PATH, if given) and the templates. Exit 1 with file:line for each problem."""
    settings = read_settings()
    settings = settings.model_copy(update={"postbote_knowledge": path or settings.postbote_knowledge})
    try:
        knowledge = _faultless_knowledge(settings, asks_examples=not no_examples)
    except KnowledgeError as wrong:
        for problem in wrong.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    click.echo(f"ok: {len(knowledge.entries)} entries, {len(knowledge.topics)} topics that are not covered")
    if knowledge.figures == "learnt":
        _tell_of_young_base(settings.postbote_knowledge, knowledge, holds_out=not no_examples)


@main.command(name="trial", hidden=True)
def trial_() -> None:
    """Try a change of the knowledge base: a task of the dashboard on standard input, JSON lines on standard output."""
    from bot.ops import content_trial

    content_trial.main()


def _tell_of_young_base(folder: Path, knowledge: Knowledge, *, holds_out: bool) -> None:
    """Prints where a base with few examples is weak. `holds_out`: also how well its entries are told apart."""
    from bot.ops import separation

    for warning in separation.few_examples(folder, knowledge):
        click.echo(str(warning))
    for line in separation.to_text(separation.hold_out(knowledge)) if holds_out else ():
        click.echo(line)


def _faultless_knowledge(settings: Settings, *, asks_examples: bool) -> Knowledge:
    """Configured knowledge base, checked with its templates. Raises KnowledgeError with every problem.

    `asks_examples`: True: every example question is asked again, for about a quarter of a minute.
    """
    from bot.ops.check_content import all_problems  # with Slack's library, which nothing else here needs

    engine = load_engine(settings)
    knowledge, templates = settings.postbote_knowledge, settings.postbote_templates
    if found := list(all_problems(knowledge, templates, engine, find_commands(), asks_examples=asks_examples)):
        raise KnowledgeError(found)
    return engine.knowledge


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="", help="The hoster's name; without it: the folder's.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="May be repeated; without it: all."
)
def init(folder: Path, name: str, languages: tuple[Language, ...]) -> None:
    """Make a knowledge base to start from in DIR, a new or empty folder."""
    from bot.cli.new_base import started_lines
    from bot.content.starter import write_starter

    with _problems_or_exit():
        files = write_starter(folder, name, languages)
    click.echo("\n".join(started_lines(folder, files)))


@main.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path), help="Knowledge base.")
@click.option("--language", type=click.Choice(list(KNOWN)), help="Language of FILE; needed where DIR has several.")
def import_(file: Path, folder: Path, language: Language | None) -> None:
    """Make draft entries in DIR of an FAQ: FILE is .md or .html (headings are questions) or .csv (question, answer).

    Columns of a .csv: question, answer, and optionally language and section; a row without an answer asks the same as
    the one above. The answers' words are kept. An entry that is there already is left as it is.
    """
    from bot.cli.new_base import imported_lines
    from bot.content.import_faq import import_faq

    with _problems_or_exit():
        found = import_faq(file, folder, language)
    click.echo("\n".join(imported_lines(folder, found)))


@contextmanager
def _problems_or_exit() -> Iterator[None]:
    """Ends the program with exit code 1 and each problem of the content on a line."""
    try:
        yield
    except KnowledgeError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(1)


@main.command(name="evaluate")
@click.argument(
    "files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--cross-validate", is_flag=True, help="Decide each line with thresholds learnt from the other lines.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def evaluate_(files: tuple[Path, ...], cross_validate: bool, as_json: bool) -> None:
    """Run labelled sets and print the score, the confusions and the calibration of each."""
    from bot.ops import evaluate

    engine = load_engine_or_exit(read_settings())
    try:
        sets = [evaluate.read_set(file) for file in files]
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from None
    lines = [line for labelled in sets for line in labelled]
    results = iter(
        evaluate.cross_validate(lines, engine.matcher)
        if cross_validate
        else evaluate.run_set(lines, engine.matcher.decide)
    )
    for file, labelled in zip(files, sets, strict=True):
        found = evaluate.report([next(results) for _ in labelled])
        click.echo(
            json.dumps(found, indent=2, ensure_ascii=False) if as_json else f"{file}\n{evaluate.to_text(found)}\n"
        )


@main.command()
@click.option("--url", help="Public address of this Postbote, for events over HTTP; without it: Socket Mode.")
@click.option("--many", is_flag=True, help="For many workspaces (SLACK_CLIENT_ID); needs --url.")
@click.option("--language", type=click.Choice(list(KNOWN)), help="Of its words, which Slack shows to everybody alike.")
def manifest(url: str | None, many: bool, language: Language | None) -> None:
    """Print the Slack app's manifest, with every slash command that exists."""
    from bot.channels.slack.manifest import to_manifest

    if many and not url:
        raise click.UsageError("--many needs --url: Slack sends people back to an address of yours")
    engine = load_engine_or_exit(read_settings())
    renderer, languages = engine.renderer, engine.knowledge.languages
    if language and language not in languages:
        raise click.UsageError(f"--language {language}: the knowledge base speaks {', '.join(languages)}")
    language = language or ("en" if "en" in languages else languages[0])
    commands = {command.name: (command.hint, command.summary) for command in renderer.commands(language)}
    prompts = renderer.prompts(language)
    about = renderer.block("about", language, language)
    found = to_manifest(commands, lambda name: renderer.label(name, language), prompts, url, about=about, many=many)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@main.command()
def doctor() -> None:
    """Check the content, and what the configuration names: database, DNS, Slack. Exit 1 if something is wrong."""
    from bot.contracts import DoctorResult  # with Starlette, and the next with Slack's library: nothing else needs them
    from bot.ops.doctor import run_checks

    settings = read_settings()

    def content() -> DoctorResult:
        try:
            knowledge = _faultless_knowledge(settings, asks_examples=False)
        except KnowledgeError as wrong:
            return DoctorResult("knowledge base", False, f"{wrong.problems[0]}; run `postbote check`")
        return DoctorResult("knowledge base", True, f"{len(knowledge.entries)} entries")

    with _or_exit():
        lookup = make_lookup(settings)

    async def all_ok() -> bool:
        ok = True
        async for found in run_checks(settings, lookup, content):
            click.echo(f"  {'ok' if found.ok else 'WRONG':<6} {found.name}: {found.says}")
            ok = ok and found.ok
        return ok

    if not asyncio.run(all_ok()):
        sys.exit(1)


@main.command()
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated, with a header.")
@click.option("--team", default="", help="Of one Slack workspace only (T…).")
def gaps(as_csv: bool, team: str) -> None:
    """List what was not answered, or not well: like questions together, the most frequent first."""
    with _open_storage(read_settings()) as storage:
        found = to_gaps(storage.decisions.unanswered(team))
    if as_csv:
        click.echo(gaps_as_csv(found), nl=False)
    else:
        click.echo("\n".join(map(gap_line, found)) or "no gaps")


@main.command()
@click.argument("identity", metavar="ID")
def why(identity: str) -> None:
    """Print the stored decision for ID: the key of a question, as the log and `/faq why` name it."""
    with _open_storage(read_settings()) as storage:
        kept = storage.decisions.get(identity)
    if kept is None:
        raise click.ClickException(f"no decision is kept for {identity!r}; the log names the keys of questions")
    click.echo(stored_decision(kept))


@main.command()
@click.argument("user")
def forget(user: str) -> None:
    """Delete everything about USER: a Slack user id (U…, or T…:U… in one workspace) or a mail address."""
    from bot.ops.erase_person import erase_person

    settings = read_settings()
    try:
        person = to_person(user)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="USER") from None
    with _open_storage(settings):  # brings the tables up to date, and explains a database that cannot be used
        lines = list(erase_person(person, settings.database_url, settings.postbote_data_dir))
    click.echo("\n".join(lines) or f"nothing is kept about {person.name}")


@contextmanager
def _open_storage(settings: Settings) -> Iterator["Storage"]:
    """Open storage. Ends the program where the database cannot be used."""
    from bot.storage import DatabaseError, DatabaseUnusable, create_storage  # 0.1 s that `ask` need not wait for

    data_folder_or_exit(settings)
    storage = create_storage(settings.database_url, settings.postbote_data_dir)
    try:
        storage.database.open()
        yield storage
    except (DatabaseError, DatabaseUnusable) as wrong:
        line = str(wrong).strip().split("\n")[0]
        raise click.ClickException(f"the database cannot be used: {line}; check POSTBOTE_DATABASE_URL") from None
    finally:
        storage.database.close()


if __name__ == "__main__":
    main(prog_name="postbote")
