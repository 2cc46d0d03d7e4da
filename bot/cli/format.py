"""Terminal output: answers, gaps, stored decisions as text or CSV."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer
from bot.core.text.spreadsheet import without_formula

if TYPE_CHECKING:
    from bot.core.gaps import Gap
    from bot.core.stored_records import StoredDecision


def offered_commands(answer: Answer, block: Callable[..., str]) -> list[str]:
    """Commands that may be typed next, a line each. `block`: renders a block of a template (Renderer.block)."""
    checks = answer.facts.get("checks", ())
    commands = [{"name": c["name"], "command": f"/check {c['name']} {c['condition']}"} for c in checks]
    return [to_plain(block("offer", f"line_{answer.language}", answer.language, facts)) for facts in commands]


def gap_line(found: "Gap") -> str:
    """Gap as one line: count, language, reasons, an example."""
    return f"{found.count:>5}  {found.language}  {','.join(found.reasons):<12}  {_one_line(found.example)}"


def gaps_as_csv(found: Sequence["Gap"]) -> str:
    """Gaps as CSV with a header; no cell can be taken for a formula by a spreadsheet."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["count", "language", "reasons", "last", "example", "link"])
    for one in found:
        last = datetime.fromtimestamp(one.last, UTC).isoformat(timespec="seconds")
        example = _one_line(one.example)
        rows.writerow([one.count, one.language, " ".join(one.reasons), last, without_formula(example), one.link])
    return text.getvalue()


def stored_decision(decision: "StoredDecision") -> str:
    """Stored decision for `postbote why`: its facts, then its explanation."""
    at = datetime.fromtimestamp(decision.at, UTC).isoformat(timespec="seconds")
    facts = {
        "key": decision.key,
        "at": at,
        "question": _one_line(decision.question) or "-",
        "outcome": f"{decision.outcome} {' '.join(decision.entries)}".strip(),
        "reply": decision.sent or "-",
        "chosen": decision.chosen or "-",
        "unhelpful": str(decision.unhelpful),
        "link": decision.link or "-",
    }
    return "\n".join([*(f"{name:<11} {value}" for name, value in facts.items()), "", decision.why])


def _one_line(text: str) -> str:
    return " ".join(text.split())
