"""Look-ups in the DNS: bounded in time and number, absolute names only, no connection to anything but name servers."""

import asyncio
import ipaddress
import re
from collections.abc import Sequence
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from bot.core.mail_dns import HostStatus, Lookup, MxHost, MxResult

BUDGET = 4.0  # seconds for a whole look-up: Slack's people wait for it
PATIENCE = 1.5  # seconds that one question to one server may take
MOST_HOSTS = 10  # mail exchangers whose addresses are asked
_SERVER = re.compile(
    r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<ip>[0-9.]+|[0-9a-fA-F:]+?))(?:(?<=[\].0-9]):(?P<port>\d{1,5}))?"
)
MOST_ADDRESSES = 8  # shown for one host and kind


def open_lookup(nameservers: str, budget: float = BUDGET) -> Lookup:
    """A look-up with these servers ("ip[:port], …", IPv6 with a port in brackets.

    Empty: the system's). Raises ValueError.
    """
    resolver = dns.asyncresolver.Resolver(configure=not nameservers.strip())
    if nameservers.strip():
        resolver.nameservers = [_server(part.strip()) for part in nameservers.split(",") if part.strip()]
    resolver.search, resolver.domain = [], dns.name.root
    resolver.timeout, resolver.lifetime = PATIENCE, budget
    resolver.cache = dns.resolver.LRUCache(2_000)
    return DnsLookup(resolver, budget)


def _server(text: str) -> dns.nameserver.Nameserver:
    found = _SERVER.fullmatch(text)
    try:
        if not found:
            raise ValueError("neither ip nor ip:port")
        address, port = found["v6"] or found["ip"], int(found["port"] or 53)
        if not 0 < port < 65_536:
            raise ValueError("no port")
        return dns.nameserver.Do53Nameserver(str(ipaddress.ip_address(address)), port)
    except ValueError:
        raise ValueError(
            f"POSTBOTE_NAMESERVERS: {text!r} is no ip[:port]; write for example 9.9.9.9, 127.0.0.1:5353 or [::1]:53"
        ) from None


class DnsLookup:
    """The real thing, on dnspython."""

    def __init__(self, resolver: dns.asyncresolver.Resolver, budget: float) -> None:
        self._resolver = resolver
        self._budget = budget

    async def mx(self, domain: str) -> MxResult:
        """See Lookup."""
        deadline = asyncio.get_running_loop().time() + self._budget
        status, records = await self._ask(domain, "MX", deadline)
        if status == "none":
            return await self._implicit(domain, deadline)
        if status != "ok":
            return MxResult(status)
        found = sorted((int(r.preference), str(r.exchange.to_text(omit_final_dot=True))) for r in records)
        if [host for _, host in found] in ([""], ["."], ["@"]):
            return MxResult("null")
        hosts = await asyncio.gather(*(self._host(p, h, deadline) for p, h in found[:MOST_HOSTS]))
        return MxResult("ok", tuple(hosts), max(0, len(found) - MOST_HOSTS))

    async def _implicit(self, domain: str, deadline: float) -> MxResult:
        host = await self._host(0, domain, deadline)
        if host.status == "ok":
            return MxResult("implicit", (host,))
        return MxResult("none" if host.status in ("none", "nxdomain") else host.status)

    async def _host(self, preference: int, host: str, deadline: float) -> MxHost:
        v4, v6 = await asyncio.gather(self._ask(host, "A", deadline), self._ask(host, "AAAA", deadline))
        addresses = [str(r.address) for _, records in (v4, v6) for r in records[:MOST_ADDRESSES]]
        status: HostStatus = "ok" if addresses else _worst(v4[0], v6[0])
        return MxHost(preference, host, tuple(addresses), status)

    async def _ask(self, name: str, kind: str, deadline: float) -> tuple[HostStatus, Sequence[Any]]:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return "timeout", []
        try:
            absolute = dns.name.from_text(name).canonicalize()
            answer = await asyncio.wait_for(self._resolver.resolve(absolute, kind, search=False, lifetime=left), left)
        except dns.resolver.NXDOMAIN:
            return "nxdomain", []
        except dns.resolver.NoAnswer:
            return "none", []
        except (dns.exception.Timeout, TimeoutError):
            return "timeout", []
        except (dns.exception.DNSException, OSError, ValueError):
            return "failure", []
        return "ok", list(answer)


def _worst(one: HostStatus, other: HostStatus) -> HostStatus:
    """What two questions about one host say together, neither having found an address."""
    order: tuple[HostStatus, ...] = ("timeout", "failure", "none", "nxdomain", "ok")
    return min(one, other, key=order.index)
