"""What the bot reads of what it is asked about: the thread above a mention, and every part of a message.

Shapes: docs.slack.dev/reference/block-kit/blocks (rich_text, section, table), docs.slack.dev/reference/objects/
file-object, docs.slack.dev/messaging/formatting-message-text (attachments), and a forwarded message as Slack sends it.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from bot.channels.slack.message_text import to_text
from bot.core.text.asks_about_above import asks_about_above
from tests.channels.slack.conversation import MENTION, Conversation, new_ts
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_buttons import message_shortcut, until
from tests.slow import SLOW, few

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINE = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"
EXPLAINED = "4.4.1"  # in the title of the entry that explains LINE


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot"), engine) as started:
        yield started


@pytest.fixture
def conversation(bot: Running, conversation: Conversation) -> Conversation:
    bot.slack.refusals.clear()
    bot.slack.locale = "de-DE"
    return conversation


def rich(text: str) -> dict[str, Any]:
    """rich_text block of one paragraph."""
    return {
        "type": "rich_text",
        "block_id": "b1",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


def table(*rows: tuple[str, ...]) -> dict[str, Any]:
    """table block as a person's paste makes it: each cell is rich text."""
    return {"type": "table", "rows": [[rich(cell) for cell in row] for row in rows], "column_settings": []}


def forwarded(text: str) -> dict[str, Any]:
    """Attachment of a message that was forwarded with a comment."""
    return {
        "ts": "1515449522.000016",
        "author_id": "U0009",
        "channel_id": "C0009",
        "channel_team": "T0001",
        "is_msg_unfurl": True,
        "is_share": True,
        "message_blocks": [{"team": "T0001", "channel": "C0009", "message": {"blocks": [rich(text)]}}],
        "id": 1,
        "fallback": f"[November 24th, 2026 10:00 AM] grace: {text}",
        "text": text,
        "author_name": "Grace",
        "mrkdwn_in": ["text"],
        "from_url": "https://example.slack.com/archives/C0009/p1515449522000016",
    }


ALERT = {
    "color": "danger",
    "fallback": "[no preview available]",
    "pretext": "Alert from mail01",
    "title": "Queue",
    "fields": [{"title": "Host", "value": "mail01", "short": True}, {"title": "Last error", "value": LINE}],
}
MESSAGES: list[tuple[str, dict[str, Any]]] = [
    ("forwarded with a comment", {"text": "{asks}", "attachments": [forwarded(LINE)]}),
    ("forwarded without", {"text": "", "attachments": [forwarded(LINE)]}),
    (
        "a pasted table",
        {
            "text": "{asks}",
            "attachments": [
                {"fallback": "[no preview available]", "blocks": [table(("Host", "Fehler"), ("mail01", LINE))]}
            ],
        },
    ),
    ("an alert's field", {"text": "{asks}", "attachments": [ALERT]}),
    ("an alert's pretext", {"text": "", "attachments": [{"pretext": LINE, "text": "mail01", "fallback": "x"}]}),
    ("rich text alone", {"text": "", "blocks": [rich(LINE)]}),
    ("a section alone", {"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": LINE}}]}),
    (
        "a section's field",
        {"text": "", "blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Fehler*\n{LINE}"}]}]},
    ),
    ("a table block alone", {"text": "", "blocks": [table(("mail01", LINE))]}),
    ("a snippet", {"text": "{asks}", "files": [{"id": "F1", "mode": "snippet", "preview": LINE}]}),
]
WAYS = ["a direct message", "a mention", "the shortcut"]
NEVER = ("a mention", "rich text alone")  # a person's message has its words in its text too
READ = [  # each message in one of the ways, and with POSTBOTE_INTEGRATION=1 in all
    pytest.param(way, message, id=f"{what}-{way}", marks=SLOW if (row - column) % len(WAYS) else ())
    for row, (what, message) in enumerate(MESSAGES)
    for column, way in enumerate(WAYS)
    if (way, what) != NEVER
]


