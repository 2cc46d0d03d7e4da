"""Process to be killed: the whole app with the real Slack channel, Zammad's where it is set, and an engine that echoes.

Events come over HTTP or Socket Mode. tests/faults/world.py starts it.
"""

import asyncio
import os
import time
from pathlib import Path

from bot.app import run
from bot.channels import OpenChannel
from bot.channels.helpdesk.open_helpdesk import open_helpdesk
from bot.channels.slack.channel import Slack
from bot.channels.zammad import ZammadChannel
from bot.commands import ChannelAdmin
from bot.contracts.channel import Channel, Disabled
from bot.contracts.channel_context import ChannelContext
from bot.core.model import Answer, Decision, Question
from bot.durable import retry, stop_deadline, worker
from bot.observability.logging import configure
from bot.settings import Settings
from bot.web.listen import bind
from tests.engines import EchoEngine

# What no entry covers, with codes that can be explained: an agent gets a note (bot/tickets/assessment.py)
NOTED = Decision("decline", (), "de", 0.0, (), "ticket")


class PlainEchoEngine(EchoEngine):
    """Says the text itself, behind the word that the environment gives this process."""

    async def respond(self, question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        await asyncio.sleep(0.01)
        if question.text == "ticket":
            return Answer("answer", "de", {"codes": ["550"]}, NOTED)
        return Answer("echo", "de", {"text": os.environ.get("WORD", "") + question.text})

    def render(self, answer: Answer) -> str:
        return str(answer.facts.get("text", answer.template))


def jump(file: Path) -> None:
    """The clock is ahead by as many seconds as the file says at the moment.

    libfaketime does not do for Python: its clock_nanosleep fails with EINVAL. So the process's wall clock is replaced,
    for our code, the engine and all libraries; as when somebody sets a real one, the monotonic clock stays.
    """
    true_time = time.time
    time.time = lambda: true_time() + float(file.read_text() or "0")


def open_slack(settings: Settings, context: ChannelContext) -> Channel:
    return Slack(context, settings, settle=float(os.environ["SETTLE"]), pace=0.0)


def open_zammad(settings: Settings, context: ChannelContext) -> Channel | Disabled:
    settle = float(os.environ["SETTLE"])
    return open_helpdesk(
        "zammad", settings.zammad, lambda account: ZammadChannel(account, settings, context, settle=settle)
    )


def main() -> None:
    worker.PATIENCE = float(os.environ.get("PATIENCE", worker.PATIENCE))
    stop_deadline.STOP_WITHIN = float(os.environ.get("STOP_WITHIN", stop_deadline.STOP_WITHIN))
    retry.FIRST_PAUSE = float(os.environ.get("FIRST_PAUSE", retry.FIRST_PAUSE))
    if "CLOCK" in os.environ:
        jump(Path(os.environ["CLOCK"]))
    configure("logfmt")
    settings = Settings()
    sockets = bind(settings.postbote_host, settings.postbote_port)
    channels: dict[str, OpenChannel] = {"slack": open_slack, "zammad": open_zammad}
    asyncio.run(run(settings, PlainEchoEngine(), sockets, lambda line: None, open_channels=channels))
