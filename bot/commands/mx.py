"""/mx domain: a domain's mail servers, their faults, and the domain's mail policies in brief.

The DNS alone is asked; no mail server is contacted. RULES names the source of every fault;
bot/core/dns/txt_policies.py those of SPF, DMARC, MTA-STS and TLS reporting.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from bot.commands import Tools, wants_help
from bot.core.dns.records import NOT_KNOWN, MxHost, MxResult
from bot.core.dns.special_addresses import address_kind
from bot.core.model import Answer, Language, UserError
from bot.core.text.addresses import is_reserved, near_miss, parse_domain
from bot.core.text.excerpt import shorten
from bot.core.text.idna_names import to_ascii

NAME = "mx"
HINT = "domain"

# Name of a finding → its rule. Findings about a host are named like its row's state in templates/mx.md.
RULES: Mapping[str, str] = {
    "null-beside-others": "RFC 7505, 3",
    "address": "RFC 1035, 3.3.9; RFC 5321, 5.1",
    "incomplete": "RFC 1034, 3.1",
    "reserved": "RFC 6761, 6",
    "nxdomain": "RFC 5321, 5.1",
    "none": "RFC 5321, 5.1",
    "not-public": "RFC 6890, 2.2",
    "alias": "RFC 2181, 10.3; RFC 5321, 5.1",
    "twice": "RFC 5321, 5.1",
    "null-preference": "RFC 7505, 3",
}
EXPLAINED = "error-name-service"  # the entry about "Host found but no data record of requested type"
LONGEST_SHOWN = 80  # characters of a name that a stranger chose; DNS names may have 253, each written as up to four
MOST_NAMED = 3  # hosts that are named again where a rule is explained
_shown = partial(shorten, longest=LONGEST_SHOWN)


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """Report on the domain. Raises UserError for no domain, or one that may not be asked: then no server is asked."""
    if wants_help(argument) or not argument.strip():
        return Answer(NAME, language, {"help": True})
    domain = parse_domain(argument)
    if is_reserved(domain):
        raise UserError("reserved", given=domain)
    return Answer(NAME, language, assess_mx(domain, await tools.lookup.mx(to_ascii(domain))))


def assess_mx(domain: str, found: MxResult) -> Mapping[str, Any]:
    """Facts for templates/mx.md, JSON values only: verdict, hosts in order of preference, findings, policies."""
    from bot.core.dns.txt_policies import read  # with the parser of SPF, which most starts have no need of

    findings = _findings(found)
    return {
        "help": False,
        "domain": domain,
        "alias": _shown(found.alias),
        "verdict": _verdict(found, {finding["rule"] for finding in findings}),
        "hosts": [_row(host) for host in found.hosts if host.status != "null"],
        "tied": _tied([host for host in found.hosts if host.status != "null"]),
        "noticed": findings,
        "left_out": found.left_out,
        "meant": "" if found.status in ("ok", "implicit") else near_miss(domain),
        "explained": EXPLAINED if any(f["rule"] in ("none", "nxdomain") for f in findings) else "",
        "policies": {kind: asdict(r) for kind, r in read(found.policies).items()} if found.policies else {},
    }


def is_reachable(host: MxHost) -> bool:
    """True if the host has an address in the public internet."""
    return any(address_kind(address)[0] == "public" for address in host.addresses)


def _verdict(found: MxResult, rules: set[str]) -> str:
    """Verdict: a status of the look-up; with MX records ok, flawed, contradictory, partly, unreachable or unknown.

    For implicit also implicit-unreachable; for nxdomain also alias-broken, where an alias leads there.
    """
    hosts = [host for host in found.hosts if host.status != "null"]
    up = [host for host in hosts if is_reachable(host)]
    if found.status == "implicit":
        return "implicit" if up else "implicit-unreachable"
    if found.status == "nxdomain" and found.alias:
        return "alias-broken"
    if found.status != "ok":
        return found.status
    if "null-beside-others" in rules:
        return "contradictory"
    if len(up) == len(hosts):
        return "flawed" if rules else "ok"
    if up:
        return "partly"
    return "unknown" if any(host.status in NOT_KNOWN for host in hosts) else "unreachable"


def _findings(found: MxResult) -> Sequence[Mapping[str, Any]]:
    """Findings: rules that are broken or worth knowing, in the order of RULES, each with the hosts that it is about."""
    hosts = [host for host in found.hosts if host.status != "null"]
    about: dict[str, list[str]] = {
        "null-beside-others": ["."] if len(hosts) < len(found.hosts) else [],
        "not-public": [host.host for host in hosts if host.status == "ok" and not is_reachable(host)],
        "alias": [host.host for host in hosts if host.alias and found.status == "ok"],
        "twice": [name for name, times in Counter(host.host for host in hosts).items() if times > 1],
        "null-preference": ["."] if found.null_preference else [],
    }
    for state in ("address", "incomplete", "reserved", "nxdomain", "none"):
        about[state] = [host.host for host in hosts if host.status == state]
    return [
        {
            "rule": rule,
            "source": source,
            "hosts": [_shown(h) for h in _some(about[rule])],
            "count": len(about[rule]),
        }
        for rule, source in RULES.items()
        if about[rule]
    ]


def _some(names: Sequence[str]) -> Sequence[str]:
    """First MOST_NAMED names; one more where that is all: "and 1 more" is as long as its name."""
    return names if len(names) == MOST_NAMED + 1 else names[:MOST_NAMED]


def _tied(hosts: Sequence[MxHost]) -> Sequence[Mapping[str, Any]]:
    """Hosts that share their preference, by preference: they are tried in random order (RFC 5321 section 5.1)."""
    shared: dict[int, list[str]] = {}
    for host in hosts:
        shared.setdefault(host.preference, []).append(_shown(host.host))
    tied = {p: list(dict.fromkeys(names)) for p, names in shared.items()}
    return [{"preference": preference, "hosts": names} for preference, names in tied.items() if len(names) > 1]


def _row(host: MxHost) -> Mapping[str, Any]:
    return {
        "preference": host.preference,
        "host": _shown(host.host),
        "status": host.status,
        "alias": _shown(host.alias),
        "addresses": [{"address": address, "kind": address_kind(address)[0]} for address in host.addresses],
        "more": host.more,
        "unknown": list(host.unknown),
    }