@pytest.mark.parametrize(("way", "message"), READ)
async def test_every_part_of_a_message_is_read(conversation: Conversation, way: str, message: dict[str, Any]) -> None:
    said = {**message, "text": message["text"].format(asks="Was bedeutet das?")}
    if way == "the shortcut":
        shown: dict[str, Any] = {"type": "message", "user": "U0001", "ts": new_ts(), **said}
        await conversation.bot.slack.interact(conversation.bot.url, message_shortcut(conversation, shown))
        answer = await until(lambda: conversation.bot.slack.ephemeral and conversation.bot.slack.ephemeral[-1])
    else:
        place = conversation if way == "a mention" else Conversation(conversation.bot, f"D{conversation.channel[1:]}")
        text = said.pop("text")
        _, answer = await place.ask(f"{MENTION} {text}".strip() if way == "a mention" else text, **said)
    assert EXPLAINED in answer["text"]


POINTS = [
    "",
    "?",
    "was bedeutet das?",
    "Was heißt das denn genau?",
    "kann mir das jemand erklären?",
    "Woran liegt das? Wie behebe ich das?",
    "mein Kunde bekommt das, was tun?",
    "what does this mean?",
    "any idea what's wrong here?",
    "can you explain the error above please",
]
POINTS_NOWHERE = [
    "Welcher Port?",
    "Wie richte ich Outlook ein?",
    "was kostet das?",
    "und für IMAP?",
    "554?",
    "/mx x.de",
]


async def test_a_message_without_a_subject_points_at_what_stands_above() -> None:
    assert [text for text in POINTS if not asks_about_above(text)] == []
    assert [text for text in POINTS_NOWHERE if asks_about_above(text)] == []


@pytest.mark.parametrize("asks", ["", "was bedeutet das?", "what does this mean?"])
async def test_a_mention_under_an_error_line_means_that_line(conversation: Conversation, asks: str) -> None:
    calls = conversation.bot.slack.calls
    ts = await conversation.say(LINE, "U0002")
    await conversation.say("hm, schau ich mir an", "U0003", thread=ts)
    before = calls.count("conversations.replies")
    _, answer = await conversation.ask(f"{MENTION} {asks}", thread=ts)
    assert EXPLAINED in answer["text"]
    assert ("Our SMTP server" in answer["text"]) is asks.startswith("what")  # the asker's language, not the line's
    assert calls.count("conversations.replies") == before + 1


async def test_of_a_thread_the_error_is_explained_whoever_posted_it(conversation: Conversation) -> None:
    ts = await conversation.say("Guten Morgen zusammen", "U0002")
    await conversation.say("", "U0004", thread=ts, attachments=[ALERT], bot_id="B7", app_id="A7")
    await conversation.say("hat das noch jemand?", "U0003", thread=ts)
    _, answer = await conversation.ask(f"{MENTION} was ist da los?", thread=ts)
    assert EXPLAINED in answer["text"]


async def test_a_question_of_its_own_is_not_answered_with_the_thread(conversation: Conversation) -> None:
    ts = await conversation.say(LINE, "U0002")
    _, answer = await conversation.ask(f"{MENTION} Wie groß darf eine E-Mail sein?", thread=ts)
    assert "10 MB" in answer["text"]
    assert EXPLAINED not in answer["text"]


REFUSED = [("429", "in einer Minute"), ("missing_scope", "darf ich"), ("thread_not_found", "konnte ich nicht lesen")]


@pytest.mark.parametrize(("error", "word"), few(2, REFUSED))
async def test_where_slack_refuses_the_thread_it_is_told(conversation: Conversation, error: str, word: str) -> None:
    ts = await conversation.say(LINE, "U0002")
    conversation.bot.slack.refusals["conversations.replies"] = error
    _, answer = await conversation.ask(f"{MENTION} was bedeutet das?", thread=ts)
    assert word in answer["text"]


async def test_a_thread_that_was_read_is_kept(conversation: Conversation) -> None:
    ts = await conversation.say(LINE, "U0002")
    await conversation.ask(f"{MENTION} was bedeutet das?", thread=ts)
    conversation.bot.slack.refusals["conversations.replies"] = "429"
    _, answer = await conversation.ask(f"{MENTION} what does this mean?", "U0005", thread=ts)
    assert "Our SMTP server" in answer["text"]


