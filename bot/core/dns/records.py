"""DNS records about mail as plain values, and the protocol of the look-up that commands are handed."""

from dataclasses import dataclass
from typing import Literal, Protocol

# Status of a name. ok: there are records. none: the name exists, without records of this kind. nxdomain: it does
# not exist. reserved: nobody was asked, because it is not in the public DNS or is one of the hoster's internal names.
# Not known: timeout; lame: the servers say that they are not responsible; dnssec: SERVFAIL, but an answer where nothing
# is validated; loop: a chain of aliases without end; failure: any other answer that cannot be used.
Status = Literal["ok", "none", "nxdomain", "reserved", "timeout", "lame", "dnssec", "loop", "failure"]
# Of a host; nobody was asked either where it is an address (an IP address instead of a name), incomplete (one
# label) or null (".").
HostStatus = Literal[Status, "address", "incomplete", "null"]
# Of a domain. ok: there are MX records. implicit: none, but an address (RFC 5321 section 5.1). null: "no mail here"
# (RFC 7505). none: neither MX nor address.
MxStatus = Literal[Status, "implicit", "null"]
NOT_KNOWN = frozenset({"timeout", "lame", "dnssec", "loop", "failure"})  # statuses that another attempt may change


@dataclass(frozen=True, slots=True)
class MxHost:
    """Mail exchanger, or any host, with its addresses."""

    preference: int  # 0..65535, the lowest is tried first
    host: str  # without the last dot; "." for a null MX beside others
    addresses: tuple[str, ...]  # IPv4 before IPv6; empty unless `status` is "ok"
    status: HostStatus
    more: int = 0  # addresses beyond those listed
    unknown: tuple[Literal["IPv4", "IPv6"], ...] = ()  # with status "ok": kinds of address that nobody could tell
    alias: str = ""  # the name that a CNAME leads to; empty: there is no CNAME


@dataclass(frozen=True, slots=True)
class TxtRecords:
    """TXT records of one name."""

    name: str  # "_dmarc.example.com"
    status: Status
    texts: tuple[str, ...] = ()  # each record's strings joined (RFC 7208 section 3.3); empty unless `status` is "ok"


@dataclass(frozen=True, slots=True)
class MailPolicies:
    """TXT records of a domain that say something about its mail; bot/core/dns/txt_policies.py reads them."""

    spf: TxtRecords  # at the domain itself (RFC 7208 section 3)
    # The domain's own, then those of its parents where it has none (RFC 9989 section 4.10)
    dmarc: tuple[TxtRecords, ...]
    mta_sts: TxtRecords  # RFC 8461 section 3.1
    tls_rpt: TxtRecords  # RFC 8460 section 3


@dataclass(frozen=True, slots=True)
class MxResult:
    """Mail servers and policies of one domain."""

    status: MxStatus
    hosts: tuple[MxHost, ...] = ()  # by preference, then name; for "implicit" the domain itself with preference 0
    left_out: int = 0  # mail exchangers beyond those that were looked at
    alias: str = ""  # the name that the domain is a CNAME of; empty: none
    null_preference: int = 0  # of the null MX, where `status` is "null"; RFC 7505 section 3 wants 0
    policies: MailPolicies | None = None  # None: not asked, because nothing is known of the domain


class Lookup(Protocol):
    """Look-up in the DNS. Asks name servers, and nobody else; never raises for anything that a name server does."""

    def asked_by(self, person: str) -> "Lookup":
        """Look-up that is the same, counted as this person's: an opaque id; empty: nobody in particular."""
        ...

    async def mx(self, domain: str) -> MxResult:
        """Mail servers of one domain, in A-labels; takes 4 seconds at most, and as much to wait for its turn.

        Raises UserError with one of the problems single-label, reserved, internal (nobody is asked) and busy (too many
        look-ups at once; the message may be sent again).
        """
        ...

    async def host(self, name: str) -> MxHost:
        """Addresses of one host, in A-labels, with preference 0. Time and errors as of `mx`."""
        ...
