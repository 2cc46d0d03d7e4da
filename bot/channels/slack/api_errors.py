"""Errors of the Web API: those that pass by themselves are retried, for the others a person must act.

Errors: docs.slack.dev/reference/methods/chat.postMessage.
"""

import structlog
from slack_sdk.errors import SlackApiError

from bot.core.model import Event, TryLater

log = structlog.get_logger()

# Errors that pass by themselves; for every other error of the Web API a person must act
TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
ALREADY_GONE = frozenset({"message_not_found", "cant_delete_message"})  # somebody was faster
CURES = {
    "not_in_channel": "invite the bot to the channel",
    "channel_not_found": "invite the bot to the channel",
    "is_archived": "the channel is archived; nothing to do",
    "invalid_auth": "set SLACK_BOT_TOKEN to the token of the installed app",
    "not_authed": "set SLACK_BOT_TOKEN",
    "token_revoked": "install the app again and set SLACK_BOT_TOKEN",
    "account_inactive": "install the app again and set SLACK_BOT_TOKEN",
    "missing_scope": "add the scope to the app (postbote manifest) and install it again",
}


def raise_or_log(event: Event, refused: SlackApiError) -> None:
    """Raises TryLater for an error that passes by itself; logs the others, with what a person must do."""
    response = refused.response
    error = str(response.data.get("error", "")) if isinstance(response.data, dict) else ""  # a proxy's page is a string
    status = int(response.status_code)
    if status == 429 or error in ("ratelimited", "rate_limited"):
        raise TryLater("Slack: 429", float(response.headers.get("Retry-After", 1))) from refused
    if status >= 500 or error in TRANSIENT:
        raise TryLater(f"Slack: {status} {error}", maybe_sent=True) from refused
    if error in ALREADY_GONE:
        log.info("slack_refused", key=event.key, error=error)
        return
    log.error(
        "slack_refused", key=event.key, error=error, cure=CURES.get(error, "see the error's page in Slack's reference")
    )
