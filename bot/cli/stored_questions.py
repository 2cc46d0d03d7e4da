"""Commands `gaps`, `why` and `forget`: reading and erasing what is stored of questions."""

import click

from bot.cli.format import gap_line, gaps_as_csv, stored_decision
from bot.cli.startup import open_storage, read_settings


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated, with a header.")
@click.option("--team", default="", help="Of one Slack workspace only (T…).")
def gaps(as_csv: bool, team: str) -> None:
    """List what was not answered, or not well. Like questions stand together, the most frequent first."""
    from bot.core.gaps import to_gaps

    with open_storage(read_settings()) as storage:
        found = to_gaps(storage.decisions.unanswered(team))
    if as_csv:
        click.echo(gaps_as_csv(found), nl=False)
    else:
        click.echo("\n".join(map(gap_line, found)) or "no gaps")


@click.command()
@click.argument("identity", metavar="ID")
def why(identity: str) -> None:
    """Print the stored decision for ID. That is the key of a question, as the log and `/faq why` name it."""
    with open_storage(read_settings()) as storage:
        kept = storage.decisions.get(identity)
    if kept is None:
        raise click.ClickException(f"no decision is kept for {identity!r}; the log names the keys of questions")
    click.echo(stored_decision(kept))


@click.command()
@click.argument("user")
def forget(user: str) -> None:
    """Delete everything about USER. That is a Slack user id (U…, or T…:U… in one workspace) or a mail address."""
    from bot.core.privacy.data_subject import to_person
    from bot.ops.erase_person import erase_person

    settings = read_settings()
    try:
        person = to_person(user)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="USER") from None
    with open_storage(settings):  # brings the tables up to date, and explains a database that cannot be used
        lines = list(erase_person(person, settings.database_url, settings.postbote_data_dir))
    click.echo("\n".join(lines) or f"nothing is kept about {person.name}")
