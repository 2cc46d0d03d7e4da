"""Genuine requests of odd shapes: every value of every payload replaced by one of another type."""

import copy
import itertools
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.core.model import Event
from tests.channels.slack.conversation import envelope
from tests.channels.slack.running import running
from tests.channels.slack.test_events import RECORDED
from tests.servers.fake_slack import signed
from tests.slow import one_in

ODD: list[Any] = [None, 7, True, "x", "\ud800", "a\0b", [], [None], {}]
USER, TEAM, CHANNEL = {"id": "U1", "team_id": "T1"}, {"id": "T1"}, {"id": "C1"}
VALUE = {"act": "check", "ask": ["mx", "example.com"], "key": "k", "language": "de", "facts": {}, "template": "echo"}
MESSAGE = {"ts": "1515449522.000016", "text": "550 5.1.1", "thread_ts": "1515449522.000016", "user": "U2"}
FILE = {"id": "F1", "preview": "550", "preview_is_truncated": True, "lines_more": 3}
CELL = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}, CELL]]}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "fields": [{"type": "mrkdwn", "text": "x"}]}
EVERYTHING = {
    "blocks": [CELL, SECTION],
    "attachments": [
        {"is_share": True, "text": "x", "files": [FILE], "message_blocks": [{"message": {"blocks": [CELL]}}]},
        {"pretext": "x", "title": "x", "fields": [{"title": "x", "value": "x"}], "blocks": [TABLE], "fallback": "x"},
    ],
}
OF_PERSON = {"team": TEAM, "user": USER, "channel": CHANNEL}
PAYLOADS: dict[str, Any] = {
    **{file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(RECORDED.glob("*.json"))},
    "deleted": envelope(
        {
            "type": "message",
            "subtype": "message_deleted",
            "channel": "C1",
            "deleted_ts": "1.1",
            "previous_message": MESSAGE,
        }
    ),
    "home": envelope({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1.1"}),
    "revoked": envelope({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}),
    "snippet": envelope(
        {**MESSAGE, "type": "message", "channel": "D1", "files": [FILE], "attachments": [{"text": "x"}]}
    ),
    "forwarded": envelope({**MESSAGE, "type": "message", "channel": "D1", "text": "", **EVERYTHING}),
}
INTERACTIONS: dict[str, Any] = {
    "button": {
        **OF_PERSON,
        "type": "block_actions",
        "actions": [{"action_id": "check", "action_ts": "1.2", "value": json.dumps(VALUE)}],
        "container": {"message_ts": "1.1", "thread_ts": "1.1", "is_ephemeral": False},
        "message": MESSAGE,
        "response_url": "https://hooks.slack.test/1",
    },
    "message shortcut": {
        **OF_PERSON,
        "type": "message_action",
        "callback_id": "explain",
        "message": {**MESSAGE, "files": [FILE]},
        "message_ts": "1.1",
        "action_ts": "1.2",
        "response_url": "https://hooks.slack.test/1",
    },
    "global shortcut": {"type": "shortcut", "callback_id": "ask", "team": TEAM, "user": USER, "trigger_id": "1"},
    "form": {
        "type": "view_submission",
        "team": TEAM,
        "user": USER,
        "view": {
            "id": "V1",
            "hash": "1",
            "callback_id": "ask",
            "state": {"values": {"question": {"question": {"type": "plain_text_input", "value": "POP3?"}}}},
        },
        "response_urls": [{"response_url": "https://hooks.slack.test/1"}],
    },
}


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Way to each value within a payload, its own and those within it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*before, name)
        yield from paths(each, (*before, name))


def variants(payload: Any) -> Iterator[tuple[str, Any]]:
    """(what was changed, the payload with one value replaced by an odd one, or left out)."""
    for path, odd in itertools.product(paths(payload), ODD):
        changed = copy.deepcopy(payload)
        at = changed
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = odd
        yield f"{path} = {odd!r}", changed


def odd_buttons() -> Iterator[tuple[str, Any]]:
    for what, value in variants(VALUE):
        changed = copy.deepcopy(INTERACTIONS["button"])
        changed["actions"][0]["value"] = json.dumps(value)
        yield f"value {what}", changed


def storable(event: Event) -> None:
    """Raises for what a database would not take, or a channel not understand."""
    text = json.dumps(asdict(event), ensure_ascii=False)
    text.encode()
    assert "\\u0000" not in text
    for of_text in (event.key, event.question.text, event.person, event.location, *event.reply_to.values()):
        assert isinstance(of_text, str)


def as_json(payload: Any) -> tuple[str, str]:
    return json.dumps(payload), "application/json"


def as_form(payload: Any) -> tuple[str, str]:
    return urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"


KINDS: list[tuple[str, Callable[[Any], tuple[str, str]], Callable[[], Iterator[tuple[str, Any]]]]] = [
    *((name, as_json, lambda payload=payload: variants(payload)) for name, payload in PAYLOADS.items()),
    *((name, as_form, lambda payload=payload: variants(payload)) for name, payload in INTERACTIONS.items()),
    ("a button's value", as_form, odd_buttons),
]


@one_in(8)  # of 9 odd values: a place meets one or two of them, each of them many places
@pytest.mark.parametrize(("encode", "made"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
async def test_a_genuine_request_of_any_shape_is_no_error_of_ours_and_one_line_in_the_log(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    encode: Callable[[Any], tuple[str, str]],
    made: Callable[[], Iterator[tuple[str, Any]]],
    every: int,
) -> None:
    wrong, stored = [], []

    async def enqueue(event: Event) -> None:
        storable(event)
        stored.append(event.key)

    async with running(tmp_path, with_worker=False) as bot, aiohttp.ClientSession() as session:
        bot.enqueue = enqueue
        for what, payload in itertools.islice(made(), None, None, every):
            body, kind = encode(payload)
            caplog.clear()
            with capture_logs() as lines:
                async with session.post(bot.url, data=body, headers={"Content-Type": kind, **signed(body)}) as response:
                    status = response.status
            lines = [
                *lines,
                *({"event": record.getMessage()} for record in caplog.records if record.levelno > logging.INFO),
            ]
            if not (status < 300 or 400 <= status < 500) or len(lines) > 1 or any("exc_info" in one for one in lines):
                wrong.append((what, status, [str(line)[:300] for line in lines]))
    assert wrong == []
