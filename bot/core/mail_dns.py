"""What the DNS says about a domain's mail: plain values, and the look-up that commands are handed."""

from dataclasses import dataclass
from typing import Literal, Protocol

# ok: there are MX records. implicit: none, but the domain has an address (RFC 5321 section 5.1). null: "no mail
# here" (RFC 7505). none: neither MX nor address. nxdomain: the domain does not exist. timeout, failure: no name
# server gave a usable answer.
MxStatus = Literal["ok", "implicit", "null", "none", "nxdomain", "timeout", "failure"]
# ok: has addresses. none: exists without. nxdomain: does not exist. reserved: a name that is not in the public DNS, so
# nobody was asked. timeout, failure: not known.
HostStatus = Literal["ok", "none", "nxdomain", "reserved", "timeout", "failure"]


@dataclass(frozen=True, slots=True)
class MxHost:
    """One mail exchanger."""

    preference: int  # 0..65535, the lowest is tried first
    host: str  # without the last dot
    addresses: tuple[str, ...]  # IPv4 before IPv6; empty unless `status` is "ok"
    status: HostStatus
    more: int = 0  # addresses beyond those listed
    unknown: tuple[Literal["IPv4", "IPv6"], ...] = ()  # with status "ok": kinds of address that nobody could tell


@dataclass(frozen=True, slots=True)
class MxResult:
    """Everything that was asked about one domain."""

    status: MxStatus
    hosts: tuple[MxHost, ...] = ()  # by preference, then name; for "implicit" the domain itself with preference 0
    left_out: int = 0  # mail exchangers beyond those that were looked at


class Lookup(Protocol):
    """Asks name servers."""

    async def mx(self, domain: str) -> MxResult:
        """About one domain, in A-labels. Never raises for anything that a name server does; takes 4 seconds at most."""
        ...
