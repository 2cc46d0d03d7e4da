"""Under pressure: pace and order, floods, a Web API in trouble, a silent Socket Mode connection, restarts."""

import asyncio
import re
import time
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.channels.slack.post_pacing import PostPacer
from bot.rate_limit import RateLimiter
from tests.channels.slack.running import running, started
from tests.channels.slack.talk import MENTION, Room
from tests.servers.fake_slack import APP_TOKEN, FakeSlack


async def test_a_burst_in_a_channel_is_answered_in_order_at_slacks_pace(tmp_path: Path) -> None:
    async with running(tmp_path, pace=0.2) as bot:
        room = Room(bot, "C1")
        for number in range(8):
            await room.say(f"{MENTION} frage {number}", user=f"U{number}")
        answers = await room.replies(8)
        said = [re.findall(r"frage (\d)", post["text"])[0] for post in answers]
        assert said == [str(number) for number in range(8)]
        pauses = [b - a for a, b in zip(bot.slack.times, bot.slack.times[1:], strict=False)]
        assert min(pauses) > 0.15


async def test_too_many_requests_hold_the_channel_and_keep_the_order(tmp_path: Path) -> None:
    async with running(tmp_path, pace=0.1) as bot:
        bot.slack.trouble = ["", "429"]
        room = Room(bot, "C1")
        for number in range(5):
            await room.say(f"{MENTION} frage {number}", user=f"U{number}")
        answers = await room.replies(5)
        assert [re.findall(r"frage (\d)", post["text"])[0] for post in answers] == ["0", "1", "2", "3", "4"]


async def test_of_those_who_wait_the_earliest_question_is_first() -> None:
    pace, done = PostPacer(0.05), []

    async def post(order: str) -> None:
        await pace.turn("C1", order)
        done.append(order)

    await asyncio.gather(*(post(order) for order in ("1", "9", "3", "5")))
    assert done == ["1", "3", "5", "9"]


async def test_who_need_not_wait_goes_at_once_and_channels_at_rest_are_forgotten() -> None:
    pace = PostPacer(0.02)
    for number in range(500):
        pace.expect(f"C{number}", "1")
        with pytest.raises(StopIteration):  # it ran to its end: nothing else could run meanwhile
            pace.turn(f"C{number}", "1").send(None)
    await asyncio.sleep(0.03)
    for number in range(500):
        await pace.turn(f"D{number}", "1")
    assert len(pace._lines) <= 501


async def test_an_answer_waits_a_moment_for_those_to_earlier_questions() -> None:
    pace, done = PostPacer(0.01), []

    async def answer(order: str, takes: float) -> None:
        await asyncio.sleep(takes)
        await pace.turn("C1", order)
        done.append(order)

    for order in ("1", "2", "3"):
        pace.expect("C1", order)
    await asyncio.gather(answer("1", 0.2), answer("2", 0.1), answer("3", 0.0))
    assert done == ["1", "2", "3"]
    pace.expect("C1", "4")  # and is never answered
    begun = time.monotonic()
    await pace.turn("C1", "5")
    assert time.monotonic() - begun > 0.5


async def test_a_waiting_post_that_is_given_up_keeps_nobody_waiting() -> None:
    pace = PostPacer(0.05)
    await pace.turn("C1", "1")
    given_up = asyncio.create_task(pace.turn("C1", "2"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait_for(pace.turn("C1", "3"), 1)


async def test_a_flood_gets_a_friendly_note_and_every_answer(tmp_path: Path, engine: AnswerEngine) -> None:
    async with running(tmp_path, engine, rate_limiter=RateLimiter(burst=2, every=0.3)) as bot:
        room = Room(bot, "D1")
        for _ in range(4):
            await room.say("Welcher Port für POP3 mit SSL?")
        answers = await room.replies(5)
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
        room = Room(bot, "C1")
        message = room.message(f"{MENTION} hallo?", "U1", "1515450000.000001")
        assert await bot.slack.push(
            {"type": "event_callback", "team_id": "T0001", "event": message, "authorizations": []}
        )
        assert len(await room.replies(1)) == 1
    await slack.stop()


async def test_a_thread_goes_on_without_a_mention_after_a_restart(tmp_path: Path, engine: AnswerEngine) -> None:
    slack = FakeSlack()
    await slack.start()
    async with started(slack, tmp_path, engine) as bot:
        ts, _ = await Room(bot, "C1").ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    async with started(slack, tmp_path, engine) as bot:
        _, answer = await Room(bot, "C1").ask("und für IMAP?", thread=ts)
        assert "993" in answer["text"]
    await slack.stop()
