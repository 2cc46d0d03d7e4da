"""Commands `init`, `import`, `evaluate`, `trial`: a knowledge base is begun, filled, measured and changed."""

import json
from pathlib import Path

import click

from bot.cli.startup import load_engine_or_exit, problems_or_exit, read_settings
from bot.core.languages import KNOWN, LANGUAGES
from bot.core.model import Language


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="", help="The hoster's name; without it: the folder's.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="May be repeated; without it: all."
)
def init(folder: Path, name: str, languages: tuple[Language, ...]) -> None:
    """Make a knowledge base to start from in DIR. That is a new or empty folder."""
    from bot.cli.new_base import started_lines
    from bot.content.starter import write_starter

    with problems_or_exit():
        files = write_starter(folder, name, languages)
    click.echo("\n".join(started_lines(folder, files)))


@click.command(name="import")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path), help="Knowledge base.")
@click.option("--language", type=click.Choice(list(KNOWN)), help="Language of FILE; needed where DIR has several.")
def import_(files: tuple[Path, ...], folder: Path, language: Language | None) -> None:
    """Make draft entries in DIR of an FAQ. FILE is .md or .html (headings are questions) or .csv (question, answer).

    Columns of a .csv: question, answer, and optionally language, section and id (the same in several languages); a row
    without an answer asks the same as the one above. Several FILEs are one FAQ in several languages, with the same
    questions in the same order: faq-de.md faq-en.md. The answers' words are kept. An entry that is there already is
    left as it is.
    """
    if language and len(files) > 1:
        raise click.UsageError("--language: several files say their language in their names, faq-de.md faq-en.md")
    from bot.cli.new_base import imported_lines
    from bot.content.import_faq import import_faq

    with problems_or_exit():
        found = import_faq(files[0], folder, language, files[1:])
    click.echo("\n".join(imported_lines(folder, found)))


@click.command(name="evaluate")
@click.argument(
    "files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--cross-validate", is_flag=True, help="Decide each line with thresholds learnt from the other lines.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def evaluate_(files: tuple[Path, ...], cross_validate: bool, as_json: bool) -> None:
    """Run labelled sets and print score, confusions and calibration."""
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


@click.command(name="trial", hidden=True)
def trial_() -> None:
    """Try a change of the knowledge base: a task of the dashboard on standard input, JSON lines on standard output."""
    from bot.ops import content_trial

    content_trial.main()
