"""One question to the name servers, and what their answer comes down to."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from bot.core.dns.records import Status
from bot.lookup.bounded_sockets import bounded_backend
from bot.lookup.name_policy import NamePolicy

Seen = Callable[[str, Status, float], None]  # kind of record, what came of it, seconds
AT_ONCE = 400  # questions under way, each with a socket of its own; a process has 1,024 (systemd.exec(5))
MOST_RECORDS = 100  # of one answer that are looked at; a chain of CNAMEs ends at dns.message.MAX_CHAIN (16)


@dataclass(frozen=True, slots=True)
class DnsReply:
    """What the name servers say about one name and kind of record."""

    status: Status
    records: Sequence[Any] = ()
    more: int = 0  # records beyond MOST_RECORDS
    alias: str = ""  # the name that a CNAME leads to; empty: none


class QueryClient:
    """Asks; never raises for what a server does. `resolver` validates as it likes, `unchecked` asks it not to."""

    def __init__(
        self,
        resolver: dns.asyncresolver.Resolver,
        unchecked: dns.asyncresolver.Resolver,
        names: NamePolicy,
        seen: Seen | None = None,
    ) -> None:
        """`seen`: is told of every question, for the metrics."""
        self._seen = seen
        self._resolver = resolver
        self._unchecked = unchecked
        self._unchecked.flags = dns.flags.RD | dns.flags.CD  # checking disabled: RFC 4035 section 3.2.2
        self._unchecked.cache = None
        self._names = names
        self._sockets = asyncio.Semaphore(AT_ONCE)

    async def ask(self, name: dns.name.Name, kind: str, deadline: float) -> DnsReply:
        """`deadline`: of the event loop's clock. What leads into a name that is not asked is "reserved"."""
        began = asyncio.get_running_loop().time()
        told = await self._told(name, kind, deadline)
        if self._seen:
            self._seen(kind, told.status, asyncio.get_running_loop().time() - began)
        return told

    async def _told(self, name: dns.name.Name, kind: str, deadline: float) -> DnsReply:
        told = await self._ask(self._resolver, name, kind, deadline)
        if told.status == "failure":  # SERVFAIL: would it be an answer if nothing was validated?
            unchecked = await self._ask(self._unchecked, name, kind, deadline)
            return DnsReply("dnssec") if unchecked.status in ("ok", "none", "nxdomain") else told
        return DnsReply("reserved") if told.alias and self._names.refusal(told.alias) else told

    async def _ask(
        self, resolver: dns.asyncresolver.Resolver, name: dns.name.Name, kind: str, deadline: float
    ) -> DnsReply:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return DnsReply("timeout")
        try:
            async with asyncio.timeout(left), self._sockets:
                answer = await resolver.resolve(
                    name.canonicalize(),
                    kind,
                    search=False,
                    lifetime=left,
                    raise_on_no_answer=False,
                    backend=bounded_backend(),
                )
        except dns.resolver.NXDOMAIN as gone:
            return DnsReply("nxdomain", alias=_other(gone.canonical_name, name))
        except dns.resolver.NoNameservers as none_left:
            return DnsReply(_why(none_left))
        except (dns.exception.Timeout, TimeoutError):
            return DnsReply("timeout")
        except (dns.exception.DNSException, OSError, ValueError):
            return DnsReply("failure")
        return _told(answer, name)


def _told(answer: dns.resolver.Answer, name: dns.name.Name) -> DnsReply:
    alias = _other(answer.canonical_name, name)
    if answer.rrset is None:
        return DnsReply("lame" if _is_referral(answer.response) else "none", alias=alias)
    records = list(answer.rrset)
    return DnsReply("ok", records[:MOST_RECORDS], max(0, len(records) - MOST_RECORDS), alias)


def _is_referral(response: dns.message.Message) -> bool:
    """Neither an answer nor its absence, but other servers' names, from a server that is not responsible and does not
    ask on: a lame delegation (RFC 9499 section 7)."""
    kinds = {rrset.rdtype for rrset in response.authority}
    responsible = response.flags & (dns.flags.AA | dns.flags.RA)
    return not responsible and dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds


def _why(none_left: dns.resolver.NoNameservers) -> Status:
    """What the last of the servers did that gave no usable answer."""
    causes = [(error[3], error[4]) for error in none_left.kwargs["errors"]]
    if any(isinstance(raised, dns.message.ChainTooLong) for raised, _ in causes):
        return "loop"
    rcodes = {response.rcode() for _, response in causes if response is not None}
    return "lame" if rcodes and rcodes <= {dns.rcode.REFUSED, dns.rcode.NOTAUTH} else "failure"


def _other(canonical: dns.name.Name, name: dns.name.Name) -> str:
    return "" if canonical == name else canonical.to_text(omit_final_dot=True)
