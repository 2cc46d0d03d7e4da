"""Gaps of the knowledge base: stored decisions → groups of like questions that it does not answer, or not well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.core.model import Language, StoredDecision

# Least rapidfuzz ratio of the sorted words (0..100) with which two questions are one gap. Set by looking at the
# declined lines of questions-dev: below 70 different topics with the same frame ("wie kann ich … einrichten?") come
# together.
ALIKE = 72.0
REASONS = ("decline", "suggest", "unhelpful", "failure")


@dataclass(frozen=True, slots=True)
class Gap:
    """Gap: like questions that were not answered well, and for which reasons."""

    example: str  # the newest of them, personal data redacted
    language: Language
    count: int
    reasons: tuple[str, ...]  # of REASONS, in their order
    last: float  # seconds since the epoch
    link: str  # to the newest; empty: not known
    key: str = ""  # of the newest


def to_gaps(decisions: Iterable[StoredDecision]) -> Sequence[Gap]:
    """Gaps, the most frequent first, then the newest.

    A question is a gap where it was declined, failed, only suggested without a click, or where somebody's last press
    said "not helpful". `decisions`: newest first.
    """
    groups: dict[Language, list[list[tuple[str, StoredDecision]]]] = {}
    sorted_words: dict[Language, list[str]] = {}  # of each group's newest question
    for one in decisions:
        reason = reason_of(one)
        if not reason or not one.question.strip():
            continue
        words = " ".join(sorted(one.question.lower().split()))
        of_language = groups.setdefault(one.language, [])
        known = sorted_words.setdefault(one.language, [])
        alike = next(process.extract_iter(words, known, scorer=fuzz.ratio, score_cutoff=ALIKE), None)
        if alike is None:
            of_language.append([(reason, one)])
            known.append(words)
        else:
            of_language[alike[2]].append((reason, one))
    found = [_to_gap(group) for of_language in groups.values() for group in of_language]
    return sorted(found, key=lambda gap: (-gap.count, -gap.last))


def reason_of(decision: StoredDecision) -> str:
    """Reason for which a decision is a gap, one of REASONS; empty: it is none."""
    if decision.unhelpful:
        return "unhelpful"
    if decision.outcome in ("decline", "failure"):
        return decision.outcome
    return "suggest" if decision.outcome == "suggest" and not decision.chosen else ""


def _to_gap(group: Sequence[tuple[str, StoredDecision]]) -> Gap:
    newest = group[0][1]
    found = {reason for reason, _ in group}
    return Gap(
        example=newest.question,
        language=newest.language,
        count=len(group),
        reasons=tuple(r for r in REASONS if r in found),
        last=newest.at,
        link=newest.link,
        key=newest.key,
    )
