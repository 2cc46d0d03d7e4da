"""`postbote run` as a newcomer starts it: a real process, with and without Slack."""

from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.app import open_page_warning
from bot.settings import Settings
from tests.channels.slack.test_events import recorded
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.postbote import running
from tests.slow import slow


async def test_with_slack_tokens_it_answers_in_slack_and_a_page_that_is_switched_off_is_not_there(
    few_data: Path, few_entries: str
) -> None:
    """Everything else is there; and without a page nobody is warned that others reach it."""
    slack = FakeSlack(locale="de-DE")
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}
    variables = {"POSTBOTE_KNOWLEDGE": few_entries, "POSTBOTE_PAGE": "off", "POSTBOTE_HOST": "0.0.0.0"}  # noqa: S104
    async with running(few_data, **variables, **tokens) as (printed, url):
        assert "on   slack" in printed
        assert "off  web: set POSTBOTE_PAGE=on" in printed
        assert "on   dashboard" in printed
        url = url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        assert await slack.deliver(f"{url}slack/events", recorded("app_mention")) == 1
        assert await slack.command(f"{url}slack/events", "login", "max@firma.de") == 200
        assert await slack.command(f"{url}slack/events", "ports", "") == 200
        await slack.until(posts=3)
        expected = {"": 404, "page.js": 404, "ask": 404, "press": 404, "healthz": 200, "readyz": 200, "dashboard": 200}
        async with aiohttp.ClientSession() as session:
            for path, status in expected.items():
                async with session.request("POST" if path in ("ask", "press") else "GET", url + path) as response:
                    assert response.status == status, path
    await slack.stop()
    assert "995" in slack.posts[0]["text"]
    said = sorted(sent["text"] for sent in slack.ephemeral)
    assert "max%firma.de" in said[0]
    assert said[1].startswith("Ports für SSL-Verbindungen")
    assert "page_is_open" not in (few_data / "log").read_text()


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
    assert "gilt Port 993" in slack.posts[1]["text"]  # German, as the thread


async def test_run_starts_warns_once_of_an_open_page_answers_and_ends_cleanly_on_a_signal(
    few_data: Path, few_entries: str
) -> None:
    before = (few_data / "log").read_text() if (few_data / "log").exists() else ""
    async with running(few_data, POSTBOTE_HOST="0.0.0.0", POSTBOTE_KNOWLEDGE=few_entries) as (printed, url):  # noqa: S104
        assert "SLACK_BOT_TOKEN" in printed
        url = url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
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
    lines = (few_data / "log").read_text().removeprefix(before).splitlines()
    assert len([line for line in lines if "page_is_open" in line]) == 1


HOSTS = [
    ("127.0.0.1", False),
    ("localhost", False),
    ("::1", False),
    ("0.0.0.0", True),  # noqa: S104
    ("::", True),
    ("192.0.2.1", True),
]


@pytest.mark.parametrize(("host", "warns"), HOSTS)
@pytest.mark.parametrize("token", ["", "correct-horse-battery-staple"])
def test_a_page_that_other_machines_reach_is_warned_of_with_the_variables_that_close_it(
    host: str, warns: bool, token: str
) -> None:
    settings = Settings(postbote_host=host, postbote_page="on", postbote_admin_token=SecretStr(token))
    warning = open_page_warning(settings, 3000)
    assert bool(warning) is warns
    assert "\n" not in warning
    if warns:
        assert host in warning
        assert "POSTBOTE_PAGE=off" in warning
    assert not open_page_warning(settings.model_copy(update={"postbote_page": "off"}), 3000)
