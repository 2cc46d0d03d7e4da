"""DNS look-ups: bounded in time, size and number; absolute names only; connections to name servers alone.

Answers from a stranger's zone come back as plain values (bot/core/dns/records.py); names in them are looked up only if
name_policy.py allows it. A look-up passes concurrency.py (rate), mail_records.py (which records), query.py (one
question), resolver.py (name servers, cache) and bounded_sockets.py (size of an answer).
"""

from collections.abc import Collection

from bot.answering.lookup.concurrency import LimitedLookup, LookupLimiter
from bot.answering.lookup.mail_records import MailRecords
from bot.answering.lookup.name_policy import NamePolicy
from bot.answering.lookup.query import OnQuery, QueryClient
from bot.answering.lookup.resolver import RESOLV_CONF, open_resolver
from bot.core.dns.records import Lookup

BUDGET = 4.0  # seconds for a whole look-up: Slack's people wait for it


def open_lookup(
    nameservers: str,
    internal: Collection[str] = (),
    budget: float = BUDGET,
    resolv_conf: str = RESOLV_CONF,
    limiter: LookupLimiter | None = None,
    on_query: OnQuery | None = None,
) -> Lookup:
    """Look-up with these name servers: "ip[:port], …", an IPv6 address with a port in brackets; empty: the system's.

    `internal`: zones, in A-labels, that are never asked. `budget`: seconds for one look-up. `limiter`: of look-ups at
    the same time; None: one with the usual limits. `on_query`: called after every DNS query, for the metrics; None:
    nothing is. Raises ValueError that names the variable and the cure.
    """
    names = NamePolicy(internal)
    checked, unchecked = (open_resolver(nameservers, budget, resolv_conf) for _ in range(2))
    mail_dns = MailRecords(QueryClient(checked, unchecked, names, on_query), names, budget)
    return LimitedLookup(mail_dns, names, limiter or LookupLimiter())
