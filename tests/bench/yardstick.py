"""Yardstick: seconds of CPU for five million additions, as how fast this machine is now is told elsewhere too.

`python -m tests.bench.yardstick`. Not in a function, whose variables are faster; on a quiet machine it takes 0.28.
"""

import subprocess
import sys
import time

QUIET = 0.28


def yardstick() -> float:
    """Measured in a process of its own."""
    run = subprocess.run([sys.executable, "-m", "tests.bench.yardstick"], capture_output=True, text=True, check=True)
    return float(run.stdout)


if __name__ == "__main__":
    begun = time.process_time()
    total = 0
    for number in range(5_000_000):
        total += number
    print(time.process_time() - begun)  # noqa: T201 - what it is run for
