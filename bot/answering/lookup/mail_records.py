"""Mail records of a domain: mail exchangers in order, their addresses, and the policies in TXT records."""

import asyncio
from typing import Literal

import dns.exception
import dns.name

from bot.answering.lookup.name_policy import NamePolicy
from bot.answering.lookup.query import DnsReply, QueryClient
from bot.core.dns.records import NOT_KNOWN, HostStatus, MailPolicies, MxHost, MxResult, Status, TxtRecords
from bot.core.dns.txt_policies import is_dmarc

MOST_HOSTS = 10  # mail exchangers whose addresses are asked
MOST_ADDRESSES = 4  # that are named, of one host and kind
LONGEST_WALK = 7  # labels of the first parent that is asked for a DMARC record (RFC 9989 section 4.10)


class MailRecords:
    """Look-up of mail records without limits on its use; concurrency.py adds them."""

    def __init__(self, client: QueryClient, names: NamePolicy, budget: float) -> None:
        """`budget`: seconds for one look-up."""
        self._client = client
        self._names = names
        self._budget = budget

    async def mx(self, domain: str) -> MxResult:
        """Mail servers and policies of a domain, in A-labels. Never raises for anything that a server does."""
        deadline = self._deadline()
        name = dns.name.from_text(domain)
        reply = await self._client.query(name, "MX", deadline)
        if reply.status not in ("ok", "none"):
            return MxResult(reply.status, alias=reply.alias)
        found, policies = await asyncio.gather(self._exchangers(name, reply, deadline), self._policies(name, deadline))
        status, hosts, null = found
        left_out = max(0, len(reply.records) + reply.more - MOST_HOSTS)
        return MxResult(status, hosts, left_out, reply.alias, null, policies)

    async def host(self, name: str) -> MxHost:
        """Addresses of a host, in A-labels. Never raises for anything that a server does."""
        return await self._host(0, dns.name.from_text(name), self._deadline())

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._budget

    async def _exchangers(
        self, name: dns.name.Name, reply: DnsReply, deadline: float
    ) -> tuple[Literal[Status, "implicit", "null"], tuple[MxHost, ...], int]:
        """Mail exchangers as (status, hosts, preference of a null MX); `reply`: to the question for MX."""
        if reply.status == "none":
            host = await self._host(0, name, deadline)
            if host.status == "ok":
                return "implicit", (host,), 0
            return _without_mx(host.status), (), 0
        records = sorted((int(r.preference), r.exchange) for r in reply.records)
        if [exchange for _, exchange in records] == [dns.name.root]:
            return "null", (), records[0][0]
        hosts = await asyncio.gather(*(self._host(p, h, deadline) for p, h in records[:MOST_HOSTS]))
        return "ok", tuple(hosts), 0

    async def _host(self, preference: int, name: dns.name.Name, deadline: float) -> MxHost:
        host = name.to_text(omit_final_dot=True)
        if refused := self._names.refusal(host):  # a stranger's zone must not lead into the operator's network
            return MxHost(preference, host, (), refused)
        v4, v6 = await asyncio.gather(
            self._client.query(name, "A", deadline), self._client.query(name, "AAAA", deadline)
        )
        alias = v4.alias or v6.alias
        addresses = tuple(str(r.address) for reply in (v4, v6) for r in reply.records[:MOST_ADDRESSES])
        if not addresses:
            return MxHost(preference, host, (), _worst(v4.status, v6.status), alias=alias)
        more = len(v4.records) + v4.more + len(v6.records) + v6.more - len(addresses)
        return MxHost(preference, host, addresses, "ok", more, _unknown_kinds(v4.status, v6.status), alias)

    async def _policies(self, name: dns.name.Name, deadline: float) -> MailPolicies:
        spf, dmarc, mta_sts, tls_rpt = await asyncio.gather(
            self._texts("", name, deadline),
            self._dmarc(name, deadline),
            self._texts("_mta-sts.", name, deadline),
            self._texts("_smtp._tls.", name, deadline),
        )
        return MailPolicies(spf, dmarc, mta_sts, tls_rpt)

    async def _dmarc(self, name: dns.name.Name, deadline: float) -> tuple[TxtRecords, ...]:
        """DMARC records: the domain's own; where there is none, those of its parents too, the nearest first."""
        own = await self._texts("_dmarc.", name, deadline)
        if own.status in NOT_KNOWN or any(map(is_dmarc, own.texts)):
            return (own,)
        labels = len(name) - 1
        parents = [name.split(number + 1)[1] for number in range(min(labels - 1, LONGEST_WALK), 0, -1)]
        return own, *await asyncio.gather(*(self._texts("_dmarc.", parent, deadline) for parent in parents))

    async def _texts(self, prefix: str, name: dns.name.Name, deadline: float) -> TxtRecords:
        """TXT records below `prefix`; a name that would be too long does not exist (RFC 1035 section 2.3.4)."""
        try:
            asked = dns.name.from_text(prefix.rstrip("."), name) if prefix else name
        except dns.exception.DNSException:
            return TxtRecords(prefix, "nxdomain")
        owner = asked.to_text(omit_final_dot=True)
        if self._names.is_internal(owner):
            return TxtRecords(owner, "reserved")
        reply = await self._client.query(asked, "TXT", deadline)
        texts = tuple(b"".join(record.strings).decode("utf-8", "replace") for record in reply.records)
        return TxtRecords(owner, reply.status, texts)


def _without_mx(status: HostStatus) -> Status:
    """Status of a domain without an MX record, from that of its address: known to be absent, or not known."""
    return status if status in ("timeout", "lame", "dnssec", "loop", "failure", "reserved") else "none"


def _unknown_kinds(v4: Status, v6: Status) -> tuple[Literal["IPv4", "IPv6"], ...]:
    asked: tuple[tuple[Literal["IPv4", "IPv6"], Status], ...] = (("IPv4", v4), ("IPv6", v6))
    return tuple(kind for kind, status in asked if status in NOT_KNOWN)


def _worst(one: Status, other: Status) -> HostStatus:
    """Status of a host of which neither question found an address: the worse of the two."""
    order: tuple[Status, ...] = ("reserved", "timeout", "dnssec", "lame", "loop", "failure", "none", "nxdomain")
    return min(one, other, key=order.index)
