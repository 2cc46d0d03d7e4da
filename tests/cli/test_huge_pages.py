"""Huge pages: which memory is a process's own, and that it is in huge pages afterwards."""

import platform
import subprocess
import sys

import pytest

from bot.cli.huge_pages import POLICY, own_memory
from tests.servers.postbote import PROJECT

OWN = [
    "55f0c1a00000-55f0c3f00000 rw-p 00000000 00:00 0                          [heap]",
    "7f0000000000-7f0000800000 rw-p 00000000 00:00 0 ",
    "7f0000800000-7f0000a00000 rw-p 00000000 00:00 0                          [anon:glibc: malloc]",
    "7f0000a00000-7f0000c00000 rw-p 00000000 00:00 0",
]
FOREIGN = [
    ("code", "7f0001000000-7f0001800000 r-xp 00026000 fe:00 1835042                    /usr/lib/libc.so.6"),
    ("a file's data", "7f0001000000-7f0001800000 rw-p 00026000 fe:00 1835042                    /usr/lib/libc.so.6"),
    ("shared with others", "7f0001000000-7f0001800000 rw-s 00000000 00:01 2053                   /dev/zero (deleted)"),
    ("SQLite's index of its log", "7f0001000000-7f0001800000 rw-s 00000000 fe:00 9       /data/store.sqlite-shm"),
    ("read-only", "7f0001000000-7f0001800000 r--p 00000000 00:00 0 "),
    ("the stack", "7ffd1c000000-7ffd1c800000 rw-p 00000000 00:00 0                          [stack]"),
    ("the kernel's", "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]"),
]
MOVED = """
import re
from pathlib import Path
from bot.cli.huge_pages import use_huge_pages

def huge():
    return int(re.search(r"AnonHugePages: +([0-9]+) kB", Path("/proc/self/smaps_rollup").read_text())[1])

data, before = bytearray(b"postbote" * (1 << 20)), huge()
use_huge_pages()
assert data == b"postbote" * (1 << 20)
print(huge() - before)
"""


def test_a_process_s_own_memory_is_told_from_all_else() -> None:
    found = list(own_memory("\n".join([line for _, line in FOREIGN] + OWN) + "\n"))
    assert found == [
        (0x55F0C1A00000, 0x2500000),
        (0x7F0000000000, 0x800000),
        (0x7F0000800000, 0x200000),
        (0x7F0000A00000, 0x200000),
    ]


def test_data_is_in_huge_pages_and_the_same() -> None:
    release = tuple(int(number) for number in platform.release().split(".")[:2])
    if not POLICY.exists() or "[never]" in POLICY.read_text("ascii") or release < (6, 1):
        pytest.skip("needs Linux 6.1 with huge pages")
    run = subprocess.run([sys.executable, "-c", MOVED], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert int(run.stdout) >= 4_096  # kB of 8,192: what is aligned