async def test_a_thread_that_says_nothing_is_told_of(conversation: Conversation) -> None:
    ts = await conversation.say("Mittag um 12?", "U0002")
    _, answer = await conversation.ask(f"{MENTION} was bedeutet das?", thread=ts)
    assert "nichts gefunden" in answer["text"]


PICTURE = {
    "id": "F7",
    "mode": "hosted",
    "mimetype": "image/png",
    "filetype": "png",
    "name": "error.png",
    "size": 20_000,
}


@pytest.mark.parametrize("asks", ["", "Was bedeutet das?", "Hallo!"])
async def test_of_a_picture_the_text_is_asked_for(conversation: Conversation, asks: str) -> None:
    place = Conversation(conversation.bot, f"D{conversation.channel[1:]}")
    _, answer = await place.ask(asks, files=[PICTURE], subtype="file_share")
    assert "Bilder kann ich nicht lesen" in answer["text"]


async def test_a_question_beside_a_picture_is_answered(conversation: Conversation) -> None:
    _, answer = await conversation.ask(f"{MENTION} Welcher Port für IMAP mit SSL?", files=[PICTURE])
    assert "993" in answer["text"]


async def test_a_picture_in_the_thread_is_told_of(conversation: Conversation) -> None:
    ts = await conversation.say("", "U0002", files=[PICTURE])
    _, answer = await conversation.ask(f"{MENTION} was bedeutet das?", thread=ts)
    assert "Bilder" in answer["text"]


NOISE = "".join(f"Nov 24 10:00:{n % 60:02d} mail postfix/qmgr[{n}]: {n:08X}: removed\n" for n in range(6_000))


@pytest.mark.parametrize("kind", ["snippet", "hosted"])
async def test_of_a_long_log_the_middle_is_read(conversation: Conversation, kind: str) -> None:
    log = f"{NOISE}{LINE}\n{NOISE}"
    identity = f"F{conversation.channel}{kind}"
    file: dict[str, Any] = {"id": identity, "mode": kind, "mimetype": "text/plain"}
    if kind == "snippet":
        conversation.bot.slack.snippets[identity] = log
        file |= {"preview": log[:200], "preview_is_truncated": True, "lines_more": 11_999}
    else:
        conversation.bot.slack.logs[identity] = log
    _, answer = await conversation.ask(f"{MENTION} Was bedeutet das?", files=[file])
    assert EXPLAINED in answer["text"]


async def test_what_slack_says_twice_is_read_once() -> None:
    shown = {"type": "message", "user": "U1", "text": LINE, "blocks": [rich(LINE)], "attachments": [forwarded(LINE)]}
    assert to_text(shown) == LINE


async def test_a_preview_of_a_web_page_is_nobodys_words() -> None:
    page = {"original_url": "https://example.com", "from_url": "https://example.com", "title": LINE, "text": LINE}
    assert to_text({"user": "U1", "text": "siehe https://example.com", "attachments": [page]}).endswith("example.com")


async def test_a_mention_that_points_at_nothing_gets_the_help(conversation: Conversation) -> None:
    _, answer = await conversation.ask(MENTION)
    assert "/faq" in answer["text"]


async def test_a_mention_in_a_channel_means_the_nearest_message_and_says_whose(conversation: Conversation) -> None:
    slack = conversation.bot.slack
    slack.names["U0002"] = "Anna *A*"
    await conversation.say("554 mailbox not found", "U0009")
    await conversation.say(LINE, "U0002")
    before = slack.calls.count("conversations.history")
    for asks, word in (("was heißt das?", "Anna ∗A∗ darüber gelesen"), ("what does this mean?", "message from Anna")):
        _, answer = await conversation.ask(f"{MENTION} {asks}")
        assert word in answer["blocks"][0]["elements"][0]["text"]
        assert "Anna" in answer["text"].split("\n")[0]
        assert EXPLAINED in answer["text"]
        assert "mailbox" not in answer["text"].lower()
    assert slack.calls.count("conversations.history") == before + 2
    await slack.press(conversation.bot.url, answer, "Auf Deutsch")
    await until(lambda: "darüber gelesen" in answer["text"])


