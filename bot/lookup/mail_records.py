"""What is asked about a domain's mail: mail exchangers in order, their addresses, and the policies in TXT records."""

import asyncio
from typing import Literal

import dns.exception
import dns.name

from bot.core.dns.records import NOT_KNOWN, HostStatus, MxHost, MxResult, Policies, Status, Texts
from bot.core.dns.txt_policies import is_dmarc
from bot.lookup.name_policy import NamePolicy
from bot.lookup.query import DnsReply, QueryClient

MOST_HOSTS = 10  # mail exchangers whose addresses are asked
MOST_ADDRESSES = 4  # shown for one host and kind
LONGEST_WALK = 7  # labels of the first parent that is asked for a DMARC record (RFC 9989 section 4.10)


class MailDns:
    """The real thing. `budget`: seconds for one look-up."""

    def __init__(self, questions: QueryClient, names: NamePolicy, budget: float) -> None:
        self._questions = questions
        self._names = names
        self._budget = budget

    async def mx(self, domain: str) -> MxResult:
        """See Lookup."""
        deadline = self._deadline()
        name = dns.name.from_text(domain)
        told = await self._questions.ask(name, "MX", deadline)
        if told.status not in ("ok", "none"):
            return MxResult(told.status, alias=told.alias)
        found, policies = await asyncio.gather(self._found(name, told, deadline), self._policies(name, deadline))
        status, hosts, null = found
        left_out = max(0, len(told.records) + told.more - MOST_HOSTS)
        return MxResult(status, hosts, left_out, told.alias, null, policies)

    async def host(self, name: str) -> MxHost:
        """See Lookup."""
        return await self._host(0, dns.name.from_text(name), self._deadline())

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._budget

    async def _found(
        self, name: dns.name.Name, told: DnsReply, deadline: float
    ) -> tuple[Literal[Status, "implicit", "null"], tuple[MxHost, ...], int]:
        """Status, mail exchangers, preference of a null MX."""
        if told.status == "none":
            host = await self._host(0, name, deadline)
            if host.status == "ok":
                return "implicit", (host,), 0
            return _without_mx(host.status), (), 0
        records = sorted((int(r.preference), r.exchange) for r in told.records)
        if [exchange for _, exchange in records] == [dns.name.root]:
            return "null", (), records[0][0]
        hosts = await asyncio.gather(*(self._host(p, h, deadline) for p, h in records[:MOST_HOSTS]))
        return "ok", tuple(hosts), 0

    async def _host(self, preference: int, name: dns.name.Name, deadline: float) -> MxHost:
        host = name.to_text(omit_final_dot=True)
        if refused := self._names.refusal(host):  # what a stranger's zone names must not reach the operator's network
            return MxHost(preference, host, (), refused)
        v4, v6 = await asyncio.gather(
            self._questions.ask(name, "A", deadline), self._questions.ask(name, "AAAA", deadline)
        )
        alias = v4.alias or v6.alias
        shown = tuple(str(r.address) for told in (v4, v6) for r in told.records[:MOST_ADDRESSES])
        if not shown:
            return MxHost(preference, host, (), _worst(v4.status, v6.status), alias=alias)
        more = len(v4.records) + v4.more + len(v6.records) + v6.more - len(shown)
        return MxHost(preference, host, shown, "ok", more, _unknown(v4.status, v6.status), alias)

    async def _policies(self, name: dns.name.Name, deadline: float) -> Policies:
        spf, dmarc, mta_sts, tls_rpt = await asyncio.gather(
            self._texts("", name, deadline),
            self._dmarc(name, deadline),
            self._texts("_mta-sts.", name, deadline),
            self._texts("_smtp._tls.", name, deadline),
        )
        return Policies(spf, dmarc, mta_sts, tls_rpt)

    async def _dmarc(self, name: dns.name.Name, deadline: float) -> tuple[Texts, ...]:
        """The domain's own records; where there is none, those of its parents too, the nearest first."""
        own = await self._texts("_dmarc.", name, deadline)
        if own.status in NOT_KNOWN or any(map(is_dmarc, own.texts)):
            return (own,)
        labels = len(name) - 1
        parents = [name.split(number + 1)[1] for number in range(min(labels - 1, LONGEST_WALK), 0, -1)]
        return own, *await asyncio.gather(*(self._texts("_dmarc.", parent, deadline) for parent in parents))

    async def _texts(self, prefix: str, name: dns.name.Name, deadline: float) -> Texts:
        """The TXT records below `prefix`; a name that would be too long does not exist (RFC 1035 section 2.3.4)."""
        try:
            asked = dns.name.from_text(prefix.rstrip("."), name) if prefix else name
        except dns.exception.DNSException:
            return Texts(prefix, "nxdomain")
        shown = asked.to_text(omit_final_dot=True)
        if self._names.is_internal(shown):
            return Texts(shown, "reserved")
        told = await self._questions.ask(asked, "TXT", deadline)
        texts = tuple(b"".join(record.strings).decode("utf-8", "replace") for record in told.records)
        return Texts(shown, told.status, texts)


def _without_mx(status: HostStatus) -> Status:
    """Of a domain that has no MX record, by what its address is: known to be absent, or not known."""
    return status if status in ("timeout", "lame", "dnssec", "loop", "failure", "reserved") else "none"


def _unknown(v4: Status, v6: Status) -> tuple[Literal["IPv4", "IPv6"], ...]:
    asked: tuple[tuple[Literal["IPv4", "IPv6"], Status], ...] = (("IPv4", v4), ("IPv6", v6))
    return tuple(kind for kind, status in asked if status in NOT_KNOWN)


def _worst(one: Status, other: Status) -> HostStatus:
    """What two questions about one host say together, neither having found an address."""
    order: tuple[Status, ...] = ("reserved", "timeout", "dnssec", "lame", "loop", "failure", "none", "nxdomain")
    return min(one, other, key=order.index)
