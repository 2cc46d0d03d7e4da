"""Learns the decision's figures and prints what belongs into core/matching/calibration.py: `python -m tests.eval.tune`.

The figures of questions come from the development sets. Those of error lines come besides from the knowledge base's
own lines, each decided by a Postbote that learnt without it (five folds): they are many, and say how an unseen wording
of a known condition fits, and how one that no entry explains. Run it after every change of the ranking, of the error
lines or of the content; `postbote evaluate --cross-validate` says what to expect of it.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click

from bot.content.loader import load
from bot.core.matching.calibration import Sample, fit_calibration
from bot.core.matching.decision import Matcher
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import train, training_examples
from bot.core.model import Entry, Knowledge, Topic
from bot.ops.evaluate import Line, read_set, to_sample

HERE = Path(__file__).parent
FOLDS = 5
Item = TypeVar("Item", Entry, Topic)


def open_matcher(knowledge: Knowledge) -> Matcher:
    extractor = FeatureExtractor(knowledge)
    return Matcher(knowledge, extractor, train(knowledge, extractor, training_examples(knowledge)))


def left(texts: Sequence[str], fold: int) -> tuple[str, ...]:
    """What is learnt where a fold is held out."""
    return tuple(text for place, text in enumerate(texts) if place % FOLDS != fold)


def held(texts: Sequence[str], fold: int) -> tuple[str, ...]:
    """The fold."""
    return tuple(text for place, text in enumerate(texts) if place % FOLDS == fold)


def without(item: Item, fold: int) -> Item:
    if isinstance(item, Entry):
        return replace(item, variants=left(item.variants, fold), lookalikes=left(item.lookalikes, fold))
    return replace(item, lines=left(item.lines, fold))


def own_lines(knowledge: Knowledge, fold: int) -> Iterator[Line]:
    """The held-out lines of the content as labelled messages."""
    for entry in knowledge.entries.values():
        yield from (Line(text, (entry.id,), "", "own") for text in held(entry.variants, fold))
        yield from (Line(text, (), "", "own") for text in held(entry.lookalikes, fold))
    for topic in knowledge.topics.values():
        yield from (Line(text, (), "", "own") for text in held(topic.lines, fold))


def own_samples(knowledge: Knowledge) -> Iterator[Sample]:
    """Every line of the content in which a Postbote that has not seen it finds a known one."""
    for fold in range(FOLDS):
        entries = {name: without(entry, fold) for name, entry in knowledge.entries.items()}
        topics = {name: without(topic, fold) for name, topic in knowledge.topics.items()}
        matcher = open_matcher(replace(knowledge, entries=entries, topics=topics))
        samples = (to_sample(line, matcher) for line in own_lines(knowledge, fold))
        yield from (sample for sample in samples if sample.explained)


def main(files: Sequence[Path]) -> None:
    knowledge = load(HERE.parents[1] / "knowledge")
    matcher = open_matcher(knowledge)
    labelled = [to_sample(line, matcher) for file in files for line in read_set(file)]
    calibration = fit_calibration([*labelled, *own_samples(knowledge)])
    click.echo("FITTED = Calibration(")
    for name in calibration.__slots__:
        click.echo(f"    {name}={getattr(calibration, name)!r},")
    click.echo(")")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*-dev.jsonl")))
