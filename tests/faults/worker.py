"""A process to be killed.

The real job engine, the real Slack channel, events over HTTP. `python -m tests.faults.worker`.
"""

import asyncio
import os
import signal
from pathlib import Path

import uvicorn

from bot.channels import Channel, Parts
from bot.channels.slack import Slack
from bot.core.model import Answer, Question
from bot.jobs import Jobs
from bot.serve import open_app
from bot.store import Store


async def respond(question: Question) -> Answer:
    await asyncio.sleep(0.01)
    return Answer("echo", "de", {"text": question.text})


async def main() -> None:
    channels: dict[str, Channel] = {}
    database, folder = os.environ.get("DATABASE", ""), Path(os.environ["DATA"])
    jobs = Jobs(database, folder, respond, channels, Store(database, folder))
    parts = Parts(jobs.store, respond, lambda answer: str(answer.facts["text"]), {})
    channels["slack"] = Slack(
        parts, os.environ["TOKEN"], os.environ["SECRET"], "", os.environ["API"], settle=float(os.environ["SETTLE"])
    )
    await jobs.start()
    config = uvicorn.Config(
        open_app(jobs.trouble, channels), port=int(os.environ["PORT"]), log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
    await server.serve()
    await jobs.stop()


if __name__ == "__main__":
    asyncio.run(main())
