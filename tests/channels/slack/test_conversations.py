"""Conversations with the real knowledge base: follow-ups, modes, edits, deletions, commands by mention."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from dbos import DBOS

from bot.answering.engine import AnswerEngine
from bot.core.model import Answer, Event
from bot.observability.event_log import EventLog
from tests.channels.slack.conversation import MENTION, Conversation, envelope, new_channel
from tests.channels.slack.running import Running, running
from tests.rows import each_row
from tests.slow import few

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot"), engine, postbote_slack_editors="UEDITOR") as started:
        yield started


FOLLOW_UPS = [
    ("und für IMAP?", "993"),
    ("and with SSL?", "ssl0"),
    ("welcher Port?", "995"),
    ("geht nicht, kommt 550 5.7.1 Relaying denied", "SMTP"),
    ("danke", "Gern!"),
    ("thanks, that helped!", "You’re welcome!"),
]


@pytest.mark.parametrize(("said", "expected"), few(2, FOLLOW_UPS))
async def test_a_follow_up_in_the_bots_thread_needs_no_mention(
    conversation: Conversation, said: str, expected: str
) -> None:
    ts, _ = await conversation.ask(f"{MENTION} Wie rufe ich E-Mails über POP3 mit SSL ab?")
    _, answer = await conversation.ask(said, thread=ts)
    assert expected in answer["text"]
    assert answer["thread_ts"] == ts


AMONG_PEOPLE = [
    ("the thread is not the bot's", "und für IMAP?", "", False),
    ("somebody else speaks", "und für IMAP?", "U0002", True),
    ("the asker calls somebody", "<@U0009> weißt du das?", "", True),
    ("the asker calls somebody by name", "Anna, kannst du mal schauen?", "", True),
    ("the asker says something that is no question", "ok, probiere ich morgen aus", "", True),
]


@pytest.mark.parametrize(
    ("said", "user", "started"), few(3, [row[1:] for row in AMONG_PEOPLE]), ids=[row[0] for row in AMONG_PEOPLE]
)
async def test_among_people_the_bot_is_silent(conversation: Conversation, said: str, user: str, started: bool) -> None:
    ts = "1515440000.000001"
    if started:
        ts, _ = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await conversation.silence(said, user, thread=ts)


async def test_once_a_person_has_taken_over_the_bot_is_silent_until_it_is_mentioned(conversation: Conversation) -> None:
    ts, _ = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await conversation.silence("ich helfe dir", "U0002", thread=ts)
    await conversation.silence("und für IMAP?", thread=ts)
    _, answer = await conversation.ask(f"{MENTION} und für IMAP?", thread=ts)
    assert "993" in answer["text"]


async def test_in_mode_mention_a_channel_is_not_listened_to(conversation: Conversation) -> None:
    await conversation.silence("Welcher Port für POP3 mit SSL?")
    assert conversation.bot.storage.decisions.recent(person=f"T0001:{conversation.user}") == []  # nothing is kept


async def set_mode(conversation: Conversation, mode: str, user: str = "UEDITOR") -> str:
    known = len(conversation.bot.slack.ephemeral)
    await conversation.bot.slack.command(
        conversation.bot.url, "faq", f"mode {mode}", user=user, channel=conversation.channel
    )
    await conversation.bot.until(posts=len(conversation.bot.slack.posts) + known + 1)
    return str(conversation.bot.slack.ephemeral[-1]["text"])


async def test_in_mode_listen_only_sure_answers_are_given(conversation: Conversation) -> None:
    assert "listen" in await set_mode(conversation, "listen")
    _, answer = await conversation.ask("Weiß jemand, welcher Port für POP3 mit SSL gilt?")
    assert "995" in answer["text"]
    await conversation.silence("Wer kommt mit zum Mittagessen?")
    await conversation.silence("Wie richte ich Outlook ein?")
    await conversation.silence("<@U0002> welcher Port für POP3 mit SSL?")
    thread = await conversation.silence("Das Mittagessen war gut.")
    await conversation.silence("Welcher Port für POP3 mit SSL?", thread=thread)


async def test_in_mode_off_a_mention_gets_the_reason_privately(conversation: Conversation) -> None:
    await set_mode(conversation, "off")
    await conversation.silence(f"{MENTION} Welcher Port für POP3 mit SSL?")
    assert "ausgeschaltet" in conversation.bot.slack.ephemeral[-1]["text"]


PEOPLE = [
    ("an editor", "UEDITOR", True),
    ("an admin", "UADMIN", True),
    ("the channel's creator", "UCREATOR", True),
    ("somebody", "U0001", False),
]


@pytest.mark.parametrize(("user", "may"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE])
async def test_the_mode_is_set_by_those_who_may(conversation: Conversation, user: str, may: bool) -> None:
    conversation.bot.slack.admins, conversation.bot.slack.creator = {"UADMIN"}, "UCREATOR"
    said = await set_mode(conversation, "listen", user)
    assert ("From now on" in said) is may
    assert conversation.bot.storage.modes.get(f"T0001:{conversation.channel}") == ("listen" if may else "mention")


async def test_an_unknown_mode_is_refused_with_the_ones_there_are(conversation: Conversation) -> None:
    assert "is not a mode" in await set_mode(conversation, "loud")


BY_MENTION = [
    ("ports", "465"),
    ("login <mailto:max@firma.de|max@firma.de>", "max%firma.de"),
    ("login max@firma.de", "max%firma.de"),
    ("mx help", "/mx domain"),
    ("hilfe", "/faq"),
]


@pytest.mark.parametrize(("said", "expected"), few(2, BY_MENTION))
async def test_commands_work_by_mention_also_in_a_thread(conversation: Conversation, said: str, expected: str) -> None:
    _, answer = await conversation.ask(f"{MENTION} {said}", thread="1515440000.000002")
    assert expected in answer["text"]


QUESTIONS = [
    ("login geht nicht, was ist der Benutzername?", "email%domain"),
    ("ports für SSL bitte", "993"),
    ("mx record ändern, wie?", "FAQ"),
]


@pytest.mark.parametrize(("said", "expected"), few(1, QUESTIONS))
async def test_a_question_that_begins_like_a_command_is_a_question(
    conversation: Conversation, said: str, expected: str
) -> None:
    _, answer = await conversation.ask(f"{MENTION} {said}")
    assert "keine E-Mail-Adresse" not in answer["text"]
    assert "keine Domain" not in answer["text"]
    assert expected in answer["text"]


async def test_an_edited_question_changes_its_answer_in_place(conversation: Conversation) -> None:
    ts, answer = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await conversation.edit(ts, f"{MENTION} Welcher Port für IMAP mit SSL?")
    for _ in range(250):
        if "993" in answer["text"]:
            break
        await asyncio.sleep(0.02)
    (changed,) = await conversation.replies(1)
    assert changed["ts"] == answer["ts"]
    assert "993" in changed["text"]


async def test_an_edit_that_changes_nothing_to_say_leaves_the_answer_alone(conversation: Conversation) -> None:
    ts, _ = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await conversation.edit(ts, f"{MENTION} Welcher Port für POP3 mit SSL ???")
    (answer,) = await conversation.replies(1)
    assert "edited" not in answer


async def test_a_mention_that_is_added_later_is_answered_once(conversation: Conversation) -> None:
    ts = await conversation.silence("Welcher Port für POP3 mit SSL?")
    await conversation.edit(ts, f"{MENTION} Welcher Port für POP3 mit SSL?")
    (answer,) = await conversation.replies(1, seconds=40)
    assert "995" in answer["text"]


async def test_a_deleted_question_takes_its_answer_away_and_what_was_kept(conversation: Conversation) -> None:
    ts, _ = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await conversation.delete(ts)
    for _ in range(100):
        if not await conversation.replies(0):
            break
    assert await conversation.replies(0) == []
    assert conversation.bot.storage.decisions.get(f"T0001:{conversation.channel}:{ts}:question") is None


async def test_an_answer_that_somebody_replied_to_stays(conversation: Conversation) -> None:
    ts, _ = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await conversation.silence("das stimmt", "U0002", thread=ts)
    await conversation.delete(ts)
    assert len(await conversation.replies(1)) == 1


async def test_a_direct_message_is_always_answered_and_goes_on_without_a_thread(bot: Running) -> None:
    conversation = Conversation(bot, "D0001")
    _, first = await conversation.ask("Welcher Port für POP3 mit SSL?")
    _, second = await conversation.ask("und für IMAP?")
    _, third = await conversation.ask("Wie richte ich Outlook ein?")
    assert "995" in first["text"]
    assert "993" in second["text"]
    assert "thread_ts" not in second
    assert "nicht" in third["text"] or "FAQ" in third["text"]


async def test_a_thread_of_a_direct_message_goes_on_with_what_it_began_with(bot: Running) -> None:
    conversation = Conversation(bot, new_channel("D"))
    ts, answer = await conversation.ask("Welcher Port für POP3 mit SSL?")
    await conversation.ask("Wie groß darf eine E-Mail sein?")
    for root in (ts, answer["ts"]):
        _, follow_up = await conversation.ask("und für IMAP?", thread=root)
        assert "993" in follow_up["text"]
        assert follow_up["thread_ts"] == root
    await conversation.ask("danke!", thread=ts)
    _, after_thanks = await conversation.ask("und für SMTP?", thread=ts)
    assert "465" in after_thanks["text"]


WRITTEN = [
    "/login\u00a0max@firma.de",
    "/login\tmax@firma.de",
    "/login\nmax@firma.de",
    "/login: max@firma.de",
    "login:max@firma.de",
    "`/login max@firma.de`",
    "```/login max@firma.de```",
    "/login `max@firma.de`",
    "/login  \u2009 max@firma.de \u200b",
    "\u00a0/LOGIN max@firma.de",
]


@each_row("said", WRITTEN)
async def test_a_command_is_known_whatever_white_space_or_marks_it_is_written_with(bot: Running, said: str) -> None:
    _, answer = await Conversation(bot, new_channel("D")).ask(said)
    assert "max%firma.de" in answer["text"]


async def test_what_only_one_person_sees_stands_in_the_thread_that_it_belongs_to(conversation: Conversation) -> None:
    slack = conversation.bot.slack
    ts, answer = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await slack.press(conversation.bot.url, answer, "Nicht hilfreich")
    await conversation.bot.until(posts=len(slack.posts) + 1)
    assert slack.ephemeral[-1]["thread_ts"] == ts


async def test_commands_have_a_limit_of_their_own(conversation: Conversation) -> None:
    slack = conversation.bot.slack
    for _ in range(12):
        await slack.command(conversation.bot.url, "ports", "", user=conversation.user, channel=conversation.channel)
    for _ in range(100):
        if len(slack.ephemeral) == 12:
            break
        await asyncio.sleep(0.02)
    assert len(slack.ephemeral) == 12
    assert await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")


@pytest.mark.parametrize(("said", "expected"), [("Moin!", "Hallo! Ich beantworte"), ("hello there", "Hello! I answer")])
async def test_who_greets_is_greeted(bot: Running, said: str, expected: str) -> None:
    _, answer = await Conversation(bot, new_channel("D")).ask(said)
    assert answer["text"].startswith(expected)


async def test_an_edited_direct_message_changes_its_answer(bot: Running) -> None:
    conversation = Conversation(bot, "D0002")
    ts, _ = await conversation.ask("Welcher Port für POP3 mit SSL?")
    await conversation.edit(ts, "Welcher Port für IMAP mit SSL?")
    for _ in range(100):
        if "993" in (await conversation.replies(1))[0]["text"]:
            break
    assert len(await conversation.replies(1)) == 1
    assert "993" in (await conversation.replies(1))[0]["text"]


async def test_a_payload_that_does_not_name_the_bot_is_understood_all_the_same(conversation: Conversation) -> None:
    """Slack's own example of `authorizations` has `is_bot: false`; auth.test says who the bot is."""
    body = envelope(
        conversation.message(
            f"<@U0002> {MENTION} welcher Port für POP3 mit SSL?", conversation.user, "1515440000.000077"
        )
    )
    body["authorizations"][0]["is_bot"] = False
    assert await conversation.bot.slack.deliver(conversation.bot.url, body) == 1
    (answer,) = await conversation.replies(1)
    assert "995" in answer["text"]


