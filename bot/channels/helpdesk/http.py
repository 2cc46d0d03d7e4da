"""HTTP to one helpdesk, and to nobody else: no redirects, no proxies from the environment, bounded times and sizes.

What passes by itself becomes TryLater, with the pause that the server asks for; what needs a person too, because the
ticket must not be lost meanwhile, and its message names the cure. Everything else is RequestRefused: the caller knows.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.core.model import TryLater
from bot.core.text.untrusted_json import parse_json
from bot.settings.helpdesk import HelpdeskAccount

LARGEST = 10_000_000  # bytes of one answer; a page of a hundred tickets has about 100,000
CONNECT, ANSWER = 10.0, 60.0  # seconds; a helpdesk sends its own mails before it answers a post
MOST_AT_ONCE = 4  # connections: helpdesks run few processes, and people work with them
LONGEST_WAIT = 3_600.0  # seconds of a Retry-After that are believed


@dataclass(frozen=True, slots=True)
class HelpdeskResponse:
    """Response of a helpdesk whose status is no error."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    content: bytes = field(repr=False)

    def json(self) -> Any:
        """Parsed body. Raises TryLater where it is no JSON: a proxy's page, or an answer that was cut."""
        try:
            return parse_json(self.content)
        except ValueError as wrong:
            raise TryLater("the helpdesk answers no JSON; does the URL lead to it?") from wrong


class RequestRefused(Exception):
    """Refusal by the helpdesk, for good (4xx). `says`: its own words, one short line."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(f"{status} {says}".strip())
        self.status, self.says = status, says


def to_client(account: HelpdeskAccount, scheme: str) -> "HelpdeskClient":
    """HTTP client for an account. `scheme`: what stands before the token in the Authorization header."""
    variable = f"POSTBOTE_{account.system.upper()}_TOKEN"
    return HelpdeskClient(account.url, {"Authorization": f"{scheme}{account.token}"}, variable)


class HelpdeskClient:
    """HTTP client of one helpdesk; sends the token with every request and follows no redirect."""

    def __init__(self, url: str, headers: Mapping[str, str], variable: str) -> None:
        """`url`: where the helpdesk is, with the path it is installed under. `headers`: sent with every request.

        `variable`: the setting that holds the token, for what an error message advises.
        """
        self._variable = variable
        self.root = f"{url.rstrip('/')}/"
        self._http = httpx.AsyncClient(
            base_url=self.root,
            headers={"Accept": "application/json", "User-Agent": "postbote", **headers},
            timeout=httpx.Timeout(ANSWER, connect=CONNECT, pool=None),
            limits=httpx.Limits(max_connections=MOST_AT_ONCE),
            follow_redirects=False,
            trust_env=False,  # a .netrc would replace our token
            verify=ssl.create_default_context(),  # the machine's own certificates: helpdesks are often internal
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def get(self, path: str, **params: str) -> HelpdeskResponse:
        """Response to a GET request. Raises TryLater and RequestRefused."""
        return await self._call("GET", path, params=params)

    async def send(
        self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> HelpdeskResponse:
        """Response to a request with a JSON body.

        Raises TryLater, whose `maybe_sent` says whether the request may have got through, and RequestRefused.
        """
        return await self._call(method, path, json=body, headers=headers)

    async def _call(self, method: str, path: str, **more: Any) -> HelpdeskResponse:
        try:
            async with self._http.stream(method, path, **more) as response:
                return self._checked(
                    HelpdeskResponse(response.status_code, response.headers, await _read_body(response))
                )
        except (httpx.ConnectError, httpx.ConnectTimeout) as wrong:
            raise TryLater(f"{self.root} cannot be reached ({type(wrong).__name__})") from wrong
        except httpx.TimeoutException as wrong:
            raise TryLater(f"{self.root} does not answer", ANSWER, maybe_sent=True) from wrong
        except httpx.HTTPError as wrong:
            raise TryLater(f"{self.root} broke off ({type(wrong).__name__})", maybe_sent=True) from wrong

    def _checked(self, response: HelpdeskResponse) -> HelpdeskResponse:
        status = response.status
        if status == 429:
            raise TryLater(f"{self.root}: 429", _retry_seconds(response.headers.get("retry-after", "")))
        if status == 408 or status >= 500:
            raise TryLater(
                f"{self.root}: {status}", _retry_seconds(response.headers.get("retry-after", "")), maybe_sent=True
            )
        if status in (401, 403):
            raise TryLater(
                f"{self.root}: {status} {_message_of(response)}; check {self._variable} and the bot's rights"
            )
        if 300 <= status < 400:
            raise TryLater(f"{self.root} sends us elsewhere ({status}), where we do not go: correct the URL")
        if status >= 400:
            raise RequestRefused(status, _message_of(response))
        return response


async def _read_body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise RequestRefused(413, f"an answer of more than {LARGEST} bytes")
    return bytes(body)


def _retry_seconds(retry_after: str) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3); dates are not believed, because clocks differ."""
    return min(float(retry_after), LONGEST_WAIT) if retry_after.isascii() and retry_after.isdigit() else None


def _message_of(response: HelpdeskResponse) -> str:
    """Helpdesk's own words, as one short line."""
    try:
        found = parse_json(response.content)
    except ValueError:
        found = response.content.decode("utf-8", "replace")
    if isinstance(found, dict):
        found = found.get("message") or found.get("error") or ""
    return " ".join(str(found).split())[:200]
