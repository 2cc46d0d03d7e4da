"""Bot with helpers for the modules that make none of their own, and conversations in channels of their own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from tests.channels.slack.conversation import Conversation, new_channel
from tests.channels.slack.running import Running, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Bot with a helper, a helpers' channel and an editor, in a German workspace."""
    folder, helpers = tmp_path_factory.mktemp("bot"), "S0HELP, C0HELP"
    async with running(folder, engine, postbote_slack_helpers=helpers, postbote_slack_editors="UED") as started:
        started.slack.locale = "de-DE"
        yield started


@pytest.fixture
def conversation(bot: Running) -> Conversation:
    """Conversation in a new channel with the module's own `bot`; what one person alone could see is forgotten."""
    bot.slack.ephemeral.clear()
    return Conversation(bot, new_channel())
