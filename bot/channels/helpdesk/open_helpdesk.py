"""Opener of a helpdesk's channel: whether it is configured."""

from collections.abc import Callable

from bot.contracts.channel import Channel, Disabled
from bot.core.mail.ticket_modes import parse_modes
from bot.settings.helpdesk import HelpdeskAccount, HelpdeskName


def open_helpdesk(
    system: HelpdeskName, account: HelpdeskAccount | None, make: Callable[[HelpdeskAccount], Channel]
) -> Channel | Disabled:
    """Channel of a helpdesk whose URL and token are set and whose mode is not "off" for every queue; else Disabled."""
    variables = f"POSTBOTE_{system.upper()}"
    if account is None:
        return Disabled(system, f"set {variables}_URL and {variables}_TOKEN")
    if parse_modes(account.mode).off:
        return Disabled(system, f"{variables}_MODE is off; set it to note or public")
    return make(account)
