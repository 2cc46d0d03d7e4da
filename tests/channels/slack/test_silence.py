"""Quiet: small talk and reactions, declines, what is private, and messages that are meant for somebody else."""

import itertools
import json

import pytest

from tests.channels.slack.conversation import MENTION, Conversation, new_ts
from tests.channels.slack.running import Running
from tests.channels.slack.test_buttons import message_shortcut, opened
from tests.channels.slack.test_conversations import set_mode
from tests.servers.fake_slack import buttons
from tests.slow import few
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBERS = itertools.count(9000)
PORT = "Welcher Port für POP3 mit SSL?"


@pytest.fixture
def conversation(bot: Running, conversation: Conversation) -> Conversation:
    bot.slack.views.clear()
    return conversation


async def test_after_an_answer_reactions_get_nothing_or_one_short_line(bot: Running) -> None:
    direct = Conversation(bot, f"D{next(NUMBERS)}")
    await direct.ask(PORT)
    for said in ("👍", ":+1:", ":tada: :tada:", "ok", "ok super"[:2], "alles klar", "ja", "got it", "mach ich"):
        await direct.silence(said, user=f"U{next(NUMBERS)}")
    for said in ("passt", "hat geklappt", "läuft jetzt", "works now", "perfekt 👍", "it worked!", "super!"):
        _, line = await direct.ask(said, user=f"U{next(NUMBERS)}")
        assert line["text"] in ("Gern!", "You’re welcome!"), said
    _, answer = await direct.ask("und für IMAP?")
    assert "993" in answer["text"], "the context is kept"


async def test_small_talk_gets_one_short_line(bot: Running) -> None:
    for said in ("ok, mittagessen um 12?", "test", "bin im Zug", "egal", "whatever"):
        direct = Conversation(bot, f"D{next(NUMBERS)}")
        _, line = await direct.ask(said)
        assert len(line["text"]) < 80, said
        assert buttons(line) == []
    assert "Zug" not in str([k.question for k in bot.storage.decisions.unanswered("T0001")])


@pytest.mark.parametrize(
    "said",
    few(3, ["👍", "schade", "test", "ok, mittagessen um 12?", "hat geklappt", "schönes Wochenende", "never mind"]),
)
async def test_in_its_thread_the_bot_leaves_small_talk_alone(conversation: Conversation, said: str) -> None:
    ts, _ = await conversation.ask(f"{MENTION} {PORT}")
    if said == "hat geklappt":
        _, line = await conversation.ask(said, thread=ts)
        assert line["text"] == "Gern!"
        return
    await conversation.silence(said, thread=ts)


async def test_in_its_thread_the_bot_asks_for_the_error_that_its_asker_reports(conversation: Conversation) -> None:
    ts, _ = await conversation.ask(f"{MENTION} {PORT}")
    _, request = await conversation.ask("Jetzt kommt beim Senden eine Fehlermeldung", thread=ts)
    assert "im Wortlaut" in request["text"]


async def test_a_decline_is_two_lines_and_a_primary_button(conversation: Conversation) -> None:
    _, decline = await conversation.ask(f"{MENTION} Wie richte ich Outlook ein?")
    assert [block["type"] for block in decline["blocks"]] == ["section", "context", "actions"]
    assert len(decline["text"].split()) < 35
    assert "wenden Sie sich" not in decline["text"]
    first = decline["blocks"][2]["elements"][0]
    assert (first["text"]["text"], first["style"]) == ("Team fragen", "primary")


UNSHARED = ["help", "gaps", "mode", "why x", "Wie kündige ich?"]


@pytest.mark.parametrize("argument", few(2, UNSHARED))
async def test_there_is_no_share_button_where_there_is_nothing_to_share(
    conversation: Conversation, argument: str
) -> None:
    slack = conversation.bot.slack
    await slack.command(conversation.bot.url, "faq", argument, user="UED", channel=conversation.channel)
    private = await until(lambda: slack.ephemeral and slack.ephemeral[-1])
    assert [b["label"] for b in buttons(private) if "teilen" in b["label"]] == []


async def test_of_others_small_talk_nothing_is_kept_and_an_error_is_not_mine(conversation: Conversation) -> None:
    slack, url = conversation.bot.slack, conversation.bot.url
    for text in ("Anna und ich essen morgen Pizza", "550 5.7.1 Relaying denied"):
        message = {"type": "message", "user": "U0COLLEAGUE", "ts": new_ts(), "text": text}
        known = len(slack.ephemeral)
        await slack.interact(url, message_shortcut(conversation, message, user="UED"))
        await until(lambda known=known: len(slack.ephemeral) > known)  # type: ignore[misc]
    await slack.deliver(url, opened("UED", "home"))
    home = json.dumps(await until(lambda: slack.views and slack.views[-1]), ensure_ascii=False)
    assert "Pizza" not in home
    assert "Relaying denied" not in home


FOR_SOMEBODY = [
    f"Anna, {PORT[0].lower()}{PORT[1:]}",
    f"Hey Anna, {PORT}",
    f"@anna {PORT}",
    f"Tom: {PORT}",
    "Welcher Port für POP3 mit SSL, Anna?",
    f"Anna Schmidt, {PORT}",
]


async def test_in_mode_listen_what_is_meant_for_somebody_is_left_to_them(conversation: Conversation) -> None:
    await set_mode(conversation, "listen", "UED")
    for said in FOR_SOMEBODY:
        await conversation.silence(said)
    for said in (f"Hallo zusammen, {PORT}", f"Kurze Frage: {PORT}", f"Leute, {PORT}"):
        _, answer = await conversation.ask(said)
        assert "995" in answer["text"], said
