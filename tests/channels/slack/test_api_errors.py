"""Errors of Slack's Web API: each passes by itself, or the log says what a person must do."""

from bot.channels.slack.api_errors import ALREADY_GONE, CURES, TRANSIENT
from tests.rows import each_row

# Errors of chat.postMessage and of all methods (docs.slack.dev/reference/methods/chat.postMessage), of chat.update,
# chat.delete, chat.postEphemeral and conversations.open where they differ
DOCUMENTED = """
as_user_not_supported cannot_reply_to_message channel_not_found duplicate_channel_not_found duplicate_message_not_found
ekm_access_denied invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_archived
markdown_text_conflict message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large
msg_blocks_too_long msg_too_long no_text not_in_channel rate_limited restricted_action
restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
restricted_action_thread_only_channel slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
slack_connect_lists_sharing_blocked team_access_not_granted team_not_found too_many_attachments too_many_contact_cards
attachment_payload_limit_exceeded access_denied account_inactive deprecated_endpoint enterprise_is_restricted
invalid_auth method_deprecated missing_scope not_allowed_token_type not_authed no_permission org_login_required
token_expired token_revoked two_factor_setup_required accesslimited fatal_error internal_error invalid_arg_name
invalid_arguments invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type ratelimited
request_timeout service_unavailable team_added_to_org cant_update_message edit_window_closed message_not_found
cant_delete_message compliance_exports_prevent_deletion user_not_in_channel user_not_found user_disabled
user_not_visible method_not_supported_for_channel_type channel_type_not_supported
"""


@each_row("error", DOCUMENTED.split())
def test_every_documented_error_passes_by_itself_or_has_a_cure_of_its_own(error: str) -> None:
    assert (error in TRANSIENT) + (error in ALREADY_GONE) + (error in CURES) == 1
