"""`postbote run` as a newcomer starts it: a real process, with and without Slack."""

import asyncio
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.app import open_page_warning
from bot.settings import Settings
from tests.channels.slack.test_events import recorded
from tests.rows import each_row
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.postbote import Postbote, running
from tests.slow import slow
from tests.web.test_connections import exchange


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


FEW_DESCRIPTORS = 512


@pytest.fixture(scope="module")
def open_page(few_data: Path, few_entries: str) -> Iterator[Postbote]:
    """One process for the tests that follow: its page is open to others, and it may have few descriptors."""
    process = Postbote(few_data, POSTBOTE_HOST="0.0.0.0", POSTBOTE_KNOWLEDGE=few_entries)  # noqa: S104
    process.log.unlink(missing_ok=True)  # of another process
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_DESCRIPTORS, before[1]))
    try:
        process.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    yield process
    process.kill()


async def test_run_says_what_is_missing_and_answers_on_its_page(open_page: Postbote) -> None:
    assert "SLACK_BOT_TOKEN" in open_page.printed
    url = open_page.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
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


async def test_more_idle_connections_than_descriptors_keep_nobody_out_and_are_no_flood_in_the_log(
    open_page: Postbote,
) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, before[1]))
    said = len(open_page.log.read_text(errors="replace"))
    idle = [socket.socket() for _ in range(3 * FEW_DESCRIPTORS)]
    try:
        port = int(open_page.url.rstrip("/").rpartition(":")[2])
        for number, one in enumerate(idle):
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            if number % 100 == 0:
                await asyncio.sleep(0.05)
                assert b"ok" in await exchange(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        log = open_page.log.read_text(errors="replace")[said:]
        assert "Traceback" not in log
        assert len(log) < 2_000
    finally:
        for one in idle:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_run_has_warned_once_of_the_open_page_and_ends_cleanly_on_a_signal(open_page: Postbote) -> None:
    assert open_page.stop() == 0
    lines = open_page.log.read_text().splitlines()
    assert len([line for line in lines if "page_is_open" in line]) == 1


HOSTS = [
    ("127.0.0.1", False),
    ("localhost", False),
    ("::1", False),
    ("0.0.0.0", True),  # noqa: S104
    ("::", True),
    ("192.0.2.1", True),
]


@each_row(("host", "warns"), HOSTS)
@each_row("token", ["", "correct-horse-battery-staple"])
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
