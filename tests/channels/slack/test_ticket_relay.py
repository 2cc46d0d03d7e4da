"""A handover with a ticket: agents answer in the helpdesk, the asker reads it in Slack and answers back, to the end."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from bot.channels.zammad import ZammadChannel
from bot.contracts.channel import Channel
from bot.contracts.channel_context import ChannelContext
from bot.settings import Settings
from tests.channels.slack.conversation import MENTION, Conversation, shown
from tests.channels.slack.running import Running, running, started
from tests.channels.zammad.test_zammad import fake
from tests.servers.fake_slack import FakeSlack, buttons
from tests.servers.fake_zammad import AGENT, SYSTEM, TOKEN, FakeZammad
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBERS = itertools.count(8800)
ASK = "Team fragen"
QUESTION = "Wie richte ich Outlook ein?"
BY_AGENT = {"type": "note", "sender": "Agent", "created_by_id": AGENT, "from": "Anna Agent"}


def with_zammad(zammad: FakeZammad, **changed: Any) -> dict[str, Any]:
    """Settings and channel of a bot beside a Zammad."""

    def open_zammad(settings: Settings, context: ChannelContext) -> Channel:
        assert settings.zammad
        return ZammadChannel(settings.zammad, settings, context, settle=0.1)

    return {
        "helpdesks": {"zammad": open_zammad},
        "postbote_zammad_url": zammad.url,
        "postbote_zammad_token": TOKEN,
        "postbote_tickets_poll": 0.1,
        "postbote_slack_tickets": "zammad:Support",
        **changed,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def zammad() -> AsyncIterator[FakeZammad]:
    async with fake() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(
    engine: AnswerEngine, zammad: FakeZammad, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot"), engine, **with_zammad(zammad)) as found:
        found.slack.locale = "de-DE"
        yield found


@pytest.fixture
def asker(bot: Running) -> Conversation:
    return _conversation(bot, "C")


@pytest.fixture
def direct(bot: Running) -> Conversation:
    return _conversation(bot, "D")


def _conversation(bot: Running, kind: str) -> Conversation:
    bot.slack.ephemeral.clear()
    found = Conversation(bot, f"{kind}{next(NUMBERS)}")
    bot.slack.names[found.user] = "Max <Muster>"
    return found


async def handed_over(asker: Conversation, zammad: FakeZammad, posts: int = 2) -> tuple[dict[str, Any], int]:
    """Asks, and presses "Ask the team": (the note with the ticket's number, the ticket)."""
    known = set(zammad.tickets)
    _, decline = await asker.ask(f"{MENTION} {QUESTION}" if asker.channel[0] == "C" else QUESTION)
    await asker.bot.slack.press(asker.bot.url, decline, ASK, user=asker.user)
    note = (await asker.replies(posts))[-1]
    (ticket,) = set(zammad.tickets) - known
    assert f"Nr. 10{ticket:03d}" in note["text"]
    return note, ticket


async def test_agent_and_asker_talk_until_the_ticket_is_closed(asker: Conversation, zammad: FakeZammad) -> None:
    note, ticket = await handed_over(asker, zammad)
    thread = note["thread_ts"]
    assert "Die Antwort kommt hier im Thread" in note["text"]
    assert "Interne Notizen bleiben hier" in zammad.articles[ticket][0]["body"]
    # of all that happens in a ticket only the agent's public answer is for the asker
    zammad.write(ticket, **BY_AGENT, internal=True, body="<p>Wer übernimmt?</p>")
    zammad.write(ticket, type="email", sender="System", created_by_id=SYSTEM, body="Ihr Ticket ist da")
    zammad.write(ticket, **BY_AGENT, body="Bin im Urlaub", preferences={"is-auto-response": True})
    zammad.write(
        ticket,
        **BY_AGENT,
        body="<p>Welches <b>Outlook</b> &lt;!channel&gt; *ist* es?</p><blockquote>Wie richte ich</blockquote>",
        attachments=[{"id": 1, "filename": "bild.png"}],
    )
    answer = (await asker.replies(3))[2]
    assert answer["thread_ts"] == thread
    assert "Antwort vom Helpdesk-Team (Anna Agent)" in shown(answer)
    assert "Welches Outlook &lt;!channel&gt; ∗ist∗ es?" in shown(answer)
    assert "bild.png" in shown(answer)
    assert "Wie richte" not in shown(answer), "what is quoted is known"
    # back
    await asker.say("Outlook <https://x.test/2016|2016> &amp; 2019\nbeide", thread=thread)
    await until(lambda: len(zammad.articles[ticket]) == 6)
    back = zammad.articles[ticket][-1]
    assert (back["sender"], back["internal"], back["type"]) == ("Customer", False, "web")
    assert "Nachricht aus Slack von Max &lt;Muster&gt;:" in back["body"]
    assert "Outlook 2016 (https://x.test/2016) &amp; 2019<br>beide" in back["body"]
    await asker.say("ich misch mich ein", "UOTHER", thread=thread)
    # the end; an answer that was written with it comes before it
    zammad.write(ticket, **BY_AGENT, body="Beides geht.")
    zammad.tickets[ticket]["state"] = "closed"
    *_, last, closed = await asker.replies(5)
    assert "Beides geht." in shown(last)
    assert closed["text"].startswith("Das Helpdesk-Team hat Ihre Anfrage als gelöst markiert")
    assert closed["thread_ts"] == thread
    assert len(zammad.articles[ticket]) == 7
    _, again = await asker.ask(f"{MENTION} Welcher Port für POP3 mit SSL?", thread=thread)
    assert "995" in again["text"]
    assert len(await asker.replies(6)) == 6, "nothing was said twice"


async def test_in_a_direct_message_the_thread_leads_to_the_ticket(direct: Conversation, zammad: FakeZammad) -> None:
    note, ticket = await handed_over(direct, zammad)
    assert "außerhalb des Threads" in note["text"]
    assert "schweige" not in note["text"]
    zammad.write(
        ticket, **{**BY_AGENT, "from": "anna@support.test"}, body="Welches Outlook?", content_type="text/plain"
    )
    answer = (await direct.replies(3))[2]
    assert answer["thread_ts"] == note["thread_ts"]
    assert "Antwort vom Helpdesk-Team" in shown(answer)
    assert "anna@" not in shown(answer)
    await direct.say("2016", thread=note["thread_ts"])
    await until(lambda: "2016" in zammad.articles[ticket][-1]["body"])
    # the asker ends it: agents read that, and what they say later is passed on all the same
    await direct.bot.slack.press(direct.bot.url, note, "Gelöst", user=direct.user)
    await until(lambda: "als gelöst markiert" in zammad.articles[ticket][-1]["body"])
    assert zammad.articles[ticket][-1]["internal"] is True
    await until(lambda: buttons(note) == [])
    zammad.write(ticket, **BY_AGENT, body="Noch ein Tipp")
    assert "Noch ein Tipp" in shown((await direct.replies(4))[3])
    zammad.tickets[ticket]["state"] = "closed"
    await asyncio.sleep(0.4)
    assert len(await direct.replies(4)) == 4, "it has ended already"


async def test_from_a_command_the_ticket_answers_in_a_direct_message(asker: Conversation, zammad: FakeZammad) -> None:
    bot = asker.bot
    known = set(zammad.tickets)
    await bot.slack.command(bot.url, "faq", QUESTION, user=asker.user, channel=asker.channel)
    await until(lambda: len(bot.slack.ephemeral) == 1)
    await bot.slack.press(bot.url, {**bot.slack.ephemeral[0], "channel": asker.channel}, ASK, user=asker.user)
    direct = Conversation(bot, f"D{asker.user[1:]}")
    (note,) = await direct.replies(1)
    assert f"Ihre Frage: {QUESTION}" in note["text"]
    await until(lambda: any("Direktnachricht von mir" in one["text"] for one in bot.slack.ephemeral))
    (ticket,) = set(zammad.tickets) - known
    zammad.write(ticket, **BY_AGENT, body="Welches?")
    answer = (await direct.replies(2))[1]
    assert answer["thread_ts"] == note["ts"]
    await direct.say("2016", asker.user, thread=note["ts"])
    await until(lambda: "2016" in zammad.articles[ticket][-1]["body"])


async def test_trouble_in_the_helpdesk_loses_and_repeats_nothing(asker: Conversation, zammad: FakeZammad) -> None:
    note, ticket = await handed_over(asker, zammad)
    for said, trouble in (("eins", "503"), ("zwei", "lost")):
        zammad.trouble = [trouble]
        await asker.say(said, thread=note["thread_ts"])
        await until(lambda said=said: said in zammad.articles[ticket][-1]["body"], seconds=10)  # type: ignore[misc]
    await asker.bot.settled()
    await asyncio.sleep(0.3)  # three looks for what agents have said
    assert [sum(word in one["body"] for one in zammad.articles[ticket]) for word in ("eins", "zwei")] == [1, 1]


async def test_with_helpers_in_slack_ticket_and_thread_know_of_each_other(
    engine: AnswerEngine, zammad: FakeZammad, tmp_path: Path
) -> None:
    async with running(tmp_path, engine, **with_zammad(zammad, postbote_slack_helpers="C0HELP")) as bot:
        bot.slack.locale, bot.slack.names["UHELPER"] = "de-DE", "Hugo"
        helpers, asker = Conversation(bot, "C0HELP"), Conversation(bot, f"C{next(NUMBERS)}")
        note, ticket = await handed_over(asker, zammad, posts=3)
        (request,) = await helpers.replies(1)
        zammad.write(ticket, **BY_AGENT, body="Welches Outlook?")
        assert "Welches Outlook?" in shown((await asker.replies(4))[3])
        seen = (await helpers.replies(2))[1]
        assert seen["thread_ts"] == request["ts"]
        assert "Helpdesk-Team (Anna Agent)" in shown(seen)
        await helpers.say("Ich rufe an", "UHELPER", thread=request["ts"])
        assert "Ich rufe an" in shown((await asker.replies(5))[4])
        await until(lambda: "Antwort in Slack von Hugo" in zammad.articles[ticket][-1]["body"])
        assert zammad.articles[ticket][-1]["internal"] is True
        await asker.say("4711", thread=note["thread_ts"])
        assert "4711" in shown((await helpers.replies(3))[2])
        await until(lambda: "4711" in zammad.articles[ticket][-1]["body"])
        zammad.tickets[ticket]["state"] = "closed"
        zammad.tag(ticket, "over")
        assert "als gelöst markiert" in (await asker.replies(6))[5]["text"]
        assert (await helpers.replies(4))[3]["text"].startswith("Das Helpdesk-Team hat die Anfrage als gelöst")
        assert len(await asker.replies(6)) == 6


async def test_a_restart_repeats_no_answer_and_finds_those_that_came_meanwhile(
    engine: AnswerEngine, tmp_path: Path
) -> None:
    """Also after the queue has forgotten the keys of what was relayed."""
    slack = FakeSlack()
    await slack.start()
    slack.locale = "de-DE"
    try:
        async with fake() as zammad:

            @asynccontextmanager
            async def run() -> AsyncIterator[Conversation]:
                async with started(slack, tmp_path, engine, **with_zammad(zammad)) as bot:
                    yield Conversation(bot, "C0AGAIN")

            async with run() as asker:
                _, ticket = await handed_over(asker, zammad)
                zammad.write(ticket, **BY_AGENT, body="Erste Antwort")
                await asker.replies(3)
            zammad.write(ticket, **BY_AGENT, body="Zweite Antwort")
            for forgotten in tmp_path.glob("postbote.sqlite*"):
                forgotten.unlink()
            async with run() as asker:
                answers = [shown(post) for post in (await asker.replies(4))[2:]]
                await asyncio.sleep(0.4)
                assert len(await asker.replies(4)) == 4
            assert ["Erste Antwort" in answers[0], "Zweite Antwort" in answers[1]] == [True, True]
    finally:
        await slack.stop()
