"""What the knowledge base does not answer, or not well: stored decisions → groups of like questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.core.model import Language, StoredDecision

# Of rapidfuzz's ratio of the sorted words (0..100), from which two questions are one gap. Set by looking at the
# declined lines of questions-dev: below 70 different topics with the same frame ("wie kann ich … einrichten?") come
# together.
ALIKE = 72.0
REASONS = ("decline", "suggest", "unhelpful", "failure")


@dataclass(frozen=True, slots=True)
class Gap:
    """Like questions, and why each is a gap."""

    example: str  # the newest of them, personal data taken out
    language: Language
    count: int
    reasons: tuple[str, ...]  # of REASONS, in their order
    last: float  # seconds since the epoch
    link: str  # to the newest; empty: not known
    key: str = ""  # of the newest


def to_gaps(kept: Iterable[StoredDecision]) -> Sequence[Gap]:
    """Most frequent first, then newest.

    A question is a gap where it was declined, failed, only suggested without a click, or where somebody's last press
    said "not helpful". `kept`: newest first.
    """
    groups: dict[Language, list[list[tuple[str, StoredDecision]]]] = {}
    sorted_words: dict[Language, list[str]] = {}  # of each group's newest question
    for one in kept:
        reason = reason_of(one)
        if not reason or not one.question.strip():
            continue
        words = " ".join(sorted(one.question.lower().split()))
        mine, known = groups.setdefault(one.language, []), sorted_words.setdefault(one.language, [])
        alike = next(process.extract_iter(words, known, scorer=fuzz.ratio, score_cutoff=ALIKE), None)
        if alike is None:
            mine.append([(reason, one)])
            known.append(words)
        else:
            mine[alike[2]].append((reason, one))
    found = [_to_gap(group) for mine in groups.values() for group in mine]
    return sorted(found, key=lambda gap: (-gap.count, -gap.last))


def reason_of(kept: StoredDecision) -> str:
    """Why it is a gap; empty: it is none."""
    if kept.unhelpful:
        return "unhelpful"
    if kept.outcome in ("decline", "failure"):
        return kept.outcome
    return "suggest" if kept.outcome == "suggest" and not kept.chosen else ""


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
