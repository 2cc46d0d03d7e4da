"""Parsers of Slack's payloads → Event."""

import json
from pathlib import Path
from typing import Any

from bot.channels.slack.events import to_event, without_mention
from tests.rows import each_row

RECORDED = Path(__file__).parents[2] / "recorded/slack"


def recorded(name: str, **changed: Any) -> dict[str, Any]:
    """Payload of tests/recorded/slack; `changed` overrides fields of its event."""
    body: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    body["event"] = {**body.get("event", {}), **changed}
    return body


def test_a_mention_is_answered_in_its_thread() -> None:
    event = to_event(recorded("app_mention"))
    assert event is not None
    assert event.question.text == "welcher port für pop3 mit ssl?"
    assert event.key == "T0001:C0LAN2Q65:1515449522.000016:question"
    assert event.reply_to["thread_ts"] == "1515449522.000016"


def test_a_mention_within_a_thread_is_answered_there() -> None:
    event = to_event(recorded("app_mention", thread_ts="1515449000.000001"))
    assert event is not None
    assert event.reply_to["thread_ts"] == "1515449000.000001"


def test_the_copy_of_a_mention_from_a_subscribed_channel_has_the_same_key() -> None:
    one, other = to_event(recorded("app_mention")), to_event(recorded("message_channels"))
    assert one is not None
    assert one == other


def test_a_direct_message_is_answered_beside_it() -> None:
    event = to_event(recorded("message_im"))
    assert event is not None
    assert event.reply_to["thread_ts"] == ""


SILENT = [
    ("a bot's message", "bot_message", {}),
    ("a message with a bot's profile", "message_im", {"bot_id": "B1"}),
    ("a message posted by an app", "message_im", {"app_id": "A1"}),
    ("Slackbot", "message_im", {"user": "USLACKBOT"}),
    (
        "an edit of a bot's message",
        "message_changed",
        {"message": {"text": "x", "bot_id": "B1", "edited": {"ts": "1"}}},
    ),
    ("a link preview", "message_changed", {"message": {"text": "x", "ts": "1"}, "previous_message": {"text": "x"}}),
    ("a deletion", "message_im", {"subtype": "message_deleted"}),
    ("a join", "message_channels", {"subtype": "channel_join"}),
    ("another event", "app_mention", {"type": "reaction_added"}),
    ("an event without a channel", "app_mention", {"channel": ""}),
    ("no event at all", "url_verification", {}),
]


@each_row(("name", "changed"), [row[1:] for row in SILENT], ids=[row[0] for row in SILENT])
def test_what_is_not_addressed_to_the_bot_is_no_event(name: str, changed: dict[str, Any]) -> None:
    assert to_event(recorded(name, **changed)) is None


def test_a_message_with_a_file_is_a_persons_message() -> None:
    assert to_event(recorded("message_im", subtype="file_share")) is not None


def test_a_command_carries_its_argument_and_where_to_reply() -> None:
    body = {
        "command": "/mx",
        "text": "example.com",
        "response_url": "https://hooks.slack.com/commands/1",
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "trigger_id": "1.2",
    }
    event = to_event(body)
    assert event is not None
    assert (event.question.command, event.question.text) == ("mx", "example.com")
    assert event.reply_to["response_url"] == "https://hooks.slack.com/commands/1"


def test_only_the_bots_own_mention_is_taken_out() -> None:
    assert without_mention("<@UBOT> frag <@U2>", "UBOT") == "frag <@U2>"
    assert without_mention("<@U1|bot> hallo <@U2>", "") == "hallo <@U2>"
