"""Against real servers from Debian's packages; .ci/run installs them. Without them these tests are skipped, by name."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.lookup import open_lookup
from tests.faults.test_kill import free_port

pytestmark = pytest.mark.integration

ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))
NSD = shutil.which("nsd") or ("/usr/sbin/nsd" if Path("/usr/sbin/nsd").exists() else None)
CHROMIUM = shutil.which("chromium")

ZONE = """
$ORIGIN postbote.test-zone.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
@ MX 20 mx2
@ MX 10 mx1
mx1 A 192.0.2.1
mx1 AAAA 2001:db8::1
mx2 A 192.0.2.2
null MX 0 .
implicit A 192.0.2.9
empty TXT "nothing"
dangling MX 10 gone
many MX 10 mx1
"""


@pytest.mark.skipif(not (ASKED and NSD), reason="needs nsd and POSTBOTE_INTEGRATION=1; .ci/run sets both up")
async def test_a_real_name_server_is_read_rightly(tmp_path: Path) -> None:
    assert NSD
    port = free_port()
    (tmp_path / "zone").write_text(ZONE)
    (tmp_path / "nsd.conf").write_text(
        f'server:\n  ip-address: 127.0.0.1@{port}\n  username: ""\n  chroot: ""\n  zonesdir: {tmp_path}\n'
        f'  pidfile: {tmp_path}/pid\n  database: ""\n  xfrdfile: {tmp_path}/xfrd\n  zonelistfile: {tmp_path}/list\n'
        f"remote-control:\n  control-enable: no\nzone:\n  name: postbote.test-zone\n  zonefile: zone\n"
    )
    server = await asyncio.create_subprocess_exec(NSD, "-d", "-c", str(tmp_path / "nsd.conf"))
    try:
        lookup = open_lookup(f"127.0.0.1:{port}")
        for _ in range(100):
            found = await lookup.mx("postbote.test-zone")
            if found.status == "ok":
                break
            await asyncio.sleep(0.1)
        assert [(h.preference, h.host, h.addresses) for h in found.hosts] == [
            (10, "mx1.postbote.test-zone", ("192.0.2.1", "2001:db8::1")),
            (20, "mx2.postbote.test-zone", ("192.0.2.2",)),
        ]
        for name, status in [("null", "null"), ("implicit", "implicit"), ("empty", "none"), ("gone", "nxdomain")]:
            assert (await lookup.mx(f"{name}.postbote.test-zone")).status == status
        assert (await lookup.mx("dangling.postbote.test-zone")).hosts[0].status == "nxdomain"
    finally:
        server.terminate()
        await server.wait()


@pytest.mark.skipif(not (ASKED and CHROMIUM), reason="needs chromium and POSTBOTE_INTEGRATION=1; .ci/run sets both up")
async def test_the_page_answers_in_a_real_browser(tmp_path: Path) -> None:
    """A link carries the question; the page asks it and shows the answer."""
    assert CHROMIUM
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=os.environ | {"POSTBOTE_DATA_DIR": str(tmp_path / "data"), "POSTBOTE_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    printed = ""
    while "ready" not in printed:
        printed += (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+/", printed)
    assert found
    shown = await asyncio.to_thread(browse, CHROMIUM, f"{found[0]}?q=welcher+port+f%C3%BCr+pop3+mit+ssl%3F", tmp_path)
    process.terminate()
    assert await process.wait() == 0
    assert "<code>995</code>" in shown
    assert "<code>ssl0.ovh.net</code>" in shown


def browse(chromium: str, url: str, folder: Path) -> str:
    """The page's document after its scripts have run."""
    done = subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=5000",
            "--window-size=900,1000",
            f"--screenshot={os.environ.get('POSTBOTE_PICTURE', folder / 'page.png')}",
            "--dump-dom",
            url,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
