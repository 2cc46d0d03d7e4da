"""A process to be killed.

The real job engine, the real Slack channel, events over HTTP. `python -m tests.faults.worker`.
"""

import asyncio
import os
import signal

import uvicorn

from bot.channels import Channel, Parts
from bot.channels.slack import Slack
from bot.commands import Office
from bot.core.model import Answer, Language, Question
from bot.desk import Desk
from bot.jobs import Jobs
from bot.serve import open_app
from bot.settings import Settings
from bot.store import Store


async def respond(question: Question, office: Office | None = None, person: str = "") -> Answer:
    await asyncio.sleep(0.01)
    return Answer("echo", "de", {"text": question.text})


def label(name: str, language: Language) -> str:
    return name


def to_text(answer: Answer) -> str:
    return str(answer.facts["text"])


async def main() -> None:
    channels: dict[str, Channel] = {}
    settings = Settings()
    database, folder = settings.database_url, settings.postbote_data_dir
    store = Store(database, folder)
    desk = Desk(respond, store, channels, dict, lambda answer: "")
    jobs = Jobs(database, folder, desk.consider, channels, store)
    parts = Parts(jobs.store, respond, to_text, {}, label, label, desk.concerns, store)
    channels["slack"] = Slack(parts, settings, settle=float(os.environ["SETTLE"]), pace=0.0)
    await jobs.start()
    config = uvicorn.Config(
        open_app(jobs.trouble, channels), port=settings.postbote_port, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
    await server.serve()
    await jobs.stop()


if __name__ == "__main__":
    asyncio.run(main())
