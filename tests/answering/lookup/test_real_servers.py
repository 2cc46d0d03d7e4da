"""/mx against a real authoritative server (nsd) and a real validating resolver (unbound), with a zone for every case.

.ci/run installs both; without them the tests are skipped, by name.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.answering.lookup import open_lookup
from bot.commands.mx import assess_mx
from bot.core.dns.records import Lookup
from tests.servers.dns_server import DnsServer
from tests.servers.real_dns import nsd, program, signed, unbound

ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not (ASKED and program("nsd") and program("unbound")),
        reason="needs nsd, unbound and POSTBOTE_INTEGRATION=1; .ci/run sets all three up",
    ),
]

HEAD = "$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n"
ZONE = f"""$ORIGIN cases.test-zone.
{HEAD}
@ MX 20 mx2
@ MX 10 mx1
@ TXT "v=spf1 mx" " -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@cases.test-zone"
_mta-sts TXT "v=STSv1; id=20261125"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@cases.test-zone"
mx1 A 9.9.9.9
mx1 AAAA 2620:fe::9
mx2 A 9.9.9.10
null MX 0 .
null-preference MX 10 .
null-beside MX 0 .
null-beside MX 10 mx1
implicit A 9.9.9.9
implicit-private A 10.0.0.1
empty TXT "nothing"
alias CNAME @
alias-broken CNAME gone
circle CNAME circle2
circle2 CNAME circle
mx-alias MX 10 alias-of-mx1
alias-of-mx1 CNAME mx1
mx-literal MX 10 192.0.2.1.
mx-dotless MX 10 mail.
mx-local MX 10 printer.local.
mx-gone MX 10 gone
mx-bare MX 10 empty
mx-private MX 10 private
private A 192.168.1.1
mx-loopback MX 10 loopback
loopback A 127.0.0.1
loopback AAAA ::1
mx-paper MX 10 paper
paper A 192.0.2.1
paper AAAA 2001:db8::1
tied MX 10 mx1
tied MX 10 mx2
mx-lame MX 10 mx.lame.other-zone.
mx-bogus MX 10 mx.expired.test-zone.
sub MX 10 mx1
spf-two MX 10 mx1
spf-two TXT "v=spf1 -all"
spf-two TXT "v=spf1 mx -all"
spf-broken MX 10 mx1
spf-broken TXT "v=spf1 ipv4:9.9.9.9 -all"
_dmarc.dmarc-two TXT "v=DMARC1; p=none"
_dmarc.dmarc-two TXT "v=DMARC1; p=reject"
dmarc-two MX 10 mx1
hostile MX 10 \\<!channel\\>\\`*x*
""" + "".join(f'many MX {number} mx1\nlarge TXT "{number} {"x" * 200}"\n' for number in range(14))
SIGNED = f"$ORIGIN signed.test-zone.\n{HEAD}@ MX 10 mx\nmx A 9.9.9.9\n"
HOSTILE = [
    # zone, what its server does, what the resolver makes of it
    ("silent.test-zone", "never", "timeout, failure"),
    ("garbage.test-zone", "garbage", "timeout, failure"),
    ("other-id.test-zone", "other id", "timeout, failure"),
    ("flood.test-zone", "flood", "null"),  # it takes what was asked for and drops the rest
    ("oversized.test-zone", "oversized", "null, timeout, failure"),
    ("stalled.test-zone", "stalled", "timeout, failure"),
    ("refused.test-zone", "refused", "failure"),
    ("servfail.test-zone", "servfail", "failure"),
    ("referral.test-zone", "referral", "failure"),
]

VERDICTS = [
    # domain, verdict, the same through the resolver ("": no difference), rules that are noticed
    ("cases.test-zone", "ok", "", []),
    ("null.cases.test-zone", "null", "", []),
    ("null-preference.cases.test-zone", "null", "", ["null-preference"]),
    ("null-beside.cases.test-zone", "contradictory", "", ["null-beside-others"]),
    ("implicit.cases.test-zone", "implicit", "", []),
    ("implicit-private.cases.test-zone", "implicit-unreachable", "", ["not-public"]),
    ("empty.cases.test-zone", "none", "", []),
    ("gone.cases.test-zone", "nxdomain", "", []),
    ("alias.cases.test-zone", "ok", "", []),
    ("alias-broken.cases.test-zone", "alias-broken", "", []),
    ("circle.cases.test-zone", "loop", "failure", []),
    ("mx-alias.cases.test-zone", "flawed", "", ["alias"]),
    ("mx-literal.cases.test-zone", "unreachable", "", ["address"]),
    ("mx-dotless.cases.test-zone", "unreachable", "", ["incomplete"]),
    ("mx-local.cases.test-zone", "unreachable", "", ["reserved"]),
    ("mx-gone.cases.test-zone", "unreachable", "", ["nxdomain"]),
    ("mx-bare.cases.test-zone", "unreachable", "", ["none"]),
    ("mx-private.cases.test-zone", "unreachable", "", ["not-public"]),
    ("mx-loopback.cases.test-zone", "unreachable", "", ["not-public"]),
    ("mx-paper.cases.test-zone", "unreachable", "", ["not-public"]),
    ("tied.cases.test-zone", "ok", "", []),
    ("mx-lame.cases.test-zone", "unknown", "", []),
    ("mx-bogus.cases.test-zone", "ok", "unknown", []),
    ("many.cases.test-zone", "flawed", "", ["twice"]),
    ("signed.test-zone", "ok", "", []),
    ("expired.test-zone", "ok", "dnssec", []),
    ("lame.other-zone", "lame", "failure", []),
]


@dataclass(frozen=True, slots=True)
class Servers:
    """Ports on loopback."""

    authoritative: int
    resolver: int
    hostile: DnsServer

    def lookup(self, which: str) -> Lookup:
        return open_lookup(f"127.0.0.1:{self.authoritative if which == 'nsd' else self.resolver}")


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[Servers]:
    good, good_anchor = signed("signed.test-zone", SIGNED)
    expired, expired_anchor = signed("expired.test-zone", SIGNED.replace("signed.", "expired."), expired=True)
    zones = {
        "test-zone": f"$ORIGIN test-zone.\n{HEAD}",
        "cases.test-zone": ZONE,
        "signed.test-zone": good,
        "expired.test-zone": expired,
    }
    faults = {zone: fault for zone, fault, _ in HOSTILE}
    records = {zone: {"MX": ["0 ."]} for zone in faults}
    async with DnsServer(records, faults, late=6.0) as hostile, nsd(tmp_path / "nsd", zones) as authoritative:
        stubs = dict.fromkeys((*zones, "lame.other-zone"), authoritative)
        stubs |= dict.fromkeys(faults, hostile.port)
        async with unbound(tmp_path / "unbound", stubs, [good_anchor, expired_anchor]) as resolver:
            yield Servers(authoritative, resolver, hostile)


@pytest.mark.parametrize("which", ["nsd", "unbound"])
async def test_every_case_gets_its_verdict(servers: Servers, which: str) -> None:
    lookup = servers.lookup(which)
    found = {}
    for domain, verdict, other, rules in VERDICTS:
        facts = assess_mx(domain, await lookup.mx(domain))
        found[domain] = (facts["verdict"], [finding["rule"] for finding in facts["noticed"]])
        expected = other if other and which == "unbound" else verdict
        assert found[domain] == (expected, rules), domain


@pytest.mark.parametrize("which", ["nsd", "unbound"])
async def test_hosts_addresses_and_policies_arrive_whole(servers: Servers, which: str) -> None:
    lookup = servers.lookup(which)
    found = await lookup.mx("cases.test-zone")
    assert [(host.preference, host.host, host.addresses) for host in found.hosts] == [
        (10, "mx1.cases.test-zone", ("9.9.9.9", "2620:fe::9")),
        (20, "mx2.cases.test-zone", ("9.9.9.10",)),
    ]
    policies = assess_mx("cases.test-zone", found)["policies"]
    assert {kind: (one["state"], one["detail"]) for kind, one in policies.items()} == {
        "spf": ("present", "fail"),
        "dmarc": ("present", "reject"),
        "mta_sts": ("present", "id"),
        "tls_rpt": ("present", "rua"),
    }
    inherited = assess_mx("sub", await lookup.mx("sub.cases.test-zone"))["policies"]["dmarc"]
    assert (inherited["detail"], inherited["at"]) == ("reject", "cases.test-zone")
    for domain, kind, state in (("spf-two", "spf", "several"), ("spf-broken", "spf", "broken"),
                                ("dmarc-two", "dmarc", "several")):  # fmt: skip
        policies = assess_mx(domain, await lookup.mx(f"{domain}.cases.test-zone"))["policies"]
        assert policies[kind]["state"] == state
    (host,) = (await lookup.mx("hostile.cases.test-zone")).hosts
    assert host.host == "<!channel>`*x*.cases.test-zone"
    assert (await lookup.host("mx1.cases.test-zone")).addresses == ("9.9.9.9", "2620:fe::9")


async def test_hostile_servers_behind_the_resolver_cost_their_askers_alone(servers: Servers) -> None:
    lookup = servers.lookup("unbound")
    began = time.monotonic()
    slow = [asyncio.create_task(lookup.asked_by(domain).mx(domain)) for domain, _, _ in HOSTILE]
    await asyncio.sleep(0.02)
    quick = time.monotonic()
    assert (await lookup.asked_by("other").mx("cases.test-zone")).status == "ok"
    assert time.monotonic() - quick < 1.0
    for (domain, _, expected), task in zip(HOSTILE, slow, strict=True):
        status = (await task).status
        assert status in expected.split(", "), domain
    assert time.monotonic() - began < 5.0


async def test_an_answer_too_large_for_udp_comes_over_tcp(servers: Servers) -> None:
    found = await servers.lookup("nsd").mx("large.cases.test-zone")
    assert found.status == "none"
    assert found.policies
    assert len(found.policies.spf.texts) == 14
