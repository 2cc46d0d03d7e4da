"""The decision: answer, suggest or decline.

Every question gets three probabilities: that the first entry is right, that the right one is among the first three, and
that the FAQ does not cover it. The outcome is the one that is worth most. FIRST, AMONG and OUTSIDE are fitted by
`python -m tests.eval.tune` on the labelled questions; WRONG_COSTS and ERROR_FROM were chosen by hand from a few values
tried on the labelled sets.
"""

import math
import re
from collections.abc import Mapping, Sequence

from bot.core.addresses import find_address, find_domain
from bot.core.errors import ErrorLines, Fit, chosen, continued
from bot.core.features import Reader
from bot.core.language import LanguageGuess
from bot.core.model import Candidate, Decision, Knowledge, Outcome, Part, Question
from bot.core.questions import Ranker, Trained
from bot.core.text import clean, without_returned

Weights = tuple[
    float, float, float
]  # of the margin to what is not covered, of the gap to the second entry, and a constant

FIRST: Weights = (1.72, 1.19, -1.37)
AMONG: Weights = (3.25, -0.33, -0.41)
OUTSIDE: Weights = (-4.27, 1.32, -0.51)
# What an outcome is worth: a right answer 1, a right menu half, a right refusal 1 (the labelled sets' score); a wrong
# answer costs more than a right one earns.
WRONG_COSTS = 1.5
MENU_EARNS = 0.5
ERROR_FROM = 0.55  # fit from which an error line is recognised
SUGGESTIONS = 3
SHOWN = 5  # candidates kept for `--why`
MOST_PARTS = 5  # questions or errors of one message that are answered

_SENTENCE_END = re.compile(r"(?<=[?!])\s+|\n+|(?<=[a-zäöüß)]\.)\s+(?=[A-ZÄÖÜ])")


class Core:
    """Decides messages against one knowledge base."""

    def __init__(self, knowledge: Knowledge, reader: Reader, trained: Trained) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._ranker = Ranker(reader, trained)
        self._lines = ErrorLines(knowledge.entries.values(), knowledge.topics.values())
        self._continued = continued(knowledge.entries.values())
        self.language = LanguageGuess.learnt_from(knowledge)

    def decide(self, question: Question) -> Decision:
        """What to say to one message. Never raises for any text."""
        cleaned = without_returned(clean(question.text))
        words = self._lines.read(cleaned)
        fits = self._lines.fits(words)
        found = self._explained(fits)
        parts = [_error_part(fit, words, fits) for fit in found] or self._question_parts(cleaned)
        outcome = _outcome(parts)
        deciding = [p for p in parts if p.outcome == outcome]
        pasted = " ".join(w for fit in found for w in words[fit.start : fit.end + 1])
        return Decision(
            outcome=outcome,
            entries=tuple(dict.fromkeys(e for p in deciding for e in p.entries)),
            language=question.language or self.language.of(cleaned, question.hint, pasted),
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

    def ranked(self, text: str) -> tuple[list[str], Sequence[float]]:
        """The entries, best first, and what the probabilities are made of; for tests/eval/tune.py."""
        raw = self._ranker.scores(self._reader.words(clean(text)))
        return self._order(raw), self._signals(raw)

    def _explained(self, fits: Sequence[Fit]) -> list[Fit]:
        found = [fit for fit in chosen(fits, ERROR_FROM) if fit.phrase.explained]
        owners = {fit.phrase.owner for fit in found}
        kept = [fit for fit in found if self._continued.get(fit.phrase.owner) not in owners]
        return list({fit.phrase.owner: fit for fit in reversed(kept)}.values())[::-1][:MOST_PARTS]

    def _question_parts(self, cleaned: str) -> list[Part]:
        """The whole message as one question; or its sentences, where at least two of them ask for different things."""
        sentences = [s for s in _SENTENCE_END.split(cleaned) if s.rstrip().endswith("?")]
        if len(sentences) > 1:
            parts = [p for p in map(self._question_part, sentences[:MOST_PARTS]) if p.outcome == "answer"]
            if len({p.entries for p in parts}) > 1:
                return list({p.entries: p for p in reversed(parts)}.values())[::-1]
        return [self._question_part(cleaned)]

    def _question_part(self, text: str) -> Part:
        words = self._reader.words(text)
        if not self._ranker.knows(words):
            return Part(" ".join(words), "decline", (), 1.0, "question: none of its words is known")
        raw = self._ranker.scores(words)
        signals = self._signals(raw)
        first, among, outside = (probability(w, signals) for w in (FIRST, AMONG, OUTSIDE))
        worth: Mapping[Outcome, float] = {
            "answer": first - WRONG_COSTS * (1 - first),
            "suggest": MENU_EARNS * among,
            "decline": outside,
        }
        outcome = max(worth, key=lambda name: worth[name])
        count = {"answer": 1, "suggest": SUGGESTIONS, "decline": 0}[outcome]
        entries = self._order(raw)
        return Part(
            text=" ".join(words),
            outcome=outcome,
            entries=tuple(entries[:count]),
            score=outside if outcome == "decline" else first,
            rule=f"question: first right {first:.2f}, among three {among:.2f}, not covered {outside:.2f}; "
            + ", ".join(f"{name} is worth {value:.2f}" for name, value in worth.items()),
            candidates=self._candidates(words, raw),
        )

    def _order(self, raw: Mapping[str, float]) -> list[str]:
        return sorted(self._knowledge.entries, key=lambda e: (-raw[e], e))

    def _signals(self, raw: Mapping[str, float]) -> tuple[float, float, float]:
        """Margin of the first entry over what is not covered, gap to the second entry, and 1."""
        entries = self._order(raw)
        rival = max((raw[topic] for topic in self._knowledge.topics), default=-1.0)
        second = raw[entries[1]] if len(entries) > 1 else -1.0
        return raw[entries[0]] - rival, raw[entries[0]] - second, 1.0

    def _candidates(self, words: Sequence[str], raw: Mapping[str, float]) -> tuple[Candidate, ...]:
        """The best of all, entries and topics, with the concepts that were heard."""
        concepts = self._reader.vocabulary.concepts(words)
        heard = tuple(f"{concept}: {', '.join(said)}" for concept, said in sorted(concepts.items()))
        best = sorted(raw, key=lambda owner: (-raw[owner], owner))[:SHOWN]
        total = sum(math.exp(2 * raw[owner]) for owner in raw)
        return tuple(
            Candidate(owner, math.exp(2 * raw[owner]) / total, heard if place == 0 else ())
            for place, owner in enumerate(best)
        )


def probability(weights: Weights, signals: Sequence[float]) -> float:
    """Logistic: 0..1."""
    return 1 / (1 + math.exp(-sum(w * s for w, s in zip(weights, signals, strict=True))))


def _error_part(fit: Fit, words: Sequence[str], fits: Sequence[Fit]) -> Part:
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
