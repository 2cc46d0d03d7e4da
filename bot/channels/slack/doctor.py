"""Checks of `postbote doctor` for Slack: tokens, scopes, the clock, and the channels it posts in by itself."""

import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from bot.channels.slack.api_errors import CURES
from bot.channels.slack.manifest import SCOPES
from bot.channels.slack.signature import MAX_AGE
from bot.channels.slack.web_client import API_FAILURES, TIMEOUT, WebClient
from bot.contracts.channel import DoctorResult

if TYPE_CHECKING:
    from bot.settings import Settings


CHANNELS = {"helpers": "slack helpers' channel", "digest": "slack digest's channel"}


async def run_doctor_checks(settings: "Settings") -> Sequence[DoctorResult]:
    """Results of the checks against the live service; none where Slack is off."""
    base_url = settings.slack_api_url.rstrip("/") + "/"
    found: list[DoctorResult] = []
    if settings.slack_bot_token:
        client = WebClient(settings.slack_bot_token.get_secret_value(), base_url=base_url, timeout=TIMEOUT)
        found += await _bot(client, settings)
    elif settings.slack_client_id:
        found.append(DoctorResult("slack installations", True, "each workspace has a token of its own: /slack/install"))
    if settings.slack_app_token:
        client = WebClient(settings.slack_app_token.get_secret_value(), base_url=base_url, timeout=TIMEOUT)
        found.append(await _socket(client))
    return found


async def _bot(client: WebClient, settings: "Settings") -> list[DoctorResult]:
    try:
        said = await client.auth_test()
    except API_FAILURES as wrong:
        return [DoctorResult("slack bot token", False, _why(wrong))]
    about: Mapping[str, Any] = said.data if isinstance(said.data, dict) else {}
    whose = f"{about.get('user', about.get('user_id', '?'))} in {about.get('team', about.get('team_id', '?'))}"
    found = [DoctorResult("slack bot token", True, whose), _scopes(said.headers), _clock(said.headers)]
    channels = {"helpers": settings.slack_helpers()[1], "digest": settings.postbote_slack_digest}
    return found + [await _channel(client, channel, whose) for whose, channel in channels.items() if channel]


def _scopes(headers: Mapping[str, str]) -> DoctorResult:
    """Missing scopes: Slack names the token's with every response (docs.slack.dev/authentication/tokens)."""
    granted = {s.strip() for s in _header(headers, "x-oauth-scopes").split(",") if s.strip()}
    if not granted:
        return DoctorResult("slack scopes", True, "not told by Slack")
    missing = [f"{scope} ({why})" for scope, why in SCOPES.items() if scope not in granted]
    if missing:
        cure = "add them under OAuth & Permissions, or take over `postbote manifest`, and install the app again"
        return DoctorResult("slack scopes", False, f"missing: {'; '.join(missing)}: {cure}")
    return DoctorResult("slack scopes", True, f"all {len(SCOPES)}")


def _clock(headers: Mapping[str, str]) -> DoctorResult:
    """Clock skew: a request whose time differs by more than five minutes is refused as a replay."""
    try:
        off = abs(time.time() - parsedate_to_datetime(_header(headers, "date")).timestamp())
    except (TypeError, ValueError):
        return DoctorResult("clock", True, "not told by Slack")
    if off > MAX_AGE:
        return DoctorResult("clock", False, f"{off:.0f} seconds from Slack's: set it (NTP), or every event is refused")
    return DoctorResult("clock", True, f"{off:.0f} seconds from Slack's")


async def _channel(client: WebClient, channel: str, whose: str) -> DoctorResult:
    """Channel that the bot posts in by itself; of the digest's, also who can read what customers asked."""
    name = CHANNELS[whose]
    try:
        found = await client.conversations_info(channel=channel)
    except API_FAILURES as wrong:
        return DoctorResult(name, False, _why(wrong))
    about = found.get("channel") or {}
    if about.get("is_member") is False:
        return DoctorResult(name, False, f"invite the bot to {channel}: it is no member")
    public = whose == "digest" and about.get("is_private") is False
    readers = " (public: everybody in the workspace can read the questions in it)" if public else ""
    return DoctorResult(name, True, f"{about.get('name', channel)}{readers}")


async def _socket(client: WebClient) -> DoctorResult:
    try:
        await client.api_call("apps.connections.open")
    except API_FAILURES as wrong:
        return DoctorResult("slack app token", False, _why(wrong))
    return DoctorResult("slack app token", True, "a Socket Mode connection can be opened")


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _why(wrong: Exception) -> str:
    response = getattr(wrong, "response", None)
    error = str(response.get("error", "")) if response is not None and isinstance(response.data, dict) else ""
    if not error:
        return f"Slack cannot be reached ({type(wrong).__name__}): check the network and SLACK_API_URL"
    return f"{error}: {CURES.get(error, 'see what it means in the reference of the Web API')}"
