"""The button "Check … now" below an explained error, with a name server on a real port."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from tests.channels.slack.running import Running, running
from tests.channels.slack.talk import MENTION, Room
from tests.channels.slack.test_buttons import labels, message_shortcut, until
from tests.commands.test_check import ERROR, ZONE
from tests.servers.dns_server import DnsServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANNELS = itertools.count(7000)
OFFER, ANGEBOT = "Check mx2.example.com now", "mx2.example.com jetzt prüfen"
ASKED = f"{MENTION} what does this mean? {ERROR}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with (
        DnsServer(ZONE) as server,
        running(tmp_path_factory.mktemp("bot"), engine, postbote_nameservers=server.address) as started,
    ):
        yield started


@pytest.fixture
def room(bot: Running) -> Room:
    bot.slack.ephemeral.clear()
    return Room(bot, f"C{next(CHANNELS):04d}")


async def press(room: Room, message: dict[str, Any], label: str, user: str) -> None:
    await room.bot.slack.press(room.bot.url, message, label, user=user)


async def test_the_check_is_answered_in_the_thread_once_for_all_who_press_it(room: Room) -> None:
    ts, answer = await room.ask(ASKED)
    assert OFFER in labels(answer)
    await asyncio.gather(*(press(room, answer, OFFER, user) for user in ("UA", "UB", "UA")))
    _, result = await room.replies(2)
    assert result["thread_ts"] == ts
    assert "mx2.example.com still has no A or AAAA record. example.com’s MX points to this host." in result["text"]
    assert "As long as that is so, the error persists." in result["text"]
    assert labels(result) == ["Auf Deutsch"]
    assert len(await room.replies(3, seconds=0.3)) == 2


async def test_its_result_changes_its_language_like_any_answer(room: Room) -> None:
    _, answer = await room.ask(ASKED)
    await press(room, answer, "Auf Deutsch", "UA")
    await until(lambda: ANGEBOT in labels(answer))
    await press(room, answer, ANGEBOT, "UA")
    _, result = await room.replies(2)
    assert "weder einen A- noch einen AAAA-Eintrag" in result["text"]
    await press(room, result, "In English", "UA")
    await until(lambda: "still has no" in result["text"])


async def test_what_one_person_sees_is_checked_for_that_person_alone(room: Room) -> None:
    message = {"type": "message", "user": "U0001", "ts": "1515449522.000016", "text": ERROR}
    await room.bot.slack.interact(room.bot.url, message_shortcut(room, message))
    private = await until(lambda: room.bot.slack.ephemeral and room.bot.slack.ephemeral[-1])
    assert OFFER in labels(private)
    await press(room, {**private, "channel": room.channel}, OFFER, "UHELPER")
    await until(lambda: len(room.bot.slack.ephemeral) == 2)
    assert "still has no A or AAAA record" in room.bot.slack.ephemeral[-1]["text"]
    assert room.bot.slack.ephemeral[-1]["response_type"] == "ephemeral"
    assert await room.replies(0) == []


async def test_an_answer_that_names_nothing_offers_nothing(room: Room) -> None:
    _, answer = await room.ask(f"{MENTION} Which port for POP3 with SSL?")
    assert not [label for label in labels(answer) if label.startswith("Check")]
