"""Authorisation for the operators' pages: /dashboard and /metrics.

Without POSTBOTE_ADMIN_TOKEN only who sits at this machine; with it whoever knows it: as a bearer token, or through the
dashboard's form, which leaves a session in a cookie. "At this machine" must hold against a proxy on the same host,
whose requests come from loopback too, and against a page in the operator's own browser that had its name resolved to
loopback (DNS rebinding). So a request with any trace of a proxy, or to any name but a loopback one, is not local. A
proxy that leaves no trace cannot be told from a person: behind one, set the token (deploy/README.md).
"""

import asyncio
import hashlib
import ipaddress
import json
import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from starlette.requests import HTTPConnection

from bot.core.rate_limit import RateLimiter
from bot.storage.encryption import InvalidToken, to_fernet
from bot.storage.secrets import Secrets

log = structlog.get_logger()

COOKIE = "postbote_session"
SESSION = 12 * 3_600  # seconds; a working day
WRONG_AT_ONCE, WRONG_EVERY = 5, 30.0  # wrong tokens of one client, then one every so many seconds
WRONG_AT_ONCE_OF_ALL, WRONG_EVERY_OF_ALL = 50, 10.0  # of all clients elsewhere together, however many they are
MOST_KNOWN = 1_000  # clients that have shown the token and are not slowed by what others guess
_PROXY = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


class AdminAuth:
    """Authorisation by token, session or locality; a session holds in every process with the same token.

    It ends in all of them when its person logs out: that is noted in the storage, longer than a session lasts.
    """

    def __init__(self, token: str = "", secrets: Secrets | None = None) -> None:
        """`token`: empty where none is set. `secrets`: where ended sessions are noted; None: logging out ends none."""
        self.token, self._secrets = token, secrets
        self._fernet = to_fernet(token, "dashboard session") if token else None
        self._wrong = RateLimiter(WRONG_AT_ONCE, WRONG_EVERY)
        self._wrong_of_all = RateLimiter(WRONG_AT_ONCE_OF_ALL, WRONG_EVERY_OF_ALL)
        self._known: dict[str, None] = {}  # networks that have shown the token, the newest last

    async def may_see_dashboard(self, request: HTTPConnection) -> bool:
        """True if the request may see the dashboard: by token or session, or without a token set from this machine.

        Raises DatabaseError where it comes with a session, and nobody can say whether that has ended.
        """
        if not self.token:
            return is_local(request)
        return self._bears(request) or await self._has_session(request)

    def may_scrape(self, request: HTTPConnection) -> bool:
        """True if the request may see the metrics, which say nothing of any person: local, or with the token."""
        return is_local(request) or self._bears(request)

    def log_in(self, given: str, request: HTTPConnection) -> tuple[str, float]:
        """(new session for a right token, seconds until this client may try again): one of them is empty."""
        wait = self._seconds_until_free(request)
        if wait or not self._fernet:
            return "", wait
        if not self._is_token(given, request):
            return "", self._seconds_until_free(request)
        return self._fernet.encrypt(json.dumps({"form": secrets.token_urlsafe(16)}).encode()).decode(), 0.0

    async def log_out(self, request: HTTPConnection) -> None:
        """Ends the session of a request, also for copies of its cookie. Raises DatabaseError: then it goes on."""
        session = self.session(request)
        if session and self._secrets:
            await asyncio.to_thread(self._secrets.save, _ended_key(session), "ended")

    async def _has_session(self, request: HTTPConnection) -> bool:
        session = self.session(request)
        if not session or not self._secrets:
            return bool(session)
        return not await asyncio.to_thread(self._secrets.get, _ended_key(session))

    def session(self, request: HTTPConnection) -> Mapping[str, str]:
        """Session {"form": secret that its forms carry (CSRF)}; empty where there is none, or it has expired.

        Whether its person has logged out is not asked here.
        """
        try:
            kept = self._fernet.decrypt(request.cookies.get(COOKIE, ""), ttl=SESSION) if self._fernet else b"{}"
        except (InvalidToken, ValueError):  # ValueError: a cookie that is no ASCII
            return {}
        found = json.loads(kept)
        return found if isinstance(found, dict) else {}

    def _bears(self, request: HTTPConnection) -> bool:
        """True if a request bears the token in its Authorization header (RFC 6750 section 2.1)."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if not self.token or kind.lower() != "bearer":
            return False
        return not self._seconds_until_free(request) and self._is_token(given.strip(), request)

    def _is_token(self, given: str, request: HTTPConnection) -> bool:
        """True for the token. A wrong one counts, and is logged with its client: few lines, as few are looked at."""
        network, now = network_of(request), time.monotonic()
        if _same(given, self.token):
            self._known.pop(network, None)
            self._known[network] = None
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
            return True
        self._wrong.acquire(network, now)
        if not is_local(request):
            self._wrong_of_all.acquire("*", now)
        log.warning("wrong_token", client=client_of(request), wait=round(self._seconds_until_free(request)))
        return False

    def _seconds_until_free(self, request: HTTPConnection) -> float:
        """Seconds until a token of this client is looked at, wrong or right; 0: now.

        Clients on this machine, and those that have shown the token, do not wait for what all others guess.
        """
        network, now = network_of(request), time.monotonic()
        own = self._wrong.seconds_until_free(network, now)
        if own or network in self._known or is_local(request):
            return own
        return self._wrong_of_all.seconds_until_free("*", now)


def is_local(request: HTTPConnection) -> bool:
    """True if the request comes from this machine itself, and through no proxy."""
    names = request.headers.keys()
    if any(name in _PROXY or name.startswith("x-forwarded-") for name in names):
        return False
    if request.scope.get("http_version") == "1.0":  # what proxies speak behind them, and no browser or scraper
        return False
    return is_loopback(client_of(request)) and is_loopback(_name(request.headers.get("host", "")))


def is_same_origin(request: HTTPConnection) -> bool:
    """True if a form comes from our own page and no other site's (w3.org/TR/fetch-metadata; RFC 6454 section 7.3)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


def same_secret(given: object, kept: str) -> bool:
    """True if a secret is the kept one; compared in constant time, and never true for an empty one."""
    return isinstance(given, str) and bool(kept) and _same(given, kept)


def client_of(request: HTTPConnection) -> str:
    """Address of the client; empty where it is not known."""
    return request.client.host if request.client else ""


def network_of(request: HTTPConnection) -> str:
    """Network that a client's pace is counted by: an IPv4 address, an IPv6 /64, which one subscriber has at least
    (RFC 6177 section 2); empty where it is not known.
    """
    host = client_of(request)
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _ended_key(session: Mapping[str, str]) -> str:
    """Key of the note that a session has ended; "state:" keys are purged after a day (bot/storage/purge.py)."""
    return f"state:session:{hashlib.sha256(str(session.get('form', '')).encode()).hexdigest()}"


def _name(host: str) -> str:
    """Host name of a Host header, without its port; empty where it is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets that do not close
        return ""


def is_loopback(host: str) -> bool:
    """True for localhost and for a loopback address, also for an IPv4 one in IPv6."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _same(given: str, kept: str) -> bool:
    return secrets.compare_digest(given.encode(), kept.encode())
