""" "Ask the team" opens a ticket in the helpdesk, once, and its link comes back into the thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.answering.engine import AnswerEngine
from bot.channels.zammad import ZammadChannel
from bot.contracts.tickets import OpenedTicket
from bot.core.model import Answer
from tests.channels.helpdesk.running import open_alone
from tests.channels.slack.conversation import MENTION, Conversation
from tests.channels.slack.running import running
from tests.channels.zammad.test_zammad import fake, to_settings
from tests.servers.fake_zammad import FakeZammad

PERSON = "Team fragen"


@asynccontextmanager
async def conversation_with(
    zammad: FakeZammad, engine: AnswerEngine, folder: Path, **changed: Any
) -> AsyncIterator[Conversation]:
    settings = to_settings(zammad, folder)
    channel = open_alone(ZammadChannel, settings.zammad, settings, engine)

    async def open_ticket(subject: str, request: Answer, mark: str, again: bool) -> OpenedTicket:
        return await channel.open_ticket("Support", subject, request, mark, again=again)

    async with running(folder, engine, open_ticket=open_ticket, **changed) as bot:
        yield Conversation(bot, "C0DESK")
    await channel.stop()
    await channel.close()


async def test_a_request_becomes_a_ticket_with_its_link(engine: AnswerEngine, tmp_path: Path) -> None:
    async with fake() as zammad, conversation_with(zammad, engine, tmp_path) as conversation:
        ts, answer = await conversation.ask(f"{MENTION} Wie richte ich Outlook für max@firma.de ein?")
        for _ in range(2):
            await conversation.bot.slack.press(conversation.bot.url, answer, PERSON)
            await asyncio.sleep(0.5)
        (note,) = (await conversation.replies(2))[1:]
        assert "Nr. 10081" in note["text"]
        assert f"{zammad.url}/#ticket/zoom/81" in note["text"]
        assert "schon Bescheid" in conversation.bot.slack.ephemeral[-1]["text"]
        assert list(zammad.tickets) == [81]
        (article,) = zammad.articles[81]
        assert zammad.tickets[81]["title"].startswith("Frage aus Slack: Wie richte ich Outlook")
        assert article["internal"] is True
        assert "Outlook" in article["body"]
        assert "max@" not in article["body"]
        assert f"/archives/{conversation.channel}/p{ts.replace('.', '')}" in article["body"]


async def test_trouble_opens_no_second_ticket_and_the_asker_knows(engine: AnswerEngine, tmp_path: Path) -> None:
    """Zammad is down at first, then it opens the ticket and its answer is lost."""
    async with fake() as zammad, conversation_with(zammad, engine, tmp_path) as conversation:
        zammad.trouble = ["503", "lost"]
        _, answer = await conversation.ask(f"{MENTION} Wie richte ich Outlook ein?")
        await conversation.bot.slack.press(conversation.bot.url, answer, PERSON)
        notes = (await conversation.replies(3, seconds=15))[1:]
        assert ["verständigt" in notes[0]["text"], "Nr. 10081" in notes[1]["text"]] == [True, True]
        assert len(notes) == 2
        assert list(zammad.tickets) == [81]
