"""Conversation with the bot of a module, each in a channel that no other test writes to."""

import pytest

from tests.channels.slack.conversation import Conversation, new_channel
from tests.channels.slack.running import Running


@pytest.fixture
def conversation(bot: Running) -> Conversation:
    """Conversation in a new channel with the module's own `bot`; what one person alone could see is forgotten."""
    bot.slack.ephemeral.clear()
    return Conversation(bot, new_channel())
