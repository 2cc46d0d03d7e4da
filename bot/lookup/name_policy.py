"""Which names may be asked in the public DNS. What a stranger's zone names is judged like what a stranger types."""

import ipaddress
from collections.abc import Collection
from typing import Literal

from bot.core.model import UserError
from bot.core.text.addresses import is_reserved

Refusal = Literal["reserved", "address", "incomplete", "null", ""]
_PROBLEMS = {"incomplete": "single-label", "address": "ip-address", "null": "no-domain"}


class NamePolicy:
    """`internal`: the hoster's own zones, in A-labels; they and all below them are never asked."""

    def __init__(self, internal: Collection[str] = ()) -> None:
        self._internal = frozenset(zone.lower().strip(".") for zone in internal)

    def refusal(self, name: str) -> Refusal:
        """Why a name is not asked; empty: it is. `name`: as dnspython writes it, without the last dot."""
        if name in (".", ""):
            return "null"
        if _is_address(name):
            return "address"
        if "." not in name:
            return "incomplete"
        return "reserved" if is_reserved(name) or self.is_internal(name) else ""

    def is_internal(self, name: str) -> bool:
        """Is it one of the hoster's internal zones, or below one?"""
        labels = name.lower().split(".")
        return any(".".join(labels[place:]) in self._internal for place in range(len(labels)))

    def check(self, name: str) -> None:
        """Raises UserError where a person may not ask for a name."""
        refused = self.refusal(name)
        if refused == "reserved":
            raise UserError("internal" if self.is_internal(name) else "reserved", given=name)
        if refused:
            raise UserError(_PROBLEMS[refused], given=name)


def _is_address(name: str) -> bool:
    """An IPv4 or IPv6 address, also as an address literal (RFC 5321 section 4.1.3)."""
    bare = name.strip("[]").lower().removeprefix("ipv6:")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True
