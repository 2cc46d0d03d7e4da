"""Errors of the Web API: those that pass by themselves are retried, for the others a person must act.

Errors: docs.slack.dev/reference/methods/chat.postMessage, …/chat.update, …/chat.postEphemeral, …/conversations.open.
"""

from collections.abc import Mapping

import structlog
from slack_sdk.errors import SlackApiError

from bot.core.model import Event, TryLater, Undeliverable

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
_INSTALL = "install the app again and set SLACK_BOT_TOKEN"
_OUR_FAULT = "a fault of ours: report it with this line"
CURES: Mapping[str, str] = {
    # the token
    "invalid_auth": "set SLACK_BOT_TOKEN to the token of the installed app; check allowed IP addresses in its settings",
    "not_authed": "set SLACK_BOT_TOKEN",
    "token_revoked": _INSTALL,
    "token_expired": f"{_INSTALL}; or set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, which renews tokens that expire",
    "account_inactive": f"the app was removed, or its workspace is gone: {_INSTALL}",
    "not_allowed_token_type": "SLACK_BOT_TOKEN must be a bot token (xoxb-…)",
    "missing_scope": "add the scope to the app (postbote manifest) and install it again",
    "no_permission": "the app lacks a permission: take over postbote manifest and install it again",
    "two_factor_setup_required": "the person who installed the app must set up two-factor authentication",
    # the workspace
    "access_denied": "an admin of the workspace must allow the app",
    "accesslimited": "the network may not reach the workspace: an admin must allow this machine's address",
    "org_login_required": "the workspace is being moved to an organisation: wait until Slack has finished",
    "enterprise_is_restricted": "an admin of the organisation must allow the app",
    "team_access_not_granted": "an admin of the organisation must grant the app access to this workspace",
    "team_not_found": "install the app in this workspace",
    "not_installed": "install the app in this workspace",
    "ekm_access_denied": "admins have suspended posting (Enterprise Key Management): ask them",
    "app_access_restricted": "an admin of the workspace must approve the app",
    "message_limit_exceeded": "the workspace has used up its messages: its plan or an admin must lift the limit",
    # the channel
    "not_in_channel": "invite the bot to the channel",
    "channel_not_found": "invite the bot to the channel: it is private or deleted, or its id is wrong",
    "is_archived": "the channel is archived: unarchive it, or name another one",
    "restricted_action": "an admin limits who may post: allow the app in the workspace's settings",
    "restricted_action_read_only_channel": "the channel is read-only: allow the app to post in its posting permissions",
    "restricted_action_thread_only_channel": "only threads are allowed in the channel: allow the app to post there",
    "restricted_action_non_threadable_channel": "the channel allows no threads: allow them in its posting permissions",
    "restricted_action_thread_locked": "an admin has locked the thread: unlock it, or ask anew",
    "cannot_reply_to_message": "this message takes no replies: ask in a new one",
    "thread_not_found": "the thread was deleted: nothing to do",
    "messages_tab_disabled": "turn on the app's Messages tab (App Home), or take over postbote manifest",
    "method_not_supported_for_channel_type": "the bot cannot do this in such a channel: name another one",
    "channel_type_not_supported": "the bot cannot do this in such a channel: name another one",
    "user_not_in_channel": "the person has left the channel: nothing to do",
    "user_not_found": "there is no such person: correct POSTBOTE_SLACK_HELPERS if the id stands there",
    "user_disabled": "the person's account is deactivated: correct POSTBOTE_SLACK_HELPERS if the id stands there",
    "user_not_visible": "the app may not see this person: an admin must share the channel or the workspace",
    "cannot_dm_bot": "POSTBOTE_SLACK_HELPERS names a bot: name people",
    "no_such_subteam": "there is no such user group: correct POSTBOTE_SLACK_HELPERS",
    "subteam_not_found": "there is no such user group: correct POSTBOTE_SLACK_HELPERS",
    # changing what stands there
    "cant_update_message": "the message is not the bot's: nothing to do",
    "edit_window_closed": "the workspace forbids changes to old messages: ask again",
    "compliance_exports_prevent_deletion": "the workspace's exports keep messages: an admin must delete the answer",
    # what was sent
    "msg_too_long": f"the answer is too long; {_OUR_FAULT}",
    "msg_blocks_too_long": f"the answer is too long; {_OUR_FAULT}",
    "no_text": f"the message was empty; {_OUR_FAULT}",
    "invalid_blocks": f"Slack does not take these blocks; {_OUR_FAULT}",
    "invalid_blocks_format": f"Slack does not take these blocks; {_OUR_FAULT}",
    "invalid_arguments": f"Slack does not take these arguments; {_OUR_FAULT}",
    "invalid_arg_name": f"Slack does not know an argument; {_OUR_FAULT}",
    "invalid_array_arg": f"Slack does not take an argument; {_OUR_FAULT}",
    "invalid_charset": f"the text's encoding was refused; {_OUR_FAULT}",
    "invalid_form_data": f"the body was refused, perhaps changed by a proxy; else {_OUR_FAULT}",
    "invalid_post_type": f"the Content-Type was refused, perhaps changed by a proxy; else {_OUR_FAULT}",
    "missing_post_type": f"the Content-Type was lost, perhaps in a proxy; else {_OUR_FAULT}",
    "invalid_metadata_format": f"the metadata was refused; {_OUR_FAULT}",
    "invalid_metadata_schema": f"the metadata was refused; {_OUR_FAULT}",
    "metadata_too_large": f"the metadata was refused; {_OUR_FAULT}",
    "metadata_must_be_sent_from_app": "SLACK_BOT_TOKEN must be the token of an app (xoxb-…)",
    "as_user_not_supported": f"an outdated argument was sent; {_OUR_FAULT}",
    "markdown_text_conflict": f"two texts were sent; {_OUR_FAULT}",
    "too_many_attachments": f"too many attachments; {_OUR_FAULT}",
    "attachment_payload_limit_exceeded": f"the attachments are too large; {_OUR_FAULT}",
    "too_many_contact_cards": f"too many contact cards; {_OUR_FAULT}",
    "slack_connect_file_link_sharing_blocked": "an admin forbids links to files in shared channels: ask them",
    "slack_connect_canvas_sharing_blocked": "an admin forbids canvases in shared channels: ask them",
    "slack_connect_lists_sharing_blocked": "an admin forbids lists in shared channels: ask them",
    "duplicate_message_not_found": f"the message was refused as a duplicate; {_OUR_FAULT}",
    "duplicate_channel_not_found": f"the message was refused as a duplicate; {_OUR_FAULT}",
    "method_deprecated": "Slack has ended this method: update Postbote",
    "deprecated_endpoint": "Slack has ended this method: update Postbote",
    "unknown_method": "SLACK_API_URL leads to something that is not Slack's Web API, or Slack has ended this method",
    # a response_url (docs.slack.dev/interactivity/handling-user-interaction): five uses within half an hour
    "expired_url": "the answer took longer than half an hour: ask again",
    "used_url": "the address was used five times: ask again",
    "response_url_refused": "only Slack's own addresses are called",
}
UNKNOWN = "see the error's page in Slack's reference"


