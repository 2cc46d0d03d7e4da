"""Signature check of a request (docs.slack.dev/authentication/verifying-requests-from-slack)."""

from collections.abc import Mapping

from slack_sdk.signature import SignatureVerifier

MAX_AGE = 300  # seconds between Slack's clock and ours; an older request may be a replay


def verification_error(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Reason to refuse a request; empty if Slack sent it. Reads nothing but its headers and the bytes of its body.

    `secret`: SLACK_SIGNING_SECRET. `headers`: with case-insensitive names. `now`: seconds since the epoch.
    """
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return "X-Slack-Request-Timestamp is missing or no number"
    if abs(now - int(timestamp)) > MAX_AGE:
        return "X-Slack-Request-Timestamp is too old"
    if not signature.isascii() or not _is_genuine(secret, body, timestamp, signature):
        return "wrong signature"
    return ""


def _is_genuine(secret: str, body: bytes, timestamp: str, signature: str) -> bool:
    """True if the signature is that of the raw body; compared in constant time."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return SignatureVerifier(secret).is_valid(text, timestamp, signature)
