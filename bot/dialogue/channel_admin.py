"""Channel administration by commands, with permission checks: the channel's mode, the gaps, stored decisions."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.contracts.channel import Channel
from bot.core.gaps import Gap
from bot.core.model import Event, UserError
from bot.core.stored_records import StoredDecision
from bot.dialogue.gaps import read_gaps
from bot.storage import Storage

# https://example.slack.com/archives/C0001/p1515449522000016 (docs.slack.dev/reference/methods/chat.getPermalink)
_LINK = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})")


class StoredChannelAdmin:
    """Administration of the channel in which a command was given, by the person who gave it (commands.ChannelAdmin).

    Every function raises UserError("not-allowed") where the channel does not permit it.
    """

    def __init__(self, event: Event, storage: Storage, channel: Channel) -> None:
        self._event, self._storage, self._channel = event, storage, channel

    async def is_editor(self) -> bool:
        """True if the person may read gaps and stored decisions."""
        return await self._channel.may(self._event, "edit")

    async def mode(self) -> str:
        """Mode of the channel: mention, listen or off."""
        return await asyncio.to_thread(self._storage.modes.get, self._event.location)

    async def set_mode(self, mode: str) -> None:
        """Sets the mode: the channel's creator, workspace admins and configured editors may. UserError in a DM."""
        if self._event.facts.get("direct"):
            raise UserError("no-channel")
        if not await self._channel.may(self._event, "mode"):
            raise UserError("not-allowed", what="mode")
        await asyncio.to_thread(self._storage.modes.set, self._event.location, mode, self._event.person)

    async def gaps(self) -> Sequence[Gap]:
        """Gaps of the person's own workspace, most frequent first."""
        await self._require_editor()
        return await read_gaps(self._storage, self._team())

    async def why(self, link: str) -> Mapping[str, Any]:
        """Stored decision behind the permalink of a message or reply of the person's own workspace.

        Raises UserError where the text is no permalink, or no decision is kept.
        """
        await self._require_editor()
        found = _LINK.search(link)
        if not found:
            raise UserError("no-link", given=link[:200])
        place, ts = f"{self._team()}:{found['channel']}", f"{found['seconds']}.{found['micros']}"
        kept = await asyncio.to_thread(self._storage.decisions.by_message, place, ts)
        if kept is None:
            raise UserError("not-kept", given=link[:200])
        reasons = await asyncio.to_thread(self._storage.feedback.reasons, kept.key)
        return to_facts(kept, reasons)

    async def _require_editor(self) -> None:
        if not await self.is_editor():
            raise UserError("not-allowed", what="edit")

    def _team(self) -> str:
        return self._event.location.partition(":")[0]


def to_facts(kept: StoredDecision, reasons: Sequence[str] = ()) -> Mapping[str, Any]:
    """Facts of a stored decision for templates/faq.md. `reasons`: why people found its answer not helpful."""
    unhelpful = [f"unhelpful   {reason}" for reason in reasons]
    return {"key": kept.key, "question": kept.question, "lines": [*kept.why.split("\n"), *unhelpful]}
