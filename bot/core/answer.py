"""The decision: answer, suggest or decline.

Thresholds are read off cross-validated scores by tests/eval/tune.py; none is set by hand.
"""

import math
from collections.abc import Mapping, Sequence

from bot.core.addresses import find_address, find_domain
from bot.core.errors import ErrorLines, Fit, chosen
from bot.core.features import Reader
from bot.core.language import LanguageGuess
from bot.core.model import Candidate, Decision, Knowledge, Outcome, Part, Question
from bot.core.questions import Ranker, Trained
from bot.core.text import clean

ANSWER_FROM = 0.5  # probability from which the first entry is given as the answer
SUGGEST_FROM = 0.35  # probability from which up to three entries are offered
ERROR_FROM = 0.6  # fit from which an error line is recognised
SLOPE, OFFSET = 4.0, -2.0  # raw score → probability that the first entry is right (Platt scaling)
SUGGESTIONS = 3
SHOWN = 5  # candidates kept for `--why`


class Core:
    """Decides messages against one knowledge base."""

    def __init__(self, knowledge: Knowledge, reader: Reader, trained: Trained) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._ranker = Ranker(reader, trained)
        self._lines = ErrorLines(knowledge.entries.values(), knowledge.topics.values())
        self.language = LanguageGuess.learnt_from(knowledge)

    def decide(self, question: Question) -> Decision:
        """What to say to one message. Never raises for any text."""
        cleaned = clean(question.text)
        parts = self._error_parts(cleaned) or [self._question_part(cleaned)]
        outcome = _outcome(parts)
        deciding = [p for p in parts if p.outcome == outcome]
        return Decision(
            outcome=outcome,
            entries=tuple(dict.fromkeys(e for p in deciding for e in p.entries)),
            language=question.language or self.language.of(cleaned, question.hint),
            score=max(p.score for p in deciding),
            parts=tuple(parts),
            normalised=cleaned,
            address=find_address(cleaned),
            domain=find_domain(cleaned, tuple(self._knowledge.provider.servers.values())),
        )

    def first(self, text: str) -> str:
        """The entry or topic that a question is ranked to first."""
        raw = self._ranker.scores(self._reader.words(clean(text)))
        return max(raw, key=lambda owner: (raw[owner], owner))

    def _error_parts(self, cleaned: str) -> list[Part]:
        words = self._lines.read(cleaned)
        fits = self._lines.fits(words)
        return [_explained(fit, words, fits) for fit in chosen(fits, ERROR_FROM) if fit.phrase.explained]

    def _question_part(self, cleaned: str) -> Part:
        words = self._reader.words(cleaned)
        ranked = self._ranked(words)
        entries = [c for c in ranked if c.id in self._knowledge.entries]
        outcome, rule = _decided(entries[0].score)
        count = {"answer": 1, "suggest": SUGGESTIONS, "decline": 0}[outcome]
        return Part(
            text=" ".join(words),
            outcome=outcome,
            entries=tuple(c.id for c in entries[:count]),
            score=entries[0].score if outcome != "decline" else 1 - entries[0].score,
            rule=rule,
            candidates=tuple(ranked[:SHOWN]),
        )

    def _ranked(self, words: Sequence[str]) -> list[Candidate]:
        raw = self._ranker.scores(words)
        concepts = self._reader.vocabulary.concepts(words)
        evidence = tuple(f"{concept}: {', '.join(found)}" for concept, found in sorted(concepts.items()))
        best_topic = max((raw[t] for t in self._knowledge.topics), default=-1.0)
        return sorted(
            (Candidate(owner, _probability(owner, raw, best_topic, self._knowledge), evidence) for owner in raw),
            key=lambda c: (-c.score, c.id),
        )


def _probability(owner: str, raw: Mapping[str, float], best_topic: float, knowledge: Knowledge) -> float:
    rival = best_topic if owner in knowledge.entries else -1.0
    return 1 / (1 + math.exp(-(SLOPE * (raw[owner] - max(rival, -1.0)) + OFFSET)))


def _decided(probability: float) -> tuple[Outcome, str]:
    if probability >= ANSWER_FROM:
        return "answer", f"question: {probability:.2f} ≥ {ANSWER_FROM} (answer)"
    if probability >= SUGGEST_FROM:
        return "suggest", f"question: {ANSWER_FROM} > {probability:.2f} ≥ {SUGGEST_FROM} (suggest)"
    return "decline", f"question: {probability:.2f} < {SUGGEST_FROM} (decline)"


def _explained(fit: Fit, words: Sequence[str], fits: Sequence[Fit]) -> Part:
    shown: dict[str, Candidate] = {}
    for other in fits:
        name = other.phrase.owner if other.phrase.explained else f"not {other.phrase.owner}"
        shown.setdefault(name, Candidate(name, other.score, (other.phrase.text,)))
    return Part(
        text=" ".join(words[fit.start : fit.end + 1]),
        outcome="answer",
        entries=(fit.phrase.owner,),
        score=fit.score,
        rule=f"error line: {fit.score:.2f} ≥ {ERROR_FROM} of “{fit.phrase.text}”",
        candidates=tuple(list(shown.values())[:SHOWN]),
    )


def _outcome(parts: Sequence[Part]) -> Outcome:
    found = {p.outcome for p in parts}
    return "answer" if "answer" in found else "suggest" if "suggest" in found else "decline"
