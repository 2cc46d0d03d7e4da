"""Look-ups in the DNS: bounded in time and number, absolute names only, no connection to anything but name servers."""

import asyncio
import ipaddress
import re
from collections.abc import Sequence
from typing import Any, Literal

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from bot.core.addresses import is_reserved
from bot.core.mail_dns import HostStatus, Lookup, MxHost, MxResult

BUDGET = 4.0  # seconds for a whole look-up: Slack's people wait for it
PATIENCE = 1.5  # seconds that one question to one server may take
MOST_HOSTS = 10  # mail exchangers whose addresses are asked
MOST_ADDRESSES = 8  # shown for one host and kind
RESOLV_CONF = "/etc/resolv.conf"
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


def open_lookup(nameservers: str, budget: float = BUDGET, resolv_conf: str = RESOLV_CONF) -> Lookup:
    """A look-up with these name servers: "ip[:port], …", an IPv6 address with a port in brackets; empty: the system's.

    `budget`: seconds for one look-up. Raises ValueError that names the variable and the cure.
    """
    resolver = _with_servers(nameservers) if nameservers.strip() else _with_system_servers(resolv_conf)
    resolver.search, resolver.domain = [], dns.name.root
    resolver.timeout, resolver.lifetime = PATIENCE, budget
    resolver.cache = dns.resolver.LRUCache(2_000)
    return DnsLookup(resolver, budget)


def _with_servers(nameservers: str) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=False)
    parts = [part.strip() for part in nameservers.split(",") if part.strip()]
    resolver.nameservers = [_server(part) for part in parts or [nameservers]]
    return resolver


def _with_system_servers(resolv_conf: str) -> dns.asyncresolver.Resolver:
    """Where the system names none, the one on the local machine (resolv.conf(5)): only /mx needs a name server."""
    try:
        return dns.asyncresolver.Resolver(resolv_conf)
    except dns.resolver.NoResolverConfiguration:
        return _with_servers("127.0.0.1")
    except ValueError as wrong:
        raise ValueError(
            f"POSTBOTE_NAMESERVERS is not set, and {resolv_conf}: {wrong}; set it or correct that"
        ) from None


def _server(text: str) -> dns.nameserver.Nameserver:
    try:
        return dns.nameserver.Do53Nameserver(*_address_and_port(text))
    except ValueError:
        raise ValueError(
            f"POSTBOTE_NAMESERVERS: {text!r} is no ip[:port]; write for example 9.9.9.9, 127.0.0.1:5353 or [::1]:53"
        ) from None


def _address_and_port(text: str) -> tuple[str, int]:
    if ":" in text and not text.startswith("[") and text.count(":") > 1:  # bare IPv6: its end only looks like a port
        return str(ipaddress.IPv6Address(text)), 53
    found = _WITH_PORT.fullmatch(text)
    if not found or not 0 < (port := int(found["port"] or 53)) < 65_536:
        raise ValueError("neither ip nor ip:port")
    address = ipaddress.IPv6Address(found["v6"]) if found["v6"] else ipaddress.IPv4Address(found["v4"])
    return str(address), port


class DnsLookup:
    """The real thing, on dnspython."""

    def __init__(self, resolver: dns.asyncresolver.Resolver, budget: float) -> None:
        self._resolver = resolver
        self._budget = budget

    async def mx(self, domain: str) -> MxResult:
        """See Lookup."""
        deadline = asyncio.get_running_loop().time() + self._budget
        name = dns.name.from_text(domain)
        status, records = await self._ask(name, "MX", deadline)
        if status == "none":
            return await self._implicit(name, deadline)
        if status != "ok":
            return MxResult("failure" if status == "reserved" else status)
        found = sorted((int(r.preference), r.exchange) for r in records)
        if [host for _, host in found] == [dns.name.root]:
            return MxResult("null")
        hosts = await asyncio.gather(*(self._host(p, h, deadline) for p, h in found[:MOST_HOSTS]))
        return MxResult("ok", tuple(hosts), max(0, len(found) - MOST_HOSTS))

    async def _implicit(self, name: dns.name.Name, deadline: float) -> MxResult:
        host = await self._host(0, name, deadline)
        if host.status == "ok":
            return MxResult("implicit", (host,))
        return MxResult(host.status if host.status in ("timeout", "failure") else "none")

    async def _host(self, preference: int, name: dns.name.Name, deadline: float) -> MxHost:
        host = name.to_text(omit_final_dot=True)
        if is_reserved(host):  # what a stranger's zone names must not reach into the operator's own network
            return MxHost(preference, host, (), "reserved")
        v4, v6 = await asyncio.gather(self._ask(name, "A", deadline), self._ask(name, "AAAA", deadline))
        shown = tuple(str(r.address) for _, records in (v4, v6) for r in records[:MOST_ADDRESSES])
        if not shown:
            return MxHost(preference, host, (), _worst(v4[0], v6[0]))
        more = len(v4[1]) + len(v6[1]) - len(shown)
        return MxHost(preference, host, shown, "ok", more, _unknown(v4[0], v6[0]))

    async def _ask(self, name: dns.name.Name, kind: str, deadline: float) -> tuple[HostStatus, Sequence[Any]]:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return "timeout", []
        try:
            question = self._resolver.resolve(name.canonicalize(), kind, search=False, lifetime=left)
            return "ok", list(await asyncio.wait_for(question, left))
        except dns.resolver.NXDOMAIN:
            return "nxdomain", []
        except dns.resolver.NoAnswer:
            return "none", []
        except (dns.exception.Timeout, TimeoutError):
            return "timeout", []
        except (dns.exception.DNSException, OSError, ValueError):
            return "failure", []


def _unknown(v4: HostStatus, v6: HostStatus) -> tuple[Literal["IPv4", "IPv6"], ...]:
    asked: tuple[tuple[Literal["IPv4", "IPv6"], HostStatus], ...] = (("IPv4", v4), ("IPv6", v6))
    return tuple(kind for kind, status in asked if status in ("timeout", "failure"))


def _worst(one: HostStatus, other: HostStatus) -> HostStatus:
    """What two questions about one host say together, neither having found an address."""
    order: tuple[HostStatus, ...] = ("timeout", "failure", "none", "nxdomain")
    return min(one, other, key=order.index)
