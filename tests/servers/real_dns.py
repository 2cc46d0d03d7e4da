"""Real name servers from Debian's packages, on loopback: nsd answers for zones, unbound resolves and validates."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.asyncquery
import dns.dnssec
import dns.dnssectypes
import dns.exception
import dns.message
import dns.name
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.faults.world import free_port


def program(name: str) -> str:
    """Its path; empty: not installed. Debian puts servers where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin") or ""


@asynccontextmanager
async def nsd(folder: Path, zones: Mapping[str, str]) -> AsyncIterator[int]:
    """`zones`: name → zone file's text. Its port."""
    port = free_port()
    folder.mkdir()
    entries = []
    for number, (name, text) in enumerate(zones.items()):
        (folder / f"zone{number}").write_text(text, encoding="utf-8")
        entries.append(f"zone:\n  name: {name}\n  zonefile: zone{number}\n")
    config = folder / "nsd.conf"
    config.write_text(
        f'server:\n  ip-address: 127.0.0.1@{port}\n  username: ""\n  chroot: ""\n  zonesdir: {folder}\n'
        f'  pidfile: {folder}/pid\n  database: ""\n  xfrdfile: {folder}/xfrd\n  zonelistfile: {folder}/list\n'
        f"  server-count: 1\nremote-control:\n  control-enable: no\n{''.join(entries)}",
        encoding="utf-8",
    )
    async with _running(program("nsd"), "-d", "-c", str(config), port=port):
        yield port


@asynccontextmanager
async def unbound(folder: Path, stubs: Mapping[str, int], anchors: Sequence[str]) -> AsyncIterator[int]:
    """A validating resolver that knows nothing but `stubs`: zone → port of its server. Its port.

    `anchors`: DS or DNSKEY records of signed zones; all others are insecure. Unbound answers some zones itself unless
    told not to: test, localhost, onion, home.arpa and the private in-addr.arpa (RFC 6761, RFC 6303), so none of the
    stubs may lie there; and it does not ask servers on loopback by default.
    """
    port = free_port()
    folder.mkdir()
    zones = "".join(
        f"stub-zone:\n  name: {zone}\n  stub-addr: 127.0.0.1@{where}\n  stub-prime: no\n"
        for zone, where in stubs.items()
    )
    trust = "".join(f"  trust-anchor: '{anchor}'\n" for anchor in anchors)
    config = folder / "unbound.conf"
    config.write_text(
        f'server:\n  interface: 127.0.0.1@{port}\n  username: ""\n  chroot: ""\n  directory: {folder}\n  pidfile: ""\n'
        f"  use-syslog: no\n  logfile: {folder}/log\n  do-not-query-localhost: no\n  do-ip6: no\n  num-threads: 1\n"
        f'  module-config: "validator iterator"\n  root-hints: {folder}/hints\n{trust}'
        f"remote-control:\n  control-enable: no\n{zones}",
        encoding="utf-8",
    )
    (folder / "hints").write_text(". 60 NS ns.invalid.\nns.invalid. 60 A 127.0.0.1\n", encoding="utf-8")
    async with _running(program("unbound"), "-d", "-c", str(config), port=port):
        yield port


@asynccontextmanager
async def _running(*command: str, port: int) -> AsyncIterator[None]:
    server = await asyncio.create_subprocess_exec(*command)
    try:
        await _answers(server, port)
        yield
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def _answers(server: asyncio.subprocess.Process, port: int) -> None:
    query = dns.message.make_query("version.bind.", "TXT", "CH")
    for _ in range(100):
        if server.returncode is not None:
            break
        try:
            await dns.asyncquery.udp(query, "127.0.0.1", timeout=0.2, port=port)
        except (dns.exception.Timeout, OSError):
            await asyncio.sleep(0.05)
        else:
            return
    raise TimeoutError(f"the name server on port {port} does not answer")


def signed(name: str, text: str, *, expired: bool = False) -> tuple[str, str]:
    """A zone file, signed, and its DS record: a trust anchor. `expired`: signed for a time that is over."""
    zone = dns.zone.from_text(text, origin=name, relativize=False)
    key = ed25519.Ed25519PrivateKey.generate()
    dnskey = dns.dnssec.make_dnskey(key.public_key(), dns.dnssectypes.Algorithm.ED25519, flags=257)
    now = datetime.now(UTC)
    expiration = now - timedelta(days=1) if expired else now + timedelta(days=1)
    dns.dnssec.sign_zone(
        zone,
        keys=[(key, dnskey)],
        inception=now - timedelta(days=8),
        expiration=expiration,
        add_dnskey=True,
        dnskey_ttl=60,
    )
    anchor = dns.dnssec.make_ds(dns.name.from_text(name), dnskey, "SHA256")
    return zone.to_text(relativize=False), f"{name}. DS {anchor.to_text()}"
