"""Lines of `postbote doctor` that are the same for every helpdesk. Pure."""

from bot.channels.helpdesk.webhook import webhook_path
from bot.contracts.channel import DoctorResult
from bot.core.model import TryLater
from bot.settings.helpdesk import HelpdeskAccount, HelpdeskName


def unusable(system: HelpdeskName, problem: TryLater) -> DoctorResult:
    """Doctor line of a helpdesk that cannot be reached or refuses the token."""
    variables = f"POSTBOTE_{system.upper()}"
    return DoctorResult(system, False, f"{problem}; check {variables}_URL and {variables}_TOKEN")


def tls_warning(root: str) -> str:
    """Warning to append to a doctor line where `root`, the helpdesk's URL, is not https; empty where it is."""
    return "" if root.startswith("https") else "; without TLS: the token can be read on the way"


def webhook_result(account: HelpdeskAccount) -> DoctorResult:
    """Doctor line on webhooks; always ok, because polling is enough."""
    off = f"none: polling only; set POSTBOTE_{account.system.upper()}_WEBHOOK_SECRET"
    says = f"POST {webhook_path(account.system)}" if account.webhook_secret else off
    return DoctorResult(f"{account.system} hook", True, says)
