"""/mx as a slash command: the longest reply is still within Slack's limits."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.answering.engine import AnswerEngine
from tests.channels.slack.running import Running, running
from tests.servers.block_kit import refused
from tests.servers.dns_server import DnsServer

LONGEST = ".".join(["b" * 63, "c" * 63, "d" * 63, "e" * 40])
ZONE = {
    "example.com": {"MX": [f"10 {n}.{LONGEST}." for n in range(20)], "TXT": ['"v=spf1 <!channel> -all"']},
    **{f"{n}.{LONGEST}": {"AAAA": [f"2620:fe:ffff:ffff:ffff:ffff:ffff:{k}" for k in range(9)]} for n in range(20)},
}


async def replies(bot: Running, number: int) -> list[Mapping[str, Any]]:
    for _ in range(1_000):
        if len(bot.slack.ephemeral) >= number:
            break
        await asyncio.sleep(0.02)
    return list(bot.slack.ephemeral)


async def test_the_longest_reply_is_one_that_slack_takes(engine: AnswerEngine, tmp_path: Path) -> None:
    async with (
        DnsServer(ZONE) as server,
        running(tmp_path, engine, postbote_nameservers=server.address) as bot,
    ):
        await bot.slack.command(bot.url, "mx", "example.com")
        (reply,) = await replies(bot, 1)
        assert refused({"channel": "C0001", **reply}) == ""
        assert "&lt;!channel&gt;" in str(reply["blocks"])
        assert "DNS" in str(reply["blocks"][-2:])  # where it comes from: nothing was cut off
