"""Look-ups against a real name server on a real socket."""

import time

import pytest

from bot.core.mail_dns import MxHost, MxResult
from bot.lookup import open_lookup
from tests.servers.dns_server import DnsServer

ZONE = {
    "example.com": {"MX": ["20 mx2.example.com.", "10 mx1.example.com."]},
    "mx1.example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "mx2.example.com": {"A": ["192.0.2.2"]},
    "null.example": {"MX": ["0 ."]},
    "implicit.example": {"A": ["192.0.2.9"]},
    "empty.example": {"TXT": ["x"]},
    "dangling.example": {"MX": ["10 gone.example.", "20 bare.example."]},
    "bare.example": {"TXT": ["x"]},
    "many.example": {"MX": [f"{n} mx1.example.com." for n in range(10, 24)]},
    "mixed.example": {"MX": ["10 mx1.example.com.", "20 slow.example."]},
    "large.example": {"MX": ["10 mx1.example.com."]},
    "lame.example": {"MX": ["10 mx1.example.com."]},
    "late.example": {"MX": ["10 mx2.example.com."]},
}
FAULTS = {
    "slow.example": "never",
    "hanging.example": "never",
    "broken.example": "servfail",
    "large.example": "truncated",
    "lame.example": "garbage",
    "late.example": "late",
}
MX1 = MxHost(10, "mx1.example.com", ("192.0.2.1", "2001:db8::1"), "ok")
MX2 = MxHost(20, "mx2.example.com", ("192.0.2.2",), "ok")

ROWS = [
    ("in order of preference (RFC 5321, 5.1)", "example.com", MxResult("ok", (MX1, MX2))),
    ("null MX (RFC 7505)", "null.example", MxResult("null")),
    (
        "no MX but an address (RFC 5321, 5.1)",
        "implicit.example",
        MxResult("implicit", (MxHost(0, "implicit.example", ("192.0.2.9",), "ok"),)),
    ),
    ("neither MX nor address", "empty.example", MxResult("none")),
    ("no such domain", "nowhere.example", MxResult("nxdomain")),
    (
        "mail exchangers without an address",
        "dangling.example",
        MxResult("ok", (MxHost(10, "gone.example", (), "nxdomain"), MxHost(20, "bare.example", (), "none"))),
    ),
    ("SERVFAIL", "broken.example", MxResult("failure")),
    ("truncated over UDP: asked again over TCP", "large.example", MxResult("ok", (MX1,))),
    ("a late answer", "late.example", MxResult("ok", (MxHost(10, "mx2.example.com", ("192.0.2.2",), "ok"),))),
]


@pytest.mark.parametrize(("domain", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
async def test_what_the_dns_says_is_reported(domain: str, expected: MxResult) -> None:
    async with DnsServer(ZONE, FAULTS) as server:
        assert await open_lookup(server.address).mx(domain) == expected


@pytest.mark.parametrize("domain", ["hanging.example", "lame.example", "mixed.example"])
async def test_a_name_server_that_hangs_costs_no_more_than_the_budget(domain: str) -> None:
    async with DnsServer(ZONE, FAULTS) as server:
        began = time.monotonic()
        found = await open_lookup(server.address, budget=0.6).mx(domain)
        assert time.monotonic() - began < 1.1
        if domain == "mixed.example":
            assert [h.status for h in found.hosts] == ["ok", "timeout"]
        else:
            assert found.status in ("timeout", "failure")


async def test_names_are_absolute_and_a_search_list_is_never_tried() -> None:
    async with DnsServer(ZONE) as server:
        await open_lookup(server.address).mx("nowhere.example")
        assert {asked.split()[0] for asked in server.asked} == {"nowhere.example"}


async def test_no_more_than_ten_mail_exchangers_are_looked_at() -> None:
    async with DnsServer(ZONE) as server:
        found = await open_lookup(server.address).mx("many.example")
        assert (len(found.hosts), found.left_out) == (10, 4)


@pytest.mark.parametrize("text", ["9.9.9", "9.9.9.9:x", "9.9.9.9:99999", "dns.example", "[::1"])
def test_a_wrong_name_server_is_named_with_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match="POSTBOTE_NAMESERVERS"):
        open_lookup(text)


@pytest.mark.parametrize("text", ["", "9.9.9.9", "127.0.0.1:5353, ::1", "[::1]:5353"])
def test_name_servers_may_have_a_port(text: str) -> None:
    assert open_lookup(text) is not None
