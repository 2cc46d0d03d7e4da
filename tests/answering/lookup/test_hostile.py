"""Hostile, lame, slow and broken name servers: each gets a status, and costs no more than its limits."""

import time

import pytest

from bot.answering.lookup import open_lookup
from bot.core.dns.records import Lookup, Status
from tests.rows import each_row
from tests.servers.dns_server import DnsServer

ZONE = {
    "fine.example.net": {"MX": ["10 mx.example.net."]},
    "mx.example.net": {"A": ["9.9.9.9"]},
    "alias.example.net": {"CNAME": ["fine.example.net."]},
    "dangling.example.net": {"CNAME": ["gone.example.net."]},
    "aliased-mx.example.net": {"MX": ["10 alias-of-mx.example.net."]},
    "alias-of-mx.example.net": {"CNAME": ["mx.example.net."]},
    "circle.example.net": {"CNAME": ["circle2.example.net."]},
    "circle2.example.net": {"CNAME": ["circle.example.net."]},
    **{f"c{n}.example.net": {"CNAME": [f"c{n + 1}.example.net."]} for n in range(18)},
    "c18.example.net": {"MX": ["10 mx.example.net."]},
    "crowd.example.net": {"MX": [f"{n} mx{n}.example.net." for n in range(120)]},
    "literal.example.net": {"MX": ["10 192.0.2.1.", "20 mail.", "30 mx.example.net."]},
}
FAULTS = {
    "bogus.example.net": "bogus",
    "servfail.example.net": "servfail",
    "refused.example.net": "refused",
    "referral.example.net": "referral",
    "garbage.example.net": "garbage",
    "other-id.example.net": "other id",
    "oversized.example.net": "oversized",
    "flood.example.net": "flood",
    "stalled.example.net": "stalled",
    "silent.example.net": "never",
}
ZONE |= {name: {"MX": ["10 mx.example.net."]} for name in FAULTS}
SAID: list[tuple[str, str, Status]] = [
    # what the server does, domain, status
    ("answers", "fine.example.net", "ok"),
    ("SERVFAIL, but an answer with CD (RFC 4035, 3.2.2)", "bogus.example.net", "dnssec"),
    ("SERVFAIL, with CD too", "servfail.example.net", "failure"),
    ("REFUSED: lame (RFC 9499, 7)", "refused.example.net", "lame"),
    ("an upward referral: lame (RFC 9499, 7)", "referral.example.net", "lame"),
    ("octets that are no message", "garbage.example.net", "timeout"),
    ("an answer to another question (RFC 5452, 9.1)", "other-id.example.net", "timeout"),
    ("55 kB over TCP", "oversized.example.net", "failure"),
    ("20 kB over UDP", "flood.example.net", "timeout"),
    ("truncated, then a TCP connection that stays silent", "stalled.example.net", "timeout"),
    ("nothing", "silent.example.net", "timeout"),
    ("CNAMEs in a circle (RFC 1034, 3.6.2)", "circle.example.net", "loop"),
    ("a chain of nineteen CNAMEs", "c0.example.net", "loop"),
    ("a CNAME to nothing (RFC 6604, 3)", "dangling.example.net", "nxdomain"),
]


def opened(server: DnsServer, budget: float = 4.0) -> Lookup:
    return open_lookup(server.address, budget=budget)


@each_row(("domain", "status"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
async def test_every_fault_of_a_server_has_a_status(domain: str, status: Status) -> None:
    async with DnsServer(ZONE, FAULTS, late=0.6) as server:
        began = time.monotonic()
        assert (await opened(server, 0.4 if status == "timeout" else 4.0).mx(domain)).status == status
        assert time.monotonic() - began < 3.0


async def test_the_name_behind_an_alias_is_named() -> None:
    async with DnsServer(ZONE) as server:
        lookup = opened(server)
        assert (await lookup.mx("alias.example.net")).alias == "fine.example.net"
        assert (await lookup.mx("dangling.example.net")).alias == "gone.example.net"
        (host,) = (await lookup.mx("aliased-mx.example.net")).hosts
        assert (host.alias, host.addresses) == ("mx.example.net", ("9.9.9.9",))


async def test_records_beyond_the_limit_are_cut_and_counted() -> None:
    async with DnsServer(ZONE) as server:
        found = await opened(server).mx("crowd.example.net")
        assert (len(found.hosts), found.left_out) == (10, 110)
        assert sum(asked.startswith("mx") for asked in server.asked) == 20


async def test_a_mail_exchanger_that_is_no_host_name_is_not_asked() -> None:
    async with DnsServer(ZONE) as server:
        found = await opened(server).mx("literal.example.net")
        assert [host.status for host in found.hosts] == ["address", "incomplete", "ok"]
        assert not {asked for asked in server.asked if asked.startswith(("192", "mail "))}


async def test_a_lame_server_is_passed_over_for_one_that_answers() -> None:
    async with DnsServer(ZONE, {"fine.example.net": "refused"}) as lame, DnsServer(ZONE) as server:
        assert (await open_lookup(f"{lame.address}, {server.address}").mx("fine.example.net")).status == "ok"


@pytest.mark.parametrize(("domain", "kind"), [("fine.example.net", "MX"), ("gone.example.net", "MX")])
async def test_an_answer_is_cached_for_its_time_to_live(domain: str, kind: str) -> None:
    """Also that there is none (RFC 2308 section 5)."""
    async with DnsServer(ZONE, ttl=30) as server:
        lookup = opened(server)
        first = await lookup.mx(domain)
        assert await lookup.mx(domain) == first
        assert server.asked.count(f"{domain} {kind}") == 1


@pytest.mark.parametrize("domain", ["fine.example.net", "gone.example.net"])
async def test_an_answer_without_time_to_live_is_not_cached(domain: str) -> None:
    async with DnsServer(ZONE, ttl=0) as server:
        lookup = opened(server)
        await lookup.mx(domain)
        await lookup.mx(domain)
        assert server.asked.count(f"{domain} MX") == 2


async def test_a_failure_is_not_cached() -> None:
    async with DnsServer(ZONE, FAULTS) as server:
        lookup = opened(server)
        assert (await lookup.mx("bogus.example.net")).status == "dnssec"
        assert (await lookup.mx("bogus.example.net")).status == "dnssec"
        assert server.asked.count("bogus.example.net MX") == 4
