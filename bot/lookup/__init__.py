"""Look-ups in the DNS: bounded in time, size and number; absolute names only; connections to name servers alone.

What a stranger's zone says comes back as plain values; what it names is asked only where the public DNS is meant.
"""

from collections.abc import Collection

from bot.core.dns.records import Lookup
from bot.lookup.concurrency import LookupLimiter, SharedLookup
from bot.lookup.mail_records import MailDns
from bot.lookup.name_policy import NamePolicy
from bot.lookup.query import QueryClient, Seen
from bot.lookup.resolver import RESOLV_CONF, open_resolver

BUDGET = 4.0  # seconds for a whole look-up: Slack's people wait for it


def open_lookup(
    nameservers: str,
    internal: Collection[str] = (),
    budget: float = BUDGET,
    resolv_conf: str = RESOLV_CONF,
    shares: LookupLimiter | None = None,
    seen: Seen | None = None,
) -> Lookup:
    """A look-up with these name servers: "ip[:port], …", an IPv6 address with a port in brackets; empty: the system's.

    `internal`: zones, in A-labels, that are never asked. `budget`: seconds for one look-up. `shares`: how many at once;
    None: the usual. `seen`: is told of every question. Raises ValueError that names the variable and the cure.
    """
    names = NamePolicy(internal)
    checked, unchecked = (open_resolver(nameservers, budget, resolv_conf) for _ in range(2))
    asks = MailDns(QueryClient(checked, unchecked, names, seen), names, budget)
    return SharedLookup(asks, names, shares or LookupLimiter())