def raise_or_log(event: Event, refused: SlackApiError) -> None:
    """Raises TryLater for an error that passes by itself, and Undeliverable for one that needs a person, whom the log
    tells what to do. Returns where there is nothing left to be done.

    No JSON is no answer of Slack's, whatever its status: a proxy's page, say. It passes by itself.
    """
    response = refused.response
    error = str(response.data.get("error", "")) if isinstance(response.data, dict) else ""
    status = int(response.status_code)
    if status == 429 or error in ("ratelimited", "rate_limited"):
        raise TryLater("Slack: 429", retry_after(response.headers)) from refused
    if status >= 500 or error in TRANSIENT or not error:
        raise TryLater(f"Slack: {status} {error or 'without an answer'}", maybe_sent=True) from refused
    if error in ALREADY_GONE:
        log.info("slack_refused", key=event.key, error=error)
        return
    refuse(event, error)


def refuse(event: Event, error: str) -> None:
    """Logs an error that needs a person, with its cure, and raises Undeliverable."""
    log.error("slack_refused", key=event.key, error=error, cure=CURES.get(error, UNKNOWN))
    raise Undeliverable(error)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of the header Retry-After; 1 where it is missing or a date."""
    header = str(headers.get("Retry-After", ""))
    return float(header) if header.isascii() and header.isdigit() else 1.0
