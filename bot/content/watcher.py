"""Content watcher: reloads knowledge and templates while the bot runs, where they are sound.

watchfiles (MIT, inotify) sees that a file changed. `postbote check` then validates the content in a process of its
own, because it trains for seconds, and answers go on meanwhile. The model that it trained is in the cache, so that the
reload itself is quick. Content that it refuses is not used: the last good version stays, and an editor reads the first
problem in the log, at /readyz and in App Home.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog
from watchfiles import awatch

from bot.content.content_hash import content_hash

log = structlog.get_logger()

RETRY_AFTER = 5.0  # seconds until folders that cannot be watched (removed, unmounted) are tried again
RESCAN_AFTER = 60_000  # milliseconds without news from the kernel: for folders behind a link that was changed
LONGEST_PROBLEM = 300  # characters that are shown of one


class ContentWatcher:
    """Watcher of the content's folders. `problem`: why newer content is not used; empty: the newest is in use."""

    def __init__(self, folders: Sequence[Path], check: Callable[[], Awaitable[str]], apply: Callable[[], str]) -> None:
        """`check`: → first problem of what stands in the folders, or empty. `apply`: reloads, blocks; → the same."""
        self._folders = folders
        self._check = check
        self._apply = apply
        self.problem = ""

    def notice(self) -> str:
        """Problem as it is now, for pages that show it; empty: none."""
        return self.problem

    async def run(self) -> None:
        """Watch loop, until it is cancelled."""
        known = await asyncio.to_thread(_hash, self._folders)
        while True:
            try:
                watched = _inodes(self._folders)
                async for _ in awatch(
                    *self._folders, watch_filter=None, step=200, rust_timeout=RESCAN_AFTER, yield_on_timeout=True
                ):
                    found = await asyncio.to_thread(_hash, self._folders)
                    if found != known:
                        known = found
                        await self.changed()
                    if _inodes(self._folders) != watched:
                        break  # another folder has taken the place of the one that is watched
            except (OSError, RuntimeError) as wrong:
                log.warning("content_not_watched", why=str(wrong))
                await asyncio.sleep(RETRY_AFTER)

    async def changed(self) -> None:
        """Check and reload after a change: `apply` runs only where `check` finds nothing."""
        problem = await self._check() or await asyncio.to_thread(self._apply)
        self.problem = problem[:LONGEST_PROBLEM]
        if problem:
            log.error("content_rejected", problem=self.problem, cure="correct it; the last good version is used")
        else:
            log.info("content_reloaded")


async def run_check() -> str:
    """First line on standard error of `postbote check --no-examples`, in a process of its own; empty: no problem."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check", "--no-examples"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode == 0:
        return ""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[0] if lines else f"`postbote check` ended with {process.returncode}"


def _hash(folders: Sequence[Path]) -> str:
    """Content hash, wherever a mounted ConfigMap's or a release's links lead."""
    return content_hash(folders, "*.yaml", "*.md", "*.svg", "*.png")


def _inodes(folders: Sequence[Path]) -> list[tuple[int, int]]:
    """Device and inode of each folder: which it is, whatever it is called. Raises OSError where one is missing."""
    return [(found.st_dev, found.st_ino) for found in (folder.stat() for folder in folders)]
