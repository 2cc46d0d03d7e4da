"""CPU and memory of a process, as Linux counts them."""

import os
import re
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> tuple[float, float]:
    """Resident set and its peak in MB (proc(5), VmRSS and VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    resident, peak = (re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE) for name in ("VmRSS", "VmHWM"))
    assert resident
    assert peak
    return int(resident[1]) / 1024, int(peak[1]) / 1024
