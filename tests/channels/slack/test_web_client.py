"""The Web API's host is called, and no other."""

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.web_client import WebClient
from tests.channels.slack.test_response_url import listening


@pytest.mark.parametrize("status", [302, 307])
async def test_no_redirection_of_the_web_api_is_followed(status: int) -> None:
    async with listening(*[web.json_response({"ok": True}) for _ in range(3)]) as elsewhere:
        there = [web.Response(status=status, headers={"Location": f"{elsewhere.url}/x"}) for _ in range(2)]
        async with listening(*there) as host:
            with pytest.raises((SlackApiError, SlackClientError)):
                await WebClient("xoxb-x", base_url=f"{host.url}/api/").auth_test()
            assert (host.posted, elsewhere.posted) == (1, 0)
            await AsyncWebClient("xoxb-x", base_url=f"{host.url}/api/").auth_test()
            assert elsewhere.posted == 1, "the control: the SDK's own client follows"


async def test_an_answer_is_an_answer() -> None:
    async with listening(web.json_response({"ok": True, "user_id": "U1"})) as host:
        assert (await WebClient("xoxb-x", base_url=f"{host.url}/api/").auth_test())["user_id"] == "U1"
