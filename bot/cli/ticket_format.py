"""Terminal output of a ticket's assessment, as text or JSON."""

import json
from collections.abc import Callable

from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer
from bot.tickets.assessment import Assessment


def ticket_assessment(found: Assessment, render: Callable[[Answer], str], *, as_json: bool) -> str:
    """Assessment of a ticket for `postbote mail`: verdict, reasons and the reply that would be written.

    `as_json`: one JSON object for machines, else lines for people.
    """
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
