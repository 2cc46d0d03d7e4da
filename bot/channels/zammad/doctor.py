"""`postbote doctor`: Zammad, the token, its groups, and the search that polling needs."""

from typing import TYPE_CHECKING

from bot.channels.helpdesk.http import HelpdeskClient
from bot.channels.zammad.api import Api
from bot.contracts import DoctorResult
from bot.core.mail.ticket_modes import Modes, parse_modes
from bot.core.model import TryLater

if TYPE_CHECKING:
    from bot.settings import Settings


async def examine(settings: "Settings") -> list[DoctorResult]:
    """Nothing where Zammad is not configured."""
    if settings.postbote_zammad_url is None or settings.postbote_zammad_token is None:
        return []
    token = settings.postbote_zammad_token.get_secret_value()
    headers = {"Authorization": f"Token token={token}"}
    client = HelpdeskClient(settings.postbote_zammad_url, headers, "POSTBOTE_ZAMMAD_TOKEN")
    try:
        found = await _checks(Api(client), client.root, parse_modes(settings.postbote_zammad_mode))
    finally:
        await client.close()
    return [*found, *_advice(settings)]


async def _checks(api: Api, root: str, modes: Modes) -> list[DoctorResult]:
    try:
        us, groups = await api.us(), await api.groups()
        searches = bool(await api.newest(1)) or not await api.has_tickets()
    except TryLater as wrong:
        return [DoctorResult("zammad", False, f"{wrong}; check POSTBOTE_ZAMMAD_URL and POSTBOTE_ZAMMAD_TOKEN")]
    plain = "" if root.startswith("https") else "; without TLS: the token can be read on the way"
    listed = ", ".join(f"{name} ({modes.of(name)})" for name in groups)
    lacking = "the bot's user is in no group with full access: it can read and write nothing"
    finds = "finds tickets" if searches else "finds nothing: polling needs Elasticsearch; until then only hooks work"
    return [
        DoctorResult("zammad", True, f"{root}, as {us.get('login')}{plain}"),
        DoctorResult("zammad groups", bool(groups), listed or lacking),
        DoctorResult("zammad search", searches, finds),
    ]


def _advice(settings: "Settings") -> list[DoctorResult]:
    hooks = bool(settings.postbote_zammad_webhook_secret)
    says = "POST /hooks/zammad" if hooks else "none: polling only; set POSTBOTE_ZAMMAD_WEBHOOK_SECRET"
    found = [DoctorResult("zammad hook", True, says)]
    if not settings.own_addresses():
        says = "set POSTBOTE_OWN_ADDRESSES to the addresses of its groups, which Zammad does not tell us"
        found.append(DoctorResult("zammad addresses", False, says))
    return found
