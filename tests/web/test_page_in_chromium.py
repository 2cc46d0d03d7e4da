"""The chat page in a real Chromium, without Playwright. Without Chromium the test is skipped, by name."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers.postbote import ForkedPostbote, serving

pytestmark = pytest.mark.integration

ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))
CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(not (ASKED and CHROMIUM), reason="needs chromium and POSTBOTE_INTEGRATION=1; .ci/run sets both up")
async def test_the_page_answers_in_a_real_browser(data: Path, tmp_path: Path) -> None:
    """A link carries the question; the page asks it and shows the answer."""
    assert CHROMIUM
    async with serving(ForkedPostbote(data)) as (_, url):
        shown = await asyncio.to_thread(browse, CHROMIUM, f"{url}?q=welcher+port+f%C3%BCr+pop3+mit+ssl%3F", tmp_path)
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
