"""Slack end to end: signed requests in, posts at a fake Web API out, over real sockets and the real job engine."""

import asyncio
import io
import itertools
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.core.model import Event, Question
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_events import recorded
from tests.rows import each_row
from tests.servers.fake_slack import APP_TOKEN, signed
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A bot that stores nothing: for requests that never get so far."""
    async with running(tmp_path_factory.mktemp("door"), with_worker=False) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("bot")) as started:
        yield started


@pytest.fixture
def bot(running_bot: Running) -> Running:
    """The same bot for all tests, with a Slack that has forgotten the test before."""
    slack = running_bot.slack
    for remembered in (slack.posts, slack.ephemeral, slack.calls, slack.trouble):
        remembered.clear()
    running_bot.disk_full = False
    return running_bot


NUMBER = itertools.count(1)


def fresh(name: str) -> dict[str, Any]:
    """A recorded payload as a message of its own."""
    return recorded(name, ts=f"1515449600.{next(NUMBER):06d}", event_ts="1515449600.000000")


async def post(url: str, body: bytes | str, headers: dict[str, str]) -> tuple[int, str]:
    data = io.BytesIO(body.encode() if isinstance(body, str) else body)
    async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=headers) as response:
        return response.status, await response.text()


async def test_a_mention_is_answered_once_in_its_thread_with_a_fallback_text(bot: Running) -> None:
    mention = fresh("app_mention")
    assert await bot.slack.deliver(bot.url, mention) == 1
    await bot.until(posts=1)
    (sent,) = bot.slack.posts
    ts = mention["event"]["ts"]
    assert (sent["channel"], sent["thread_ts"]) == ("C0LAN2Q65", ts)
    assert sent["text"] == "en  welcher port für pop3 mit ssl?"
    assert sent["blocks"][0]["text"]["text"] == "*en*  welcher port für pop3 mit ssl?"
    assert sent["metadata"]["event_payload"]["key"] == f"T0001:C0LAN2Q65:{ts}:question"


async def test_twins_and_redeliveries_of_one_mention_are_answered_once(bot: Running) -> None:
    mention = fresh("app_mention")
    twin = recorded("message_channels", ts=mention["event"]["ts"])
    bodies = [mention, twin, mention]
    await asyncio.gather(*(bot.slack.deliver(bot.url, body) for body in bodies))
    await bot.until(posts=1)
    await bot.slack.deliver(bot.url, mention)
    await bot.settled()
    assert len(bot.slack.posts) == 1


async def test_a_direct_message_is_answered(bot: Running) -> None:
    await bot.slack.deliver(bot.url, fresh("message_im"))
    await bot.until(posts=1)
    assert bot.slack.posts[0]["channel"] == "D024BE91L"
    assert "thread_ts" not in bot.slack.posts[0]


async def test_bots_get_no_answer(bot: Running) -> None:
    assert await bot.slack.deliver(bot.url, fresh("bot_message")) == 1
    await bot.settled()
    assert bot.slack.posts == []


async def test_a_command_is_answered_for_the_person_alone(bot: Running) -> None:
    assert await bot.slack.command(bot.url, "ports", "x") == 200
    await bot.until(posts=1)
    (sent,) = bot.slack.ephemeral
    assert (sent["response_type"], sent["text"]) == ("ephemeral", "en ports x")


async def test_the_persons_language_is_asked_once(bot: Running) -> None:
    bot.slack.locale = "de-DE"
    for _ in range(2):
        await bot.slack.command(bot.url, "ports", "", user="U0002")
    await bot.until(posts=2)
    assert [sent["text"] for sent in bot.slack.ephemeral] == ["de ports", "de ports"]
    assert bot.slack.calls.count("users.info") == 1


TROUBLE = [
    # what the Web API does to the first posts
    ("too many requests", ["429", "429"]),
    ("an internal error", ["500"]),
    ("the post is taken, but the confirmation is lost", ["lost"]),
]


@pytest.mark.parametrize("trouble", [row[1] for row in TROUBLE], ids=[row[0] for row in TROUBLE])
async def test_a_web_api_in_trouble_gets_the_answer_exactly_once(bot: Running, trouble: list[str]) -> None:
    bot.slack.trouble = trouble
    await bot.slack.deliver(bot.url, fresh("app_mention"))
    await bot.until(posts=1)
    assert len(bot.slack.posts) == 1


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(bot: Running) -> None:
    mention = fresh("app_mention")
    bot.disk_full = True
    assert await bot.slack.deliver(bot.url, mention, pauses=(0.1,)) == 0
    bot.disk_full = False
    assert await bot.slack.deliver(bot.url, mention) == 1
    await bot.until(posts=1)
    assert len(bot.slack.posts) == 1


async def test_url_verification_returns_the_challenge(door: Running) -> None:
    body = json.dumps(recorded("url_verification"))
    status, text = await post(door.url, body, {"Content-Type": "application/json", **signed(body)})
    assert status == 200
    assert "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" in text


JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GENUINE = json.dumps({"type": "event_callback", "event": {}})
DEEP = "payload=" + "[" * 90_000
MALFORMED: list[tuple[str, bytes | str, dict[str, Any]]] = [
    ("no signature at all", GENUINE, JSON),
    ("no timestamp", GENUINE, JSON | {"X-Slack-Signature": "v0=1"}),
    ("a timestamp that is no number", GENUINE, JSON | signed(GENUINE) | {"X-Slack-Request-Timestamp": "1e9"}),
    ("a timestamp that is not a number at all", GENUINE, JSON | signed(GENUINE) | {"X-Slack-Request-Timestamp": "nan"}),
    ("a timestamp of other digits", GENUINE, JSON | signed(GENUINE) | {"X-Slack-Request-Timestamp": "²³"}),
    ("a timestamp beyond all numbers", GENUINE, JSON | signed(GENUINE) | {"X-Slack-Request-Timestamp": "9" * 5000}),
    ("a stale timestamp", GENUINE, JSON | signed(GENUINE, at=time.time() - 4_000)),
    ("a timestamp from the future", GENUINE, JSON | signed(GENUINE, at=time.time() + 4_000)),
    ("a wrong signature", GENUINE, JSON | signed(GENUINE, secret="another")),  # noqa: S106 - a test's own
    ("a signature of other letters", GENUINE, JSON | signed(GENUINE) | {"X-Slack-Signature": "v0=ä"}),
    ("no JSON", "hallo", JSON | signed("hallo")),
    ("JSON that is no object", "[1]", JSON | signed("[1]")),
    ("JSON nested too deep", "[" * 90_000, JSON | signed("[" * 90_000)),
    ("JSON in a form, nested too deep", DEEP, FORM | signed(DEEP)),
    ("no JSON in a form's payload", "payload=hallo", FORM | signed("payload=hallo")),
    ("a text that is neither", "hallo=1", {"Content-Type": "text/plain"} | signed("hallo=1")),
    ("an empty body", "", JSON | signed("")),
    ("no form", "", FORM | signed("")),
    ("no text at all", b"\xff\xfe\x00", JSON | signed("")),
    ("a body of 2 MB", "x" * 2_000_000, JSON | signed("x" * 2_000_000)),
]


@each_row(("body", "headers"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
async def test_a_malformed_request_is_refused_without_a_trace(
    door: Running, body: bytes | str, headers: dict[str, str]
) -> None:
    status, text = await post(door.url, body, headers)
    assert 400 <= status < 500
    assert "Traceback" not in text


STRANGE = [
    ('{"type": 5}', 200),
    ('{"command": null}', 200),
    ('{"type": "event_callback", "event": {"type": "message", "channel": 5, "ts": []}}', 400),
]


@each_row(("body", "expected"), STRANGE)
async def test_a_genuine_request_of_an_unknown_shape_does_no_harm(door: Running, body: str, expected: int) -> None:
    status, _ = await post(door.url, body, JSON | signed(body))
    assert status == expected


async def test_socket_mode_does_not_acknowledge_what_cannot_be_stored(tmp_path: Path) -> None:
    async with running(tmp_path, slack_app_token=APP_TOKEN, with_worker=False) as bot:
        await connected(bot)
        bot.disk_full = True
        assert not await bot.slack.push(recorded("app_mention"), seconds=0.5)


async def connected(bot: Running) -> None:
    for _ in range(200):
        if bot.slack.connections():
            return
        await asyncio.sleep(0.02)


async def test_an_answer_that_slack_refuses_for_good_is_not_tried_for_ever(bot: Running) -> None:
    event = Event(
        "k:1", "slack", Question("x"), {"team": "T0001", "channel": "", "thread_ts": "1.1", "ts": "1.1", "user": ""}
    )
    await bot.stored(event)
    await until(lambda: "chat.postMessage" in bot.slack.calls)
    await asyncio.sleep(0.5)
    assert bot.slack.calls.count("chat.postMessage") == 1
