"""Learns the decision's figures, FITTED in core/matching/calibration.py: `python -m tests.eval.tune --write`.

The figures of questions come from the development sets. Those of error lines come besides from the knowledge base's
own lines, each decided by a Postbote that learnt without it (five folds): they are many, and say how an unseen wording
of a known condition fits, and how one that no entry explains. Run it after every change of the ranking, of the error
lines or of the content; `python -m tests.eval.tune --cross-validate` says what to expect of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TypeVar

import click

from bot.content.loader import load
from bot.core.matching.calibration import Calibration, Sample, fit_calibration
from bot.core.matching.decision import Matcher
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import train, training_examples
from bot.core.matching.young_base import RememberingExtractor
from bot.core.model import LANGUAGES, Entry, Knowledge, Topic
from bot.ops.evaluate import (
    Line,
    Result,
    cross_validate,
    decided_by_fold,
    metrics,
    read_set,
    run_set,
    to_sample,
)
from tests.eval import other_providers
from tests.eval.learnt_constants import exchange
from tests.eval.surroundings import wrap

HERE = Path(__file__).parent
CALIBRATION = HERE.parents[1] / "bot/core/matching/calibration.py"
# Sets that the figures come from, their short questions a second time within generated surroundings: a message of
# several sentences has figures of its own. Left to look at are wrapped-dev (one wrapping), bounces-dev (mails),
# tickets-blind and chat-blind (harsher than what people write: with them in the figures, plain questions within a
# ticket got fewer answers).
TUNED = (
    "questions-dev",
    "questions-real-dev",
    "probes-dev",
    "errors-dev",
    "errors-real-dev",
    "questions-blind",
    "questions-chat",
    "questions-varied",
)
FOLDS = 5
SHORT = 110  # letters of a question that is wrapped
Item = TypeVar("Item", Entry, Topic)


def open_matcher(knowledge: Knowledge, extractor: FeatureExtractor | None = None) -> Matcher:
    """Matcher that learnt the knowledge. `extractor`: of knowledge with the same questions; None: one of its own."""
    extractor = extractor or FeatureExtractor(knowledge)
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


def own_samples(knowledge: Knowledge, extractor: FeatureExtractor) -> Iterator[Sample]:
    """Every line of the content in which a Postbote that has not seen it finds a known one."""
    for fold in range(FOLDS):
        entries = {name: without(entry, fold) for name, entry in knowledge.entries.items()}
        topics = {name: without(topic, fold) for name, topic in knowledge.topics.items()}
        matcher = open_matcher(replace(knowledge, entries=entries, topics=topics), extractor)
        samples = (to_sample(line, matcher) for line in own_lines(knowledge, fold))
        yield from (sample for sample in samples if sample.explained)


def fitted(knowledge: Knowledge, lines: Sequence[Line]) -> Calibration:
    """Figures fitted to labelled lines and to the content's own."""
    extractor = RememberingExtractor(knowledge)  # it knows the questions alone, and lines are held out
    matcher = open_matcher(knowledge, extractor)
    labelled = [to_sample(line, matcher) for line in lines]
    return fit_calibration([*labelled, *own_samples(knowledge, extractor)])


def wrapped(lines: Sequence[Line]) -> list[Line]:
    """The short questions among the lines once more, each within generated surroundings (surroundings.py)."""
    short = [line for line in lines if line.language in LANGUAGES and len(line.text) <= SHORT and "\n" not in line.text]
    return [
        replace(line, text=wrap(line.text, language, number, "fit"))
        for number, line in enumerate(short)
        for language in LANGUAGES
        if language == line.language
    ]


def to_source(calibration: Calibration) -> str:
    """FITTED as it stands in calibration.py."""
    return f"FITTED = {_source_of(calibration, '')}\n"


def _source_of(value: object, indent: str) -> str:
    if not is_dataclass(value):
        return repr(value)
    inner = f"{indent}    "
    lines = [f"{inner}{f.name}={_source_of(getattr(value, f.name), inner)},\n" for f in fields(value)]
    return f"{type(value).__name__}(\n{''.join(lines)}{indent})"


def grouped_by_entry(lines: Sequence[Line], matcher: Matcher) -> list[Result]:
    """Results of all lines, each decided with figures fitted without any line about the same entry: five folds."""
    entries = sorted({line.expect[0] for line in lines if line.expect})
    folds = [(entries.index(line.expect[0]) if line.expect else n) % FOLDS for n, line in enumerate(lines)]
    samples = [to_sample(line, matcher) for line in lines]
    figures = [
        fit_calibration([s for s, of in zip(samples, folds, strict=True) if of != fold]) for fold in range(FOLDS)
    ]
    return decided_by_fold(lines, folds, figures, matcher)


