"""Doctor lines on Zammad, the token, its groups, and the search that polling needs."""

from typing import TYPE_CHECKING

from bot.channels.helpdesk.doctor import tls_warning, unusable, webhook_result
from bot.channels.zammad.api import ZammadApi
from bot.contracts.channel import DoctorResult
from bot.core.mail.ticket_modes import Modes, parse_modes
from bot.core.model import TryLater

if TYPE_CHECKING:
    from bot.settings import Settings


async def run_doctor_checks(settings: "Settings") -> list[DoctorResult]:
    """Doctor lines on Zammad; none where it is not configured."""
    account = settings.zammad
    if account is None:
        return []
    api = ZammadApi(account)
    try:
        found = await _check(api, parse_modes(account.mode))
    finally:
        await api.client.close()
    found.append(webhook_result(account))
    if not settings.own_addresses():
        says = "set POSTBOTE_OWN_ADDRESSES to the addresses of its groups, which Zammad does not tell us"
        found.append(DoctorResult("zammad addresses", False, says))
    return found


async def _check(api: ZammadApi, modes: Modes) -> list[DoctorResult]:
    try:
        user, groups = await api.own_user(), await api.groups()
        searches = bool(await api.list_newest(1)) or not await api.has_tickets()
    except TryLater as problem:
        return [unusable("zammad", problem)]
    listed = ", ".join(f"{name} ({modes.of(name)})" for name in groups)
    lacking = "the bot's user is in no group with full access: it can read and write nothing"
    finds = "finds tickets" if searches else "finds nothing: polling needs Elasticsearch; until then only hooks work"
    root = api.client.root
    return [
        DoctorResult("zammad", True, f"{root}, as {user.get('login')}{tls_warning(root)}"),
        DoctorResult("zammad groups", bool(groups), listed or lacking),
        DoctorResult("zammad search", searches, finds),
    ]
