"""Slack channel under test: a bot on a real port, a fake Slack that it talks to, and a database in a folder.

`running` starts all three; `started` starts the bot alone, beside a Slack that outlives it. The parts are real (web
server, worker on SQLite, dialogue, delivery); only Slack itself is tests/servers/fake_slack.py. Without an engine the
bot echoes, so that tests of the channel train nothing. tests/channels/slack/conversation.py then sends what people do.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.app import App, build
from bot.channels import OpenChannel
from bot.channels.slack.channel import Slack
from bot.commands import ChannelAdmin
from bot.contracts.channel import Channel
from bot.contracts.channel_context import ChannelContext
from bot.contracts.tickets import OpenTicket
from bot.core.model import Answer, Event, Question
from bot.core.rate_limit import RateLimiter
from bot.observability.event_log import EventLog
from bot.settings import Settings
from bot.storage import Storage
from tests.engines import EchoEngine
from tests.prepared import prepare
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.serving import served
from tests.waiting import short_pauses


class BreakableEngine(ReloadableEngine):
    """Engine with a bug that can be switched on."""

    broken = False

    async def respond(self, question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        if self.broken:
            raise RuntimeError("secret detail")
        return await super().respond(question, admin, person)


class Running:
    """Bot under test. While `disk_full`, nothing can be stored."""

    app: App
    engine: BreakableEngine | None
    channel: Slack
    enqueue: Callable[[Event], Awaitable[None]]

    def __init__(self, slack: FakeSlack, folder: Path, settings: Settings) -> None:
        self.slack, self.folder, self.settings = slack, folder, settings
        self.url, self.root, self.disk_full = "", "", False
        self.works = False  # events are answered

    @property
    def storage(self) -> Storage:
        return self.app.storage

    async def stored(self, event: Event) -> None:
        if self.disk_full:
            raise OSError(28, "No space left on device")
        await self.enqueue(event)

    async def settled(self, seconds: float = 2.0) -> None:
        """Returns once all that was acknowledged is done: what the bot had to say to it, it has said.

        After `seconds` it returns all the same: an event whose delivery pauses may take hours.
        """
        end = time.monotonic() + seconds
        while self.works and await self.app.worker.queue_depth() and time.monotonic() < end:
            await asyncio.sleep(0.01)

    async def until(self, posts: int, seconds: float = 8.0) -> None:
        """Waits until there are so many posts and replies, and then for those that must not come."""
        slack, end = self.slack, time.monotonic() + seconds
        while len(slack.posts) + len(slack.ephemeral) < posts and time.monotonic() < end:
            await asyncio.sleep(0.01)
        await self.settled()


def to_settings(slack: FakeSlack, folder: Path, **changed: Any) -> Settings:
    """Settings for one workspace over HTTP, whatever the environment says; `changed` overrides some."""
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
        "postbote_slack_digest": "",
    }
    return Settings.model_validate({**values, **changed})


@asynccontextmanager
async def running(folder: Path, engine: AnswerEngine | None = None, **options: Any) -> AsyncIterator[Running]:
    """A bot and its Slack, both stopped at the end. `options`: of `started`."""
    slack = FakeSlack()
    await slack.start()
    try:
        async with started(slack, folder, engine, **options) as bot:
            yield bot
    finally:
        await slack.stop()


@asynccontextmanager
async def started(
    slack: FakeSlack,
    folder: Path,
    engine: AnswerEngine | None = None,
    *,
    with_worker: bool = True,
    pace: float = 0.02,
    ping: float = 5.0,
    open_ticket: OpenTicket | None = None,
    helpdesks: Mapping[str, OpenChannel] | None = None,
    rate_limiter: RateLimiter | None = None,
    event_log: EventLog | None = None,
    **changed: Any,
) -> AsyncIterator[Running]:
    """The bot alone, to stop it and start it again with the same Slack and the same folder.

    `engine`: answers from the knowledge base; None: the bot echoes. `with_worker`: False: parsed events are dropped.
    `pace`: seconds between posts in a channel; Slack's own second would make the tests slow. `ping`: seconds between
    pings of a Socket Mode connection. `open_ticket`: the helpdesk of "Ask the team". `helpdesks`: openers of channels
    that run too. `rate_limiter`: of each person's questions. `changed`: settings. Pauses between attempts are short
    (tests/waiting.py).
    """
    prepare(folder)
    settings = to_settings(slack, folder, **changed)
    bot = Running(slack, folder, settings)

    def open_slack(settings: Settings, context: ChannelContext) -> Channel:
        bot.enqueue = context.enqueue if with_worker else nothing
        context = replace(context, enqueue=bot.stored, open_ticket=open_ticket or context.open_ticket)
        bot.channel = Slack(context, settings, settle=0.1, pace=pace, ping=ping)
        return bot.channel

    bot.engine = BreakableEngine(engine, settings) if engine else None
    bot.app = build(
        settings,
        bot.engine or EchoEngine(),
        event_log=event_log,
        open_channels={"slack": open_slack, **(helpdesks or {})},
        rate_limiter=rate_limiter,
    )
    if with_worker:
        await bot.app.worker.start()
        bot.works = True
    for channel in bot.app.channels.values():
        await channel.start()
    try:
        async with served(bot.app.asgi) as bot.root:
            bot.url = f"{bot.root}/slack/events"
            with short_pauses():
                yield bot
    finally:
        bot.works = False
        for channel in bot.app.channels.values():
            await channel.stop()
        if with_worker:
            await bot.app.worker.stop()
            # DBOS replaces the loop's executor and shuts it down; a process ends then, a test may go on
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        for channel in bot.app.channels.values():
            await channel.close()


async def nothing(event: Event) -> None:
    """Stores nothing."""
