"""Languages in Slack: which one a person is answered in, and where another one is offered."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from bot.channels.slack.installations import StaticToken
from bot.channels.slack.user_info import UserInfo
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Event, Language, Question
from tests.channels.slack.conversation import MENTION, Conversation
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_buttons import labels
from tests.rows import each_row
from tests.servers.fake_slack import TEAM, TOKEN, FakeSlack
from tests.slow import few
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
GERMAN, ENGLISH = "Welcher Port für POP3 mit SSL?", "Which port for POP3 with SSL?"
BUTTONS = {"Auf Deutsch", "In English"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot"), engine) as started:
        yield started


OFFERED = [
    # locale of the person's Slack, the question, the button of the other language
    ("de-DE", GERMAN, set()),
    ("de-DE", ENGLISH, {"Auf Deutsch"}),
    ("en-US", GERMAN, {"In English"}),
    ("en-GB", ENGLISH, set()),
    ("fr-FR", GERMAN, {"In English"}),
    ("fr-FR", ENGLISH, set()),
    ("", GERMAN, {"In English"}),
    ("", ENGLISH, {"Auf Deutsch"}),
]


@pytest.mark.parametrize(("locale", "question", "offered"), few(3, OFFERED))
async def test_another_language_is_offered_to_who_may_not_read_this_one(
    conversation: Conversation, locale: str, question: str, offered: set[str]
) -> None:
    conversation.bot.slack.locales[conversation.user] = locale
    _, answer = await conversation.ask(f"{MENTION} {question}")
    assert set(labels(answer)) & BUTTONS == offered
    bot = conversation.bot
    await bot.slack.command(bot.url, "faq", question, user=conversation.user, channel=conversation.channel)
    private = await until(lambda: bot.slack.ephemeral and bot.slack.ephemeral[-1])
    assert set(labels(private)) & BUTTONS == offered


async def test_what_was_turned_into_another_language_can_be_turned_back(conversation: Conversation) -> None:
    """Whoever did it: the one who turns it reads the new language, the one who asked perhaps does not."""
    bot = conversation.bot
    bot.slack.locales |= {conversation.user: "", "UBRITISH": "en-GB"}
    _, answer = await conversation.ask(f"{MENTION} {GERMAN}")
    german = answer["text"]
    await bot.slack.press(bot.url, answer, "In English", user="UBRITISH")
    await until(lambda: answer["text"] != german)
    await bot.slack.press(bot.url, answer, "Auf Deutsch", user=conversation.user)
    await until(lambda: answer["text"] == german)


async def test_where_slack_does_not_tell_the_language_both_are_offered(conversation: Conversation) -> None:
    conversation.bot.slack.refusals["users.info"] = "missing_scope"
    try:
        _, answer = await conversation.ask(f"{MENTION} {GERMAN}")
    finally:
        conversation.bot.slack.refusals.clear()
    assert set(labels(answer)) & BUTTONS == {"In English"}


LOCALES: list[tuple[tuple[Language, ...], str, Language | None]] = [
    # languages of the knowledge base, locale of the person's Slack, the language that is taken
    (("de", "en"), "de-AT", "de"),
    (("de", "en"), "fr-FR", "en"),
    (("fr", "en"), "fr-FR", "fr"),
    (("fr", "en"), "fr-CA", "fr"),
    (("fr", "en"), "de-DE", "en"),
    (("fr", "de"), "ja-JP", None),
    (("fr",), "fr-FR", "fr"),
    (("fr",), "de-DE", None),
    (("de", "en"), "", None),
]


@each_row(("languages", "locale", "expected"), LOCALES)
async def test_a_locale_is_answered_in_a_language_of_the_knowledge_base(
    languages: tuple[Language, ...], locale: str, expected: Language | None
) -> None:
    slack = FakeSlack(locale=locale)
    await slack.start()
    workspaces = Workspaces(StaticToken(TOKEN), slack.url)
    try:
        people = UserInfo(workspaces, frozenset(), lambda: languages)
        event = Event("k", "slack", Question(""), {"team": TEAM, "user": "U1"}, person=f"{TEAM}:U1")
        assert await people.language(event) == expected
    finally:
        await workspaces.close()
        await slack.stop()