ABOVE: list[tuple[str, dict[str, Any]]] = [
    ("Nachricht von Alertmanager", {"text": "", "attachments": [ALERT], "bot_id": "B7", "username": "Alertmanager"}),
    ("Ihre Nachricht", {"text": LINE}),
    ("Nachricht von Anna", {"text": "", "user": "U0002", "attachments": [forwarded(LINE)]}),
]


@pytest.mark.parametrize(("whose", "message"), ABOVE)
async def test_alerts_forwarded_messages_and_ones_own_are_read_too(
    conversation: Conversation, whose: str, message: dict[str, Any]
) -> None:
    conversation.bot.slack.names["U0002"] = "Anna"
    said = {"user": "" if message.get("bot_id") else conversation.user, **message}
    await conversation.say(said.pop("text"), said.pop("user") or "U0004", **said)
    await conversation.say("hm", conversation.user)
    _, answer = await conversation.ask(f"{MENTION} hilf mal")
    assert EXPLAINED in answer["text"]
    assert f"{whose} darüber gelesen" in answer["text"]


async def test_nobody_elses_line_is_answered_where_it_may_not_be_meant(conversation: Conversation) -> None:
    """A question of its own, a line that is old or that others have written under, and replies within threads."""
    history = "conversations.history"
    root = await conversation.say("Guten Morgen", "U0003")
    await conversation.say(LINE, "U0002")
    calls = conversation.bot.slack.calls.count(history)
    _, answer = await conversation.ask(f"{MENTION} Wie groß darf eine E-Mail sein?")
    assert EXPLAINED not in answer["text"]
    _, answer = await conversation.ask(f"{MENTION} Wie richte ich Outlook ein?")
    assert EXPLAINED not in answer["text"]
    assert conversation.bot.slack.calls.count(history) == calls, "what has words of its own looks at nothing"
    await conversation.say("Mittag um 12?", "U0003")
    await conversation.say(LINE, "U0002", thread=root)
    _, answer = await conversation.ask(f"{MENTION} was heißt das?")
    assert "nichts gefunden" in answer["text"]
    for said in conversation.bot.slack.said:
        said["ts"] = f"{float(said['ts']) - 700:.6f}" if said["channel"] == conversation.channel else said["ts"]
    _, answer = await conversation.ask(f"{MENTION} was heißt das?")
    assert EXPLAINED not in answer["text"]


@pytest.mark.parametrize(("error", "word"), few(1, REFUSED))
async def test_where_slack_refuses_the_channel_it_is_told(conversation: Conversation, error: str, word: str) -> None:
    await conversation.say(LINE, "U0002")
    conversation.bot.slack.refusals["conversations.history"] = error
    _, answer = await conversation.ask(f"{MENTION} was heißt das?")
    assert word in answer["text"]
    _, answer = await conversation.ask(MENTION)
    assert "/faq" in answer["text"], "a mention alone is a greeting"


async def test_a_mention_alone_under_an_error_line_means_it_and_else_gets_the_help(conversation: Conversation) -> None:
    await conversation.say(LINE, "U0002")
    _, answer = await conversation.ask(MENTION)
    assert EXPLAINED in answer["text"]
    await conversation.say("Mittag um 12?", "U0003")
    _, answer = await conversation.ask(MENTION)
    assert "/faq" in answer["text"]


@pytest.mark.parametrize("says", few(2, ["Hallo", "guten Morgen", "ok", "danke", "👍"]))
async def test_small_talk_under_an_error_line_is_small_talk(conversation: Conversation, says: str) -> None:
    await conversation.say(LINE, "U0002")
    await conversation.say(f"{MENTION} {says}")
    assert EXPLAINED not in str([post["text"] for post in await conversation.replies(1, seconds=1)])
