"""How fast one core understands messages, beside a fixed piece of plain Python that is timed in between.

The load is every line of the labelled sets up to MOST_WORDS, each new to the process in the first round and known in
the others. Times are CPU of one thread: they say what a message costs, whatever else the machine does meanwhile.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.answering.engine import load_engine
from bot.core.model import Question
from bot.ops.evaluate import read_set
from bot.settings import Settings
from tests.bench.figures import Figure, middle, quantile
from tests.bench.folders import data_folder

PROJECT = Path(__file__).parents[2]
P99 = 8.0  # ms; the target at 28 entries
MOST_WORDS = 100  # of a message that the target is for
LOOPS = 20_000  # of the yardstick: about 2 ms
BETWEEN = 10  # messages between two looks at the yardstick


def figures(rounds: int) -> Iterator[Figure]:
    """One answer a second is one core's."""
    found = [line.text for file in sorted((PROJECT / "tests/eval").glob("*.jsonl")) for line in read_set(file)]
    texts = [text for text in found if len(text.split()) <= MOST_WORDS]
    with data_folder() as folder:
        matcher = load_engine(Settings(postbote_data_dir=folder)).matcher
        yield from _told(middle([_round(texts, lambda text: matcher.decide(Question(text))) for _ in range(rounds)]))


def _round(texts: list[str], decide: Callable[[str], object]) -> dict[str, float]:
    spent, sticks = [], []
    for number, text in enumerate(texts):
        spent.append(_spent(lambda text=text: decide(text)))  # type: ignore[misc]
        if number % BETWEEN == 0:
            sticks.append(_spent(plain_python))
    return {
        "messages": len(texts),
        "second": 1000 * len(spent) / sum(spent),
        "p50": quantile(spent, 0.5),
        "p99": quantile(spent, 0.99),
        "stick": quantile(sticks, 0.5),
    }


def _told(found: dict[str, float]) -> Iterator[Figure]:
    stick = found["stick"]
    bench, of = "understanding", "yardstick"
    yield Figure(bench, f"the yardstick: {LOOPS:,} turns of plain Python", stick, "ms CPU")
    yield Figure(bench, "answers per second", found["second"], "/s", found["second"] * stick / 1000, "in yardsticks")
    yield Figure(bench, "p50", found["p50"], "ms CPU", found["p50"] / stick, of)
    p99 = found["p99"]
    yield Figure(bench, "p99", p99, "ms CPU", p99 / stick, of, f"< {P99:g} ms", p99 < P99)


def plain_python() -> int:
    """This benchmark's own yardstick (yardstick.py is the machine's): a fixed piece of work of the same kind.

    Dictionaries, strings and small numbers.
    """
    seen: dict[str, int] = {}
    for number in range(LOOPS):
        word = "postbote"[number % 5 :]
        seen[word] = seen.get(word, 0) + number
    return len(seen)


def _spent(work: Callable[[], object]) -> float:
    """ms of this thread."""
    begun = time.thread_time()
    work()
    return 1000 * (time.thread_time() - begun)
