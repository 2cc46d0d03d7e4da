"""A request to a person from the page, in the helpers' channel in Slack."""

import asyncio
from pathlib import Path

import httpx

from bot.answering.engine import AnswerEngine
from tests.channels.slack.running import running

QUESTION = "Wie richte ich <!channel> Outlook ein?"


async def test_a_request_from_the_page_is_posted_once_and_pings_nobody(engine: AnswerEngine, tmp_path: Path) -> None:
    async with (
        running(tmp_path, engine, postbote_slack_helpers="C0HELP") as bot,
        httpx.AsyncClient(base_url=bot.root) as client,
    ):
        asked = (await client.post("/ask", json={"text": QUESTION})).json()
        assert asked["person"] is True
        press = {"act": "person", "key": asked["key"], "text": QUESTION, "email": "max@firma.de", "lang": "de"}
        for _ in range(2):
            told = (await client.post("/press", json=press)).json()
            assert "Die Antwort kommt an" in told["html"]
        while not bot.slack.posts:
            await asyncio.sleep(0.02)
        assert bot.slack.posts[0]["channel"] == "C0HELP"
        shown = str(bot.slack.posts[0])
        assert "max@firma.de" in shown
        assert "<!channel>" not in shown
        await client.post("/press", json={**press, "email": "eva@firma.de"})
        while len(bot.slack.posts) < 2:
            await asyncio.sleep(0.02)
        assert "eva@firma.de" in str(bot.slack.posts[1])  # the second press of the first address posted nothing
