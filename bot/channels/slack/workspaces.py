"""Web API clients and the bot's identity, by workspace; both remembered in bounded caches."""

from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from cachetools import LRUCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.installations import TokenSource
from bot.channels.slack.web_client import API_FAILURES, TIMEOUT, WebClient

log = structlog.get_logger()

WORKSPACES = 1_000  # that are remembered; one that is not costs its next event a call of auth.test


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Identity of the bot in one workspace (docs.slack.dev/reference/methods/auth.test)."""

    user: str  # its user id; empty: not known
    url: str  # of the workspace, with a slash at its end; empty: not known


class Workspaces:
    """Client cache: at most one Web API client for each workspace, that of its present token, and the bot's identity.

    The clients share one connection pool, in which nothing is bound to a token: a client that is dropped leaves nothing
    behind. Used on one event loop alone.
    """

    def __init__(self, tokens: TokenSource, base_url: str) -> None:
        """`base_url`: of the Web API, with a slash at its end."""
        self._tokens = tokens
        self._base_url = base_url
        self._clients: LRUCache[str, AsyncWebClient] = LRUCache(WORKSPACES)  # by team
        self._identities: LRUCache[str, BotIdentity] = LRUCache(WORKSPACES)  # by team
        self._session: ClientSession | None = None  # one for all: without it the SDK opens a connection for every call

    async def close(self) -> None:
        """Closes the connections; a call that comes later opens one of its own."""
        if self._session:
            await self._session.close()

    async def client(self, team: str) -> AsyncWebClient | None:
        """Client with the workspace's present token; None where the app is not installed.

        The client retries nothing: a post must not be sent twice. Do not keep it: tokens are rotated.
        """
        token = await self._tokens.token(team)
        if not token:
            self._drop(team)  # another process may have learnt first that the app was removed
            return None
        client = self._clients.get(team)
        if client is None or client.token != token:
            client = self._clients[team] = self._open_client(token)
        return client

    async def bot_identity(self, team: str) -> BotIdentity:
        """Identity of the bot in a workspace, asked once; empty fields where Slack cannot be asked."""
        known = self._identities.get(team)
        if known is not None:
            return known
        client = await self.client(team)
        if client is None:
            return BotIdentity("", "")
        try:
            found: Any = await client.auth_test()
        except API_FAILURES as wrong:
            log.warning("auth_test_failed", team=team, why=str(wrong))
            return BotIdentity("", "")
        identity = BotIdentity(str(found.get("user_id") or ""), str(found.get("url") or ""))
        if self._clients.get(team) is client:  # else the app was removed, or the token rotated, meanwhile
            self._identities[team] = identity
        return identity

    async def forget(self, team: str) -> None:
        """Drops everything about a workspace, stored and remembered: it removed the app."""
        await self._tokens.forget(team)
        self._drop(team)

    def _open_client(self, token: str) -> AsyncWebClient:
        self._session = self._session or ClientSession(
            timeout=ClientTimeout(total=TIMEOUT), cookie_jar=DummyCookieJar()
        )
        return WebClient(token, base_url=self._base_url, timeout=TIMEOUT, session=self._session, retry_handlers=[])

    def _drop(self, team: str) -> None:
        self._clients.pop(team, None)
        self._identities.pop(team, None)
