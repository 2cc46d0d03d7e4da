"""Webhook route: answered as soon as the event is stored, and refused where it cannot be."""

from collections.abc import Mapping

import aiohttp
import pytest
from aiohttp import ClientSession
from starlette.applications import Starlette

from bot.channels.helpdesk.webhook import BadHook, is_genuine, webhook_route
from bot.core.model import Event, Question
from tests.servers.serving import served

EVENT = Event("rt:rt.example:ticket:1", "rt", Question(""))


def read(headers: Mapping[str, str], body: bytes) -> Event | None:
    if headers.get("x-bad"):
        raise BadHook(401, "wrong signature")
    return EVENT if body else None


async def test_a_webhook_is_acknowledged_once_stored_and_refused_otherwise() -> None:
    stored: list[Event] = []
    full = False

    async def save(event: Event) -> None:
        if full:
            raise OSError(28, "No space left on device")
        stored.append(event)

    async with (
        served(Starlette(routes=[webhook_route("/hooks/rt", read, save, 100)])) as root,
        ClientSession() as session,
    ):

        async def post(body: bytes, **headers: str) -> tuple[int, str]:
            async with session.post(f"{root}/hooks/rt", data=body, headers=headers) as response:
                return response.status, await response.text()

        assert await post(b"x") == (200, "stored\n")
        assert await post(b"") == (200, "nothing to do\n")
        assert await post(b"x", **{"X-Bad": "1"}) == (401, "wrong signature\n")
        assert await post(b"x" * 101) == (413, "the body is larger than 100 bytes\n")
        full = True
        assert await post(b"x") == (503, "not stored; send it again\n")
        with pytest.raises(aiohttp.ClientResponseError, match="405"):
            await session.get(f"{root}/hooks/rt", raise_for_status=True)
    assert stored == [EVENT]


@pytest.mark.parametrize(("given", "genuine"), [("sha1=04a06e6b1d8fcc2ae8b1a5aa8a8e6c1f3d5a2a57", False), ("", False)])
def test_a_wrong_or_missing_signature_is_not_genuine(given: str, genuine: bool) -> None:
    assert is_genuine("secret", b"body", given, "sha1") is genuine
