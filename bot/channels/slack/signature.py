"""Is this request from Slack? (docs.slack.dev/authentication/verifying-requests-from-slack)"""

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from slack_sdk.signature import SignatureVerifier

OLDEST = 300  # seconds between Slack's clock and ours; older requests may be replays


def refusal(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Why the request must be refused; empty if it is genuine and can be read. `now`: seconds since the epoch."""
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return "X-Slack-Request-Timestamp is missing or no number"
    if abs(now - int(timestamp)) > OLDEST:
        return "X-Slack-Request-Timestamp is too old"
    if not signature.isascii() or not _is_genuine(secret, body, timestamp, signature):
        return "wrong signature"
    return "" if _is_readable(body, headers.get("content-type", "")) else "the body is neither JSON nor a form"


def _is_genuine(secret: str, body: bytes, timestamp: str, signature: str) -> bool:
    """Over the raw body, in constant time."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return SignatureVerifier(secret).is_valid(text, timestamp, signature)


def _is_readable(body: bytes, kind: str) -> bool:
    if kind.startswith("application/x-www-form-urlencoded"):
        return bool(parse_qs(body.decode("utf-8")))
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
