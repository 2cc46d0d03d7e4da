"""What Slack says about the person who asks: their language, and whether they may set a channel's mode."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import structlog

from bot.channels.slack.workspaces import BROKEN, Workspaces
from bot.core.model import LANGUAGES, Event, Language

log = structlog.get_logger()

REMEMBER = 86_400.0  # seconds that a person's language is remembered


class UserInfo:
    """Asks users.info and conversations.info."""

    def __init__(self, workspaces: Workspaces, editors: frozenset[str]) -> None:
        """`editors`: user ids that may set modes and read stored decisions."""
        self._workspaces = workspaces
        self._editors = editors
        # person → (when asked, the answer, which may be under way)
        self._languages: dict[str, tuple[float, asyncio.Future[Language | None] | None]] = {}

    async def language(self, event: Event) -> Language | None:
        """The language of the person's Slack, asked once a day.

        None where Slack does not say (docs.slack.dev/reference/methods/users.info).
        """
        user = event.reply_to.get("user", "")
        asked, language = self._languages.get(event.person, (-REMEMBER, None))
        if user and (language is None or time.monotonic() - asked > REMEMBER):
            language = asyncio.ensure_future(self._ask_language(event))  # two questions at once ask Slack once
            self._languages[event.person] = (time.monotonic(), language)
        return await asyncio.shield(language) if language else None

    async def may(self, event: Event, what: str) -> bool:
        """Configured people may do everything; a channel's creator and workspace admins set its mode."""
        user = event.reply_to.get("user", "")
        if user in self._editors:
            return True
        if what != "mode":
            return False
        about = (await self._ask(event, "users_info", user=user)).get("user") or {}
        if any(about.get(role) for role in ("is_admin", "is_owner", "is_primary_owner")):
            return True
        room = await self._ask(event, "conversations_info", channel=event.reply_to.get("channel", ""))
        return bool(user) and (room.get("channel") or {}).get("creator") == user

    async def _ask_language(self, event: Event) -> Language | None:
        found = await self._ask(event, "users_info", user=event.reply_to.get("user", ""), include_locale=True)
        locale = str((found.get("user") or {}).get("locale", ""))[:2]
        return next((language for language in LANGUAGES if language == locale), None)

    async def _ask(self, event: Event, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Empty where Slack does not say."""
        try:
            client = await self._workspaces.client(event.reply_to.get("team", ""))
            found = await getattr(client, method)(**arguments) if client else None
        except BROKEN as wrong:
            log.info("slack_does_not_say", method=method, why=type(wrong).__name__)
            return {}
        return found.data if found is not None and isinstance(found.data, dict) else {}
