"""The decision: explain an error line, answer, suggest or decline.

An error line that a known one fits is explained. Everything else is a question: every question has a probability that
its first entry is right, that the right one is among the first three, and that the FAQ does not cover it; the outcome
is the one that is worth most (bot/core/matching/calibration.py). The score of what was decided is the probability that
it is right.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.dns.error_checks import find_targets
from bot.core.matching.calibration import (
    FITTED,
    Calibration,
    Weights,
    expected_values,
    least_probability_to_explain,
    probabilities,
    probability,
)
from bot.core.matching.error_lines import Alignment, ErrorLines, continued_lines, without_overlap
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.followup import is_whole_question, resolve_followup
from bot.core.matching.ranker import Ranker, Ranking
from bot.core.matching.smtp_codes import reply_codes
from bot.core.matching.training import TrainedModel, training_examples
from bot.core.model import Candidate, Decision, Knowledge, Outcome, Part, Question
from bot.core.text.addresses import find_address, find_domain
from bot.core.text.invisible_characters import damaged_addresses
from bot.core.text.language import LanguageDetector
from bot.core.text.normalize import LONGEST, clean, error_text, strip_markup, without_returned

LEAST_FIT = 0.5  # of a known line, below which nothing is found: the probability would be next to none
SUGGESTIONS = 3
SHOWN = 5  # candidates that `--why` names
MOST_WORDS = 6  # that `--why` names
MOST_PARTS = 5  # questions or errors of one message that are answered
LOG = 60  # words; of longer messages most is not about the error. Any number scored the same: few labelled are long
SURE = 0.8  # of a question beside an error line: the error is what the message is about

_SENTENCE_END = re.compile(r"(?<=[?!])\s+|\n+|(?<=[a-zäöüß)]\.)\s+(?=[A-ZÄÖÜ])")
_COUNTS: Mapping[Outcome, int] = {"answer": 1, "suggest": SUGGESTIONS, "decline": 0}


class Matcher:
    """Decides messages against one knowledge base."""

    def __init__(
        self,
        knowledge: Knowledge,
        extractor: FeatureExtractor,
        trained: TrainedModel,
        calibration: Calibration = FITTED,
    ) -> None:
        self._knowledge = knowledge
        self._extractor = extractor
        self._ranker = Ranker(extractor, trained, len(knowledge.entries))
        self._examples = [text for _, text in training_examples(knowledge)]
        self._lines = ErrorLines(knowledge.entries.values(), knowledge.topics.values())
        self._continued = continued_lines(knowledge.entries.values())
        self.calibration = calibration
        self.language = LanguageDetector.trained_on(knowledge)

    def decide(self, question: Question) -> Decision:
        """What to say to one message. Never raises for any text."""
        cleaned = without_returned(clean(question.text))
        words = self._lines.read(cleaned)
        fits = self._lines.alignments(words)
        errors = self._explained(cleaned, words, fits)
        pasted = [w for fit, _ in errors for w in words[fit.start : fit.end + 1]]
        asked, parts = (
            (
                cleaned,
                [
                    *(_error_part(f, p, words, fits, self.calibration) for f, p in errors),
                    *self._besides(cleaned, pasted),
                ],
            )
            if errors
            else self._question_parts(cleaned, clean(question.previous))
        )
        outcome = _outcome(parts)
        deciding = [p for p in parts if p.outcome == outcome]
        decision = Decision(
            outcome=outcome,
            entries=tuple(dict.fromkeys(e for p in deciding for e in p.entries)),
            language=question.language or self.language.of(cleaned, question.language_hint, " ".join(pasted)),
            score=max(p.score for p in deciding),
            parts=tuple(parts),
            normalised=asked,
            address=find_address(cleaned),
            domain=find_domain(cleaned, tuple(self._knowledge.provider.servers.values())),
        )
        return self._diagnosed(decision, question.text[:LONGEST], error_text(cleaned))

    def _diagnosed(self, decision: Decision, pasted: str, error: str) -> Decision:
        """The decision with what can be told about a pasted error besides its entry; never beside or above a menu."""
        entries = [self._knowledge.entries[e] for e in decision.entries] if decision.outcome == "answer" else []
        codes = reply_codes(error) if decision.outcome == "decline" else ()
        conditions = [entry.check for entry in entries if entry.check]
        own = self._knowledge.provider.servers.values()
        is_error = bool(codes) or any(entry.kind == "error" for entry in entries)
        return replace(
            decision,
            codes=codes,
            targets=find_targets(error, conditions, own),
            damaged_addresses=damaged_addresses(strip_markup(pasted)) if is_error else (),
        )

    def first(self, text: str) -> str:
        """The entry or topic that a question is ranked to first; empty where none of its words is known."""
        words = self._extractor.words(clean(text))
        return self._ranker.rank(words).first() if self._ranker.knows(words) else ""

    def evidence(self, text: str) -> tuple[list[str], Weights, list[tuple[str, Weights]]]:
        """What the decision's figures are learnt from.

        The first entries, best first; the question's signals; entry and signals of each error line that was found.
        """
        cleaned = without_returned(clean(text))
        words = self._lines.read(cleaned)
        ranking = self._ranker.rank(self._extractor.words(cleaned))
        found = [
            (fit.phrase.owner, signals)
            for fit, signals in self._found_lines(cleaned, words, self._lines.alignments(words))
        ]
        return ranking.best_entries(SUGGESTIONS), _signals(ranking), found

    def _found_lines(
        self, cleaned: str, words: Sequence[str], fits: Sequence[Alignment]
    ) -> list[tuple[Alignment, Weights]]:
        """Error lines in the order of the message, with their signals.

        A single one in a short message is ranked with all that is said around it; in a log, and where there are
        several, each with its own words alone.
        """
        found = self._found(fits)
        whole = len(found) == 1 and len(words) <= LOG
        texts = [cleaned] if whole else [" ".join(words[f.start : f.end + 1]) for f in found]
        return [
            (fit, _line_signals(fit, fits, self._ranker.rank(self._extractor.words(text))))
            for fit, text in zip(found, texts, strict=True)
        ]

    def _found(self, fits: Sequence[Alignment]) -> list[Alignment]:
        """Known lines of entries that fit somewhere; of one that continues another, the longer."""
        found = [fit for fit in without_overlap(fits, LEAST_FIT) if fit.phrase.explained]
        owners = {fit.phrase.owner for fit in found}
        kept = [fit for fit in found if self._continued.get(fit.phrase.owner) not in owners]
        return list({fit.phrase.owner: fit for fit in reversed(kept)}.values())[::-1]

    def _explained(
        self, cleaned: str, words: Sequence[str], fits: Sequence[Alignment]
    ) -> list[tuple[Alignment, float]]:
        """Error lines to explain, in the order of the message, and how sure each is."""
        found = self._found_lines(cleaned, words, fits)[:MOST_PARTS]
        sure = [(fit, probability(self.calibration.explains, signals)) for fit, signals in found]
        return [(fit, p) for fit, p in sure if p >= least_probability_to_explain(self.calibration)]

    def _besides(self, cleaned: str, pasted: Sequence[str]) -> list[Part]:
        """Answers to questions that stand beside an error line, of which the bot is sure."""
        known = Counter(pasted)
        own = [
            s
            for s in _sentences(cleaned)
            if s.endswith("?") and sum(w in known for w in self._lines.read(s)) * 2 <= len(s.split())
        ]
        parts = [self._question_part(s) for s in own[:MOST_PARTS]]
        sure = [p for p in parts if p.outcome == "answer" and p.score >= SURE]
        return [p for p in sure if self._knowledge.entries[p.entries[0]].kind == "answer"]

    def _question_parts(self, cleaned: str, before: str) -> tuple[str, list[Part]]:
        """The question as it was understood, and its parts.

        The whole message as one question; or its sentences, where at least two of them ask for different things; or,
        after a question, what the message changes of it.
        """
        sentences = [s for s in _sentences(cleaned) if s.endswith("?")]
        if len(sentences) > 1:
            parts = [p for p in map(self._question_part, sentences[:MOST_PARTS]) if p.outcome == "answer"]
            if len({p.entries for p in parts}) > 1:
                return cleaned, list({p.entries: p for p in reversed(parts)}.values())[::-1]
        alone = self._question_part(cleaned)
        whole = resolve_followup(before, cleaned, self._extractor)
        if whole and not (alone.outcome == "answer" and is_whole_question(cleaned, self._extractor)):
            return whole, [self._question_part(whole)]
        return cleaned, [alone]

    def _question_part(self, text: str) -> Part:
        words = self._extractor.words(text)
        if not self._ranker.knows(words):
            return Part(" ".join(words), "decline", (), 1.0, "question: none of its words is known")
        ranking = self._ranker.rank(words)
        of = probabilities(self.calibration, _signals(ranking))
        worth = expected_values(self.calibration, of)
        best = max(worth, key=lambda name: worth[name])
        outcome: Outcome = "answer" if best == "answer" else "suggest" if best == "suggest" else "decline"
        return Part(
            text=" ".join(words),
            outcome=outcome,
            entries=tuple(ranking.best_entries(_COUNTS[outcome])),
            score={"answer": of.first, "suggest": of.in_top3, "decline": of.not_covered}[outcome],
            rule=f"question: first right {of.first:.2f}, among three {of.in_top3:.2f}, "
            f"not covered {of.not_covered:.2f}; "
            + ", ".join(f"{name} is worth {value:.2f}" for name, value in worth.items()),
            candidates=self._candidates(ranking),
        )

    def evidence_for(self, words: Sequence[str], owner: str) -> tuple[str, ...]:
        """What speaks for an entry or topic, for `--why`: concepts, words, and the nearest of its examples."""
        concepts = self._extractor.vocabulary.concepts(words)
        nearest = self._examples[self._ranker.nearest_example(words, owner)]
        return (
            *(f"concept {concept}: {', '.join(said)}" for concept, said in sorted(concepts.items())),
            f"words: {', '.join(self._ranker.evidence(words, owner, MOST_WORDS)) or '-'}",
            f"nearest example: “{nearest}”",
        )

    def _candidates(self, ranking: Ranking) -> tuple[Candidate, ...]:
        """The best of all, entries and topics."""
        return tuple(Candidate(o, share) for o, share in ranking.shares(SHOWN))


def _signals(ranking: Ranking) -> Weights:
    """Margins of the first entry over what is not covered and over the second entry, and 1."""
    return *ranking.margins(), 1.0


def _sentences(cleaned: str) -> list[str]:
    return [s.strip() for s in _SENTENCE_END.split(cleaned) if s.strip()]


def _line_signals(fit: Alignment, fits: Sequence[Alignment], ranking: Ranking) -> Weights:
    """How well the line fits; how much better than any line that must not be taken for it; the ranking's view; 1."""
    rivals = [f for f in fits if f.phrase.owner != fit.phrase.owner or not f.phrase.explained]
    rival = max((f.score for f in rivals if f.start <= fit.end and f.end >= fit.start), default=0.0)
    return fit.score, fit.score - rival, max(-2.0, min(2.0, ranking.lead(fit.phrase.owner))), 1.0


def _error_part(
    fit: Alignment, sure: float, words: Sequence[str], fits: Sequence[Alignment], calibration: Calibration
) -> Part:
    shown: dict[str, Candidate] = {}
    for other in fits:
        name = other.phrase.owner if other.phrase.explained else f"not {other.phrase.owner}"
        shown.setdefault(name, Candidate(name, other.score, (other.phrase.text,)))
    return Part(
        text=" ".join(words[fit.start : fit.end + 1]),
        outcome="answer",
        entries=(fit.phrase.owner,),
        score=sure,
        rule=f"error line: {fit.score:.2f} of “{fit.phrase.text}” was found; right with {sure:.2f}, "
        f"explained from {least_probability_to_explain(calibration):.2f}",
        candidates=tuple(list(shown.values())[:SHOWN]),
    )


def _outcome(parts: Sequence[Part]) -> Outcome:
    found = {p.outcome for p in parts}
    return "answer" if "answer" in found else "suggest" if "suggest" in found else "decline"
