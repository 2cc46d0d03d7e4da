"""Many workspaces: installing, tokens at rest, rotation, leaving; nobody sees another's data."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.engine import AnswerEngine
from bot.channels.slack.installations import PURPOSE, Installations
from bot.storage.encryption import InvalidToken, to_fernet
from tests.channels.slack.conversation import MENTION, Conversation, envelope
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_memory_bounds import DictSecrets
from tests.servers.fake_slack import FakeSlack
from tests.slow import few

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLIENT_SECRET = "33fea0113f5b1"  # noqa: S105 - a test's own


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    many: dict[str, Any] = {"slack_client_id": "1.2", "slack_client_secret": SecretStr(CLIENT_SECRET)}
    folder = tmp_path_factory.mktemp("bot")
    async with running(folder, engine, slack_bot_token=None, postbote_slack_editors="UEDITOR", **many) as started:
        yield started


def granted(team: str, token: str, **more: Any) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/oauth.v2.access"""
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": "commands,chat:write",
        "bot_user_id": "U0BOT0001",
        "app_id": "A0001",
        "team": {"name": "Example", "id": team},
        "enterprise": None,
        "authed_user": {"id": "U1234"},
        **more,
    }


async def install(bot: Running, team: str, token: str, **more: Any) -> tuple[int, str]:
    """ "Add to Slack", as a browser does it: with the cookie of the first page."""
    bot.slack.codes[f"code-{token}"] = granted(team, token, **more)
    bot.slack.teams[token] = team
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{bot.root}/slack/install", allow_redirects=False) as page:
            assert page.status == 302
            address = urlsplit(page.headers["Location"])
            cookie = page.headers["Set-Cookie"].split(";")[0]
        query = parse_qs(address.query)
        assert address.netloc == "slack.com"
        assert query["client_id"] == ["1.2"]
        back = f"{bot.root}/slack/oauth_redirect?code=code-{token}&state={query['state'][0]}"
        async with browser.get(back, headers={"Cookie": cookie}) as page:
            return page.status, await page.text()


async def test_a_workspace_that_installs_the_app_is_answered_with_its_own_token(bot: Running) -> None:
    for team in ("T1", "T2"):
        status, page = await install(bot, team, f"xoxb-{team}")
        assert status == 200
        assert "Thank you" in page
    for team in ("T1", "T2"):
        _, answer = await Conversation(bot, f"C{team}", team).ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
        assert answer["team"] == team


async def test_tokens_are_unreadable_at_rest(bot: Running) -> None:
    await install(bot, "T3", "xoxb-very-secret")
    for file in (f for f in Path(bot.folder).rglob("*") if f.is_file()):
        assert b"xoxb-very-secret" not in file.read_bytes()
    hidden = bot.storage.secrets.get("T3:bot").encode()
    assert b"xoxb-very-secret" in to_fernet(CLIENT_SECRET, PURPOSE).decrypt(hidden)
    with pytest.raises(InvalidToken):
        to_fernet("another", PURPOSE).decrypt(hidden)


async def test_a_token_that_soon_expires_is_exchanged_before_it_is_used(bot: Running) -> None:
    await install(bot, "T4", "xoxe.xoxb-old", refresh_token="xoxe-1", expires_in=3_600)  # noqa: S106 - a test's own
    bot.slack.codes["xoxe-1"] = granted("T4", "xoxe.xoxb-new", refresh_token="xoxe-2", expires_in=43_200)  # noqa: S106
    bot.slack.teams["xoxe.xoxb-new"] = "T4"
    del bot.slack.teams["xoxe.xoxb-old"]
    for number in (1, 2):
        await Conversation(bot, f"C4{number}", "T4").ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    assert bot.slack.codes.get("xoxe-1") is None
    assert "oauth.v2.access" in bot.slack.calls
    assert tokens_in_memory("T4") == {"xoxe.xoxb-new"}


async def test_a_rotation_under_way_stores_no_token_of_a_workspace_that_leaves() -> None:
    slack, secrets = FakeSlack(), DictSecrets()
    await slack.start()
    tokens = Installations(secrets, secrets.erase_team, "1.2", CLIENT_SECRET, slack.url)
    slack.codes["xoxe-1"] = granted("T1", "xoxe.xoxb-new", refresh_token="xoxe-2", expires_in=43_200)  # noqa: S106
    await tokens.install(granted("T1", "xoxe.xoxb-old", refresh_token="xoxe-1", expires_in=60))  # noqa: S106
    assert (await asyncio.gather(tokens.token("T1"), tokens.forget("T1")))[0] == "xoxe.xoxb-new"
    assert secrets.secrets == {}
    assert await tokens.token("T1") == ""
    await slack.stop()


