"""Mail records, looked up at a real name server on a real socket."""

import time
from dataclasses import replace

from bot.answering.lookup import open_lookup
from bot.core.dns.records import MxHost, MxResult
from tests.rows import each_row
from tests.servers.dns_server import DnsServer

ZONE = {
    "example.com": {"MX": ["20 mx2.example.com.", "10 mx1.example.com."]},
    "mx1.example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "mx2.example.com": {"A": ["192.0.2.2"]},
    "null.example.net": {"MX": ["0 ."]},
    "implicit.example.net": {"A": ["192.0.2.9"]},
    "empty.example.net": {"TXT": ["x"]},
    "dangling.example.net": {"MX": ["10 gone.example.net.", "20 bare.example.net."]},
    "bare.example.net": {"TXT": ["x"]},
    "many.example.net": {"MX": [f"{n} mx1.example.com." for n in range(10, 24)]},
    "mixed.example.net": {"MX": ["10 mx1.example.com.", "20 slow.example.net."]},
    "large.example.net": {"MX": ["10 mx1.example.com."]},
    "lame.example.net": {"MX": ["10 mx1.example.com."]},
    "late.example.net": {"MX": ["10 mx2.example.com."]},
    "half.example.net": {"MX": ["10 half-mx.example.net."]},
    "half-mx.example.net": {"A": ["192.0.2.3"], "AAAA": ["2001:db8::3"]},
    "inside.example.net": {"MX": ["10 printer.local.", "20 localhost.", "30 mx2.example.com."]},
    "printer.local": {"A": ["10.0.0.1"]},
    "localhost": {"A": ["127.0.0.1"]},
    "crowd.example.net": {"MX": ["10 crowd-mx.example.net."]},
    "crowd-mx.example.net": {"A": [f"192.0.2.{n}" for n in range(1, 12)]},
    "odd.example.net": {"MX": [r"10 b\252se.example.net."]},
    r"b\252se.example.net": {"A": ["192.0.2.4"]},
    "halfnull.example.net": {"MX": ["0 .", "10 mx2.example.com."]},
}
FAULTS = {
    "slow.example.net": "never",
    "hanging.example.net": "never",
    "broken.example.net": "servfail",
    "large.example.net": "truncated",
    "lame.example.net": "garbage",
    "late.example.net": "late",
    "half-mx.example.net AAAA": "servfail",
}
MX1 = MxHost(10, "mx1.example.com", ("192.0.2.1", "2001:db8::1"), "ok")
MX2 = MxHost(20, "mx2.example.com", ("192.0.2.2",), "ok")

ROWS = [
    ("in order of preference (RFC 5321, 5.1)", "example.com", MxResult("ok", (MX1, MX2))),
    ("null MX (RFC 7505)", "null.example.net", MxResult("null")),
    (
        "no MX but an address (RFC 5321, 5.1)",
        "implicit.example.net",
        MxResult("implicit", (MxHost(0, "implicit.example.net", ("192.0.2.9",), "ok"),)),
    ),
    ("neither MX nor address", "empty.example.net", MxResult("none")),
    ("no such domain", "nowhere.example.net", MxResult("nxdomain")),
    (
        "mail exchangers without an address",
        "dangling.example.net",
        MxResult("ok", (MxHost(10, "gone.example.net", (), "nxdomain"), MxHost(20, "bare.example.net", (), "none"))),
    ),
    (
        "one kind of address cannot be told",
        "half.example.net",
        MxResult("ok", (MxHost(10, "half-mx.example.net", ("192.0.2.3",), "ok", unknown=("IPv6",)),)),
    ),
    (
        "a name that is not public DNS is not asked for (RFC 6761, RFC 6762)",
        "inside.example.net",
        MxResult(
            "ok",
            (
                MxHost(10, "printer.local", (), "reserved"),
                MxHost(20, "localhost", (), "incomplete"),
                MxHost(30, "mx2.example.com", ("192.0.2.2",), "ok"),
            ),
        ),
    ),
    (
        "a host's name with a byte that is no ASCII (RFC 2181, 11)",
        "odd.example.net",
        MxResult("ok", (MxHost(10, r"b\252se.example.net", ("192.0.2.4",), "ok"),)),
    ),
    (
        "a null MX beside a real one, which RFC 7505 forbids",
        "halfnull.example.net",
        MxResult("ok", (MxHost(0, ".", (), "null"), MxHost(10, "mx2.example.com", ("192.0.2.2",), "ok"))),
    ),
    ("SERVFAIL", "broken.example.net", MxResult("failure")),
    ("truncated over UDP: asked again over TCP", "large.example.net", MxResult("ok", (MX1,))),
    ("a late answer", "late.example.net", MxResult("ok", (MxHost(10, "mx2.example.com", ("192.0.2.2",), "ok"),))),
]


@each_row(("domain", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
async def test_mail_exchangers_and_their_addresses_are_reported(domain: str, expected: MxResult) -> None:
    async with DnsServer(ZONE, FAULTS) as server:
        assert replace(await open_lookup(server.address).mx(domain), policies=None) == expected


@each_row("domain", ["hanging.example.net", "lame.example.net", "mixed.example.net"])
async def test_a_name_server_that_hangs_costs_no_more_than_the_budget(domain: str) -> None:
    async with DnsServer(ZONE, FAULTS) as server:
        began = time.monotonic()
        found = await open_lookup(server.address, budget=0.6).mx(domain)
        assert time.monotonic() - began < 3.0
        if domain == "mixed.example.net":
            assert [h.status for h in found.hosts] == ["ok", "timeout"]
        else:
            assert found.status in ("timeout", "failure")


async def test_names_are_absolute_and_a_search_list_is_never_tried() -> None:
    async with DnsServer(ZONE) as server:
        assert (await open_lookup(server.address).host("nowhere.example.net")).status == "nxdomain"
        await open_lookup(server.address).mx("nowhere.example.net")
        assert {asked.split()[0] for asked in server.asked} == {"nowhere.example.net"}


async def test_no_more_than_ten_mail_exchangers_are_looked_at() -> None:
    async with DnsServer(ZONE) as server:
        found = await open_lookup(server.address).mx("many.example.net")
        assert (len(found.hosts), found.left_out) == (10, 4)


async def test_no_more_than_four_addresses_of_a_kind_are_named_and_the_rest_is_counted() -> None:
    async with DnsServer(ZONE) as server:
        (host,) = (await open_lookup(server.address).mx("crowd.example.net")).hosts
        assert (len(host.addresses), host.more) == (4, 7)


async def test_a_reserved_mail_exchanger_never_reaches_a_server() -> None:
    async with DnsServer(ZONE) as server:
        await open_lookup(server.address).mx("inside.example.net")
        hosts = {asked.split()[0] for asked in server.asked if not asked.endswith(" TXT")}
        assert hosts == {"inside.example.net", "mx2.example.com"}


async def test_a_name_server_that_hangs_is_asked_last_from_then_on() -> None:
    async with (
        DnsServer(ZONE) as server,
        DnsServer({}, {"example.com MX": "never", "null.example.net": "never"}) as dead,
    ):
        lookup = open_lookup(f"{dead.address},{server.address}")
        assert (await lookup.mx("example.com")).status == "ok"
        assert (await lookup.mx("null.example.net")).status == "null"
        assert dead.asked.count("null.example.net MX") == 0


async def test_a_dead_name_server_is_passed_over() -> None:
    async with DnsServer(ZONE) as server, DnsServer({}, {"example.com": "servfail"}) as broken:
        found = await open_lookup(f"{broken.address},{server.address}").mx("example.com")
        assert found.status == "ok"
