"""Client for `response_url`s: ephemeral messages to the person who sent a command or pressed a button
(docs.slack.dev/interactivity/handling-user-interaction).

The address comes with a payload. It is signed, but whoever got hold of the signing secret must not be able to make this
process call other hosts: only Slack's own are called, and no redirection is followed.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientSession, ClientTimeout

from bot.core.model import TryLater

log = structlog.get_logger()

ORIGINS = frozenset({"https://hooks.slack.com", "https://hooks.slack-gov.com"})
TIMEOUT = 10  # seconds


class ResponseUrls:
    """Client that posts to Slack's own addresses alone."""

    def __init__(self, api_url: str) -> None:
        """`api_url`: SLACK_API_URL; its origin is allowed too: a test server or a proxy hands out its own addresses."""
        self._origins = ORIGINS | {origin(api_url)}

    async def post(self, url: str, message: Mapping[str, Any], *, replace: bool = False) -> None:
        """Posts a message. It cannot be looked up afterwards: a crash within the post may repeat it.

        `replace`: instead of the message that the address came with. An address of another host is logged and not
        called. Raises TryLater, and what aiohttp raises.
        """
        if origin(url) not in self._origins:
            log.error("response_url_refused", host=origin(url)[:100], cure="only Slack's own addresses are called")
            return
        body = {"response_type": "ephemeral", "replace_original": replace, **message}
        async with (
            ClientSession(timeout=ClientTimeout(total=TIMEOUT)) as session,
            session.post(url, json=body, allow_redirects=False) as response,
        ):
            if response.status == 429:
                raise TryLater("response_url: 429", _seconds(response.headers.get("Retry-After", "")))
            if response.status >= 500:
                raise TryLater(f"response_url: {response.status}", maybe_sent=True)
            if response.status != 200:
                log.error("response_url_failed", status=response.status, body=(await response.text())[:200])


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


def _seconds(header: str) -> float:
    """Seconds of a Retry-After header; 1 where it is missing or a date."""
    return float(header) if header.isascii() and header.isdigit() else 1.0
