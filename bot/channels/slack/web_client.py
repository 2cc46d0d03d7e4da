"""Slack's Web API, of the configured host alone.

The SDK's client would follow a redirection, with what was posted, to wherever it points; this one takes it for the
answer that it is: none of the Web API's, so the call fails.
"""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient


class WebClient(AsyncWebClient):
    """The SDK's own client, without redirections."""

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> Any:
        """The one place of the SDK where a request goes out; a test would see it move."""
        strict = {**req_args, "allow_redirects": False}
        return await super()._request(http_verb=http_verb, api_url=api_url, req_args=strict)
