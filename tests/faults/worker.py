"""A process to be killed.

The real job engine, the real Slack channel, events over HTTP or Socket Mode. `python -m tests.faults.worker`.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

import uvicorn

from bot.channels.slack import Slack
from bot.commands import ChannelAdmin
from bot.contracts import Channel, ChannelContext
from bot.core.model import Answer, Language, Question
from bot.dialogue.manager import DialogueManager
from bot.durable.worker import Worker
from bot.observability.logging import configure
from bot.serve import DRAIN, open_app
from bot.settings import Settings
from bot.storage.store import Store


async def respond(question: Question, office: ChannelAdmin | None = None, person: str = "") -> Answer:
    await asyncio.sleep(0.01)
    return Answer("echo", "de", {"text": os.environ.get("WORD", "") + question.text})


def label(name: str, language: Language) -> str:
    return name


def to_text(answer: Answer) -> str:
    return str(answer.facts["text"])


def jump(file: Path) -> None:
    """The clock is ahead by as many seconds as the file says at the moment.

    libfaketime does not do for Python: its clock_nanosleep fails with EINVAL. So the process's wall clock is replaced,
    for our code, the engine and all libraries; as when somebody sets a real one, the monotonic clock stays.
    """
    true_time = time.time
    time.time = lambda: true_time() + float(file.read_text() or "0")


async def main() -> None:
    if "CLOCK" in os.environ:
        jump(Path(os.environ["CLOCK"]))
    configure("logfmt")
    channels: dict[str, Channel] = {}
    settings = Settings()
    database, folder = settings.database_url, settings.postbote_data_dir
    store = Store(database, folder)
    desk = DialogueManager(respond, store, channels, dict, lambda answer: "")
    jobs = Worker(database, folder, desk.handle, channels, store)
    parts = ChannelContext(jobs.enqueue, respond, to_text, {}, label, label, desk.should_store, store)
    slack = channels["slack"] = Slack(parts, settings, settle=float(os.environ["SETTLE"]), pace=0.0)
    await jobs.start()
    await slack.start()
    app = open_app(jobs.readiness_problem, channels)
    config = uvicorn.Config(
        app, port=settings.postbote_port, log_config=None, lifespan="off", timeout_graceful_shutdown=DRAIN
    )
    server = uvicorn.Server(config)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
    await server.serve()
    await slack.stop()
    await jobs.stop()


if __name__ == "__main__":
    asyncio.run(main())
