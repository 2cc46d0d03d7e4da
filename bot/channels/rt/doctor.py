"""Doctor lines on RT, the token, and every queue that something is written in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.channels.helpdesk.doctor import tls_warning, unusable, webhook_result
from bot.channels.rt.api import RtApi
from bot.channels.rt.parse import FIELD, has_field
from bot.contracts.channel import DoctorResult
from bot.core.mail.ticket_modes import Modes, parse_modes
from bot.core.model import TryLater

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.settings.helpdesk import HelpdeskAccount

RIGHTS = {"correspond": "ReplyToTicket", "comment": "CommentOnTicket"}  # RT links on a ticket what we may do to it


async def run_doctor_checks(settings: "Settings") -> list[DoctorResult]:
    """Doctor lines on RT; none where it is not configured."""
    account = settings.rt
    if account is None:
        return []
    api = RtApi(account)
    try:
        return await _check(api, account)
    finally:
        await api.client.close()


async def _check(api: RtApi, account: "HelpdeskAccount") -> list[DoctorResult]:
    try:
        version, user, queues = await api.version(), await api.own_user(), await api.queues()
    except TryLater as problem:
        return [unusable("rt", problem)]
    modes, root = parse_modes(account.mode), api.client.root
    found = [DoctorResult("rt", True, f"RT {version} at {root}, as {user}{tls_warning(root)}")]
    found += [await _check_queue(api, queue, modes) for queue in queues]
    if not queues:
        found.append(DoctorResult("rt queues", False, f"{user} sees no queue; grant it SeeQueue and ShowTicket"))
    found.append(webhook_result(account))
    return [*found, *_public_replies(modes)]


async def _check_queue(api: RtApi, queue: Mapping[str, Any], modes: Modes) -> DoctorResult:
    name = str(queue.get("Name"))
    mode = modes.of(name)
    if mode == "off":
        return DoctorResult(f"rt queue {name}", True, "off")
    if not has_field(queue):
        says = f"create the custom field {FIELD} (one value, for tickets), apply it to the queue and let the bot see it"
        return DoctorResult(f"rt queue {name}", False, says)
    allowed = await api.allowed_actions(name)
    lacking = [right for action, right in RIGHTS.items() if allowed and action not in allowed]
    if lacking:
        return DoctorResult(f"rt queue {name}", False, f"grant the bot {' and '.join(lacking)}")
    if not queue.get("CorrespondAddress"):
        return DoctorResult(
            f"rt queue {name}", True, f"{mode}; it has no reply address, so own mails are harder to tell"
        )
    return DoctorResult(f"rt queue {name}", True, f"{mode}, {queue['CorrespondAddress']}")


def _public_replies(modes: Modes) -> list[DoctorResult]:
    """Advice where some queue is public: RT does not tell over REST what a person must look for."""
    if "public" not in (modes.usual, *modes.queues.values()):
        return []
    says = (
        "look yourself: for public queues switch off the scrip 'On Create Autoreply To Requestors' (customers would"
        " get two mails), and let the template 'Correspondence in HTML' set Auto-Submitted (deploy/README.md)"
    )
    return [DoctorResult("rt public replies", True, says)]
