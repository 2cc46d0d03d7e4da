"""/mx domain: where a domain's mail goes, with a plain verdict.

Rules: RFC 5321 section 5.1 (order of preference, implicit MX), RFC 7505 (null MX), RFC 2606/6761/6762/7686 (names
that must not be asked).
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.commands import Tools, wants_help
from bot.core.addresses import is_reserved, near_miss, parse_domain, to_ascii
from bot.core.mail_dns import NOT_KNOWN, MxHost, MxResult
from bot.core.model import Answer, Language, UserError

NAME = "mx"
HINT = "domain"


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """Raises UserError where the argument is no domain, or none that may be asked: then no server is asked at all."""
    if wants_help(argument) or not argument.strip():
        return Answer(NAME, language, {"help": True})
    domain = parse_domain(argument)
    if is_reserved(domain):
        raise UserError("reserved", given=domain)
    return Answer(NAME, language, judge(domain, await tools.lookup.mx(to_ascii(domain))))


def judge(domain: str, found: MxResult) -> Mapping[str, Any]:
    """What templates/mx.md needs: the verdict's name, the hosts in order, a suggestion for a slip of the finger."""
    return {
        "help": False,
        "domain": domain,
        "verdict": _verdict(found),
        "hosts": [_row(host) for host in found.hosts],
        "left_out": found.left_out,
        "meant": near_miss(domain) if found.status in ("nxdomain", "none", "failure") else "",
    }


def _verdict(found: MxResult) -> str:
    """A status of the look-up, or how many of the mail exchangers have an address: ok, partly, unreachable, unknown."""
    if found.status != "ok":
        return found.status
    states = {host.status for host in found.hosts}
    if states == {"ok"}:
        return "ok"
    if "ok" in states:
        return "partly"
    return "unknown" if states & NOT_KNOWN else "unreachable"


def _row(host: MxHost) -> Mapping[str, Any]:
    return {**asdict(host), "addresses": list(host.addresses), "unknown": list(host.unknown)}
