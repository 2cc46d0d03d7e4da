"""Handover to people: from every place a request reaches helpers, both sides read each other, "Solved" ends it.

What helpers see: who asks (a mention), what was asked, what the bot said, and where. Here they have a channel.
"""

import asyncio
import itertools
from typing import Any

import pytest

from tests.channels.slack.conversation import MENTION, Conversation, shown
from tests.channels.slack.running import Running
from tests.servers.fake_slack import TEAM, buttons
from tests.slow import few
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBERS = itertools.count(8000)
OUTLOOK = "Meine Rechnung für <mailto:max@firma.de|max@firma.de> stimmt nicht"
ASK = "Team fragen"


@pytest.fixture
def helpers(bot: Running) -> Conversation:
    bot.slack.ephemeral.clear()
    bot.slack.posts.clear()
    return Conversation(bot, "C0HELP")


@pytest.fixture
def asker(bot: Running) -> Conversation:
    return Conversation(bot, f"C{next(NUMBERS)}")


@pytest.fixture
def direct(bot: Running) -> Conversation:
    return Conversation(bot, f"D{next(NUMBERS)}")


async def press(where: Conversation, message: dict[str, Any], label: str, user: str = "") -> None:
    assert await where.bot.slack.press(where.bot.url, message, label, user=user or where.user) == 200


async def request_of(helpers: Conversation, number: int = 1) -> dict[str, Any]:
    return (await helpers.replies(number))[number - 1]


