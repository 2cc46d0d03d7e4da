"""Evaluation: runs labelled sets through the matcher and counts right and wrong answers.

A line of a set is JSON: `q` or `text`, `expect` (ids a good support agent would accept as the first answer; empty:
must not be answered), and optionally `lang`, `style` or `form`, and `or_none` (declining is right too); other keys are
for people, as `all_of` (several conditions are meant). Score of a line: in scope +1 answered right (the first entry
counts), +0.5 the right entry among the first three suggestions, −1 answered wrong, else 0; out of scope +1 declined, 0
suggested, −1 answered. The set's score is the mean over its lines.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.matching.calibration import Calibration, Sample, fit_calibration
from bot.core.matching.decision import Matcher
from bot.core.model import Decision, Question

Decide = Callable[[Question], Decision]
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """Labelled message: one line of a set."""

    text: str
    expect: tuple[str, ...]
    language: str  # "" where the set does not say
    style: str
    or_none: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Result of one line: its decision, and how it is judged."""

    line: Line
    decision: Decision

    @property
    def verdict(self) -> str:
        """Verdict about the decision.

        In scope: answered-right, answered-wrong, suggested-right, suggested-wrong, declined, declined-allowed (the line
        says `or_none`). Out of scope: declined-right, menu, false-answer.
        """
        outcome, entries = self.decision.outcome, self.decision.entries
        if not self.line.expect:
            return {"answer": "false-answer", "suggest": "menu", "decline": "declined-right"}[outcome]
        if outcome == "answer":
            return "answered-right" if entries[0] in self.line.expect else "answered-wrong"
        if outcome == "suggest":
            return "suggested-right" if set(entries[:3]) & set(self.line.expect) else "suggested-wrong"
        return "declined-allowed" if self.line.or_none else "declined"

    @property
    def score(self) -> float:
        """Score -1..1, as the module's head says."""
        return _SCORES[self.verdict]


_SCORES = {
    "answered-right": 1.0,
    "answered-wrong": -1.0,
    "suggested-right": 0.5,
    "suggested-wrong": 0.0,
    "declined": 0.0,
    "declined-allowed": 1.0,
    "declined-right": 1.0,
    "menu": 0.0,
    "false-answer": -1.0,
}
_RIGHT = {"answered-right", "suggested-right", "declined-right", "declined-allowed"}


def read_set(path: Path) -> list[Line]:
    """Labelled set of a JSONL file. Raises ValueError with file:line of what is no labelled message."""
    lines = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not raw.strip():
            continue
        try:
            lines.append(_to_line(json.loads(raw)))
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise ValueError(f'{path}:{number}: needs "q" or "text", and "expect" as a list ({wrong})') from wrong
    if not lines:
        raise ValueError(f"{path}:1: holds no line")
    return lines


def _to_line(raw: Mapping[str, Any]) -> Line:
    if not isinstance(raw["expect"], list):
        raise ValueError('"expect" is no list')
    text = raw["q"] if "q" in raw else raw["text"]
    style = raw.get("style") or raw.get("form") or ""
    return Line(str(text), tuple(raw["expect"]), raw.get("lang", ""), style, bool(raw.get("or_none")))


def run_set(lines: Iterable[Line], decide: Decide) -> list[Result]:
    """Results of all lines, in order."""
    return [Result(line, decide(Question(line.text))) for line in lines]


def cross_validate(lines: Sequence[Line], matcher: Matcher) -> list[Result]:
    """Results of all lines, each decided with a calibration fitted without it: five folds, by the line's number.

    What the entries and their examples owe to the lines is not undone by this.
    """
    samples = [to_sample(line, matcher) for line in lines]
    folds = [fit_calibration([s for n, s in enumerate(samples) if n % FOLDS != fold]) for fold in range(FOLDS)]
    return decided_by_fold(lines, [number % FOLDS for number in range(len(lines))], folds, matcher)


def decided_by_fold(
    lines: Iterable[Line], folds: Iterable[int], figures: Sequence[Calibration], matcher: Matcher
) -> list[Result]:
    """Results of all lines, in order. `folds`: the fold of each line; `figures`: of each fold, fitted without it."""
    before, results = matcher.calibration, []
    for line, fold in zip(lines, folds, strict=True):
        matcher.calibration = figures[fold]
        results.append(Result(line, matcher.decide(Question(line.text))))
    matcher.calibration = before
    return results


