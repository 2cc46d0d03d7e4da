"""Explanation of a decision for support people: `--why`, the stored decision, the dashboard, `/faq why`."""

from collections.abc import Callable, Sequence

from bot.core.model import Answer, Candidate, Decision, Part

# Words of a question, id of an entry or topic → the features that speak for it
Evidence = Callable[[Sequence[str], str], Sequence[str]]
Origin = Callable[[str], str]  # id of an entry or topic → whose it is: "general layer"; empty: nothing to say
WITH_EVIDENCE = 2  # candidates whose evidence is listed


def explain(answer: Answer, evidence: Evidence, origin: Origin) -> str:
    """Explanation of the decision behind an answer, one fact a line; a command says that nothing was decided."""
    if answer.decision is None:
        return f"command {answer.template}: no question was decided"
    decision = answer.decision
    return "\n".join([*_head(decision), *(line for part in decision.parts for line in _part(part, evidence, origin))])


def _head(decision: Decision) -> list[str]:
    return [
        f"outcome     {decision.outcome} ({decision.score:.2f})",
        f"language    {decision.language}",
        f"address     {decision.address or '-'}",
        f"domain      {decision.domain or '-'}",
        *([f"read as     {decision.normalised}"] if decision.normalised else []),
        *([f"codes       {' '.join(decision.codes)}: general meaning"] if decision.codes else []),
    ]


def _part(part: Part, evidence: Evidence, origin: Origin) -> list[str]:
    return [
        f"part        {part.text}".rstrip(),
        f"  rule      {part.rule}",
        f"  outcome   {part.outcome} ({part.score:.2f}) {' '.join(part.entries)}",
        *(line for rank, c in enumerate(part.candidates) for line in _candidate(part, c, rank, evidence, origin)),
    ]


def _candidate(part: Part, candidate: Candidate, rank: int, evidence: Evidence, origin: Origin) -> list[str]:
    explained = part.text and rank < WITH_EVIDENCE  # without words (redacted_decision.py) nothing speaks for it
    lines = candidate.evidence or (evidence(part.text.split(), candidate.id) if explained else ())
    whose = origin(candidate.id)
    named = f"{candidate.id} ({whose})" if whose else candidate.id
    return [f"  {candidate.score:.2f}      {named}", *(f"              {line}" for line in lines)]
