"""Commands `mail` and `tickets preview`: what would be done with mails and tickets. They send and write nothing."""

import json
from pathlib import Path
from typing import Any

import click

from bot.cli.event_loop import run_in_loop
from bot.cli.startup import load_engine_or_exit, read_settings, reloadable_engine_or_exit, responder_or_exit
from bot.core.markdown.to_plain import to_plain
from bot.core.model import TryLater


@click.command(name="mail")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def mail_(file: Path, as_json: bool) -> None:
    """Show what would be done with a mail as a new ticket. As if its mailbox were in mode public; sends nothing."""
    from bot.cli.ticket_format import ticket_assessment  # with the parsers of mail, which nothing else here needs
    from bot.core.mail.auto_response import MailboxContext
    from bot.tickets.assessment import assess, ticket_of_mail

    settings = read_settings()
    engine, addresses = load_engine_or_exit(settings), settings.mail_addresses()
    known = MailboxContext(settings.own_addresses(), frozenset(addresses))
    ticket = ticket_of_mail(file.read_bytes(), "".join(addresses[:1]))
    found = run_in_loop(assess(ticket, known, responder_or_exit(engine, settings)))
    click.echo(ticket_assessment(found, engine.renderer.render, as_json=as_json))


@click.group()
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
        found = run_in_loop(printed())
    except TryLater as wrong:
        raise click.ClickException(f"{wrong}; see `postbote doctor`") from None
    if not as_json:
        click.echo(ticket_preview.summary(found))
