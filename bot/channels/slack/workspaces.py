"""Which token speaks to which workspace: one from the environment, or one for each that installed the app.

Tokens of installations are kept encrypted (Fernet, key derived from SLACK_CLIENT_SECRET) and rotated before they expire
(docs.slack.dev/authentication/using-token-rotation).
"""

import asyncio
import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.web_client import WebClient
from bot.contracts import SecretStore

log = structlog.get_logger()

TIMEOUT = 10  # seconds that one call of the Web API may take
BROKEN = (SlackApiError, SlackClientError, ClientError, TimeoutError, OSError)
ROTATE = 2 * 3_600  # seconds before a token expires that it is exchanged; Slack's tokens live 12 hours
STATE = 600.0  # seconds between "Add to Slack" and the way back


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """What Slack says about the bot in one workspace (docs.slack.dev/reference/methods/auth.test)."""

    user: str  # its user id; empty: not known
    url: str  # of the workspace, with a slash at its end; empty: not known


class Tokens(Protocol):
    """Workspace → bot token; empty where the app is not installed."""

    async def token(self, team: str) -> str: ...

    async def forget(self, team: str) -> None: ...


class OneToken:
    """From SLACK_BOT_TOKEN."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, team: str) -> str:
        """The same for every workspace."""
        return self._token

    async def forget(self, team: str) -> None:
        """A token of the environment is its operator's to remove."""
        log.error("slack_token_revoked", cure="install the app again and set SLACK_BOT_TOKEN")


class Installations:
    """One encrypted token for each workspace."""

    def __init__(
        self,
        secrets: SecretStore,
        erase_team: Callable[[str], None],
        client_id: str,
        client_secret: str,
        base_url: str,
    ) -> None:
        """`erase_team`: deletes everything of a workspace; blocks."""
        self._secrets, self._erase_team = secrets, erase_team
        self._fernet = to_fernet(client_secret)
        self._app = {"client_id": client_id, "client_secret": client_secret}
        self._client = WebClient(base_url=base_url, timeout=TIMEOUT, retry_handlers=[])
        self._rotating: dict[str, asyncio.Lock] = {}

    async def install(self, found: Mapping[str, Any]) -> str:
        """Keeps what oauth.v2.access returned; the team's id, empty where it names no team or no bot token."""
        team = str((found.get("team") or {}).get("id") or "")
        if not team or not found.get("access_token"):
            return ""
        await self._keep(team, found)
        return team

    async def exchange(self, code: str) -> Mapping[str, Any]:
        """The code of the way back → an installation. Raises what the Web API raises."""
        return await self._access(code=code)

    async def token(self, team: str) -> str:
        """Exchanged for a new one shortly before it expires, once."""
        async with self._rotating.setdefault(team, asyncio.Lock()):
            kept = await self._read(team)
            expires = float(kept.get("expires_at") or 0)
            if expires and expires < time.time() + ROTATE:
                kept = await self._rotated(team, kept)
            return str(kept.get("token", ""))

    async def forget(self, team: str) -> None:
        """The workspace removed the app, or revoked its token: everything about it goes."""
        await asyncio.to_thread(self._erase_team, team)
        log.info("workspace_removed", team=team)

    async def issue_state(self) -> str:
        """For the way back; good once, for ten minutes."""
        state = secrets.token_urlsafe(24)
        await asyncio.to_thread(self._secrets.save, f"state:{state}", "")
        return state

    async def consume_state(self, state: str) -> bool:
        """Was it issued, lately, and not used yet?"""
        return await asyncio.to_thread(self._secrets.delete, f"state:{state}", time.time() - STATE)

    async def _rotated(self, team: str, kept: Mapping[str, Any]) -> Mapping[str, Any]:
        """The old token is used on where Slack cannot be reached: it is good for a while yet."""
        try:
            found = await self._access(grant_type="refresh_token", refresh_token=str(kept.get("refresh", "")))
        except BROKEN as wrong:
            log.warning("token_not_rotated", team=team, why=str(wrong))
            return kept
        if not found.get("access_token"):
            return kept
        await self._keep(team, found)
        return await self._read(team)

    async def _access(self, **arguments: str) -> Mapping[str, Any]:
        """docs.slack.dev/reference/methods/oauth.v2.access; as a form, because the SDK's own call sends the secret in a
        header by a function that aiohttp has deprecated.
        """
        found = await self._client.api_call("oauth.v2.access", data={**self._app, **arguments})
        return dict(found.data) if isinstance(found.data, dict) else {}

    async def _keep(self, team: str, found: Mapping[str, Any]) -> None:
        seconds = float(found.get("expires_in") or 0)
        what = {
            "token": found.get("access_token"),
            "refresh": found.get("refresh_token"),
            "expires_at": time.time() + seconds if seconds else None,
        }
        hidden = self._fernet.encrypt(json.dumps(what).encode()).decode()
        await asyncio.to_thread(self._secrets.save, f"{team}:bot", hidden)

    async def _read(self, team: str) -> Mapping[str, Any]:
        hidden = await asyncio.to_thread(self._secrets.get, f"{team}:bot")
        try:
            return dict(json.loads(self._fernet.decrypt(hidden.encode()))) if hidden else {}
        except InvalidToken:
            log.error("token_unreadable", team=team, cure="SLACK_CLIENT_SECRET has changed: install the app again")
            return {}


class Workspaces:
    """A Web API client for each workspace, and what Slack says about the bot there."""

    def __init__(self, tokens: Tokens, base_url: str) -> None:
        self._tokens = tokens
        self._base_url = base_url
        self._clients: dict[str, AsyncWebClient] = {}
        self._own: dict[str, BotIdentity] = {}
        self._session: ClientSession | None = None  # one for all: without it the SDK opens a connection for every call

    async def close(self) -> None:
        """Ends the connections; a call that comes later opens one of its own."""
        if self._session:
            await self._session.close()

    async def client(self, team: str) -> AsyncWebClient | None:
        """None where the app is not installed. The client retries nothing: a post must not be sent twice."""
        token = await self._tokens.token(team)
        if not token:
            return None
        known = self._clients.get(token)
        if known is None:
            self._session = self._session or ClientSession(
                timeout=ClientTimeout(total=TIMEOUT), cookie_jar=DummyCookieJar()
            )
            known = WebClient(token, base_url=self._base_url, timeout=TIMEOUT, session=self._session, retry_handlers=[])
            self._clients[token] = known
        return known

    async def own(self, team: str) -> BotIdentity:
        """Asked once."""
        if team not in self._own:
            client = await self.client(team)
            try:
                found: Any = await client.auth_test() if client else {}
            except BROKEN as wrong:
                log.warning("auth_test_failed", team=team, why=str(wrong))
                return BotIdentity("", "")
            self._own[team] = BotIdentity(str(found.get("user_id") or ""), str(found.get("url") or ""))
        return self._own[team]

    async def forget(self, team: str) -> None:
        """The app was removed from a workspace."""
        self._own.pop(team, None)
        await self._tokens.forget(team)


def to_fernet(secret: str) -> Fernet:
    """HKDF (RFC 5869): the client secret is high-entropy, so no slow hash is needed."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"postbote slack installations").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
