"""Command `run`: the bot itself."""

import gc
import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import click

from bot.answering.engine import AnswerEngine, load_content, load_speech
from bot.cli.event_loop import run_in_loop
from bot.cli.startup import data_folder_or_exit, read_settings, reloadable_engine_or_exit
from bot.content.folders import GENERAL
from bot.content.problems import KnowledgeError
from bot.core.lazy_regex import compile_all
from bot.core.matching.parallel import beside
from bot.settings import Settings, variables

LESS_URGENT = 5  # steps of a process's priority: beside others that want all cores it gets a quarter of its time


def _environment() -> str:
    lines = (f"  {name:<32} {means}{default and f' [{default}]'}" for name, default, means in variables())
    return "\b\nEnvironment (a file .env is read too), [default]:\n" + "\n".join(lines)


@click.command(epilog=_environment())
def run() -> None:
    """Start everything that is configured. The web page unless POSTBOTE_PAGE=off, Slack where its tokens are set."""
    settings = read_settings()
    gc.disable()  # until all is loaded (bot/app.py): there is little garbage, and looking for it is slow
    # The content and what is found in it are kept: made beside what else takes as long, on the second core
    is_first = not any(settings.postbote_data_dir.glob("cache/content-*"))
    with beside(partial(load_content, settings), wanted=is_first):
        data_folder_or_exit(settings)
        # DBOS and Slack's library take half a second to load, which `ask` need not wait for.
        from bot import app
        from bot.content.watcher import ContentWatcher, run_check
        from bot.observability import logging
        from bot.observability.event_log import EventLog
        from bot.ops.start_check import find_at_start
        from bot.storage import DatabaseUnusable
        from bot.web.listen import CannotListen, bind

    on_interrupt = signal.getsignal(signal.SIGINT)
    with ExitStack() as sockets:
        try:
            bound = [sockets.enter_context(one) for one in bind(settings.postbote_host, settings.postbote_port)]
            logging.configure(settings.postbote_log_format)
            event_log = EventLog()

            def check() -> None:
                os.nice(LESS_URGENT)  # there is a core for it once all examples are read
                find_at_start(settings, load_speech(settings))

            with beside(check, wanted=is_first):
                engine = reloadable_engine_or_exit(settings, event_log.metrics)
            folders = [settings.postbote_knowledge, GENERAL, settings.postbote_templates]
            watcher = ContentWatcher(folders, run_check, engine.reload)
            watcher.problem = next(iter(warn_of_findings(settings, engine.current)), "")

            def warm_up() -> None:
                compile_all()
                engine.current.renderer.compile_templates()

            running = app.run(
                settings, engine, bound, click.echo, event_log=event_log, watcher=watcher, warm_up=warm_up
            )
            run_in_loop(running)
        except DatabaseUnusable as wrong:
            raise click.ClickException(f"the database cannot be used: {wrong}") from None
        except CannotListen as wrong:
            raise click.ClickException(str(wrong)) from None
        finally:
            signal.signal(signal.SIGINT, on_interrupt)  # the event loop has put back Python's own


def warn_of_findings(settings: Settings, engine: AnswerEngine) -> Sequence[str]:
    """Findings of `postbote check` with which every question can be answered, each printed as a warning.

    Later changes of the content are refused for them. Ends the program where a command or an entry could not be
    answered.
    """
    from bot.ops.start_check import find_at_start

    try:
        found = find_at_start(settings, engine)
    except KnowledgeError as wrong:
        raise click.ClickException(f"the knowledge base cannot be used:\n{wrong}") from None
    for finding in found:
        click.echo(f"Warning: {finding}", err=True)
    if found:
        click.echo("Warning: until `postbote check` finds nothing, changes of the content are not taken over", err=True)
    return found
