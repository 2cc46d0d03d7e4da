"""CPU time of the dashboard at 100,000 questions in 90 days, on SQLite; as a ratio to a tenth of them."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.storage import create_storage
from bot.storage.statistics import Statistics
from bot.web.dashboard import read_overview
from bot.web.dashboard.summary import PERIODS
from tests.bench.figures import Figure
from tests.storage.generated import fill

SIZES = (10_000, 100_000)
TARGET = 0.5  # seconds at the last size


def figures(rounds: int) -> Iterator[Figure]:
    """The least of some rounds, since others use the machine too."""
    first = 0.0
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            storage = create_storage("", Path(folder))
            storage.database.open()
            fill(storage, size)
            spent = min(_once(Statistics(storage.database)) for _ in range(rounds))
            storage.database.close()
        first = first or spent
        last = size == SIZES[-1]
        target, met = (f"< {TARGET:g} s", spent < TARGET) if last else ("", None)
        yield Figure(
            "dashboard", f"{size:,} questions", spent, "s CPU", spent / first, f"{SIZES[0]:,} questions", target, met
        )


def _once(statistics: Statistics) -> float:
    begun = time.thread_time()
    read_overview(statistics, PERIODS[-1], time.time())
    return time.thread_time() - begun
