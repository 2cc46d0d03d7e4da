"""HTTP endpoint for events, commands and interactions, Slack's "Request URL"
(docs.slack.dev/apis/events-api/using-http-request-urls).

A request is verified before its body is parsed, parsed once, and dispatched by Bolt, as those of Socket Mode are.
"""

import time

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.slack.events import WRONG_SHAPE
from bot.channels.slack.signature import verification_error

log = structlog.get_logger()

PATH = "/slack/events"
FORM = "application/x-www-form-urlencoded"


class HttpEndpoint:
    """Endpoint of one app: 401 for a request that Slack did not send, 400 for one that cannot be read."""

    def __init__(self, app: AsyncApp, secret: str) -> None:
        """`secret`: SLACK_SIGNING_SECRET, never empty."""
        self._app, self._secret = app, secret

    async def handle(self, request: Request) -> Response:
        """Response to one request: Bolt's, which the app's `before_authorize` decides, or a refusal."""
        body = await request.body()
        error = verification_error(self._secret, request.headers, body, time.time())
        if error:
            return PlainTextResponse(f"{error}\n", 401 if error.endswith("signature") else 400)
        parsed = parse(request, body)
        if parsed is None:
            return PlainTextResponse("the body is neither JSON nor a form\n", 400)
        try:
            return to_starlette_response(await self._app.async_dispatch(parsed))
        except WRONG_SHAPE as wrong:
            log.warning("unknown_shape", why=str(wrong))
            return PlainTextResponse("unknown shape\n", 400)


def parse(request: Request, body: bytes) -> AsyncBoltRequest | None:
    """Bolt's request: a JSON object, a form, or the JSON in a form's `payload`; None if the body is none of them."""
    is_form = request.headers.get("content-type", "").startswith(FORM)
    if not is_form and not body.lstrip().startswith(b"{"):  # Bolt would take any text for a form
        return None
    try:
        parsed = to_async_bolt_request(request, body)
    except WRONG_SHAPE:
        return None
    return None if is_form and not parsed.body else parsed
