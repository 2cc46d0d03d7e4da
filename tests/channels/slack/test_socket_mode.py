"""Socket Mode over a real websocket; in a module of its own, because a process has one job engine."""

import asyncio
from pathlib import Path

from bot.answering.engine import AnswerEngine
from tests.channels.slack.conversation import MENTION, Conversation, envelope
from tests.channels.slack.running import running
from tests.channels.slack.test_end_to_end import connected
from tests.channels.slack.test_events import recorded
from tests.channels.slack.test_ticket_relay import BY_AGENT, with_zammad
from tests.channels.zammad.test_zammad import fake
from tests.servers.fake_slack import APP_TOKEN, buttons
from tests.slow import slow
from tests.waiting import until


async def test_socket_mode_answers_a_mention_and_its_copy_once(tmp_path: Path) -> None:
    async with running(tmp_path, slack_app_token=APP_TOKEN) as bot:
        await connected(bot)
        assert await bot.slack.push(recorded("app_mention"))
        assert await bot.slack.push(recorded("message_channels"))
        await bot.until(posts=1)
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
        await bot.until(posts=1)
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


@slow
async def test_what_stands_above_a_mention_and_a_tickets_answer_come_over_socket_mode_too(
    tmp_path: Path, engine: AnswerEngine
) -> None:
    async with fake() as zammad, running(tmp_path, engine, slack_app_token=APP_TOKEN, **with_zammad(zammad)) as bot:
        await connected(bot)
        asker = Conversation(bot, "C0ASKER")
        line = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"
        bot.slack.said.append(asker.message(line, "U0002", "1515450000.000100"))
        mention = asker.message(f"{MENTION} was heißt das?", asker.user, "1515450000.000200")
        await bot.slack.push(envelope({**mention, "type": "app_mention"}))
        (answer,) = await asker.replies(1)
        assert "darüber gelesen" in answer["text"]
        assert "4.4.1" in answer["text"]
        words = asker.message(f"{MENTION} Mensch", asker.user, "1515450000.000300", thread="1515450000.000200")
        await bot.slack.push(envelope({**words, "type": "app_mention"}))
        await asker.replies(2)
        (ticket,) = zammad.tickets
        zammad.write(ticket, **BY_AGENT, body="Hier bin ich")
        assert "Hier bin ich" in (await asker.replies(3))[2]["text"]
        back = asker.message("4711", asker.user, "1515450000.000400", thread="1515450000.000200")
        await bot.slack.push(envelope(back))
        await until(lambda: "4711" in zammad.articles[ticket][-1]["body"])