async def handed_over(asker: Conversation, helpers: Conversation) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A declined question that its asker handed over: (its ts, the helpers' request, what the asker was told)."""
    ts, decline = await asker.ask(f"{MENTION} {OUTLOOK}")
    await press(asker, decline, ASK)
    return ts, await request_of(helpers), (await asker.replies(2))[1]


async def test_from_a_channel_helpers_and_asker_talk_until_it_is_solved(
    asker: Conversation, helpers: Conversation
) -> None:
    ts, request, told = await handed_over(asker, helpers)
    # who, what, what the bot said, where
    assert "<!subteam^S0HELP>" in shown(request)
    assert f"<@{asker.user}>" in shown(request)
    assert f"<#{asker.channel}>" in shown(request)
    assert "Meine Rechnung für [E-Mail-Adresse] stimmt nicht" in shown(request)
    assert "mailto" not in shown(request)
    assert "Dazu fand ich nichts in unserer FAQ" in shown(request)
    assert f"/archives/{asker.channel}/p{ts.replace('.', '')}" in shown(request)
    assert "verständigt" in told["text"]
    assert "schweige" in told["text"]
    assert told["thread_ts"] == ts
    # there and back
    await helpers.say("Welche *Rechnungsnummer* <!channel>?", "UHELPER", thread=request["ts"])
    answer = (await asker.replies(3))[2]
    assert "Antwort von <@UHELPER>" in shown(answer)
    assert "Welche *Rechnungsnummer* @channel?" in shown(answer)
    assert answer["thread_ts"] == ts
    await asker.say("4711", thread=ts)
    back = (await helpers.replies(2))[1]
    assert f"Nachricht von <@{asker.user}>" in shown(back)
    assert "4711" in shown(back)
    assert back["thread_ts"] == request["ts"]
    # not meant for the asker, not said by the asker, not in the thread
    await helpers.say("// wer übernimmt?", "UHELPER", thread=request["ts"])
    await helpers.say("nebenbei", "UHELPER")
    await asker.say("ich misch mich ein", "UOTHER", thread=ts)
    await asyncio.sleep(0.4)
    assert len(await asker.replies(3)) == 3
    assert len(await helpers.replies(2)) == 2
    # the end
    await press(helpers, request, "Gelöst", "UHELPER")
    closed = (await asker.replies(4))[3]
    assert closed["text"].startswith("<@UHELPER> hat Ihre Anfrage als gelöst markiert")
    assert closed["thread_ts"] == ts
    assert "Meine Rechnung für" in shown(request), "the record stays"
    assert "<@UHELPER> hat die Anfrage als gelöst markiert" in shown(request)
    assert buttons(request) == []
    await asker.silence("danke", thread=ts)
    _, again = await asker.ask(f"{MENTION} Welcher Port für POP3 mit SSL?", thread=ts)
    assert "995" in again["text"]


async def test_from_a_direct_message_the_thread_under_the_answer_leads_to_people(
    direct: Conversation, helpers: Conversation
) -> None:
    _, decline = await direct.ask(OUTLOOK)
    await press(direct, decline, ASK)
    request = await request_of(helpers)
    told = (await direct.replies(2))[1]
    assert "Direktnachricht an mich" in shown(request)
    assert f"<@{direct.user}>" in shown(request)
    assert "/archives/D" not in shown(request), "a link into a stranger's direct message leads nowhere"
    assert told["thread_ts"] == decline["ts"]
    assert "schweige" not in told["text"]
    await helpers.say("Wie lautet die Nummer?", "UHELPER", thread=request["ts"])
    answer = (await direct.replies(3))[2]
    assert answer["thread_ts"] == decline["ts"]
    await direct.say("Welcher Port für POP3 mit SSL? 4711", thread=decline["ts"])
    assert "4711" in shown((await helpers.replies(2))[1])
    assert len(await direct.replies(3)) == 3, "in this thread people answer"
    _, own = await direct.ask("Welcher Port für POP3 mit SSL?")
    assert "995" in own["text"], "outside it the bot does"
    # the asker may end it too
    await press(direct, told, "Gelöst")
    ended = (await helpers.replies(3))[2]
    assert ended["text"].startswith(f"<@{direct.user}> hat die Anfrage als gelöst markiert")
    assert ended["thread_ts"] == request["ts"]
    _, later = await direct.ask("und für IMAP mit SSL?", thread=decline["ts"])
    assert "993" in later["text"]


async def test_from_a_command_the_answer_comes_as_a_direct_message(asker: Conversation, helpers: Conversation) -> None:
    bot = asker.bot
    await bot.slack.command(bot.url, "faq", "Wie kündige ich meinen Vertrag?", user=asker.user, channel=asker.channel)
    await bot.until(posts=1)
    (private,) = bot.slack.ephemeral
    await press(asker, {**private, "channel": asker.channel}, ASK)
    request = await request_of(helpers)
    assert "kündige ich meinen Vertrag" in shown(request)
    assert f"<@{asker.user}>" in shown(request)
    home = Conversation(bot, f"D{asker.user[1:]}")
    told = (await home.replies(1))[0]
    assert "kündige ich meinen Vertrag" in told["text"]
    assert "als Direktnachricht" in bot.slack.ephemeral[-1]["text"]
    await helpers.say("Im Kundenmenü.", "UHELPER", thread=request["ts"])
    answer = (await home.replies(2))[1]
    assert answer["thread_ts"] == told["ts"]
    await home.say("Danke!", user=asker.user, thread=told["ts"])
    assert "Danke!" in shown((await helpers.replies(2))[1])


IN_WORDS = [
    # where, what is said before, the words, what the helpers read
    ("C", "Welcher Port für POP3 mit SSL?", "hat nicht geholfen", "Welcher Port für POP3"),
    ("C", "", f"{MENTION} I want to talk to a human", "I want to talk to a human"),
    ("D", "Welcher Port für POP3 mit SSL?", "Das hat leider nicht geholfen", "Meine Antwort war: „"),
    ("C", "Wie kündige ich?", "Mensch!", "Wie kündige ich?"),
    ("D", "", "Kann ich mit einem echten Menschen sprechen?", "mit einem echten Menschen"),
    ("D", "How large may an e-mail be?", "talk to a human", "How large may"),
]


@pytest.mark.parametrize(("kind", "before", "said", "expected"), few(3, IN_WORDS))
async def test_a_person_is_asked_for_in_words(
    bot: Running, helpers: Conversation, kind: str, before: str, said: str, expected: str
) -> None:
    asker = Conversation(bot, f"{kind}{next(NUMBERS)}")
    thread = ""
    if before:
        ts, _ = await asker.ask(f"{MENTION} {before}" if kind == "C" else before)
        thread = ts if kind == "C" else ""
    ts, told = await asker.ask(said, thread=thread)
    assert "verständigt" in told["text"] or "notified" in told["text"]
    assert told["thread_ts"] == (thread or ts)
    request = await request_of(helpers)
    assert expected in shown(request)
    await helpers.say("Hier bin ich", "UHELPER", thread=request["ts"])
    assert "Hier bin ich" in shown((await asker.replies(2 + bool(before)))[-1])


async def test_in_a_command_words_reach_people_too(asker: Conversation, helpers: Conversation) -> None:
    bot = asker.bot
    await bot.slack.command(bot.url, "faq", "Mensch", user=asker.user, channel=asker.channel)
    assert f"<@{asker.user}>" in shown(await request_of(helpers))
    assert await Conversation(bot, f"D{asker.user[1:]}").replies(1)


async def test_what_only_mentions_a_person_is_a_question(asker: Conversation, helpers: Conversation) -> None:
    await asker.ask(f"{MENTION} Mein Kollege fragt, welcher Port für POP3 mit SSL gilt")
    assert await helpers.replies(0) == []


async def test_a_second_request_finds_the_team_notified(direct: Conversation, helpers: Conversation) -> None:
    await direct.ask("Mensch")
    _, again = await direct.ask("Mensch")
    assert "weiß schon Bescheid" in again["text"]
    assert len(await helpers.replies(1)) == 1


async def test_after_not_helpful_the_bot_asks_why_and_offers_the_team(
    asker: Conversation, helpers: Conversation
) -> None:
    slack, url = asker.bot.slack, asker.bot.url
    ts, answer = await asker.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await press(asker, answer, "Nicht hilfreich")
    await asker.bot.until(posts=2)
    (asked,) = slack.ephemeral
    assert [b["label"] for b in buttons(asked)] == ["Sagen, was fehlt", ASK]
    slack.views.clear()
    await press(asker, {**asked, "channel": asker.channel}, "Sagen, was fehlt")
    for _ in range(100):
        if slack.views:
            break
        await asyncio.sleep(0.02)
    (form,) = slack.views
    assert form["blocks"][0]["optional"] is True
    for number, why in enumerate(("", "Der Server fehlt, ich bin max@firma.de")):
        values = {"reason": {"reason": {"type": "plain_text_input", "value": why or None}}}
        view = {**form, "id": f"V{number}", "hash": "1.a", "state": {"values": values}}
        who = {"team": {"id": TEAM, "domain": "x"}, "user": {"id": asker.user, "username": "ada", "team_id": TEAM}}
        sent = {"type": "view_submission", "trigger_id": "1.2.a", "token": "x", "view": view, **who}
        assert await slack.interact(url, sent) == 200
    for _ in range(100):
        if len(slack.ephemeral) > 1:
            break
        await asyncio.sleep(0.02)
    assert "das hilft uns" in slack.ephemeral[-1]["text"]
    assert len(slack.ephemeral) == 2, "an empty form says nothing"
    await press(asker, {**asked, "channel": asker.channel}, ASK)
    request = await request_of(helpers)
    assert "Der Server fehlt, ich bin [E-Mail-Adresse]" in shown(request)
    assert "Meine Antwort war: „" in shown(request)
    assert (await asker.replies(2))[1]["thread_ts"] == ts
    slack.ephemeral.clear()
    link = f"https://example.slack.com/archives/{asker.channel}/p{ts.replace('.', '')}"
    await slack.command(url, "faq", f"why {link}", user="UED", channel=asker.channel)
    for _ in range(100):
        if slack.ephemeral:
            break
        await asyncio.sleep(0.02)
    assert "Der Server fehlt" in slack.ephemeral[-1]["text"]


async def test_edits_and_deletions_reach_the_other_side_too(asker: Conversation, helpers: Conversation) -> None:
    ts, _ = await asker.ask(f"{MENTION} Mensch")
    request = await request_of(helpers)
    said = await helpers.say("Nehmen Sie Port 456", "UHELPER", thread=request["ts"])
    relayed = (await asker.replies(2))[1]
    await helpers.edit(said, "Nehmen Sie Port 465")
    await until(lambda: "465" in relayed["text"])
    await helpers.delete(said)
    await until(lambda: relayed not in asker.bot.slack.posts)
    wrong = await asker.say("mein Passwort ist geheim", thread=ts)
    assert len(await helpers.replies(2)) == 2
    await asker.delete(wrong)
    await until(lambda: len([p for p in asker.bot.slack.posts if p["channel"] == "C0HELP"]) == 1)


async def test_what_cannot_be_passed_on_is_told_to_who_said_it(asker: Conversation, helpers: Conversation) -> None:
    _, decline = await asker.ask(f"{MENTION} Wie kündige ich?")
    await press(asker, decline, ASK)
    request = await request_of(helpers)
    await asker.replies(2)
    asker.bot.slack.trouble = ["is_archived"]
    await helpers.say("Hier bin ich", "UHELPER", thread=request["ts"])
    failed = (await helpers.replies(2))[1]
    assert "nicht weitergeben" in failed["text"]
    assert failed["thread_ts"] == request["ts"]


async def test_a_request_survives_lost_answers_of_slack_and_comes_once(
    direct: Conversation, helpers: Conversation
) -> None:
    _, decline = await direct.ask("Wie kündige ich?")
    direct.bot.slack.trouble = ["lost", "lost"]
    await press(direct, decline, ASK)
    await direct.replies(2, seconds=15)
    request = await request_of(helpers)
    assert len(await helpers.replies(1)) == 1
    assert len(await direct.replies(2)) == 2
    await helpers.say("Hier bin ich", "UHELPER", thread=request["ts"])
    assert "Hier bin ich" in shown((await direct.replies(3))[2])


async def test_a_request_is_marked_as_solved_only_when_the_asker_knows(
    asker: Conversation, helpers: Conversation
) -> None:
    """Slack asks to wait with the note to the asker, who goes on in the thread as soon as the request is marked."""
    ts, request, _ = await handed_over(asker, helpers)
    asker.bot.slack.trouble = ["429"]
    await press(helpers, request, "Gelöst", "UHELPER")
    await until(lambda: "als gelöst markiert" in request["text"])
    known = [post["text"] for post in asker.bot.slack.posts if post["channel"] == asker.channel]
    assert ["Ihre Anfrage als gelöst" in text for text in known] == [False, False, True]
    _, again = await asker.ask(f"{MENTION} Welcher Port für POP3 mit SSL?", thread=ts)
    assert "995" in again["text"]


async def test_a_request_is_marked_as_solved_where_the_askers_channel_is_gone(
    asker: Conversation, helpers: Conversation
) -> None:
    _, request, _ = await handed_over(asker, helpers)
    asker.bot.slack.trouble = ["is_archived"]
    await press(helpers, request, "Gelöst", "UHELPER")
    await until(lambda: "als gelöst markiert" in request["text"])


def picture(name: str) -> dict[str, Any]:
    """docs.slack.dev/reference/objects/file-object"""
    about = {"id": "F0PIC", "created": 1515449522, "timestamp": 1515449522, "name": name, "title": name}
    about |= {"mimetype": "image/png", "filetype": "png", "pretty_type": "PNG", "mode": "hosted", "size": 50_000}
    private = {"url_private": "https://files.slack.com/files-pri/T0001-F0PIC/x.png"}
    return {**about, **private, "is_external": False, "is_public": True}


NAMED = [
    # what is said beside the picture, the picture's name, how it reads at the other side
    ("So sieht es aus", "fehler.png", "fehler.png"),
    ("", "fehler.png", "fehler.png"),
    ("", "<!channel> *laut*.png", "&lt;!channel&gt; ∗laut∗.png"),
]


@pytest.mark.parametrize(("words", "name", "read"), few(1, NAMED))
async def test_a_file_is_named_to_the_other_side_which_cannot_have_it(
    asker: Conversation, helpers: Conversation, words: str, name: str, read: str
) -> None:
    ts, decline = await asker.ask(f"{MENTION} {OUTLOOK}")
    await press(asker, decline, ASK)
    request = await until(
        lambda: next((p for p in helpers.bot.slack.posts if f"<@{asker.user}>" in shown(p) and buttons(p)), None),
        pause=0.02,
    )
    await asker.replies(2)
    await asker.say(words, thread=ts, subtype="file_share", files=[picture(name)], upload=False)
    named = f"Datei, die ich nicht weitergeben kann: {read}"
    there = await until(lambda: next((p for p in helpers.bot.slack.posts if named in shown(p)), None), pause=0.02)
    assert there["channel"] == helpers.channel
    assert words in shown(there)
    await helpers.say(words, "UHELPER", thread=request["ts"], subtype="file_share", files=[picture(name)], upload=False)
    back = (await asker.replies(3))[2]
    assert named in shown(back)
    assert "<!channel>" not in shown(back) + back["text"]
