"""Command `manifest`: the Slack app's description, to be pasted into Slack."""

import json

import click

from bot.cli.startup import load_engine_or_exit, read_settings
from bot.core.languages import KNOWN
from bot.core.model import Language


@click.command()
@click.option("--url", help="Public address of this Postbote, for events over HTTP; without it: Socket Mode.")
@click.option("--many", is_flag=True, help="For many workspaces (SLACK_CLIENT_ID); needs --url.")
@click.option("--language", type=click.Choice(list(KNOWN)), help="Of its words, which Slack shows to everybody alike.")
def manifest(url: str | None, many: bool, language: Language | None) -> None:
    """Print the Slack app's manifest. It has every slash command that exists."""
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
