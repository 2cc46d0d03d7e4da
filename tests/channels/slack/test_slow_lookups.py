"""Status while a look-up takes long: shown in the thread before the reply, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from bot.dialogue.busy_sign import tell_if_slow
from tests.channels.slack.conversation import MENTION, Conversation, new_channel
from tests.channels.slack.running import Running, running
from tests.commands.test_check import ERROR, ZONE
from tests.servers.dns_server import DnsServer
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
SLOW = {f"{name} {kind}": "late" for name in ("mx2.example.com", "example.com") for kind in ("A", "AAAA", "MX", "TXT")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with (
        DnsServer(ZONE, SLOW, late=0.95, ttl=0) as server,
        running(tmp_path_factory.mktemp("bot"), engine, postbote_nameservers=server.address) as started,
    ):
        yield started


@pytest.fixture
def channel(bot: Running) -> Conversation:
    bot.slack.statuses.clear()
    bot.slack.ephemeral.clear()
    bot.slack.locale = "de-DE"
    return Conversation(bot, new_channel())


async def test_a_slow_look_up_shows_a_status_in_its_thread_until_the_reply(channel: Conversation) -> None:
    slack = channel.bot.slack
    before = len(slack.posts)
    ts, answer = await channel.ask(f"{MENTION} check mx2.example.com")
    (status,) = slack.statuses
    assert (status["channel_id"], status["thread_ts"]) == (channel.channel, ts)
    assert status["status"] == "schaut nach …"
    assert status["posts"] == before, "it comes before the reply, which takes it away"
    assert answer["thread_ts"] == ts


async def test_the_check_by_button_shows_it_too(channel: Conversation) -> None:
    slack = channel.bot.slack
    ts, answer = await channel.ask(f"{MENTION} what does this mean? {ERROR}")
    assert slack.statuses == [], "the FAQ is at hand"
    await slack.press(channel.bot.url, answer, "Check mx2.example.com now", user="UA")
    await channel.replies(2)
    assert [(one["thread_ts"], one["status"]) for one in slack.statuses] == [(ts, "is looking it up …")]


async def test_what_one_person_sees_or_stands_in_no_thread_shows_none(channel: Conversation) -> None:
    """A status in a thread in which no reply comes would stay for two minutes."""
    bot = channel.bot
    await bot.slack.command(bot.url, "check", "mx2.example.com", user=channel.user, channel=channel.channel)
    await until(lambda: bot.slack.ephemeral, pause=0.02)
    await Conversation(bot, new_channel("D")).ask("check mx2.example.com")
    assert bot.slack.statuses == []


async def test_a_status_that_slack_refuses_keeps_no_reply_back(channel: Conversation) -> None:
    channel.bot.slack.refusals["assistant.threads.setStatus"] = "missing_scope"
    try:
        _, answer = await channel.ask(f"{MENTION} check mx2.example.com")
    finally:
        channel.bot.slack.refusals.clear()
    assert "mx2.example.com" in answer["text"]


async def test_what_is_quick_is_not_told_and_a_failure_stays_one() -> None:
    told: list[str] = []

    async def tell() -> None:
        told.append("busy")

    async def work(seconds: float, fault: Exception | None = None) -> str:
        await asyncio.sleep(seconds)
        if fault:
            raise fault
        return "done"

    assert await tell_if_slow(work(0), tell, 0.05) == "done"
    with pytest.raises(ValueError, match="x"):
        await tell_if_slow(work(0, ValueError("x")), tell, 0.05)
    await asyncio.sleep(0.1)
    assert told == []
    assert await tell_if_slow(work(0.1), tell, 0.05) == "done"
    assert told == ["busy"]
