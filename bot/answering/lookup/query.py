"""DNS query client: one question to the name servers, and their answer as a status and records."""

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

from bot.answering.lookup.bounded_sockets import bounded_backend
from bot.answering.lookup.name_policy import NamePolicy
from bot.core.dns.records import Status

OnQuery = Callable[[str, Status, float], None]  # kind of record ("MX"), status, seconds
AT_ONCE = 400  # queries under way, each with a socket of its own; a process has 1,024 (systemd.exec(5))
MOST_RECORDS = 100  # of one answer that are looked at; a chain of CNAMEs ends at dns.message.MAX_CHAIN (16)


@dataclass(frozen=True, slots=True)
class DnsReply:
    """Reply of the name servers about one name and kind of record."""

    status: Status
    records: Sequence[Any] = ()  # dnspython's, at most MOST_RECORDS; empty unless `status` is "ok"
    more: int = 0  # records beyond MOST_RECORDS
    alias: str = ""  # the name that a CNAME leads to; empty: none


class QueryClient:
    """DNS client with a limit on simultaneous queries; never raises for anything that a server does."""

    def __init__(
        self,
        resolver: dns.asyncresolver.Resolver,
        unchecked: dns.asyncresolver.Resolver,
        names: NamePolicy,
        on_query: OnQuery | None = None,
    ) -> None:
        """`resolver`: validates DNSSEC as it is configured; `unchecked`: is made to ask without validation.

        `on_query`: called after every query, for the metrics.
        """
        self._on_query = on_query
        self._resolver = resolver
        self._unchecked = unchecked
        self._unchecked.flags = dns.flags.RD | dns.flags.CD  # checking disabled: RFC 4035 section 3.2.2
        self._unchecked.cache = None
        self._names = names
        self._sockets = asyncio.Semaphore(AT_ONCE)

    async def query(self, name: dns.name.Name, kind: str, deadline: float) -> DnsReply:
        """Reply for a name and kind of record. An alias into a name that may not be asked is "reserved".

        `deadline`: on the event loop's clock; after it the status is "timeout".
        """
        began = asyncio.get_running_loop().time()
        reply = await self._query(name, kind, deadline)
        if self._on_query:
            self._on_query(kind, reply.status, asyncio.get_running_loop().time() - began)
        return reply

    async def _query(self, name: dns.name.Name, kind: str, deadline: float) -> DnsReply:
        reply = await self._resolve(self._resolver, name, kind, deadline)
        if reply.status == "failure":  # SERVFAIL: would it be an answer if nothing was validated?
            unchecked = await self._resolve(self._unchecked, name, kind, deadline)
            return DnsReply("dnssec") if unchecked.status in ("ok", "none", "nxdomain") else reply
        return DnsReply("reserved") if reply.alias and self._names.refusal(reply.alias) else reply

    async def _resolve(
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
            return DnsReply("nxdomain", alias=_alias(gone.canonical_name, name))
        except dns.resolver.NoNameservers as none_left:
            return DnsReply(_status_of(none_left))
        except (dns.exception.Timeout, TimeoutError):
            return DnsReply("timeout")
        except (dns.exception.DNSException, OSError, ValueError):
            return DnsReply("failure")
        return _to_reply(answer, name)


def _to_reply(answer: dns.resolver.Answer, name: dns.name.Name) -> DnsReply:
    alias = _alias(answer.canonical_name, name)
    if answer.rrset is None:
        return DnsReply("lame" if _is_referral(answer.response) else "none", alias=alias)
    records = list(answer.rrset)
    return DnsReply("ok", records[:MOST_RECORDS], max(0, len(records) - MOST_RECORDS), alias)


def _is_referral(response: dns.message.Message) -> bool:
    """True for a lame delegation (RFC 9499 section 7): other servers' names instead of an answer or its absence.

    They come from a server that is neither responsible nor asks on.
    """
    kinds = {rrset.rdtype for rrset in response.authority}
    responsible = response.flags & (dns.flags.AA | dns.flags.RA)
    return not responsible and dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds


def _status_of(none_left: dns.resolver.NoNameservers) -> Status:
    """Status from the servers' errors, where none of them gave a usable answer: loop, lame or failure."""
    causes = [(error[3], error[4]) for error in none_left.kwargs["errors"]]
    if any(isinstance(raised, dns.message.ChainTooLong) for raised, _ in causes):
        return "loop"
    rcodes = {response.rcode() for _, response in causes if response is not None}
    return "lame" if rcodes and rcodes <= {dns.rcode.REFUSED, dns.rcode.NOTAUTH} else "failure"


def _alias(canonical: dns.name.Name, name: dns.name.Name) -> str:
    """Name that a CNAME leads to; empty where there is none."""
    return "" if canonical == name else canonical.to_text(omit_final_dot=True)