def tokens_in_memory(team: str) -> set[str | None]:
    """Tokens of a workspace that a Web API client in this process holds."""
    gc.collect()
    clients = [found for found in gc.get_objects() if isinstance(found, AsyncWebClient)]
    return {client.token for client in clients if client.token in TOKENS[team]}


# Every token that a workspace of these tests had
TOKENS: Mapping[str, Collection[str | None]] = {"T4": ("xoxe.xoxb-old", "xoxe.xoxb-new"), "T5": ("xoxb-T5",)}

WRONG = [
    ("the person refused", "error=access_denied", True, 200),
    ("a state that was never issued", "code=x&state=made-up", False, 400),
    ("another browser", "code=x&state={state}", False, 400),
    ("a code that Slack does not know", "code=x&state={state}", True, 401),
]


@pytest.mark.parametrize(("query", "same", "expected"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_a_wrong_way_back_installs_nothing(bot: Running, query: str, same: bool, expected: int) -> None:
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{bot.root}/slack/install", allow_redirects=False) as page:
            state = parse_qs(urlsplit(page.headers["Location"]).query)["state"][0]
            cookie = page.headers["Set-Cookie"].split(";")[0] if same else ""
        back = f"{bot.root}/slack/oauth_redirect?{query.format(state=state)}"
        async with browser.get(back, headers={"Cookie": cookie}) as page:
            assert page.status == expected
            assert "Thank you" not in await page.text()


async def test_a_state_is_good_once_and_for_ten_minutes(bot: Running) -> None:
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{bot.root}/slack/install", allow_redirects=False) as page:
            state = parse_qs(urlsplit(page.headers["Location"]).query)["state"][0]
            cookie = page.headers["Set-Cookie"].split(";")[0]
        found = []
        for number in (1, 2):
            bot.slack.codes[f"once{number}"] = granted("T9", "xoxb-T9")
            back = f"{bot.root}/slack/oauth_redirect?code=once{number}&state={state}"
            async with browser.get(back, headers={"Cookie": cookie}) as page:
                found.append(page.status)
    assert found == [200, 401]
    bot.storage.secrets.save("state:old", "")
    assert not bot.storage.secrets.delete("state:old", time.time() + 1)


LEAVING: list[dict[str, Any]] = [
    {"type": "app_uninstalled"},
    {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["U0BOT0001"]}},
]


@pytest.mark.parametrize("event", few(1, LEAVING), ids=[str(e["type"]) for e in LEAVING])
async def test_a_workspace_that_leaves_is_forgotten(bot: Running, event: dict[str, Any]) -> None:
    for team in ("T5", "T55"):
        await install(bot, team, f"xoxb-{team}")
        await Conversation(bot, f"C{team}", team).ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
    await bot.slack.deliver(bot.url, envelope(event, "T5"))
    await asyncio.sleep(0.2)
    assert bot.storage.secrets.get("T5:bot") == ""
    assert tokens_in_memory("T5") == set()
    assert list(bot.storage.decisions.recent("T5")) == []
    assert bot.storage.decisions.recent("T55") != [], "that one stays"


async def test_a_revoked_token_of_a_person_changes_nothing(bot: Running) -> None:
    await install(bot, "T6", "xoxb-T6")
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
    await bot.slack.deliver(bot.url, envelope(event, "T6"))
    assert bot.storage.secrets.get("T6:bot")


async def test_no_workspace_sees_anothers_gaps_or_decisions(bot: Running) -> None:
    for team in ("T7", "T8"):
        await install(bot, team, f"xoxb-{team}")
    ts, _ = await Conversation(bot, "C7", "T7").ask(f"{MENTION} Wie richte ich Thunderbird ein?")
    link = f"why https://example.slack.com/archives/C7/p{ts.replace('.', '')}"
    seen = {}
    for team in ("T7", "T8"):
        for text in ("gaps", link):
            known = len(bot.slack.ephemeral)
            await bot.slack.command(bot.url, "faq", text, user="UEDITOR", channel="C7", team=team)
            for _ in range(200):
                if len(bot.slack.ephemeral) > known:
                    break
                await asyncio.sleep(0.02)
            seen[team, text] = bot.slack.ephemeral[-1]["text"]
    assert "Thunderbird" in seen["T7", "gaps"]
    assert "Thunderbird" not in seen["T8", "gaps"]
    assert "outcome     decline" in seen["T7", link]
    assert "No decision" in seen["T8", link]
