"""User lookups: a person's language, and whether they may set a channel's mode
(docs.slack.dev/reference/methods/users.info, …/conversations.info).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from cachetools import TTLCache

from bot.channels.slack.web_client import API_FAILURES
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Event, Language
from bot.core.text.language_detection import language_of_locale

log = structlog.get_logger()

LANGUAGE_TTL = 86_400.0  # seconds that a person's language is remembered
UNKNOWN = "…"  # name of somebody whom Slack does not tell of
PEOPLE = 10_000  # whose language is remembered; of somebody else it is asked again


def name_of(user: Mapping[str, Any]) -> str:
    """Name of a person as Slack shows it (users.info: "user")."""
    profile = user.get("profile") or {}
    return str(profile.get("display_name") or user.get("real_name") or user.get("name") or UNKNOWN)


class UserInfo:
    """Lookups in users.info and conversations.info."""

    def __init__(
        self, workspaces: Workspaces, editors: frozenset[str], languages: Callable[[], Sequence[Language]]
    ) -> None:
        """`editors`: user ids that may set modes and read stored decisions. `languages`: of the knowledge base."""
        self._workspaces, self._base_languages = workspaces, languages
        self._editors = editors
        # "team:user" → the answer, which may be under way; who waits for it holds it, so it may be evicted meanwhile
        self._languages: TTLCache[str, asyncio.Future[Language | None]] = TTLCache(PEOPLE, LANGUAGE_TTL)

    async def language(self, event: Event) -> Language | None:
        """Language of the person's Slack, asked once a day; None where Slack does not say.

        English for a locale that the knowledge base does not speak; None where it speaks no English either.
        """
        language = self._languages.get(event.person)
        if language is None:
            if not event.reply_to.get("user"):
                return None
            language = asyncio.ensure_future(self._ask_language(event))  # two questions at once ask Slack once
            self._languages[event.person] = language
        return await asyncio.shield(language)

    async def may(self, event: Event, what: str) -> bool:
        """True if the person of an event may set the channel's mode ("mode") or read stored decisions ("edit").

        Editors may do both; the channel's creator, and admins and owners of the workspace, may set its mode.
        """
        user = event.reply_to.get("user", "")
        if user in self._editors:
            return True
        if what != "mode":
            return False
        about = (await self._ask(event, "users_info", user=user)).get("user") or {}
        if any(about.get(role) for role in ("is_admin", "is_owner", "is_primary_owner")):
            return True
        found = await self._ask(event, "conversations_info", channel=event.reply_to.get("channel", ""))
        return bool(user) and (found.get("channel") or {}).get("creator") == user

    def forget(self, team: str) -> None:
        """Drops what is remembered of a workspace's people: it removed the app."""
        for person in [person for person in self._languages if person.startswith(f"{team}:")]:
            self._languages.pop(person, None)

    async def _ask_language(self, event: Event) -> Language | None:
        found = await self._ask(event, "users_info", user=event.reply_to.get("user", ""), include_locale=True)
        languages = self._base_languages()
        language = language_of_locale(str((found.get("user") or {}).get("locale", "")), languages)
        return language if language in languages else None

    async def _ask(self, event: Event, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Response of a method of the Web API; empty where Slack does not say."""
        try:
            client = await self._workspaces.client(event.reply_to.get("team", ""))
            found = await getattr(client, method)(**arguments) if client else None
        except API_FAILURES as wrong:
            log.info("user_lookup_failed", method=method, why=type(wrong).__name__)
            return {}
        return found.data if found is not None and isinstance(found.data, dict) else {}