def to_sample(line: Line, matcher: Matcher) -> Sample:
    """Sample of a labelled message, for fitting the calibration."""
    first, signals, several, found = matcher.calibration_signals(line.text)
    return Sample(
        signals=signals,
        first_right=first[:1] != [] and first[0] in line.expect,
        right_in_top3=bool(set(first) & set(line.expect)),
        not_covered=not line.expect,
        several=several,
        explained=tuple((of, owner in line.expect) for owner, of in found),
    )


def metrics(results: Sequence[Result]) -> dict[str, Any]:
    """Metrics: shares 0..1 of the in-scope and out-of-scope lines, the score, and the number of lines."""
    inside = Counter(r.verdict for r in results if r.line.expect)
    outside = Counter(r.verdict for r in results if not r.line.expect)
    known = [r for r in results if r.line.language]
    return {
        "lines": len(results),
        "score": _mean([r.score for r in results]),
        "answered_right": _share(inside, "answered-right"),
        "answered_wrong": _share(inside, "answered-wrong"),
        "suggested_right": _share(inside, "suggested-right"),
        "suggested_wrong": _share(inside, "suggested-wrong"),
        "declined": _share(inside, "declined") + _share(inside, "declined-allowed"),
        "false_answers": _share(outside, "false-answer"),
        "menus_out_of_scope": _share(outside, "menu"),
        "language_right": _mean([float(r.decision.language == r.line.language) for r in known]),
    }


def report(results: Sequence[Result]) -> dict[str, Any]:
    """Report: metrics in all, by language and by style; confusions; calibration in tenths of the score."""
    return {
        "all": metrics(results),
        "language": _grouped(results, lambda r: r.line.language),
        "style": _grouped(results, lambda r: r.line.style),
        "confusions": _confusions(results),
        "calibration": _calibration(results),
    }


def _grouped(results: Sequence[Result], key: Callable[[Result], str]) -> dict[str, Any]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[key(result)].append(result)
    return {name: metrics(group) for name, group in sorted(groups.items()) if name}


def _confusions(results: Sequence[Result]) -> list[dict[str, Any]]:
    wrong = Counter(
        (r.line.expect[0] if r.line.expect else "(not covered)", r.decision.entries[0])
        for r in results
        if r.verdict in {"answered-wrong", "false-answer"}
    )
    return [
        {"expected": e, "answered": a, "times": n} for (e, a), n in sorted(wrong.items(), key=lambda x: (-x[1], x[0]))
    ]


def _calibration(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Share of right decisions (answer, menu or refusal) in each tenth of the score."""
    tenths: dict[int, list[bool]] = defaultdict(list)
    for r in results:
        tenths[min(9, int(r.decision.score * 10))].append(r.verdict in _RIGHT)
    return [
        {"score": f"{t / 10:.1f}-{(t + 1) / 10:.1f}", "lines": len(v), "right": _mean(v)}
        for t, v in sorted(tenths.items())
    ]


def to_text(found: Mapping[str, Any]) -> str:
    """Report as a table for people."""
    columns = list(found["all"])
    rows = [("all", found["all"]), *found["language"].items(), *found["style"].items()]
    width = max(len(name) for name, _ in rows)
    head = " ".join([" " * width, *(f"{c.replace('_', ' '):>{max(7, len(c))}}" for c in columns)])
    body = [" ".join([f"{name:<{width}}", *(_cell(c, values[c]) for c in columns)]) for name, values in rows]
    confusions = [f"  {c['times']} × {c['expected']} → {c['answered']}" for c in found["confusions"][:15]]
    calibration = [f"  {c['score']}: {c['right']:.2f} right of {c['lines']}" for c in found["calibration"]]
    return "\n".join(
        [head, *body, "", "answered wrong (expected → answered):", *confusions, "", "calibration:", *calibration]
    )


def _cell(column: str, value: float) -> str:
    shown = str(value) if isinstance(value, int) else f"{value:.3f}"
    return f"{shown:>{max(7, len(column))}}"


def _share(counts: Counter[str], verdict: str) -> float:
    return counts[verdict] / (sum(counts.values()) or 1)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
