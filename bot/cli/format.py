"""Answer → what a terminal shows."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.core.gaps import Gap
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer, Candidate, Decision, Kept, Part

plain = to_plain  # what a terminal shows is what a person reads


def offers(answer: Answer, block: Callable[..., str]) -> list[str]:
    """Commands that may be typed next, a line each. `block`: words a block of a template (see Renderer)."""
    checks = answer.facts.get("checks", ())
    commands = [{"name": c["name"], "command": f"/check {c['name']} {c['condition']}"} for c in checks]
    return [plain(block("offer", f"line_{answer.language}", answer.language, facts)) for facts in commands]


Evidence = Callable[[Sequence[str], str], Sequence[str]]  # words of a question, an entry or topic → what speaks for it
EXPLAINED = 2  # candidates whose evidence is shown


def why(answer: Answer, evidence: Evidence) -> str:
    """The decision behind an answer, for support people: one fact a line."""
    if answer.decision is None:
        return f"command {answer.template}: no question was decided"
    decision = answer.decision
    return "\n".join([*_head(decision), *(line for part in decision.parts for line in _part(part, evidence))])


def _head(decision: Decision) -> list[str]:
    return [
        f"outcome     {decision.outcome} ({decision.score:.2f})",
        f"language    {decision.language}",
        f"address     {decision.address or '-'}",
        f"domain      {decision.domain or '-'}",
        f"read as     {decision.normalised}",
        *([f"codes       {' '.join(decision.codes)}: general meaning"] if decision.codes else []),
    ]


def _part(part: Part, evidence: Evidence) -> list[str]:
    return [
        f"part        {part.text}",
        f"  rule      {part.rule}",
        f"  outcome   {part.outcome} ({part.score:.2f}) {' '.join(part.entries)}",
        *(line for place, c in enumerate(part.candidates) for line in _candidate(part, c, place, evidence)),
    ]


def _candidate(part: Part, candidate: Candidate, place: int, evidence: Evidence) -> list[str]:
    speaks = candidate.evidence or (evidence(part.text.split(), candidate.id) if place < EXPLAINED else ())
    return [f"  {candidate.score:.2f}      {candidate.id}", *(f"              {line}" for line in speaks)]


def gap(found: Gap) -> str:
    """One line."""
    return f"{found.count:>5}  {found.language}  {','.join(found.reasons):<12}  {_one_line(found.example)}"


def gaps_as_csv(found: Sequence[Gap]) -> str:
    """With a header; a spreadsheet takes no cell for a formula."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["count", "language", "reasons", "last", "example", "link"])
    for one in found:
        last = datetime.fromtimestamp(one.last, UTC).isoformat(timespec="seconds")
        example = _one_line(one.example)
        safe = f"'{example}" if example.startswith(("=", "+", "-", "@")) else example
        rows.writerow([one.count, one.language, " ".join(one.reasons), last, safe, one.link])
    return text.getvalue()


def kept(decision: Kept) -> str:
    """A stored decision."""
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


class Assessment(Protocol):
    """What is to be said to a ticket (bot/tickets/assessment.py)."""

    @property
    def verdict(self) -> str: ...

    @property
    def reasons(self) -> Sequence[str]: ...

    @property
    def answer(self) -> Answer: ...

    def to_answer(self, verdict: Any, reasons: Sequence[str]) -> Answer: ...


def ticket(found: Assessment, render: Callable[[Answer], str], *, as_json: bool) -> str:
    """What would be done with a ticket, and what would be written; for people or for machines."""
    decision = found.answer.decision
    reply = to_plain(render(found.to_answer(found.verdict, found.reasons))) if found.verdict != "silent" else ""
    facts = {
        "verdict": found.verdict,
        "reasons": list(found.reasons),
        "outcome": decision.outcome if decision else "decline",
        "entries": list(decision.entries) if decision else [],
        "language": found.answer.language,
    }
    if as_json:
        return json.dumps({**facts, "reply": reply}, ensure_ascii=False)
    shown = {name: ", ".join(value) or "-" if isinstance(value, list) else value for name, value in facts.items()}
    return "\n".join([*(f"{name:<11} {value}" for name, value in shown.items()), *(["", reply] if reply else [])])


def _one_line(text: str) -> str:
    return " ".join(text.split())
