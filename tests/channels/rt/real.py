"""What the tests against a real Request Tracker 5 share: their mark, the question, and looks at what was written."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from bot.channels.helpdesk.parse import to_account_name
from bot.settings import Settings
from tests.channels.rt.running import Bot
from tests.faults.world import free_port
from tests.servers.rt_server import HTTPD, SECRET, RtServer

REAL_RT = (
    pytest.mark.integration,
    pytest.mark.skipif(
        not (os.environ.get("POSTBOTE_INTEGRATION") and HTTPD.exists()),
        reason="needs Request Tracker 5 and POSTBOTE_INTEGRATION=1; .ci/run sets both up",
    ),
)
QUESTION = "Guten Tag,\n\nwelcher Port gilt für POP3 mit SSL?\n\nViele Grüße\nAnna Kunde"
PORT = free_port()  # of the bot, which RT's scrip knows


async def until(rt: RtServer, sender: str, number: int = 1, seconds: float = 60) -> list[list[str]]:
    """What was written in the tickets of a sender, once there is something in so many; and a moment later."""

    async def found() -> list[list[str]]:
        return [await rt.written(ticket) for ticket in await rt.tickets(sender)]

    for _ in range(int(seconds / 0.2)):
        if sum(map(bool, await found())) >= number:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(0.3)
    return await found()


def to_settings(rt: RtServer, folder: Path, **changed: Any) -> Settings:
    values = {
        "postbote_rt_url": rt.url,
        "postbote_rt_token": rt.token,
        "postbote_rt_webhook_secret": SECRET,
        "postbote_rt_mode": "note, Support=public",
        "postbote_data_dir": folder,
        "postbote_database_url": "",
    }
    return Settings.model_validate({**values, **changed})


def log_of(rt: RtServer) -> str:
    return (rt.base / "server.log").read_text(errors="replace")


async def told(bot: Bot, rt: RtServer, sender: str) -> str:
    """`postbote why` for the newest ticket of a sender."""
    key = f"rt:{to_account_name(bot.rt_url)}:ticket:{(await rt.tickets(sender))[-1]}"
    return await bot.why(key)
