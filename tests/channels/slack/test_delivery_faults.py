"""Nothing is said twice, lost, or said for what is gone: odd answers of the Web API, refusals, deletions, edits."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.channels.slack.api_errors import CURES
from tests.channels.slack.conversation import MENTION, Conversation, new_channel, new_ts
from tests.channels.slack.running import Running, running
from tests.servers.fake_slack import TEAM
from tests.slow import few

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKED = f"{MENTION} frage"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot")) as started:
        yield started


@pytest.mark.parametrize("fault", few(2, ["garbled", "plain", "page"]))
async def test_an_answer_that_is_no_json_is_no_delivery_and_is_tried_again(
    conversation: Conversation, fault: str
) -> None:
    conversation.bot.slack.trouble = [fault]
    with capture_logs() as lines:
        await conversation.ask(ASKED)
        await until_logged(lines, "delivered")
    assert [line["attempts"] for line in lines if line["event"] == "delivered"] == [2]


async def test_a_command_whose_response_url_answers_a_page_is_answered_again(conversation: Conversation) -> None:
    slack = conversation.bot.slack
    slack.response_trouble = ["page"]
    await slack.command(conversation.bot.url, "faq", "frage", channel=conversation.channel)
    await conversation.bot.until(posts=len(slack.posts) + 1)
    assert len(slack.ephemeral) == 1


REFUSED = ["not_in_channel", "is_archived", "restricted_action_thread_locked", "missing_scope"]


@pytest.mark.parametrize("error", few(2, REFUSED))
async def test_what_slack_refuses_for_good_is_not_called_delivered(conversation: Conversation, error: str) -> None:
    conversation.bot.slack.trouble = [error]
    with capture_logs() as lines:
        await conversation.silence(ASKED)
        await until_logged(lines, "not_delivered")
    assert [line["why"] for line in lines if line["event"] == "not_delivered"] == [error]
    assert [line["cure"] for line in lines if line["event"] == "slack_refused"] == [CURES[error]]
    assert "delivered" not in [line["event"] for line in lines]
    assert "unexpected_error" not in [line["event"] for line in lines]


async def test_an_expired_response_url_is_not_called_delivered(conversation: Conversation) -> None:
    slack = conversation.bot.slack
    slack.response_trouble = ["expired_url"]
    with capture_logs() as lines:
        await slack.command(conversation.bot.url, "faq", "frage", channel=conversation.channel)
        await until_logged(lines, "not_delivered")
    assert "delivered" not in [line["event"] for line in lines]


async def until_logged(lines: object, event: str) -> None:
    assert isinstance(lines, list)
    for _ in range(250):
        if event in [line["event"] for line in lines]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{event} is not logged")


# Deletions


async def nothing_stays(conversation: Conversation, ts: str) -> None:
    """Waits until all is done; nothing may stand there, and nothing may be kept."""
    while await conversation.bot.app.worker.queue_depth():
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert await conversation.replies(0) == []
    assert conversation.bot.storage.decisions.get(f"{TEAM}:{conversation.channel}:{ts}:question") is None


@pytest.mark.parametrize("pause", [0.0, 0.01])
@pytest.mark.parametrize("channel", few(1, ["C", "D"]))
async def test_a_question_that_is_deleted_at_once_has_no_answer(bot: Running, channel: str, pause: float) -> None:
    conversation = Conversation(bot, new_channel(channel))
    saying = asyncio.create_task(conversation.say(ASKED))
    while not [m for m in bot.slack.said if m["channel"] == conversation.channel]:
        await asyncio.sleep(0)
    await asyncio.sleep(pause)
    ts = next(m["ts"] for m in bot.slack.said if m["channel"] == conversation.channel)
    await conversation.delete(ts)
    await saying
    await nothing_stays(conversation, ts)


@pytest.mark.parametrize("channel", ["C", "D"])
async def test_a_deletion_that_arrives_before_its_message_wins(bot: Running, channel: str) -> None:
    conversation = Conversation(bot, new_channel(channel))
    ts = new_ts()
    message = conversation.message(ASKED, conversation.user, ts)
    bot.slack.said.append(message)
    await conversation.delete(ts)
    await conversation.send(message)
    await nothing_stays(conversation, ts)


async def test_deletions_of_what_nobody_asked_the_bot_are_not_kept(conversation: Conversation) -> None:
    ts = await conversation.silence("unter uns")
    await conversation.delete(ts)
    assert not conversation.bot.storage.deleted_questions.has(f"{TEAM}:{conversation.channel}:{ts}:question")


# Edits


async def test_an_edit_that_adds_the_mention_is_answered_at_once(conversation: Conversation) -> None:
    ts = await conversation.silence("frage")
    await conversation.edit(ts, ASKED)
    (answer,) = await conversation.replies(1, seconds=2)
    assert answer["thread_ts"] == ts
    await conversation.edit(ts, f"{MENTION} andere frage")
    for _ in range(100):
        if "andere" in answer["text"]:
            break
        await asyncio.sleep(0.02)
    assert "andere" in answer["text"], "its answer is known, so it is changed by the next edit"
    await conversation.delete(ts)
    await nothing_stays(conversation, ts)
