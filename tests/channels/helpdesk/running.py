"""A helpdesk's channel for tests: alone, to call it directly, or in a whole bot on a real socket."""

import asyncio
import weakref
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from bot import app
from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.channels.rt import RtChannel
from bot.channels.zammad import ZammadChannel
from bot.contracts.channel_context import ChannelContext
from bot.core.model import Event
from bot.settings import Settings
from bot.settings.helpdesk import HelpdeskAccount
from bot.storage import Storage, create_storage
from bot.storage.cursors import Cursors
from tests.prepared import prepare
from tests.servers.serving import served
from tests.waiting import short_pauses

C = TypeVar("C", RtChannel, ZammadChannel)


def open_alone(
    make: type[C],
    account: HelpdeskAccount | None,
    settings: Settings,
    engine: AnswerEngine,
    enqueued: list[Event] | None = None,
) -> C:
    """The channel, not started, with a database of its own. `enqueued`: gets its events; None: they are lost."""
    assert account
    events: list[Event] = [] if enqueued is None else enqueued

    async def enqueue(event: Event) -> None:
        events.append(event)

    prepare(settings.postbote_data_dir)
    storage = create_storage("", settings.postbote_data_dir)
    storage.database.open()
    context = ChannelContext(
        engine=ReloadableEngine(engine, settings),
        enqueue=enqueue,
        secrets=storage.secrets,
        erase_team=storage.erase_team,
        cursors=Cursors(storage.database),
        handovers=storage.handovers,
    )
    channel = make(account, settings, context, settle=0.05)
    weakref.finalize(channel, storage.database.close)
    return channel


class RunningBot:
    """A bot with one helpdesk, and what it has decided."""

    def __init__(self, storage: Storage, prefix: str, root: str) -> None:
        self.storage, self._prefix, self.root = storage, prefix, root

    async def until_decided(self, ticket: int, seconds: float = 8.0) -> str:
        """Verdict and reasons of a ticket, once the reply is written, or it is decided that there is none."""
        key = f"{self._prefix}:ticket:{ticket}"
        for _ in range(int(seconds / 0.05)):
            kept = self.storage.decisions.get(key)
            if kept and (kept.sent or kept.outcome in ("silent", "decline")):
                await asyncio.sleep(0.1)
                return kept.why.split("verdict     ")[1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"nothing was decided about ticket {ticket}")


@asynccontextmanager
async def started(
    make: type[C], account: HelpdeskAccount | None, settings: Settings, engine: AnswerEngine
) -> AsyncIterator[RunningBot]:
    """The whole system with this one channel, and the web server that its webhooks come to."""
    assert account

    def open_channel(settings: Settings, context: ChannelContext) -> C:
        return make(account, settings, context, settle=0.1)

    prepare(settings.postbote_data_dir)
    built = app.build(settings, ReloadableEngine(engine, settings), open_channels={account.system: open_channel})
    async with built.running():
        prefix = f"{account.system}:{account.url.removeprefix('http://')}"
        async with served(built.asgi) as root:
            with short_pauses():
                yield RunningBot(built.storage, prefix, root)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
