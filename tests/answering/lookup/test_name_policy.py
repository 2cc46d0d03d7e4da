"""Name policy: names that are not asked, typed by a person or found in a stranger's zone."""

import pytest
from pydantic import ValidationError

from bot.answering.lookup import open_lookup
from bot.answering.lookup.name_policy import NamePolicy
from bot.core.model import UserError
from bot.settings import Settings
from tests.rows import each_row
from tests.servers.dns_server import DnsServer

INTERNAL = ("intern.hoster.example.com", "xn--bro-hoa.example.net")
REFUSED = [
    # why, name, refusal
    ("one label: no search list", "intranet", "incomplete"),
    ("RFC 6761", "router.localhost", "reserved"),
    ("RFC 6761", "db.invalid", "reserved"),
    ("RFC 6761", "db.test", "reserved"),
    ("RFC 6761", "db.example", "reserved"),
    ("RFC 6762", "printer.local", "reserved"),
    ("RFC 6762, appendix G", "wiki.intranet", "reserved"),
    ("RFC 7686", "expyuzz4wqqyqhjn.onion", "reserved"),
    ("RFC 8375", "nas.home.arpa", "reserved"),
    ("RFC 3172", "1.2.0.192.in-addr.arpa", "reserved"),
    ("RFC 9476", "name.gns.alt", "reserved"),
    ("ICANN 2024", "db.internal", "reserved"),
    ("POSTBOTE_INTERNAL_ZONES", "intern.hoster.example.com", "reserved"),
    ("POSTBOTE_INTERNAL_ZONES", "db.INTERN.hoster.example.com", "reserved"),
    ("POSTBOTE_INTERNAL_ZONES", "db.xn--bro-hoa.example.net", "reserved"),
    ("RFC 7505", ".", "null"),
    ("an address", "192.0.2.1", "address"),
    ("an address literal (RFC 5321, 4.1.3)", "[ipv6:2001:db8::1]", "address"),
    ("a name like any other", "example.com", ""),
    ("only looks internal", "db.extern.hoster.example.com", ""),
    ("only ends alike", "myintern.hoster.example.com", ""),
]


@each_row(("name", "refusal"), [row[1:] for row in REFUSED], ids=[f"{r[1]}: {r[0]}" for r in REFUSED])
def test_a_name_that_is_not_public_is_refused_with_the_reason(name: str, refusal: str) -> None:
    assert NamePolicy(INTERNAL).refusal(name) == refusal


@each_row(
    ("name", "problem"),
    [
        ("intranet", "single-label"),
        ("db.test", "reserved"),
        ("db.intern.hoster.example.com", "internal"),
        ("192.0.2.1", "ip-address"),
    ],
)
async def test_a_refused_name_is_reported_and_no_server_is_asked(name: str, problem: str) -> None:
    async with DnsServer({}) as server:
        lookup = open_lookup(server.address, INTERNAL)
        for ask in (lookup.mx, lookup.host):
            with pytest.raises(UserError) as refused:
                await ask(name)
            assert refused.value.problem == problem
        assert server.asked == []


async def test_an_alias_into_an_internal_zone_reveals_nothing() -> None:
    """A stranger's CNAME, which the hoster's own resolver may well follow."""
    zone = {
        "spy.example.net": {"CNAME": ["db.intern.hoster.example.com."]},
        "spy-mx.example.net": {"CNAME": ["db.intern.hoster.example.com."]},
        "mx.example.net": {"MX": ["0 spy-mx.example.net.", "10 db.intern.hoster.example.com."]},
        "db.intern.hoster.example.com": {"A": ["10.1.2.3"], "MX": ["0 secret.intern.hoster.example.com."]},
    }
    async with DnsServer(zone) as server:
        lookup = open_lookup(server.address, INTERNAL)
        assert (await lookup.mx("spy.example.net")).status == "reserved"
        assert (await lookup.host("spy.example.net")).status == "reserved"
        found = await lookup.mx("mx.example.net")
        assert [(host.status, host.addresses) for host in found.hosts] == [("reserved", ()), ("reserved", ())]


@each_row(
    ("value", "zones"),
    [("", []), ("intern.example.com, .corp.example.net.", ["intern.example.com", "corp.example.net"]),
     ("büro.example.net", ["xn--bro-hoa.example.net"]), ("corp", ["corp"])],
)  # fmt: skip
def test_internal_zones_are_read_from_the_environment(value: str, zones: list[str]) -> None:
    assert Settings(postbote_internal_zones=value).internal_zones() == zones


@each_row("value", ["*.example.com", "a..b", "-x.example.com", "x" * 64])
def test_a_wrong_internal_zone_is_named(value: str) -> None:
    with pytest.raises(ValidationError, match="write names like intern"):
        Settings(postbote_internal_zones=value)
