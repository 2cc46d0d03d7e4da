"""Socket Mode over a real websocket; in a module of its own, because a process has one job engine."""

import asyncio
from pathlib import Path

from bot.answering.engine import AnswerEngine
from tests.channels.slack.conversation import Conversation, envelope
from tests.channels.slack.running import running
from tests.channels.slack.test_end_to_end import connected
from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import APP_TOKEN, buttons


async def test_socket_mode_answers_a_mention_and_its_copy_once(tmp_path: Path) -> None:
    async with running(tmp_path, slack_app_token=APP_TOKEN) as bot:
        await connected(bot)
        assert await bot.slack.push(recorded("app_mention"))
        assert await bot.slack.push(recorded("message_channels"))
        await bot.slack.until(posts=1)
        assert len(bot.slack.posts) == 1


async def test_commands_and_presses_come_over_socket_mode_too(tmp_path: Path, engine: AnswerEngine) -> None:
    async with running(tmp_path, engine, slack_app_token=APP_TOKEN) as bot:
        await connected(bot)
        command = {
            "command": "/faq",
            "text": "Welcher Port für POP3 mit SSL?",
            "team_id": "T0001",
            "channel_id": "C0001",
            "user_id": "U0001",
            "trigger_id": "1.2.3",
            "response_url": f"{bot.slack.root}/commands/socket",
        }
        assert await bot.slack.push(command, kind="slash_commands")
        await bot.slack.until(posts=1)
        (private,) = bot.slack.ephemeral
        other = next(b for b in buttons(private) if b["label"] == "In English")
        assert await bot.slack.push(bot.slack._pressed(private, other, "U0001", "T0001", 1), kind="interactive")
        for _ in range(200):
            if "Auf Deutsch" in [b["label"] for b in buttons(private)]:
                break
            await asyncio.sleep(0.02)
        assert "995" in private["text"]
        assert "Auf Deutsch" in [b["label"] for b in buttons(private)]


async def test_a_request_to_the_team_is_relayed_over_socket_mode_too(tmp_path: Path, engine: AnswerEngine) -> None:
    async with running(tmp_path, engine, slack_app_token=APP_TOKEN, postbote_slack_helpers="C0HELP") as bot:
        await connected(bot)
        asker, helpers = Conversation(bot, "D0ASKER"), Conversation(bot, "C0HELP")
        await bot.slack.push(envelope(asker.message("Mensch", asker.user, "1515440000.000100")))
        (request,) = await helpers.replies(1)
        (told,) = await asker.replies(1)
        said = helpers.message("Hier bin ich", "UHELPER", "1515440000.000200", thread=request["ts"])
        await bot.slack.push(envelope(said))
        answer = (await asker.replies(2))[1]
        assert "Hier bin ich" in answer["text"]
        assert answer["thread_ts"] == told["thread_ts"] == "1515440000.000100"
        solved = next(b for b in buttons(request) if b["label"] in ("Gelöst", "Solved"))
        await bot.slack.push(bot.slack._pressed(request, solved, "UHELPER", "T0001", 1), kind="interactive")
        assert "<@UHELPER>" in (await asker.replies(3))[2]["text"]
