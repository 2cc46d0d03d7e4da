"""`postbote doctor`: RT, the token, and every queue that something is written in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.channels.helpdesk.http import HelpdeskClient
from bot.channels.rt.api import Api
from bot.channels.rt.parse import FIELD, has_field
from bot.contracts import DoctorResult
from bot.core.mail.ticket_modes import Modes, parse_modes
from bot.core.model import TryLater

if TYPE_CHECKING:
    from bot.settings import Settings

RIGHTS = {"correspond": "ReplyToTicket", "comment": "CommentOnTicket"}  # RT links on a ticket what we may do to it


async def examine(settings: "Settings") -> list[DoctorResult]:
    """Nothing where RT is not configured."""
    if settings.postbote_rt_url is None or settings.postbote_rt_token is None:
        return []
    modes = parse_modes(settings.postbote_rt_mode)
    token = settings.postbote_rt_token.get_secret_value()
    client = HelpdeskClient(settings.postbote_rt_url, {"Authorization": f"token {token}"}, "POSTBOTE_RT_TOKEN")
    try:
        return await _checks(Api(client, token), client.root, modes, bool(settings.postbote_rt_webhook_secret))
    finally:
        await client.close()


async def _checks(api: Api, root: str, modes: Modes, hooks: bool) -> list[DoctorResult]:
    try:
        version, us, queues = await api.version(), await api.us(), await api.queues()
    except TryLater as wrong:
        return [DoctorResult("rt", False, f"{wrong}; check POSTBOTE_RT_URL and POSTBOTE_RT_TOKEN")]
    plain = "" if root.startswith("https") else "; without TLS: the token can be read on the way"
    found = [DoctorResult("rt", True, f"RT {version} at {root}, as {us}{plain}")]
    found += [await _queue(api, queue, modes) for queue in queues]
    if not queues:
        found.append(DoctorResult("rt queues", False, f"{us} sees no queue; grant it SeeQueue and ShowTicket"))
    return [*found, *_advice(modes, hooks)]


async def _queue(api: Api, queue: Mapping[str, Any], modes: Modes) -> DoctorResult:
    name = str(queue.get("Name"))
    mode = modes.of(name)
    if mode == "off":
        return DoctorResult(f"rt queue {name}", True, "off")
    if not has_field(queue):
        says = f"create the custom field {FIELD} (one value, for tickets), apply it to the queue and let the bot see it"
        return DoctorResult(f"rt queue {name}", False, says)
    links = await api.links(name)
    lacking = [right for link, right in RIGHTS.items() if links and link not in links]
    if lacking:
        return DoctorResult(f"rt queue {name}", False, f"grant the bot {' and '.join(lacking)}")
    if not queue.get("CorrespondAddress"):
        return DoctorResult(
            f"rt queue {name}", True, f"{mode}; it has no reply address, so own mails are harder to tell"
        )
    return DoctorResult(f"rt queue {name}", True, f"{mode}, {queue['CorrespondAddress']}")


def _advice(modes: Modes, hooks: bool) -> list[DoctorResult]:
    """What RT does not tell over REST, so that a person must look."""
    found = [
        DoctorResult(
            "rt hook", True, "POST /hooks/rt" if hooks else "none: polling only; set POSTBOTE_RT_WEBHOOK_SECRET"
        )
    ]
    if "public" in (modes.usual, *modes.queues.values()):
        says = (
            "look yourself: for public queues switch off the scrip 'On Create Autoreply To Requestors' (customers would"
            " get two mails), and let the template 'Correspondence in HTML' set Auto-Submitted (deploy/README.md)"
        )
        found.append(DoctorResult("rt public replies", True, says))
    return found
