"""`postbote run` as a newcomer starts it: a real process, with and without Slack."""

import asyncio
import resource
import socket
import stat
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.app import build, open_page_warning
from bot.settings import Settings
from tests.channels.slack.test_events import recorded
from tests.engines import EchoEngine
from tests.prepared import prepare
from tests.rows import each_row
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.postbote import Postbote, running
from tests.slow import slow
from tests.web.test_connections import exchange


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


FEW_DESCRIPTORS = 256


@dataclass
class Program:
    """The program with an open page and with Slack, and with few descriptors."""

    process: Postbote
    slack: FakeSlack

    @property
    def url(self) -> str:
        return self.process.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(few_data: Path, few_entries: str) -> AsyncIterator[Program]:
    """One process for the tests that follow, on an empty database."""
    slack = FakeSlack(locale="de-DE")
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}
    process = Postbote(few_data, POSTBOTE_HOST="0.0.0.0", POSTBOTE_KNOWLEDGE=few_entries, **tokens)  # noqa: S104
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_DESCRIPTORS, before[1]))
    try:
        await asyncio.to_thread(process.start)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    yield Program(process, slack)
    process.kill()
    await slack.stop()


@pytest.mark.asyncio(loop_scope="module")
async def test_run_says_what_is_there_and_what_is_missing_and_answers_on_its_page(program: Program) -> None:
    printed = program.process.printed
    assert {"  on   slack", "  on   web", "  on   dashboard"} <= set(printed.splitlines())
    assert "POSTBOTE_ZAMMAD_URL" in next(line for line in printed.splitlines() if line.startswith("  off  zammad: "))
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{program.url}healthz") as response:
            assert await response.text() == "ok\n"
        async with session.post(f"{program.url}ask", json={"text": "welcher port für pop3 mit ssl?"}) as response:
            reply = await response.json()
            assert "995" in reply["html"]
        follow_up = {"text": "imap?", "before": reply["understood"], "hint": reply["language"]}
        async with session.post(f"{program.url}ask", json=follow_up) as response:
            reply = await response.json()
            assert "993" in reply["html"]
            assert reply["language"] == "de"


@pytest.mark.asyncio(loop_scope="module")
async def test_with_slack_tokens_it_answers_in_slack(program: Program) -> None:
    slack, url = program.slack, f"{program.url}slack/events"
    assert await slack.deliver(url, recorded("app_mention")) == 1
    assert await slack.command(url, "login", "max@firma.de") == 200
    assert await slack.command(url, "ports", "") == 200
    await slack.until(posts=3)
    assert "995" in slack.posts[0]["text"]
    said = sorted(sent["text"] for sent in slack.ephemeral)
    assert "max%firma.de" in said[0]
    assert said[1].startswith("Ports für SSL-Verbindungen")


@pytest.mark.asyncio(loop_scope="module")
async def test_more_idle_connections_than_descriptors_keep_nobody_out_and_are_no_flood_in_the_log(
    program: Program,
) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, before[1]))
    said = len(program.process.log.read_text(errors="replace"))
    idle = [socket.socket() for _ in range(3 * FEW_DESCRIPTORS)]
    try:
        port = int(program.process.url.rstrip("/").rpartition(":")[2])
        for number, one in enumerate(idle):
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            if number % 100 == 0:
                await asyncio.sleep(0.05)
                assert b"ok" in await exchange(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        log = program.process.log.read_text(errors="replace")[said:]
        assert "Traceback" not in log
        assert len(log) < 2_000
    finally:
        for one in idle:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_its_files_are_for_its_user_alone(program: Program) -> None:
    written = [*program.process.data.glob("*.sqlite*")]
    assert written
    assert [file for file in written if stat.S_IMODE(file.stat().st_mode) & 0o077] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_run_has_warned_once_of_the_open_page_and_ends_cleanly_on_a_signal(program: Program) -> None:
    assert await asyncio.to_thread(program.process.stop) == 0
    lines = program.process.log.read_text().splitlines()
    assert len([line for line in lines if "page_is_open" in line]) == 1


async def test_a_page_that_is_switched_off_is_not_there_and_all_else_is(tmp_path: Path) -> None:
    app = build(Settings(postbote_data_dir=tmp_path, postbote_page="off", postbote_host="0.0.0.0"), EchoEngine())  # noqa: S104
    prepare(tmp_path)
    assert app.disabled["web"] == "set POSTBOTE_PAGE=on"
    assert "SLACK_BOT_TOKEN" in app.disabled["slack"]
    expected = {
        "/": 404,
        "/page.js": 404,
        "/ask": 404,
        "/press": 404,
        "/healthz": 200,
        "/readyz": 200,
        "/dashboard": 200,
    }
    transport = httpx.ASGITransport(app.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client, app.running():
        found = {
            path: (await client.request("POST" if path in ("/ask", "/press") else "GET", path)).status_code
            for path in expected
        }
    assert found == expected
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())  # DBOS has shut the loop's one down


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
