"""Answer → what a terminal shows."""

import re

from bot.core.model import Answer, Candidate, Decision, Part

_MARK = re.compile(r"(?<!\\)(?:\*\*|(?<!\w)_(?=\S)|_(?!\w))")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|#~])")
_CODE = re.compile(r"`([^`\n]*)`")


def plain(markdown: str) -> str:
    """Markdown without its marks, for people who read it as it is. What stands in code is kept to the letter."""
    pieces = _CODE.split(markdown)
    return "".join(piece if odd else _ESCAPED.sub(r"\1", _MARK.sub("", piece)) for odd, piece in _alternating(pieces))


def _alternating(pieces: list[str]) -> list[tuple[bool, str]]:
    return [(bool(position % 2), piece) for position, piece in enumerate(pieces)]


def why(answer: Answer) -> str:
    """The decision behind an answer, for support people: one fact a line."""
    if answer.decision is None:
        return f"command {answer.template}: no question was decided"
    decision = answer.decision
    return "\n".join([*_head(decision), *(line for part in decision.parts for line in _part(part))])


def _head(decision: Decision) -> list[str]:
    return [
        f"outcome     {decision.outcome} ({decision.score:.2f})",
        f"language    {decision.language}",
        f"address     {decision.address or '-'}",
        f"domain      {decision.domain or '-'}",
        f"read as     {decision.normalised}",
    ]


def _part(part: Part) -> list[str]:
    return [
        f"part        {part.text}",
        f"  rule      {part.rule}",
        f"  outcome   {part.outcome} ({part.score:.2f}) {' '.join(part.entries)}",
        *(_candidate(c) for c in part.candidates),
    ]


def _candidate(candidate: Candidate) -> str:
    return f"  {candidate.score:.2f}      {candidate.id}  {'; '.join(candidate.evidence)}".rstrip()
