"""Overload and outages, end to end: bursts, 429, floods, a silent Socket Mode connection, restarts."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

from bot.answering.engine import AnswerEngine
from bot.core.rate_limit import RateLimiter
from tests.channels.slack.conversation import MENTION, Conversation
from tests.channels.slack.running import running, started
from tests.servers.fake_slack import APP_TOKEN, FakeSlack


async def test_a_burst_in_a_channel_is_answered_in_full_at_slacks_pace(tmp_path: Path) -> None:
    """Every question is answered, one a `pace`. The order of concurrent questions is not kept."""
    async with running(tmp_path, pace=0.2) as bot:
        conversation = Conversation(bot, "C1")
        await asyncio.gather(*(conversation.say(f"{MENTION} frage {number}", user=f"U{number}") for number in range(8)))
        assert numbers(await conversation.replies(8)) == [str(number) for number in range(8)]
        assert 5 * 0.2 < bot.slack.times[-1] - bot.slack.times[0] < 7 * 0.2 + 1.0


async def test_a_429_holds_the_whole_channel_and_loses_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, pace=0.1) as bot:
        bot.slack.trouble = ["", "429"]
        conversation = Conversation(bot, "C1")
        for number in range(5):
            await conversation.say(f"{MENTION} frage {number}", user=f"U{number}")
        assert numbers(await conversation.replies(5)) == ["0", "1", "2", "3", "4"]
        pauses = [b - a for a, b in zip(bot.slack.times, bot.slack.times[1:], strict=False)]
        assert max(pauses) > 0.95, "Retry-After: 1"


def numbers(posts: list[dict[str, Any]]) -> list[str]:
    """Numbers of the questions that were answered, sorted."""
    return sorted(re.findall(r"frage (\d)", post["text"])[0] for post in posts)


async def test_a_flood_gets_a_friendly_note_and_every_answer(tmp_path: Path, engine: AnswerEngine) -> None:
    async with running(tmp_path, engine, rate_limiter=RateLimiter(burst=2, every=0.6)) as bot:
        conversation = Conversation(bot, "D1")
        for _ in range(4):
            await conversation.say("Welcher Port für POP3 mit SSL?")
        answers = await conversation.replies(5)
        assert sum("995" in post["text"] for post in answers) == 4
        assert sum("der Reihe nach" in post["text"] or "one after the other" in post["text"] for post in answers) == 1


async def test_a_silent_socket_mode_connection_is_noticed_and_renewed(tmp_path: Path) -> None:
    slack = FakeSlack(mute=True)  # the first connection is open, and nothing comes back
    await slack.start()
    async with started(slack, tmp_path, slack_app_token=APP_TOKEN, ping=0.25) as bot:
        while not slack.connections():
            await asyncio.sleep(0.02)
        slack.mute = False
        while await bot.channel.readiness_problem():
            await asyncio.sleep(0.01)
        begun, noticed = time.monotonic(), False
        while not noticed and time.monotonic() - begun < 10:
            noticed = "down" in await bot.channel.readiness_problem()
            await asyncio.sleep(0.01)
        assert noticed
        for _ in range(300):
            if bot.slack.calls.count("apps.connections.open") > 1 and not await bot.channel.readiness_problem():
                break
            await asyncio.sleep(0.02)
        conversation = Conversation(bot, "C1")
        message = conversation.message(f"{MENTION} hallo?", "U1", "1515450000.000001")
        assert await bot.slack.push(
            {"type": "event_callback", "team_id": "T0001", "event": message, "authorizations": []}
        )
        assert len(await conversation.replies(1)) == 1
    await slack.stop()


async def test_a_thread_goes_on_without_a_mention_after_a_restart(tmp_path: Path, engine: AnswerEngine) -> None:
    slack = FakeSlack()
    await slack.start()
    async with started(slack, tmp_path, engine) as bot:
        ts, _ = await Conversation(bot, "C1").ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    async with started(slack, tmp_path, engine) as bot:
        _, answer = await Conversation(bot, "C1").ask("und für IMAP?", thread=ts)
        assert "993" in answer["text"]
    await slack.stop()


async def test_a_question_that_is_deleted_while_it_waits_is_not_answered(tmp_path: Path) -> None:
    """For its turn, because somebody asks too much; and for Slack, which is down."""
    slack = FakeSlack()
    await slack.start()
    async with started(slack, tmp_path, rate_limiter=RateLimiter(burst=1, every=0.5)) as bot:
        conversation = Conversation(bot, "C1")
        await conversation.ask(f"{MENTION} erste")
        ts = await conversation.say(f"{MENTION} zweite")
        await conversation.delete(ts)
        other = Conversation(bot, "C2")
        slack.trouble = ["500"]
        tried = slack.calls.count("chat.postMessage")
        of = await other.say(f"{MENTION} dritte", user="UOTHER")
        while slack.calls.count("chat.postMessage") == tried:
            await asyncio.sleep(0.01)
        await other.delete(of)
        while await bot.app.worker.queue_depth():
            await asyncio.sleep(0.02)
        answers = [post["text"] for post in slack.posts if re.search("zweite|dritte", post["text"])]
        assert answers == [], "at most the note that it takes longer stands there"
    await slack.stop()
