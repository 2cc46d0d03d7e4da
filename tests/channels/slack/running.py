"""A bot on a real port, its Slack, and its database: for tests that talk to it as Slack does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr

from bot.answering.engine import AnswerEngine, responder, sections_of
from bot.channels.slack import Slack
from bot.cli import format as show
from bot.commands import ChannelAdmin
from bot.contracts import Channel, ChannelContext, OpenTicket, Respond
from bot.core.model import Answer, Event, Language, Question
from bot.dialogue.manager import DialogueManager
from bot.durable.worker import Worker
from bot.observability.event_log import EventLog
from bot.rate_limit import RateLimiter
from bot.serve import open_app
from bot.settings import Settings
from bot.storage.store import Store
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack


async def echo(question: Question, office: ChannelAdmin | None = None, person: str = "") -> Answer:
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
        self.jobs: Worker | None = None
        self.desk: DialogueManager | None = None
        self.channel: Slack
        self.store = Store("", folder)

    async def stored(self, event: Event) -> None:
        if self.disk_full:
            raise OSError(28, "No space left on device")
        if self.jobs:
            await self.jobs.enqueue(event)

    async def readiness_problem(self) -> str:
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
    engine: AnswerEngine | None = None,
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
            slack, folder, engine, with_jobs=with_jobs, pace=pace, ping=ping, open_ticket=open_ticket, **changed
        ) as bot:
            yield bot
    finally:
        await slack.stop()


@asynccontextmanager
async def started(
    slack: FakeSlack,
    folder: Path,
    engine: AnswerEngine | None = None,
    *,
    with_jobs: bool = True,
    pace: float = 0.02,
    ping: float = 5.0,
    open_ticket: OpenTicket | None = None,
    turns: RateLimiter | None = None,
    event_log: EventLog | None = None,
    **changed: Any,
) -> AsyncIterator[Running]:
    """The bot alone: to stop it and start it again with the same Slack and the same folder."""
    settings = to_settings(slack, folder, **changed)
    bot = Running(slack, folder, settings)
    channels: dict[str, Channel] = {}
    respond: Respond = responder(engine, settings) if engine else echo
    render: Callable[[Answer], str] = engine.renderer.render if engine else render_echo
    label = engine.renderer.label if engine else label_itself
    title = engine.renderer.title if engine else label_itself
    sections = (lambda: sections_of(engine.knowledge)) if engine else dict
    desk = bot.desk = DialogueManager(
        respond, bot.store, channels, sections, lambda a: show.why(a, engine.core.evidence_for) if engine else ""
    )
    concerns = desk.should_store if with_jobs else always
    if with_jobs:
        bot.jobs = Worker("", folder, desk.handle, channels, bot.store, event_log, turns)
        await bot.jobs.start()
    parts = ChannelContext(bot.stored, respond, render, {}, label, title, concerns, bot.store, open_ticket=open_ticket)
    channel = bot.channel = Slack(parts, settings, settle=0.1, pace=pace, ping=ping)
    channels["slack"] = channel
    await channel.start()
    server = uvicorn.Server(
        uvicorn.Config(open_app(bot.readiness_problem, channels), port=0, log_config=None, lifespan="off")
    )
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
