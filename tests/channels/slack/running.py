"""A bot on a real port, its Slack, and its database: for tests that talk to it as Slack does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr

from bot.answering.engine import Mind, responder, sections_of
from bot.channels.slack import Slack
from bot.cli import format as show
from bot.commands import Office
from bot.contracts import Channel, OpenTicket, Parts, Respond
from bot.core.model import Answer, Event, Language, Question
from bot.dialogue.manager import Desk
from bot.durable.worker import Jobs
from bot.observability.event_log import Watch
from bot.rate_limit import Turns
from bot.serve import open_app
from bot.settings import Settings
from bot.storage.store import Store
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack


async def echo(question: Question, office: Office | None = None, person: str = "") -> Answer:
    """Says what it heard."""
    facts = {"text": f"{question.command} {question.text}"}
    return Answer("echo", question.language or question.hint or "de", facts)


def render_echo(answer: Answer) -> str:
    return f"**{answer.language}** {answer.facts.get('text', answer.template)}".strip()


def label_itself(name: str, language: Language) -> str:
    return f"{name} {language}"


class Running:
    """While `disk_full`, nothing can be stored."""

    def __init__(self, slack: FakeSlack, folder: Path, settings: Settings) -> None:
        self.slack, self.folder, self.settings = slack, folder, settings
        self.url, self.root, self.disk_full = "", "", False
        self.jobs: Jobs | None = None
        self.desk: Desk | None = None
        self.channel: Slack
        self.store = Store("", folder)

    async def stored(self, event: Event) -> None:
        if self.disk_full:
            raise OSError(28, "No space left on device")
        if self.jobs:
            await self.jobs.store(event)

    async def trouble(self) -> str:
        return ""


def to_settings(slack: FakeSlack, folder: Path, **changed: Any) -> Settings:
    """As for one workspace over HTTP, whatever the environment says."""
    values: dict[str, Any] = {
        "slack_bot_token": SecretStr(TOKEN),
        "slack_signing_secret": SecretStr(SECRET),
        "slack_app_token": None,
        "slack_client_id": None,
        "slack_client_secret": None,
        "slack_api_url": slack.url,
        "postbote_data_dir": folder,
        "postbote_database_url": "",
        "postbote_slack_helpers": "",
        "postbote_slack_editors": "",
    }
    return Settings.model_validate({**values, **changed})


@asynccontextmanager
async def running(
    folder: Path,
    mind: Mind | None = None,
    *,
    with_jobs: bool = True,
    pace: float = 0.02,
    ping: float = 5.0,
    open_ticket: OpenTicket | None = None,
    **changed: Any,
) -> AsyncIterator[Running]:
    """`mind`: answers from the knowledge base, else the bot echoes. `changed`: settings."""
    slack = FakeSlack()
    await slack.start()
    try:
        async with started(
            slack, folder, mind, with_jobs=with_jobs, pace=pace, ping=ping, open_ticket=open_ticket, **changed
        ) as bot:
            yield bot
    finally:
        await slack.stop()


@asynccontextmanager
async def started(
    slack: FakeSlack,
    folder: Path,
    mind: Mind | None = None,
    *,
    with_jobs: bool = True,
    pace: float = 0.02,
    ping: float = 5.0,
    open_ticket: OpenTicket | None = None,
    turns: Turns | None = None,
    watch: Watch | None = None,
    **changed: Any,
) -> AsyncIterator[Running]:
    """The bot alone: to stop it and start it again with the same Slack and the same folder."""
    settings = to_settings(slack, folder, **changed)
    bot = Running(slack, folder, settings)
    channels: dict[str, Channel] = {}
    respond: Respond = responder(mind, settings) if mind else echo
    render: Callable[[Answer], str] = mind.renderer.render if mind else render_echo
    label = mind.renderer.label if mind else label_itself
    title = mind.renderer.title if mind else label_itself
    sections = (lambda: sections_of(mind.knowledge)) if mind else dict
    desk = bot.desk = Desk(
        respond, bot.store, channels, sections, lambda a: show.why(a, mind.core.evidence_for) if mind else ""
    )
    concerns = desk.concerns if with_jobs else always
    if with_jobs:
        bot.jobs = Jobs("", folder, desk.consider, channels, bot.store, watch, turns)
        await bot.jobs.start()
    parts = Parts(bot.stored, respond, render, {}, label, title, concerns, bot.store, open_ticket=open_ticket)
    channel = bot.channel = Slack(parts, settings, settle=0.1, pace=pace, ping=ping)
    channels["slack"] = channel
    await channel.start()
    server = uvicorn.Server(uvicorn.Config(open_app(bot.trouble, channels), port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    bot.root = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    bot.url = f"{bot.root}/slack/events"
    try:
        yield bot
    finally:
        server.should_exit = True
        await serving
        await channel.stop()
        if bot.jobs:
            await bot.jobs.stop()
            # The engine replaces the loop's executor and shuts it down; a process ends then, a test may go on
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


async def always(event: Event) -> bool:
    return True
