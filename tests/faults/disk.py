"""Disk that can be full: a small one of its own as root, else a limit on the size of files (setrlimit(2))."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

MEGABYTES = 24


class Disk:
    """Disk of MEGABYTES; `folder` is on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "postbote-test", str(folder)]
        self._mounted = (
            bool(shutil.which("mount")) and not subprocess.run(command, check=False, capture_output=True).returncode
        )
        self.kind = "tmpfs" if self._mounted else "RLIMIT_FSIZE"

    def fill(self, pid: int) -> None:
        """Fills it: nothing more can be written, by the process `pid` alone where it is only a limit."""
        if not self._mounted:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            return
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (65_536, 4_096, 1):
                try:
                    while filler.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def free(self, pid: int) -> None:
        """Makes room again."""
        if self._mounted:
            (self.folder / "filler").unlink()
        elif os.path.exists(f"/proc/{pid}"):  # noqa: PTH110 - of the kernel
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def remove(self) -> None:
        """Unmounts it."""
        if self._mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
