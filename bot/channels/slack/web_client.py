"""Client of Slack's Web API (docs.slack.dev/apis/web-api) that calls the configured host alone.

The SDK's client would follow a redirection, with what was posted, to wherever it points; this one takes a redirection
for the response that it is: no response of the Web API, so the call fails.
"""

from typing import Any

from aiohttp import ClientError, ClientResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.tables import without_tables

REFUSALS_OF_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_attachments"})
TIMEOUT = 10  # seconds that one call of the Web API may take
# Everything that a call raises where Slack refuses it, does not answer, or cannot be reached
API_FAILURES = (SlackApiError, SlackClientError, ClientError, TimeoutError, OSError)


class WebClient(AsyncWebClient):
    """SDK's asynchronous client, without redirections."""

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> Any:
        """HTTP request of a call: the one place of the SDK where one goes out; a test would see it move."""
        strict = {**req_args, "allow_redirects": False}
        try:
            found = await super()._request(http_verb=http_verb, api_url=api_url, req_args=strict)
        except SlackApiError as broken:
            if not isinstance(broken.response, ClientResponse):
                raise
            found = {"headers": broken.response.headers, "status_code": broken.response.status}  # broken JSON
        # Whatever is no JSON object is no answer of Slack's; the SDK would stumble over it
        return {**found, "data": found["data"] if isinstance(found.get("data"), dict) else {}}

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call of a method. A message that is refused with a table block is sent once more, with fields in its place.

        Nothing was posted by a call that is refused.
        """
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as refused:
            body = arguments.get("json") or {}
            blocks = body.get("blocks") or []
            tables = isinstance(blocks, list) and any(block.get("type") == "table" for block in blocks)
            if not tables or refused.response.get("error") not in REFUSALS_OF_BLOCKS:
                raise
            return await super().api_call(
                api_method, **{**arguments, "json": {**body, "blocks": without_tables(blocks)}}
            )
