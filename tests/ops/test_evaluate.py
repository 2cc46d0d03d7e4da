"""How a labelled set is scored."""

from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.model import Decision, Outcome, Part
from bot.ops.evaluate import Line, cross_validate, metrics, read_set, report, run_set, to_text
from tests.rows import each_row
from tests.slow import one_in

ROWS = [
    # expected, allowed to decline, outcome, entries, verdict, score
    (("ports",), False, "answer", ("ports",), "answered-right", 1.0),
    (("ports",), False, "answer", ("imap-ssl", "ports"), "answered-wrong", -1.0),
    (("ports",), False, "suggest", ("a", "b", "ports"), "suggested-right", 0.5),
    (("ports",), False, "suggest", ("a", "b", "c", "ports"), "suggested-wrong", 0.0),
    (("ports",), False, "decline", (), "declined", 0.0),
    (("ports",), True, "decline", (), "declined-allowed", 1.0),
    ((), False, "decline", (), "declined-right", 1.0),
    ((), False, "suggest", ("a",), "menu", 0.0),
    ((), False, "answer", ("a",), "false-answer", -1.0),
]


def decided(outcome: Outcome, entries: tuple[str, ...]) -> Decision:
    return Decision(outcome, entries, "de", 0.75, (Part("", outcome, entries, 0.75, "test"),), "")


@each_row(("expect", "or_none", "outcome", "entries", "verdict", "score"), ROWS, ids=[r[4] for r in ROWS])
def test_a_line_is_scored_as_the_head_of_the_module_says(
    expect: tuple[str, ...], or_none: bool, outcome: Outcome, entries: tuple[str, ...], verdict: str, score: float
) -> None:
    (result,) = run_set([Line("x", expect, "de", "short", or_none)], lambda _: decided(outcome, entries))
    assert (result.verdict, result.score) == (verdict, score)


def test_the_report_counts_shares_confusions_and_calibration() -> None:
    lines = [Line("x", ("ports",), "de", "short"), Line("y", (), "en", "short")]
    found = report(run_set(lines, lambda _: decided("answer", ("imap-ssl",))))
    assert found["all"]["score"] == -1.0
    assert found["all"]["answered_wrong"] == found["all"]["false_answers"] == 1.0
    assert found["all"]["language_right"] == 0.5
    assert {"expected": "ports", "answered": "imap-ssl", "times": 1} in found["confusions"]
    assert found["calibration"] == [{"score": "0.7-0.8", "lines": 2, "right": 0.0}]
    assert "ports → imap-ssl" in to_text(found)


@pytest.mark.parametrize("line", ["{}", "[]", '{"q": "x", "expect": "ports"}', "no json"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "set.jsonl").write_text(f'{{"q": "x", "expect": []}}\n{line}\n')
    with pytest.raises(ValueError, match=r"set\.jsonl:2: "):
        read_set(tmp_path / "set.jsonl")


@one_in(3)
def test_cross_validation_decides_every_line_and_leaves_the_figures_as_they_were(
    engine: AnswerEngine, every: int
) -> None:
    lines = read_set(Path(__file__).parents[1] / "eval/questions-dev.jsonl")[:60:every]
    before = engine.matcher.calibration
    results = cross_validate(lines, engine.matcher)
    assert [r.line for r in results] == lines
    assert engine.matcher.calibration is before
    assert metrics(results)["score"] > 0.5
