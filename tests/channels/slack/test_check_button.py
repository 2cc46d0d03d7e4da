"""The button "Check … now" below an explained error, with a name server on a real port."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from tests.channels.slack.conversation import MENTION, Conversation
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_buttons import labels, message_shortcut, until
from tests.commands.test_check import ERROR, ZONE
from tests.servers.dns_server import DnsServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
OFFER, ANGEBOT = "Check mx2.example.com now", "mx2.example.com jetzt prüfen"
ASKED = f"{MENTION} what does this mean? {ERROR}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with (
        DnsServer(ZONE) as server,
        running(tmp_path_factory.mktemp("bot"), engine, postbote_nameservers=server.address) as started,
    ):
        yield started


async def press(conversation: Conversation, message: dict[str, Any], label: str, user: str) -> None:
    await conversation.bot.slack.press(conversation.bot.url, message, label, user=user)


async def test_the_check_is_answered_in_the_thread_once_for_all_who_press_it(conversation: Conversation) -> None:
    conversation.bot.slack.locales |= {"UA": "", "UB": ""}  # languages that nobody tells: the other one is offered
    ts, answer = await conversation.ask(ASKED)
    assert OFFER in labels(answer)
    await asyncio.gather(*(press(conversation, answer, OFFER, user) for user in ("UA", "UB", "UA")))
    _, result = await conversation.replies(2)
    assert result["thread_ts"] == ts
    assert "mx2.example.com still has no A or AAAA record. example.com’s MX points to this host." in result["text"]
    assert "As long as that is the case, the error will persist." in result["text"]
    assert labels(result) == ["Auf Deutsch"]
    assert len(await conversation.replies(3, seconds=0.3)) == 2


async def test_its_result_changes_its_language_like_any_answer(conversation: Conversation) -> None:
    conversation.bot.slack.locales |= {"UA": "", conversation.user: ""}
    _, answer = await conversation.ask(ASKED)
    await press(conversation, answer, "Auf Deutsch", "UA")
    await until(lambda: ANGEBOT in labels(answer))
    await press(conversation, answer, ANGEBOT, "UA")
    _, result = await conversation.replies(2)
    assert "weder einen A- noch einen AAAA-Eintrag" in result["text"]
    await press(conversation, result, "In English", "UA")
    await until(lambda: "still has no" in result["text"])


async def test_what_one_person_sees_is_checked_for_that_person_alone(conversation: Conversation) -> None:
    message = {"type": "message", "user": "U0001", "ts": "1515449522.000016", "text": ERROR}
    await conversation.bot.slack.interact(conversation.bot.url, message_shortcut(conversation, message))
    private = await until(lambda: conversation.bot.slack.ephemeral and conversation.bot.slack.ephemeral[-1])
    assert OFFER in labels(private)
    await press(conversation, {**private, "channel": conversation.channel}, OFFER, "UHELPER")
    await until(lambda: len(conversation.bot.slack.ephemeral) == 2)
    assert "still has no A or AAAA record" in conversation.bot.slack.ephemeral[-1]["text"]
    assert conversation.bot.slack.ephemeral[-1]["response_type"] == "ephemeral"
    assert await conversation.replies(0) == []


async def test_an_answer_that_names_nothing_offers_nothing(conversation: Conversation) -> None:
    _, answer = await conversation.ask(f"{MENTION} Which port for POP3 with SSL?")
    assert not [label for label in labels(answer) if label.startswith("Check")]
