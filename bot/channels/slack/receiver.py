"""Bolt middleware that takes every request of both transports, and hands none on to Bolt's own listeners."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot.channels.slack.events import WRONG_SHAPE
from bot.core.text.untrusted_json import storable

log = structlog.get_logger()


class Receiver(AsyncMiddleware):
    """Middleware over one function of a request's body. As a plain function Bolt would parse each request for its
    arguments first, which fails on shapes that Slack does not send (a 500 with a trace).
    """

    def __init__(self, receive: Callable[[Mapping[str, Any]], Awaitable[BoltResponse]]) -> None:
        self._receive = receive

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        """Response to a request: 400 for a shape that Slack does not send."""
        try:
            return await self._receive(storable(req.body))
        except WRONG_SHAPE as wrong:
            log.warning("unknown_shape", why=str(wrong)[:200])
            return BoltResponse(status=400, body="unknown shape\n")
