"""Error checks: whether the condition of an explained error still holds, as far as the DNS can tell.

Two pure steps: `find_targets` finds the names in an explained error, `assess_condition` compares the DNS's answer with
the error's condition. Only the DNS is ever asked: of a connection, of TLS and of a single mailbox it cannot tell
anything.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.core.dns.records import NOT_KNOWN, MxHost, MxResult
from bot.core.dns.special_addresses import address_kind
from bot.core.lazy_regex import lazy_regex
from bot.core.model import Condition, Target, UserError
from bot.core.text.addresses import is_reserved, near_miss, parse_domain

MOST = 2  # names of one message that a check is offered for
MOST_HOSTS = 5  # mail servers that a finding names

_HOST = r"<?(?P<name>(?:[a-z0-9_](?:[\w-]{0,61}\w)?\.){1,8}[^\W\d_][\w-]{1,62})(?![\w@-])"
_LOCAL = r"<?(?<![\w.+%@-])[\w!#$&'*+/=?^{|}~-][\w.!#$&'*+/=?^{|}~%-]{0,63}"
_ADDRESS = rf"{_LOCAL}@(?P<name>(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_][\w-]{{1,62}})"


def _patterns(*texts: str) -> tuple[re.Pattern[str], ...]:
    """Compiled patterns. HOST and ADDRESS stand for a host name and a mail address (group "name": its domain)."""
    filled = (text.replace("HOST", _HOST).replace("ADDRESS", _ADDRESS) for text in texts)
    return tuple(lazy_regex(text, re.IGNORECASE | re.MULTILINE) for text in filled)


_HOST_LOOKED_UP = _patterns(  # Postfix, Exim, Halon: a host whose address was asked for
    r"(?:name service error|namensdienstfehler) (?:for|für) (?:name=)?HOST(?!\S{0,3}\s{1,9}type=MX)",
    r"look up host HOST",
    r"no A record: HOST",
    r"DNS type 'a{1,4}' lookup of HOST",
)
_DOMAIN_LOOKED_UP = _patterns(  # Postfix, sendmail, qmail, Exchange, Exim: a domain whose mail server was asked for
    r"name service error for name=HOST\S{0,3}\s{1,9}type=MX",
    r"name server: HOST",
    r"any host named HOST",
    r"DNS type 'mx' lookup of HOST",
    r"\b(?:DNS|mail|the) domain \"?HOST",
    r"DNS_MX: HELO HOST",
)
_SENDER = _patterns(
    r"\b(?:MAIL FROM:?|MAIL VON:?|from=|F:)\s{0,3}ADDRESS",
    r"ADDRESS\s?>?[:.]{1,3} (?:Sender address rejected|Domain of sender)",
    r"sender address ADDRESS",
    r"Verification failed for ADDRESS",
)
_RECIPIENT = _patterns(
    r"\b(?:RCPT(?: TO)?:?|to=|rfc822;|to remote|T:)\s{0,3}ADDRESS",
    r"^\W{0,4}ADDRESS>?:?\s{0,3}$",
    r"ADDRESS>?[:.,]{0,3} (?:Recipient|User unknown|No such user)",
    r"\b(?:in|details:) domain:? \"?HOST",
)
_SERVER = _patterns(
    r"connect(?:ion)?(?: error)? to HOST\.?\[",
    r"(?:\brelay=|\bH=|\bhost |\bwith |\bby |\bfrom ')HOST(?:\.?[\[',; ]|\.?$)",
    r"(?:server(?: \(MX\))?|failed for) HOST",
    r"\[HOST \d{1,3}\.",
)
_ANY_ADDRESS = _patterns(r"ADDRESS")
_OF_A_MACHINE = lazy_regex(r"<?(?:mailer-daemon|postmaster|double-bounce)@", re.IGNORECASE)


def find_targets(text: str, conditions: Sequence[Condition], own: Collection[str]) -> tuple[Target, ...]:
    """Names to ask the DNS about, at most two; empty where the error names none that may be asked.

    `text`: as bot/core/text/normalize.py's `error_text` gives it. `conditions`: of the explained entries, in their
    order. `own`: the hoster's host names, which are never at fault.
    """
    found = (target for condition in conditions if (target := _target(text, condition, own)))
    return tuple({target.name: target for target in reversed(list(found))}.values())[::-1][:MOST]


def _target(text: str, condition: Condition, own: Collection[str]) -> Target | None:
    senders = set(_names(text, _SENDER))
    others = [name for name in _names(text, _ANY_ADDRESS) if name not in senders]
    candidates: Sequence[tuple[Iterator[str], Condition]]
    if condition == "no-address":
        candidates = (
            (_names(text, _HOST_LOOKED_UP), "no-address"),
            (_names(text, _DOMAIN_LOOKED_UP), "no-mail-server"),
            (_names(text, _RECIPIENT), "no-mail-server"),
        )
    elif condition == "no-mail-server":
        candidates = (
            (_names(text, _SENDER), condition),
            (_names(text, _DOMAIN_LOOKED_UP), condition),
            (iter(others if len(set(others)) == 1 else ()), condition),
        )
    else:
        sources = (_names(text, _RECIPIENT), iter(others), _names(text, _SERVER))
        candidates = [(names, condition) for names in sources]
    asked = (Target(name, kind) for names, kind in candidates for name in names if _may_be_asked(name, own))
    return next(asked, None)


def _names(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """Domains and hosts that the patterns find, in lower case; machines' own addresses are passed over."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _OF_A_MACHINE.match(match.group().rpartition(" ")[2]):
                yield match["name"].lower()


