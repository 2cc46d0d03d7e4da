"""How time and memory grow with the knowledge base.

The base is the project's own content plus made-up entries: frames of real questions in which each entry has words of
its own. Every size runs in a process of its own; latencies are CPU time of one thread, of questions that were not
learnt. Times are also given as ratios to the first size, which is the project's own.
"""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from bot.content.loader import load
from bot.core.matching.decision import Matcher
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.ranker import Ranker
from bot.core.matching.training import train, training_examples
from bot.core.model import LANGUAGES, Entry, Knowledge, Language, Question
from bot.ops.evaluate import read_set
from tests.bench.figures import Figure

PROJECT = Path(__file__).parents[2]
SIZES = (28, 1_000, 10_000)
P99 = 25.0  # ms; the target at 10,000 entries
QUESTIONS_EACH = 12  # per language of a made-up entry, as the schema asks for
LINES = (  # one made-up entry in three explains an error line
    "554 sorry, your message is in my list of the server and was refused by the remote host",
    "delivery temporarily suspended: connection to the mail server timed out while talking to it",
    "user has no account here by that name and the address was rejected (#5.1.1)",
)
SYLLABLES = [a + b for a in "bdfghklmnprstvwz" for b in "aeiou"]


def grown(entries: int) -> Knowledge:
    """The project's knowledge with made-up entries up to this number."""
    own = load(PROJECT / "knowledge")
    draw = random.Random(1)
    frames = [q for e in own.entries.values() for q in (*e.questions["de"], *e.questions["en"])]
    made = {e.id: e for e in (_entry(n, draw, frames, own) for n in range(entries - len(own.entries)))}
    return replace(own, entries={**own.entries, **made})


def _entry(number: int, draw: random.Random, frames: list[str], own: Knowledge) -> Entry:
    words = ["".join(draw.choices(SYLLABLES, k=3)) for _ in range(5)]
    template = next(iter(own.entries.values()))
    questions: dict[Language, tuple[str, ...]] = {
        language: tuple(_with(draw.choice(frames), draw.sample(words, 2), draw) for _ in range(QUESTIONS_EACH))
        for language in LANGUAGES
    }
    lines = (_with(draw.choice(LINES), words, draw),) if number % 3 == 0 else ()
    return replace(
        template,
        id=f"made-{number:05}",
        kind="error" if lines else "answer",
        questions=questions,
        lines=lines,
        variants=(),
        lookalikes=(),
    )


def _with(frame: str, words: list[str], draw: random.Random) -> str:
    """The frame with some of its words exchanged."""
    said = frame.split()[:14]
    for word in words:
        said[draw.randrange(len(said))] = word
    return " ".join(said)


def measure(entries: int) -> Iterator[tuple[str, float]]:
    """Name and figure of everything that is measured at one size."""
    knowledge = grown(entries)
    begun = time.process_time()
    extractor = FeatureExtractor(knowledge)
    trained = train(knowledge, extractor, training_examples(knowledge))
    yield "learn s", time.process_time() - begun
    matcher = Matcher(knowledge, extractor, trained)
    texts = [line.text for line in read_set(PROJECT / "tests/eval/questions-dev.jsonl")]
    texts += [line.text for line in read_set(PROJECT / "tests/eval/errors-dev.jsonl")]
    made = [q for e in list(knowledge.entries.values())[-200:] for q in e.questions["de"][:2]]
    spent = []
    for text in [*texts, *made]:
        begun = time.thread_time()
        matcher.decide(Question(text))
        spent.append((time.thread_time() - begun) * 1000)
    yield "median ms", float(np.median(spent))
    yield "p99 ms", float(np.quantile(spent, 0.99))
    yield "memory MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ranker = Ranker(extractor, trained, len(knowledge.entries))
    found = [ranker.rank(extractor.words(f"{q} bitte")).first() for q in made]
    owners = [e.id for e in list(knowledge.entries.values())[-200:] for _ in range(2)]
    yield "known question found", float(np.mean([f == o for f, o in zip(found, owners, strict=True)]))


def figures(sizes: Sequence[int]) -> Iterator[Figure]:
    """Everything at each size, and its ratio to the first."""
    first: dict[str, float] = {}
    for size in sizes:
        found = _in_its_own_process(size)
        first = first or found
        for name, value in found.items():
            unit = {"ms": "ms CPU", "s": "s CPU"}.get(name.split()[-1], name.split()[-1] if name[-2:] == "MB" else "")
            target = f"< {P99:g} ms" if name == "p99 ms" and size == SIZES[-1] else ""
            of = f"{sizes[0]:,} entries"
            met = value < P99 if target else None
            yield Figure("growth", f"{size:,} entries: {name}", value, unit, value / first[name], of, target, met)


def _in_its_own_process(size: int) -> dict[str, float]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    run = [sys.executable, "-m", "tests.bench.growth", str(size)]
    out = subprocess.run(run, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split("\t") for line in out.stdout.splitlines())}


if __name__ == "__main__":
    for figure in measure(int(sys.argv[1])):
        click.echo(f"{figure[0]}\t{figure[1]}")
