"""Settings, engine and storage for the commands; the end of the program with one line where they cannot be used."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from bot.answering.engine import AnswerEngine, load_engine, make_lookup, responder
from bot.answering.reload import ReloadableEngine
from bot.content.problems import KnowledgeError
from bot.contracts.engine import Respond
from bot.core.dns.deferred import DeferredLookup
from bot.core.dns.nameservers import parse_nameservers
from bot.core.dns.records import Lookup
from bot.settings import Settings, variables
from bot.settings.cures import misspelt, to_cures
from bot.settings.environment import dotenv

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics
    from bot.storage import Storage


LEARNING = "The knowledge base is new or has changed: learning it takes a few seconds, once …"


def read_settings() -> Settings:
    """Settings from the environment; a warning for each variable that looks misspelt.

    Ends the program with the variable's name and the cure where a value is wrong.
    """
    try:
        for warning in misspelt([*os.environ, *map(str.upper, dotenv())], [name for name, _, _ in variables()]):
            click.echo(f"Warning: {warning}", err=True)
        return Settings()
    except ValidationError as wrong:
        raise click.ClickException("\n".join(to_cures(wrong, Settings))) from None
    except (OSError, UnicodeError) as wrong:
        raise click.ClickException(f".env cannot be read ({wrong}); it must be a UTF-8 file of this user") from None


def load_engine_or_exit(settings: Settings) -> AnswerEngine:
    """Answer engine. Ends the program with every problem of the content."""
    try:
        with _collector_waits():
            return load_engine(settings, lambda: click.echo(LEARNING, err=True))
    except KnowledgeError as wrong:
        raise click.ClickException(f"the knowledge base cannot be used:\n{wrong}") from None


@contextmanager
def _collector_waits() -> Iterator[None]:
    """Garbage collection that waits while something is made, and then leaves it alone: it stays to the program's end.

    There Python would look through all of it once more: with that it was 14 ms of `ask`. In `run` it waits longer.
    """
    waits_already = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if not waits_already:
            gc.enable()


def responder_or_exit(engine: AnswerEngine, settings: Settings) -> Respond:
    """Responder over the engine. Ends the program where POSTBOTE_NAMESERVERS is wrong."""

    def opened() -> Lookup:
        with name_servers_or_exit():
            return make_lookup(settings)

    with name_servers_or_exit():
        parse_nameservers(settings.postbote_nameservers)
    return responder(engine, settings, lookup=DeferredLookup(opened))


def reloadable_engine_or_exit(settings: Settings, metrics: "Metrics | None" = None) -> ReloadableEngine:
    """Engine in use. Ends the program where the content or POSTBOTE_NAMESERVERS is wrong.

    Nothing but it holds the loaded engine: after a reload the old one must go.
    """
    engine = load_engine_or_exit(settings)
    with name_servers_or_exit():
        return ReloadableEngine(engine, settings, metrics)


def data_folder_or_exit(settings: Settings) -> None:
    """Makes POSTBOTE_DATA_DIR. Ends the program where nothing can be written there."""
    from bot.storage.data_folder import why_unusable

    if problem := why_unusable(settings.postbote_data_dir):
        raise click.ClickException(problem)


@contextmanager
def name_servers_or_exit() -> Iterator[None]:
    """Turns a ValueError of reading the name servers into the end of the program.

    Only they are read in here: any other ValueError must stay what it is, a bug with its trace.
    """
    try:
        yield
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from None


@contextmanager
def problems_or_exit() -> Iterator[None]:
    """Ends the program with exit code 1 and each problem of the content on a line."""
    try:
        yield
    except KnowledgeError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(1)


@contextmanager
def open_storage(settings: Settings) -> Iterator["Storage"]:
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
