"""Conversations in Slack as a test has them: people write, edit and delete, and Slack's payloads for it are sent.

Shapes: docs.slack.dev/reference/events/message.channels, …/message/message_changed, …/message/message_deleted.
"""

import asyncio
import itertools
import json
from collections.abc import Mapping
from typing import Any

from tests.channels.slack.running import Running
from tests.servers.fake_slack import BOT, TEAM

MENTION = f"<@{BOT}>"
_NUMBERS = itertools.count(1)


def new_ts() -> str:
    return f"1515450000.{next(_NUMBERS):06d}"


def envelope(event: Mapping[str, Any], team: str = TEAM) -> dict[str, Any]:
    """Payload of an event: what is around every event (docs.slack.dev/apis/events-api)."""
    return {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": team,
        "api_app_id": "A0001",
        "event": dict(event),
        "type": "event_callback",
        "event_id": f"Ev{next(_NUMBERS):08d}",
        "event_time": 1515450000,
        "authorizations": [
            {"enterprise_id": None, "team_id": team, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-abc",
    }


_CHANNELS = itertools.count(1000)


def new_channel(kind: str = "C") -> str:
    """Id of a channel that no test has used; `kind`: "D" for a direct message."""
    return f"{kind}{next(_CHANNELS)}"


def shown(message: Mapping[str, Any]) -> str:
    """All that a message's blocks hold, as JSON."""
    return json.dumps(message["blocks"], ensure_ascii=False)


class Conversation:
    """Channel in which people talk; with a "D…" id a direct message."""

    def __init__(self, bot: Running, channel: str, team: str = TEAM) -> None:
        self.bot, self.channel, self.team = bot, channel, team
        self.user = f"U1{channel[1:]}"  # who speaks here; of their own, because nobody may ask too much at once

    def message(self, text: str, user: str, ts: str, thread: str = "") -> dict[str, Any]:
        kind = "im" if self.channel.startswith("D") else "channel"
        found = {"type": "message", "user": user, "text": text, "ts": ts, "team": self.team, "channel": self.channel}
        return {**found, "event_ts": ts, "channel_type": kind, **({"thread_ts": thread} if thread else {})}

    async def say(self, text: str, user: str = "", thread: str = "", **more: Any) -> str:
        """Writes a message; returns its `ts`. With a mention Slack sends it twice, as app_mention too.

        `more`: further fields of it: blocks, attachments, files.
        """
        ts = new_ts()
        message = {**self.message(text, user or self.user, ts, thread), **more}
        self.bot.slack.said.append(message)
        if MENTION in text and not self.channel.startswith("D"):
            await self.send({**{k: v for k, v in message.items() if k != "channel_type"}, "type": "app_mention"})
        await self.send(message)
        return ts

    async def edit(self, ts: str, text: str) -> None:
        before = next(m for m in self.bot.slack.said if m["ts"] == ts)
        message = {**before, "text": text, "edited": {"user": before["user"], "ts": new_ts()}}
        for name in ("channel", "channel_type", "event_ts"):
            message.pop(name)
        await self.send(
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": self.channel,
                "ts": message["edited"]["ts"],
                "message": message,
                "previous_message": before,
                "channel_type": before["channel_type"],
            }
        )
        before["text"] = text

    async def delete(self, ts: str) -> None:
        before = next(m for m in self.bot.slack.said if m["ts"] == ts)
        self.bot.slack.said.remove(before)
        await self.send(
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "channel": self.channel,
                "ts": new_ts(),
                "deleted_ts": ts,
                "previous_message": before,
                "channel_type": before["channel_type"],
            }
        )

    async def send(self, event: Mapping[str, Any]) -> None:
        assert await self.bot.slack.deliver(self.bot.url, envelope(event, self.team)) == 1

    async def replies(self, number: int, seconds: float = 5.0) -> list[dict[str, Any]]:
        """Posts of the bot in here: waits for so many, and then for those that must not come."""
        for _ in range(int(seconds / 0.01)):
            if len(self._posts()) >= number:
                break
            await asyncio.sleep(0.01)
        await self.bot.settled()
        return self._posts()

    async def ask(self, text: str, user: str = "", thread: str = "", **more: Any) -> tuple[str, dict[str, Any]]:
        """Writes a message that must be answered once; returns its `ts`, and the answer. `more`: as for `say`."""
        known = len(self._posts())
        ts = await self.say(text, user, thread, **more)
        found = await self.replies(known + 1)
        assert len(found) == known + 1, f"{len(found) - known} answers to {text!r}"
        return ts, found[-1]

    async def silence(self, text: str, user: str = "", thread: str = "") -> str:
        """Writes a message that must not be answered; returns its `ts`."""
        known = len(self._posts())
        ts = await self.say(text, user, thread)
        await self.bot.settled()
        assert [p["text"] for p in self._posts()[known:]] == []
        return ts

    def _posts(self) -> list[dict[str, Any]]:
        return [p for p in self.bot.slack.posts if p["channel"] == self.channel]