async def test_a_fault_of_ours_is_said_neutrally_and_listed_as_a_gap(bot: Running) -> None:
    conversation = Conversation(bot, "D0003")
    assert bot.engine
    bot.engine.broken = True
    try:
        _, answer = await conversation.ask("Welcher Port für POP3 mit SSL?")
    finally:
        bot.engine.broken = False
    assert "schiefgegangen" in answer["text"]
    assert "secret" not in answer["text"]
    assert "failure" in [kept.outcome for kept in bot.storage.decisions.recent(person=f"T0001:{conversation.user}")]


async def test_a_fault_of_ours_where_no_wall_stands_is_said_too(tmp_path: Path, engine: AnswerEngine) -> None:
    """Nor does it end the engine's job as failed: whoever asked gets an answer or a reason."""
    async with running(tmp_path, engine, event_log=Blind()) as bot:
        conversation = Conversation(bot, "D0004")
        _, answer = await conversation.ask("Welcher Port für POP3 mit SSL?")
        assert "schiefgegangen" in answer["text"]
        assert "secret" not in answer["text"]
        while await bot.app.worker.queue_depth():
            await asyncio.sleep(0.02)
        assert await DBOS.list_workflows_async(status="ERROR") == []
    assert len(bot.slack.posts) == 1


class Blind(EventLog):
    """Fails where a reply was decided, and is not yet said."""

    def decided(self, event: Event, answer: Answer | None, seconds: float) -> None:
        raise RuntimeError("secret detail")
