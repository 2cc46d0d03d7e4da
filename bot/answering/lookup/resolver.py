"""DNS resolver: the name servers that are asked, its limits and its cache."""

import time
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.resolver

from bot.core.dns.nameservers import parse_nameservers

PATIENCE = 1.5  # seconds that one query to one server may take
PAYLOAD = 1232  # octets of a UDP answer that arrive unfragmented (dnsflagday.net/2020); larger ones come over TCP
MOST_CACHED = 4_000  # answers; the oldest unused one makes room
MOST_RECORDS_CACHED = 64  # of one answer: larger ones are asked again instead of filling the memory
LONGEST_CACHED = 300.0  # seconds, also where a TTL is longer: people ask again when they have just corrected a zone
RESOLV_CONF = "/etc/resolv.conf"


class BoundedCache(dns.resolver.LRUCache):
    """Cache of answers for their TTL, of their absence for the SOA's (RFC 2308 section 5), within the limits above."""

    def put(self, key: dns.resolver.CacheKey, value: dns.resolver.Answer) -> None:
        """Stores an answer, unless it has more than MOST_RECORDS_CACHED records."""
        if sum(len(rrset) for section in value.response.sections for rrset in section) <= MOST_RECORDS_CACHED:
            value.expiration = min(value.expiration, time.time() + LONGEST_CACHED)
            super().put(key, value)


class FailoverNameserver(dns.nameserver.Do53Nameserver):
    """Name server that moves behind the others when it does not answer, so that later queries do not wait for it."""

    def __init__(self, address: str, port: int = 53) -> None:
        super().__init__(address, port)
        self.resolver: dns.resolver.BaseResolver | None = None  # in whose list it stands

    async def async_query(self, *question: Any, **options: Any) -> dns.message.Message:
        """Response of this server, as dnspython's; after a timeout the server is moved to the end of the list."""
        try:
            return await super().async_query(*question, **options)
        except dns.exception.Timeout:
            if self.resolver:
                self.resolver.nameservers = sorted(self.resolver.nameservers, key=lambda server: server is self)
            raise


def open_resolver(nameservers: str, budget: float, resolv_conf: str = RESOLV_CONF) -> dns.asyncresolver.Resolver:
    """Resolver with these name servers, "ip[:port], …"; empty: the system's. `budget`: seconds for one query.

    Raises ValueError that names the variable and the cure.
    """
    resolver = _with_servers(nameservers) if nameservers.strip() else _with_system_servers(resolv_conf)
    servers = [_with_failover(server, resolver) for server in resolver.nameservers]
    resolver.nameservers = [*servers]
    resolver.search, resolver.domain = [], dns.name.root
    resolver.timeout, resolver.lifetime = PATIENCE, budget
    resolver.use_edns(0, 0, PAYLOAD)
    resolver.cache = BoundedCache(MOST_CACHED)
    return resolver


def _with_failover(server: str | dns.nameserver.Nameserver, resolver: dns.asyncresolver.Resolver) -> FailoverNameserver:
    moving = server if isinstance(server, FailoverNameserver) else FailoverNameserver(str(server))
    moving.resolver = resolver
    return moving


def _with_servers(nameservers: str) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [FailoverNameserver(*server) for server in parse_nameservers(nameservers)]
    return resolver


def _with_system_servers(resolv_conf: str) -> dns.asyncresolver.Resolver:
    """Resolver with the system's name servers; without any, the local machine's (resolv.conf(5))."""
    try:
        return dns.asyncresolver.Resolver(resolv_conf)
    except dns.resolver.NoResolverConfiguration:
        return _with_servers("127.0.0.1")
    except ValueError as wrong:
        raise ValueError(
            f"POSTBOTE_NAMESERVERS is not set, and {resolv_conf}: {wrong}; set it or correct that"
        ) from None
