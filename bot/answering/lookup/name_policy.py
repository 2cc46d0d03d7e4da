"""Name policy: which names may be asked in the public DNS, those in a stranger's zone like those that people type."""

import ipaddress
from collections.abc import Collection
from typing import Literal

from bot.core.model import UserError
from bot.core.text.addresses import is_reserved

Refusal = Literal["reserved", "address", "incomplete", "null", ""]
_PROBLEMS = {"incomplete": "single-label", "address": "ip-address", "null": "no-domain"}


class NamePolicy:
    """Policy on names: reserved, incomplete and internal ones are never asked in the public DNS."""

    def __init__(self, internal: Collection[str] = ()) -> None:
        """`internal`: the hoster's own zones, in A-labels; they and all names below them are never asked."""
        self._internal = frozenset(zone.lower().strip(".") for zone in internal)

    def refusal(self, name: str) -> Refusal:
        """Reason for which a name is not asked; empty: it is. `name`: as dnspython writes it, without the last dot."""
        if name in (".", ""):
            return "null"
        if _is_address(name):
            return "address"
        if "." not in name:
            return "incomplete"
        return "reserved" if is_reserved(name) or self.is_internal(name) else ""

    def is_internal(self, name: str) -> bool:
        """True for one of the hoster's internal zones, or a name below one."""
        labels = name.lower().split(".")
        return any(".".join(labels[start:]) in self._internal for start in range(len(labels)))

    def check(self, name: str) -> None:
        """Raises UserError where a person may not ask for a name: internal, reserved, or one of _PROBLEMS."""
        refused = self.refusal(name)
        if refused == "reserved":
            raise UserError("internal" if self.is_internal(name) else "reserved", given=name)
        if refused:
            raise UserError(_PROBLEMS[refused], given=name)


def _is_address(name: str) -> bool:
    """True for an IPv4 or IPv6 address, also as an address literal (RFC 5321 section 4.1.3)."""
    bare = name.strip("[]").lower().removeprefix("ipv6:")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True