def _may_be_asked(name: str, own: Collection[str]) -> bool:
    try:
        return not is_reserved(parse_domain(name)) and name not in own
    except UserError:
        return False


def assess_condition(
    target: Target, found: MxHost | MxResult | None, parent: str = "", mx: MxResult | None = None
) -> Mapping[str, Any]:
    """Facts about one name for templates/check.md; JSON values only.

    `found`: the DNS's answer: about a host for the condition no-address, else about a domain; None: the name may not be
    asked. `parent`, `mx`: for a host, the domain above it and its mail servers; empty and None: not asked.
    The fact `state` is holds, gone, unseen (the DNS cannot tell), unclear (it says one thing and another), unknown (it
    gave no usable answer) or refused (nobody was asked); `shows` is as `_host_status` and `_domain_status` say.
    The facts `of_error` and `explained`: see check_names in bot/commands/check.py.
    """
    shows = "reserved" if found is None else _host_status(found) if isinstance(found, MxHost) else _domain_status(found)
    return {
        "name": target.name,
        "condition": target.condition,
        "shows": shows,
        "state": _state(target.condition, shows),
        "servers": _servers(found),
        "meant": near_miss(target.name) if shows in ("nxdomain", "none") else "",
        "parent": parent,
        "points": _mx_names_host(target.name, mx),
        "of_error": True,
        "explained": False,
    }


def _state(condition: Condition, shows: str) -> str:
    if shows in ("reserved", "unknown"):
        return {"reserved": "refused"}.get(shows, shows)
    if shows in ("none", "nxdomain", "null", "unreachable"):
        return "unseen" if condition == "no-tls" else "holds"
    if condition not in ("no-address", "no-mail-server"):
        return "unseen"
    return "gone" if shows in ("usable", "implicit") else "unclear"


def _host_status(found: MxHost) -> str:
    """Status of a host: usable, not-public (its addresses are private and such), none, nxdomain, reserved, unknown."""
    if found.status == "ok":
        return "usable" if _is_public(found) else "not-public"
    if found.status in NOT_KNOWN:
        return "unknown"
    return found.status if found.status in ("none", "nxdomain") else "reserved"


def _domain_status(found: MxResult) -> str:
    """Status of a domain: a host's, or one of those of mail alone.

    implicit: an address without MX; null: no mail here; contradictory: that, and mail servers; unreachable: not public.
    """
    if found.status not in ("ok", "implicit"):
        return "unknown" if found.status in NOT_KNOWN else str(found.status)
    if any(host.status == "null" for host in found.hosts):
        return "contradictory"
    if any(_is_public(host) for host in found.hosts):
        return "usable" if found.status == "ok" else "implicit"
    not_known = {host.status for host in found.hosts} & NOT_KNOWN
    return "unknown" if not_known or found.left_out else "unreachable"


def _is_public(host: MxHost) -> bool:
    """True if anybody may reach the host, as far as addresses tell (bot/core/dns/special_addresses.py)."""
    return bool(_public_addresses(host))


def _servers(found: MxHost | MxResult | None) -> Sequence[Mapping[str, Any]]:
    """Hosts that have an address, each with at most two: [{"host": …, "addresses": […]}], at most five.

    Of a domain's mail servers only the public addresses: nobody reaches the others.
    """
    hosts = () if found is None else (found,) if isinstance(found, MxHost) else found.hosts
    shown = [(host, _public_addresses(host) or host.addresses) for host in hosts if host.status == "ok"]
    named = [(h, a) for h, a in shown if isinstance(found, MxHost) or _is_public(h)]
    return [{"host": host.host, "addresses": list(addresses[:2])} for host, addresses in named[:MOST_HOSTS]]


def _public_addresses(host: MxHost) -> tuple[str, ...]:
    return tuple(address for address in host.addresses if address_kind(address)[0] == "public")


def _mx_names_host(name: str, mx: MxResult | None) -> bool | None:
    """True if the domain's MX names this host; None: not known."""
    if mx is None or mx.status in NOT_KNOWN or mx.status == "reserved":
        return None
    listed = mx.status == "ok" and any(host.host.lower() == name for host in mx.hosts)
    return None if not listed and mx.left_out else listed
