"""`postbote run` as a newcomer starts it: a real process, with and without Slack."""

from pathlib import Path

import aiohttp

from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.postbote import running
from tests.slow import slow


async def test_with_slack_tokens_the_same_process_answers_in_slack(data: Path) -> None:
    slack = FakeSlack(locale="de-DE")
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}
    async with running(data, **tokens) as (printed, url):
        assert "on   slack" in printed
        assert await slack.deliver(f"{url}slack/events", recorded("app_mention")) == 1
        assert await slack.command(f"{url}slack/events", "login", "max@firma.de") == 200
        assert await slack.command(f"{url}slack/events", "ports", "") == 200
        await slack.until(posts=3)
    await slack.stop()
    assert "995" in slack.posts[0]["text"]
    said = sorted(sent["text"] for sent in slack.ephemeral)
    assert "max%firma.de" in said[0]
    assert said[1].startswith("Ports für SSL-Verbindungen")


@slow
async def test_a_mention_in_a_thread_goes_on_with_its_conversation_even_after_a_restart(data: Path) -> None:
    slack = FakeSlack(locale="en-GB")
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}
    said = ["<@U0BOT0001> Welcher Port für POP3 mit SSL?", "<@U0BOT0001> IMAP?"]  # the second tells no language
    for number, text in enumerate(said):
        ts = f"1515449600.00000{number}"
        thread = {"thread_ts": "1515449600.000000"} if number else {}
        async with running(data, **tokens) as (_, url):
            await slack.deliver(f"{url}slack/events", recorded("app_mention", text=text, ts=ts, **thread))
            await slack.until(posts=number + 1)
    await slack.stop()
    assert "wird auf dem Port 993" in slack.posts[1]["text"]  # German, as the thread


async def test_run_starts_answers_and_ends_cleanly_on_a_signal(data: Path) -> None:
    async with running(data) as (printed, url):
        assert "SLACK_BOT_TOKEN" in printed
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}healthz") as response:
                assert await response.text() == "ok\n"
            async with session.post(f"{url}ask", json={"text": "welcher port für pop3 mit ssl?"}) as response:
                reply = await response.json()
                assert "995" in reply["html"]
            follow_up = {"text": "imap?", "before": reply["understood"], "hint": reply["language"]}
            async with session.post(f"{url}ask", json=follow_up) as response:
                reply = await response.json()
                assert "993" in reply["html"]
                assert reply["language"] == "de"
