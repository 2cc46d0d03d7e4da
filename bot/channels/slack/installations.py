"""Installation store: the bot token of each workspace, one from the environment or one for each that installed the app.

Tokens of installations are kept encrypted (Fernet, key derived from SLACK_CLIENT_SECRET) and rotated before they expire
(docs.slack.dev/authentication/using-token-rotation).
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog

from bot.channels.slack.web_client import API_FAILURES, TIMEOUT, WebClient
from bot.contracts.stores import SecretStore
from bot.storage.encryption import InvalidToken, to_fernet

log = structlog.get_logger()

ROTATE_BEFORE = 2 * 3_600  # seconds before a token expires that it is exchanged; Slack's tokens live 12 hours
STATE_TTL = 600.0  # seconds between "Add to Slack" and the redirection back
PURPOSE = "slack installations"  # of the encryption key; another one would make the stored tokens unreadable


class TokenSource(Protocol):
    """Source of bot tokens, by workspace."""

    async def token(self, team: str) -> str:
        """Bot token of a workspace, good for the next calls; empty where the app is not installed."""
        ...

    async def forget(self, team: str) -> None:
        """Removal of a workspace: it uninstalled the app or revoked its token."""
        ...


class StaticToken:
    """Token source of an app in one workspace: SLACK_BOT_TOKEN."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, team: str) -> str:
        """Configured token, for every workspace."""
        return self._token

    async def forget(self, team: str) -> None:
        """Logs the cure: a token of the environment is its operator's to remove."""
        log.error("slack_token_revoked", cure="install the app again and set SLACK_BOT_TOKEN")


class Installations:
    """Token source of an app in many workspaces: one encrypted token for each, rotated when it is about to expire."""

    def __init__(
        self,
        secrets: SecretStore,
        erase_team: Callable[[str], None],
        client_id: str,
        client_secret: str,
        base_url: str,
    ) -> None:
        """`erase_team`: deletes everything of a workspace; blocks. `base_url`: of the Web API, ends with a slash."""
        self._secrets, self._erase_team = secrets, erase_team
        self._fernet = to_fernet(client_secret, PURPOSE)
        self._app = {"client_id": client_id, "client_secret": client_secret}
        self._client = WebClient(base_url=base_url, timeout=TIMEOUT, retry_handlers=[])
        # Team → the lock under which its token is read and written; a lock lives while somebody holds or awaits it
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def install(self, found: Mapping[str, Any]) -> str:
        """Stores what oauth.v2.access returned. Returns the team's id; empty where it names no team or no bot token."""
        team = str((found.get("team") or {}).get("id") or "")
        if not team or not found.get("access_token"):
            return ""
        lock = self._lock(team)
        async with lock:
            await self._save(team, found)
        return team

    async def exchange(self, code: str) -> Mapping[str, Any]:
        """Installation for the code of the redirection back: oauth.v2.access's response. Raises `API_FAILURES`."""
        return await self._oauth_access(code=code)

    async def token(self, team: str) -> str:
        """Bot token of a workspace, exchanged for a new one where it expires within two hours; empty: not installed."""
        lock = self._lock(team)
        async with lock:  # two events at once must not use the same refresh token twice
            kept = await self._read(team)
            expires = float(kept.get("expires_at") or 0)
            if expires and expires < time.time() + ROTATE_BEFORE:
                kept = await self._rotate(team, kept)
            return str(kept.get("token", ""))

    async def forget(self, team: str) -> None:
        """Deletes everything that is stored about a workspace."""
        lock = self._lock(team)
        async with lock:  # a rotation under way must not store its token afterwards
            await asyncio.to_thread(self._erase_team, team)
        log.info("workspace_removed", team=team)

    async def issue_state(self) -> str:
        """OAuth `state` parameter for one installation: good once, for ten minutes."""
        state = secrets.token_urlsafe(24)
        await asyncio.to_thread(self._secrets.save, f"state:{state}", "")
        return state

    async def consume_state(self, state: str) -> bool:
        """Uses a `state` up; True if it was issued within the last ten minutes and is used for the first time."""
        return await asyncio.to_thread(self._secrets.delete, f"state:{state}", time.time() - STATE_TTL)

    def _lock(self, team: str) -> asyncio.Lock:
        return self._locks.setdefault(team, asyncio.Lock())

    async def _rotate(self, team: str, kept: Mapping[str, Any]) -> Mapping[str, Any]:
        """Exchanges the token. The old one is used on where Slack cannot be reached: it is good for a while yet."""
        try:
            found = await self._oauth_access(grant_type="refresh_token", refresh_token=str(kept.get("refresh", "")))
        except API_FAILURES as wrong:
            log.warning("token_not_rotated", team=team, why=str(wrong))
            return kept
        if not found.get("access_token"):
            return kept
        await self._save(team, found)
        return await self._read(team)

    async def _oauth_access(self, **arguments: str) -> Mapping[str, Any]:
        """docs.slack.dev/reference/methods/oauth.v2.access; as a form, because the SDK's own call sends the secret in a
        header by a function that aiohttp has deprecated.
        """
        found = await self._client.api_call("oauth.v2.access", data={**self._app, **arguments})
        return dict(found.data) if isinstance(found.data, dict) else {}

    async def _save(self, team: str, found: Mapping[str, Any]) -> None:
        seconds = float(found.get("expires_in") or 0)
        what = {
            "token": found.get("access_token"),
            "refresh": found.get("refresh_token"),
            "expires_at": time.time() + seconds if seconds else None,
        }
        encrypted = self._fernet.encrypt(json.dumps(what).encode()).decode()
        await asyncio.to_thread(self._secrets.save, f"{team}:bot", encrypted)

    async def _read(self, team: str) -> Mapping[str, Any]:
        encrypted = await asyncio.to_thread(self._secrets.get, f"{team}:bot")
        try:
            return dict(json.loads(self._fernet.decrypt(encrypted.encode()))) if encrypted else {}
        except InvalidToken:
            log.error("token_unreadable", team=team, cure="SLACK_CLIENT_SECRET has changed: install the app again")
            return {}
