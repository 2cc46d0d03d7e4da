"""Content that changes while the bot runs: taken over where it is sound, else the last good version stays in use.

watchfiles (MIT, inotify) sees that a file changed. `postbote check` says whether the content is sound, in a process of
its own: it learns for seconds, and answers go on meanwhile. What it learnt stands in the cache, so that taking it over
is quick. What it refuses, an editor reads in the log, at /readyz and in App Home.
"""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog
from watchfiles import awatch

log = structlog.get_logger()

AGAIN = 5.0  # seconds until folders that cannot be watched (removed, unmounted) are tried again
LOOK = 60_000  # milliseconds until a look without news from the kernel: for folders behind a link that was changed
SHOWN = 300  # characters of a problem


class ContentWatcher:
    """Watches folders. `problem` is what keeps newer content from being used; empty: the newest is in use."""

    def __init__(
        self, folders: Sequence[Path], examine: Callable[[], Awaitable[str]], take_over: Callable[[], str]
    ) -> None:
        """`examine`: the first problem of what stands in the folders. `take_over`: blocks; a problem, or empty."""
        self._folders = folders
        self._examine = examine
        self._take_over = take_over
        self.problem = ""

    def notice(self) -> str:
        """`problem`, for who shows it."""
        return self.problem

    async def run(self) -> None:
        """Until it is cancelled."""
        known = await asyncio.to_thread(fingerprint, self._folders)
        while True:
            try:
                watched = _places(self._folders)
                async for _ in awatch(
                    *self._folders, watch_filter=None, step=200, rust_timeout=LOOK, yield_on_timeout=True
                ):
                    found = await asyncio.to_thread(fingerprint, self._folders)
                    if found != known:
                        known = found
                        await self.changed()
                    if _places(self._folders) != watched:
                        break  # another folder has taken the place of the one that is watched
            except (OSError, RuntimeError) as wrong:
                log.warning("content_not_watched", why=str(wrong))
                await asyncio.sleep(AGAIN)

    async def changed(self) -> None:
        """Something in the folders is new."""
        problem = await self._examine() or await asyncio.to_thread(self._take_over)
        self.problem = problem[:SHOWN]
        if problem:
            log.error("content_not_taken_over", problem=self.problem, cure="correct it; the last good version is used")
        else:
            log.info("content_taken_over")


async def examined() -> str:
    """What `postbote check` says first; empty where it finds nothing."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check"),
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


def fingerprint(folders: Sequence[Path]) -> str:
    """Of what stands in the content's files, wherever a mounted ConfigMap's or a release's links lead."""
    digest = hashlib.sha256()
    for number, folder in enumerate(folders):
        files = (f for kind in ("*.yaml", "*.md") for f in folder.rglob(kind) if not f.name.startswith("."))
        for file in sorted(files):
            digest.update(f"{number}/{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _places(folders: Sequence[Path]) -> list[tuple[int, int]]:
    """Which folders these are, whatever they are called. Raises OSError where one is missing."""
    return [(found.st_dev, found.st_ino) for found in (folder.stat() for folder in folders)]
