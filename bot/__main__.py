"""Command line `postbote`: the group of all commands, each of which stands in bot/cli."""

from bot.cli.interrupt import exit_on_interrupt

if __name__ == "__main__":  # in the program itself, before all that is imported below: it takes most of a second
    exit_on_interrupt()

import gc

if __name__ == "__main__":
    gc.disable()  # while they load: nothing of theirs is garbage, and looking for it took a tenth of the time

import os
from typing import Any

import click

from bot.cli.ask import answer, ask
from bot.cli.check import check_, doctor
from bot.cli.content import evaluate_, import_, init, trial_
from bot.cli.run import run
from bot.cli.slack import manifest
from bot.cli.stored_questions import forget, gaps, why
from bot.cli.tickets import mail_, tickets
from bot.content.renderer import RenderError


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


for command in (
    run,
    ask,
    answer,
    mail_,
    tickets,
    check_,
    trial_,
    init,
    import_,
    evaluate_,
    manifest,
    doctor,
    gaps,
    why,
    forget,
):
    main.add_command(command)

if __name__ == "__main__":
    gc.freeze()  # the libraries need not be looked at again
    gc.enable()
    main(prog_name="postbote")