def as_shipped(knowledge: Knowledge, sets: Mapping[str, Sequence[Line]]) -> Iterator[tuple[str, list[Result]]]:
    """Results of each set, each line decided with the figures as they are shipped but for a fifth of the lines.

    That fifth holds the line, alone and within surroundings. So every fold learns from all the sets that FITTED learns
    from, while `postbote evaluate --cross-validate` learns from one set alone.
    """
    extractor = RememberingExtractor(knowledge)
    matcher = open_matcher(knowledge, extractor)
    bare = [line for name in TUNED for line in read_set(HERE / f"{name}.jsonl")]
    places = {line.text: number % FOLDS for number, line in enumerate(bare)}

    def fold_of(line: Line) -> int:
        """Fold of the line itself, else of the first that it surrounds; 0: it is new."""
        around = (fold for text, fold in places.items() if text in line.text)
        return places.get(line.text, next(around, 0))

    always = [*own_samples(knowledge, extractor), *(to_sample(line, matcher) for line in other_providers.lines("fit"))]
    samples = [(fold_of(line), to_sample(line, matcher)) for line in [*bare, *wrapped(bare)]]
    figures = [fit_calibration([*always, *(s for of, s in samples if of != fold)]) for fold in range(FOLDS)]
    for name, lines in sets.items():
        yield name, decided_by_fold(lines, map(fold_of, lines), figures, matcher)


def other_half(knowledge: Knowledge, lines: Sequence[Line]) -> Iterator[tuple[list[Result], list[Result]]]:
    """Every second entry makes a base of its own, decided with the figures fitted to the base of the others.

    Also with its own figures, each line's fitted without it: what would be expected of them.
    """
    ids = list(knowledge.entries)
    bases = [replace(knowledge, entries={i: knowledge.entries[i] for i in ids[half::2]}) for half in (0, 1)]
    matchers = [open_matcher(base) for base in bases]
    outside = [line for line in lines if not line.expect]
    own = [
        [*(line for line in lines if line.expect and set(line.expect) <= base.entries.keys()), *outside[half::2]]
        for half, base in enumerate(bases)
    ]
    for half, other in ((0, 1), (1, 0)):
        expected = cross_validate(own[half], matchers[half])
        matchers[half].calibration = fit_calibration([to_sample(line, matchers[other]) for line in own[other]])
        yield run_set(own[half], matchers[half].decide), expected


def leave_out(knowledge: Knowledge, lines: Sequence[Line]) -> Iterator[tuple[str, list[Result]]]:
    """Results with figures that were fitted without the entry in question, beside those without the line alone."""
    matcher = open_matcher(knowledge)
    yield "figures fitted without the line", cross_validate(lines, matcher)
    yield "figures fitted without the entry", grouped_by_entry(lines, matcher)
    halves = list(other_half(knowledge, lines))
    yield "half of the entries: fitted without the line", [result for _, own in halves for result in own]
    yield "half of the entries: fitted to the other half", [result for foreign, _ in halves for result in foreign]


def _show(results: Iterable[tuple[str, list[Result]]]) -> None:
    for name, of_set in results:
        found = metrics(of_set)
        shown = ("score", "answered_right", "answered_wrong", "false_answers", "menus_out_of_scope")
        click.echo(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {found[key]:.3f}" for key in shown))


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--write", "writes", is_flag=True, help="Put the figures into calibration.py instead of printing them.")
@click.option("--cross-validate", "validates", is_flag=True, help="Show what to expect of the figures, per set.")
@click.option("--leave-out", "leaves_out", is_flag=True, help="Show what figures are worth where an entry is unknown.")
def main(files: Sequence[Path], writes: bool, validates: bool, leaves_out: bool) -> None:
    """FILES: labelled sets; none: those of TUNED, and with --cross-validate wrapped-dev as well."""
    knowledge = load(HERE.parents[1] / "knowledge")
    if validates:
        paths = files or [HERE / f"{name}.jsonl" for name in (*TUNED, "wrapped-dev")]
        _show(as_shipped(knowledge, {path.stem: read_set(path) for path in paths}))
        return
    lines = [line for file in files or [HERE / f"{name}.jsonl" for name in TUNED] for line in read_set(file)]
    lines += other_providers.lines("fit")
    lines += wrapped(lines)
    if leaves_out:
        _show(leave_out(knowledge, lines))
        return
    source = to_source(fitted(knowledge, lines))
    if writes:
        exchange(CALIBRATION, "FITTED", source)
    click.echo(source, nl=False)


if __name__ == "__main__":
    main()
