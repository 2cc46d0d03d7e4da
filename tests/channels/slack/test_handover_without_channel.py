"""Handover where helpers have no channel: a user group, and one person. They are called into the asker's thread, and
where nobody else sees that, each is written to.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from tests.channels.slack.conversation import MENTION, Conversation, shown
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_handover import ASK, press
from tests.servers.fake_slack import buttons
from tests.slow import few

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBERS = itertools.count(8500)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot"), engine, postbote_slack_helpers="S0HELP, U0FIXED") as started:
        started.slack.locale = "de-DE"
        yield started


@pytest.fixture(autouse=True)
def empty(bot: Running) -> None:
    bot.slack.posts.clear()
    bot.slack.ephemeral.clear()
    bot.slack.groups = {"S0HELP": ["U0ONE", "U0FIXED"]}


async def test_in_a_channel_they_are_called_into_the_thread(bot: Running) -> None:
    asker = Conversation(bot, f"C{next(NUMBERS)}")
    ts, decline = await asker.ask(f"{MENTION} Wie kündige ich?")
    await press(asker, decline, ASK)
    request = (await asker.replies(2))[1]
    assert "<!subteam^S0HELP> <@U0FIXED>" in shown(request)
    assert "schweige ich jetzt" in shown(request)
    assert request["thread_ts"] == ts
    await asker.silence("Ich kümmere mich", "U0ONE", thread=ts)
    await press(asker, request, "Gelöst", "U0ONE")
    closed = (await asker.replies(3))[2]
    assert closed["text"].startswith("<@U0ONE> hat Ihre Anfrage als gelöst markiert")
    assert buttons(request) == []


@pytest.mark.parametrize("kind", few(1, ["direct message", "command"]))
async def test_from_where_nobody_else_looks_each_of_them_is_written_to(bot: Running, kind: str) -> None:
    number = next(NUMBERS)
    asker = Conversation(bot, f"D{number}")
    asker.user = f"U{number}"
    if kind == "command":
        await bot.slack.command(bot.url, "faq", "Mensch", user=asker.user, channel="C0001")
    else:
        await asker.ask("Ich möchte mit einem Menschen sprechen")
    one, fixed = Conversation(bot, "D0ONE"), Conversation(bot, "D0FIXED")
    (told,), (request,), (other,) = await asker.replies(1), await one.replies(1), await fixed.replies(1)
    root = told.get("thread_ts") or told["ts"]
    assert f"<@{asker.user}>" in shown(request)
    await one.say("Was ist denn los?", "U0ONE", thread=request["ts"])
    answer = (await asker.replies(2))[1]
    assert "Was ist denn los?" in shown(answer)
    assert answer["thread_ts"] == root
    await asker.say("Meine Rechnung stimmt nicht", asker.user, thread=root)
    for helper, asked in ((one, request), (fixed, other)):
        back = (await helper.replies(2))[1]
        assert "Meine Rechnung stimmt nicht" in shown(back)
        assert back["thread_ts"] == asked["ts"]
    _, own = await one.ask("Welcher Port für POP3 mit SSL?", "U0ONE")
    assert "995" in own["text"], "helpers may ask the bot too"
    await press(one, request, "Gelöst", "U0ONE")
    assert "<@U0ONE> hat Ihre Anfrage als gelöst markiert" in (await asker.replies(3))[2]["text"]
    assert "<@U0ONE> hat die Anfrage als gelöst markiert" in (await fixed.replies(3))[2]["text"]


async def test_where_nobody_can_be_reached_the_asker_hears_it(bot: Running) -> None:
    """The app may not read the user group, and the only other helper is the one who asks."""
    bot.slack.groups = {}
    asker = Conversation(bot, "D0FIXED")
    known = len(bot.slack.posts)
    await asker.say("Mensch", "U0FIXED")
    await asyncio.sleep(0.5)
    (said,) = bot.slack.posts[known:]
    assert "erreiche gerade niemanden" in said["text"]
