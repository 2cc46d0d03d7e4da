"""Gaps of the knowledge base: stored decisions → groups of like questions that it does not answer, or not well.

Comparing each question with each other one would take minutes for a few thousand long ones. So an index says with which
groups a question shares its rarest words and pieces of words, and only the most promising ones are compared: the work
grows with the number of questions, not with its square (tests/core/test_gaps.py measures it).
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from rapidfuzz import fuzz, process

from bot.core.model import Language
from bot.core.stored_records import StoredDecision

# Least rapidfuzz ratio of the sorted words (0..100) with which two questions are one gap. Set by looking at the
# declined lines of questions-dev: below 70 different topics with the same frame ("wie kann ich … einrichten?") come
# together.
ALIKE = 72.0
REASONS = ("decline", "suggest", "unhelpful", "failure")

REMARKS = 3  # of a gap that are shown

COMPARED = 500  # characters of a question that are compared; about 75 words
LONGEST_WORD = 60  # characters of a word that are compared
PIECES_UP_TO = 30  # words of a question whose pieces are looked up too: a long one shares whole words anyway
SHORT = 40  # characters of a question whose pieces of two characters count too
RAREST = 30  # words, and as many pieces, by which a question is looked up
MOST_GROUPS = 40  # groups that are found by one word or piece: more of them only share a frame
CANDIDATES = 8  # groups that a question is compared with


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
    keys: tuple[str, ...] = ()  # of all of them, the newest first
    channels: tuple[str, ...] = ()  # in which they were asked, sorted
    remarks: tuple[str, ...] = ()  # what people missed in the answer, in their words, newest first; at most three


def to_gaps(decisions: Iterable[StoredDecision]) -> Sequence[Gap]:
    """Gaps, the most frequent first, then the newest.

    A question is a gap where it was declined, failed, only suggested without a click, or where somebody's last press
    said "not helpful". `decisions`: newest first.
    """
    by_language: dict[Language, list[tuple[str, StoredDecision]]] = defaultdict(list)
    for one in decisions:
        reason = reason_of(one)
        if reason and one.question.strip():
            by_language[one.language].append((reason, one))
    found = [
        _to_gap([of_language[place] for place in group])
        for of_language in by_language.values()
        for group in group_alike([one.question for _, one in of_language])
    ]
    return sorted(found, key=lambda gap: (-gap.count, -gap.last))


def group_alike(questions: Sequence[str]) -> Sequence[Sequence[int]]:
    """Groups of like questions, as places in `questions`; each question is in one, and like the first of it.

    A group comes where its first question stands, and its members in their order.
    """
    compared = [to_compared(question) for question in questions]
    features = [_features(words) for words in compared]
    frequency = Counter(chain.from_iterable(chain.from_iterable(features)))
    index = _GroupIndex()
    groups: list[list[int]] = []
    for place, words in enumerate(compared):
        group = index.group_of(words, [one for kind in features[place] for one in _rarest(kind, frequency)])
        if group == len(groups):
            groups.append([])
        groups[group].append(place)
    return groups


def to_compared(question: str) -> str:
    """Text by which a question is compared: its words in lower case, sorted, at most COMPARED characters.

    Of a longer question the same words are chosen wherever they stand (those with the least checksums), so that two
    questions that share most of their words share most of the chosen ones.
    """
    words: Sequence[str] = [word[:LONGEST_WORD] for word in question.lower().split()]
    if sum(map(len, words)) + len(words) > COMPARED:
        words = _sample(words)
    return " ".join(sorted(words))


def _sample(words: Sequence[str]) -> Sequence[str]:
    """Words with the least checksums, each once, COMPARED characters of them."""
    by_checksum = sorted(dict.fromkeys(words), key=_checksum)
    ends = accumulate(len(word) + 1 for word in by_checksum)
    return [word for word, end in zip(by_checksum, ends, strict=True) if end <= COMPARED]


def _checksum(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


def _features(compared: str) -> tuple[Sequence[str], Sequence[str]]:
    """(words, pieces of words, by which a typo is found): each once; a long text has no pieces."""
    words = list(dict.fromkeys(compared.split(" ")))
    if len(words) > PIECES_UP_TO:
        return words, []
    lengths = (2, 3) if len(compared) <= SHORT else (3,)
    spans = ((f" {word} ", start, length) for length in lengths for word in words for start in range(len(word) + 1))
    return words, list(dict.fromkeys(padded[start : start + length] for padded, start, length in spans))


def _rarest(features: Sequence[str], frequency: Mapping[str, int]) -> Sequence[str]:
    """Rarest features that another question has too."""
    shared = [feature for feature in features if frequency[feature] > 1]
    return shared if len(shared) <= RAREST else sorted(shared, key=lambda one: (frequency[one], one))[:RAREST]


class _GroupIndex:
    """Index of groups by the features of their first question."""

    def __init__(self) -> None:
        self._firsts: list[str] = []  # group → its first question, as it is compared
        self._same: dict[str, int] = {}  # question, as it is compared → group
        self._by_feature: dict[str, list[int]] = defaultdict(list)

    def group_of(self, words: str, features: Sequence[str]) -> int:
        """Group of a question, a new one where none is like it. `words`: as it is compared."""
        group = self._same.get(words)
        if group is None:
            group = self._same[words] = self._most_alike(words, features)
        if group == len(self._firsts):
            self._firsts.append(words)
            for feature in features:
                if len(self._by_feature[feature]) < MOST_GROUPS:
                    self._by_feature[feature].append(group)
        return group

    def _most_alike(self, words: str, features: Sequence[str]) -> int:
        """Group whose first question is most like this one; the number of the next group where none is like it."""
        shared = Counter(chain.from_iterable(self._by_feature[feature] for feature in features))
        candidates = sorted(shared, key=shared.__getitem__, reverse=True)[:CANDIDATES]
        firsts = [self._firsts[group] for group in candidates]
        found = process.extractOne(words, firsts, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return candidates[found[2]] if found else len(self._firsts)


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
        keys=tuple(decision.key for _, decision in group),
        channels=tuple(sorted({decision.channel for _, decision in group})),
        remarks=tuple(dict.fromkeys(one.remark for _, one in group if one.remark))[:REMARKS],
    )
