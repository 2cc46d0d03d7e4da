"""The benchmarks' one command: its arithmetic, and that its smallest form runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from tests.bench.figures import Figure, middle, quantile, to_json, to_table
from tests.bench.folders import LEARNT

PROJECT = Path(__file__).parents[1]


def test_a_quantile_is_a_value_that_was_measured() -> None:
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.99) == 4.0
    assert quantile([7.0], 0.5) == 7.0


def test_of_several_rounds_each_figure_is_the_median() -> None:
    assert middle([{"p50": 1.0, "p99": 9.0}, {"p50": 5.0, "p99": 2.0}, {"p50": 2.0, "p99": 3.0}]) == {
        "p50": 2.0,
        "p99": 3.0,
    }


def test_the_table_says_what_missed_its_target() -> None:
    table = to_table(
        [
            Figure("path", "p50", 9.0, "ms", 3.1, "echo", "≤ 3 ×", False),
            Figure("path", "p99", 20.0, "ms", 2.0, "echo"),
            Figure("start", "ready", 1.0, "s"),
        ]
    )
    first, second, gap, last = table.split("\n")
    assert "3.10 × echo" in first
    assert first.endswith("≤ 3 × MISSED")
    assert second.endswith("2.00 × echo")
    assert gap == ""
    assert last.endswith("1.00 s")


@pytest.mark.integration
@pytest.mark.skipif(
    not os.environ.get("POSTBOTE_INTEGRATION"), reason="POSTBOTE_INTEGRATION is not set; .ci/run sets it"
)
def test_the_smallest_form_measures_the_core_and_the_whole_path(
    tmp_path: Path, learnt: Path, engine: AnswerEngine
) -> None:
    """With the model that the tests share."""
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.bench", "--only", "understanding", "--only", "path", "--rounds", "1"]
    run = subprocess.run(
        [*command, "--seconds", "0.5", "--json", str(file)],
        cwd=PROJECT,
        env=os.environ | {LEARNT: str(learnt)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(file.read_text(encoding="utf-8"))
    assert {f["bench"] for f in found["figures"]} == {"understanding", "50 events/s", "same load", "flat out"}
    assert all(f["value"] > 0 for f in found["figures"])
    assert found["machine"]["cpus"] == os.cpu_count()
    assert to_json([], found["machine"])["machine"] == found["machine"]
