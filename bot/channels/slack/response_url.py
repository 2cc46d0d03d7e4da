"""Client for `response_url`s: ephemeral messages to the person who sent a command or pressed a button
(docs.slack.dev/interactivity/handling-user-interaction).

The address comes with a payload. It is signed, but whoever got hold of the signing secret must not be able to make this
process call other hosts: only Slack's own are called, and no redirection is followed.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientSession, ClientTimeout

from bot.channels.slack.api_errors import refuse, retry_after
from bot.core.model import Event, TryLater
from bot.core.text.untrusted_json import parse_json

log = structlog.get_logger()

ORIGINS = frozenset({"https://hooks.slack.com", "https://hooks.slack-gov.com"})
TIMEOUT = 10  # seconds


class ResponseUrls:
    """Client that posts to Slack's own addresses alone."""

    def __init__(self, api_url: str) -> None:
        """`api_url`: SLACK_API_URL; its origin is allowed too: a test server or a proxy hands out its own addresses."""
        self._origins = ORIGINS | {origin(api_url)}

    async def post(self, event: Event, url: str, message: Mapping[str, Any], *, replace: bool = False) -> None:
        """Posts a message. It cannot be looked up afterwards: a crash within the post may repeat it.

        `replace`: instead of the message that the address came with. An address of another host is not called. Raises
        TryLater, Undeliverable where Slack refuses it, and what aiohttp raises.
        """
        if origin(url) not in self._origins:
            log.error("response_url_refused", host=origin(url)[:100])
            refuse(event, "response_url_refused")
        body = {"response_type": "ephemeral", "replace_original": replace, **message}
        async with (
            ClientSession(timeout=ClientTimeout(total=TIMEOUT)) as session,
            session.post(url, json=body, allow_redirects=False) as response,
        ):
            if response.status == 429:
                raise TryLater("response_url: 429", retry_after(response.headers))
            if response.status >= 500:
                raise TryLater(f"response_url: {response.status}", maybe_sent=True)
            error = _error(response.status, await response.text(errors="replace"))
        if error is None:
            raise TryLater(f"response_url: {response.status} without an answer of Slack's", maybe_sent=True)
        if error:
            refuse(event, error)


def origin(url: str) -> str:
    """Origin of an address: scheme, host and port ("https://hooks.slack.com"); empty where it is no address."""
    try:
        parts = urlsplit(url)
        standard = {"http": 80, "https": 443}.get(parts.scheme)
        port = "" if parts.port in (None, standard) else f":{parts.port}"
    except ValueError:
        return ""
    named = parts.hostname and not parts.username and not parts.password
    return f"{parts.scheme}://{parts.hostname}{port}" if named else ""


def _error(status: int, body: str) -> str | None:
    """Error that Slack answers; empty: it took the message. None: no answer of Slack's, but a proxy's page, say.

    Slack answers "ok" or {"ok": true}, or a word or JSON that names the error ("expired_url", "invalid_blocks").
    """
    said = body.strip()
    if said.startswith("{"):
        try:
            found = parse_json(said)
        except ValueError:
            return None
        return "" if status == 200 and found.get("ok") is True else str(found.get("error") or "") or None
    if status == 200:
        return "" if said in ("ok", "") else None
    return said if re.fullmatch(r"[a-z_]{3,60}", said) else f"http_{status}" if 400 <= status < 500 else None
