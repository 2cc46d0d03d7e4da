"""Socket Mode over a real websocket; in a module of its own, because a process has one job engine."""

from pathlib import Path

from tests.channels.slack.running import running
from tests.channels.slack.test_events import recorded
from tests.channels.slack.test_slack import connected
from tests.servers.fake_slack import APP_TOKEN


async def test_socket_mode_answers_a_mention_and_its_copy_once(tmp_path: Path) -> None:
    async with running(tmp_path, slack_app_token=APP_TOKEN) as bot:
        await connected(bot)
        assert await bot.slack.push(recorded("app_mention"))
        assert await bot.slack.push(recorded("message_channels"))
        await bot.slack.until(posts=1)
        assert len(bot.slack.posts) == 1
