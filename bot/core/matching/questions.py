"""Questions of a message: what is decided about its sentences, each and together; what is sure outranks the whole.

Steps 5 and 6 of the decision (bot/core/matching/decision.py), for what a person says in own words; sentence_ranker.py
has those before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.core.matching.ambiguity import Ambiguity
from bot.core.matching.calibration import FITTED, Calibration, Probabilities, expected_values, probabilities
from bot.core.matching.error_report import UNNAMED_ERROR, reports_unnamed_error
from bot.core.matching.example_support import ExampleSupport, Support
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.known_errors import MOST_CANDIDATES
from bot.core.matching.ranked_text import SUGGESTIONS, Message, RankedText, best_of, signals_of_several, surest_of
from bot.core.matching.ranker import Ranker
from bot.core.matching.regression import Signals
from bot.core.matching.sentence_ranker import SentenceRanker
from bot.core.matching.siblings import Siblings
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.matching.vague import VagueQuestions
from bot.core.model import Candidate, Knowledge, Outcome, Part
from bot.core.text.asking import is_question
from bot.core.text.message_parts import own_sentences

MOST_PARTS = 8  # questions or errors of one message that are answered
LEAST_MARGIN = 1.0  # of a topic over every entry, from which a question is surely not covered
NO_SUPPORT = Support(1.0, 0.0, unused_concept=False)  # of what is not answered


class _Likely(NamedTuple):
    """Likely entries of a question, or of several together."""

    best: Sequence[str]  # ids of the first three
    likely: Probabilities
    what: str  # is decided, for `--why`: "question", "surest of 3 sentences"
    said: Sequence[str]  # words of the whole message


class QuestionMatcher:
    """Decision maker for what a person asks in own words."""

    def __init__(
        self,
        knowledge: Knowledge,
        extractor: FeatureExtractor,
        ranker: Ranker,
        unexplained: UnexplainedWords,
        *,
        siblings: Siblings | None = None,
        vague: VagueQuestions | None = None,
        support: ExampleSupport | None = None,
    ) -> None:
        """`siblings`: None: no entry has any. `vague`: None: no question is. `support`: None: it is not told."""
        self._ambiguity = Ambiguity(siblings, vague)
        self._sentences = SentenceRanker(
            knowledge, extractor, ranker, unexplained, ambiguity=self._ambiguity, siblings=siblings
        )
        self._extractor = extractor
        self._small_talk = frozenset(topic.id for topic in knowledge.topics.values() if topic.small_talk)
        self._errors = frozenset(entry.id for entry in knowledge.entries.values() if entry.kind == "error")
        self._support = support

    def parts(self, message: Message, calibration: Calibration) -> list[Part]:
        """Parts of the decision about a message: one, or one for each question that is answered; never empty."""
        said = " ".join([*own_sentences(message.own), message.pasted])
        words = self._extractor.words(said)
        if self._errors and reports_unnamed_error(said, words, self._extractor.vocabulary):
            return [Part(" ".join(words), "decline", (), 1.0, UNNAMED_ERROR)]
        ranked, whole = self._sentences.relevant(message, calibration)
        if len(ranked) == 1:
            return [self._part(ranked[0], calibration)]
        answered = [p for p in self._asked(ranked, calibration) if p.outcome == "answer"]
        distinct = list({p.entries: p for p in reversed(answered)}.values())[::-1]
        parts = distinct if len(distinct) > 1 else [self._part_of_several(ranked, whole, calibration)]
        return [*parts[:MOST_PARTS], *self._left_over(ranked, parts, calibration)]

    def part(self, text: str, calibration: Calibration) -> Part:
        """Part of one question, read as it stands."""
        return self._part(self._sentences.rank(text, calibration), calibration)

    def signals(self, message: Message, calibration: Calibration) -> tuple[list[str], Signals, bool]:
        """Signals that the calibration is fitted to: (first three entries, signals, True if they are SEVERAL).

        Of all that is told (`relevant` is not asked): else the fit would lack the very messages that are hard.
        """
        ranked, whole = self._sentences.rank_message(message, calibration)
        if len(ranked) == 1:
            return ranked[0].rating.ranking.best_entries(SUGGESTIONS), ranked[0].rating.signals, False
        surest = surest_of(ranked, whole)
        return best_of(surest, whole), signals_of_several(surest, whole, ranked), True

    def single_signals(self, text: str) -> tuple[list[str], Signals]:
        """(first three entries, signals as in SINGLE) of a text that is read as one question."""
        ranked = self._sentences.rank(text, FITTED)
        return ranked.rating.ranking.best_entries(SUGGESTIONS), ranked.rating.signals

    def words(self, text: str) -> list[str]:
        """Words of a text, as they are ranked."""
        return self._extractor.words(text)

    def _left_over(self, ranked: Sequence[RankedText], parts: Sequence[Part], calibration: Calibration) -> list[Part]:
        """Parts of the questions that are surely none of the FAQ's, beside others that are answered."""
        if all(p.outcome != "answer" for p in parts):
            return []
        said = {p.text for p in parts}
        others = [r for r in ranked if r.text.endswith("?") and r.rating.known and " ".join(r.words) not in said]
        missed = [
            r
            for r in others
            if -r.rating.signals[0] >= LEAST_MARGIN and r.rating.ranking.first() not in self._small_talk
        ]
        declined = [(r, self._part(r, calibration)) for r in missed[:MOST_PARTS]]
        return [replace(p, asked=r.text) for r, p in declined if p.outcome == "decline"]

    def _asked(self, ranked: Sequence[RankedText], calibration: Calibration) -> list[Part]:
        """Parts of the sentences that ask, each decided as if it stood alone."""
        return [self._part(r, calibration) for r in ranked if is_question(r.text)]

    def _part(self, ranked: RankedText, calibration: Calibration) -> Part:
        if not ranked.rating.known:
            return Part(" ".join(ranked.words), "decline", (), 1.0, "question: none of its words is known")
        best = ranked.rating.ranking.best_entries(SUGGESTIONS)
        return self._decided(ranked, _Likely(best, ranked.rating.likely, "question", ranked.words), calibration)

    def _part_of_several(self, ranked: Sequence[RankedText], whole: RankedText, calibration: Calibration) -> Part:
        surest = surest_of(ranked, whole)
        if not whole.rating.known:
            return self._part(whole, calibration)
        what = f"surest of {len(ranked)} sentences" if surest is not whole else f"{len(ranked)} sentences as a whole"
        likely = probabilities(calibration.several, signals_of_several(surest, whole, ranked))
        part = self._decided(surest, _Likely(best_of(surest, whole), likely, what, whole.words), calibration)
        return replace(part, disputed=surest.first_entry() != whole.first_entry())

    def _decided(self, ranked: RankedText, found: _Likely, calibration: Calibration) -> Part:
        """Part with the outcome of the greatest expected value; of several that fit alike, a menu."""
        best, likely, what = found.best, found.likely, found.what
        values = expected_values(calibration, likely)
        outcome = max(values, key=lambda name: values[name])
        if outcome == "answer" and self._ambiguity.says_too_little(best[0], found.said):
            outcome, what = "suggest", f"{what} that does not say what it is about"
        alike = self._ambiguity.alike(best[0], found.said) if outcome == "answer" else frozenset()
        if alike:
            outcome, what = "suggest", f"{what} that fits {len(alike)} entries alike"
            best = [
                entry
                for entry in ranked.rating.ranking.best_entries(len(ranked.rating.ranking.owners))
                if entry in alike
            ]
        support = self._support.of(ranked.words, best[0]) if self._support and outcome == "answer" else NO_SUPPORT
        return Part(
            text=" ".join(ranked.words),
            outcome=outcome,
            entries=tuple(best[: {"answer": 1, "suggest": SUGGESTIONS, "decline": 0}[outcome]]),
            score=likely.of(outcome),
            rule=_rule(what, likely, values),
            candidates=tuple(Candidate(owner, share) for owner, share in ranked.rating.ranking.shares(MOST_CANDIDATES)),
            told_error=outcome == "answer" and best[0] in self._errors,
            nearest=support.nearest,
            nearest_topic=support.topic,
            unused_concept=support.unused_concept,
        )


def _rule(what: str, likely: Probabilities, values: Mapping[Outcome, float]) -> str:
    """Rule of a part, for `--why`. `values`: expected value of each outcome."""
    worth = ", ".join(f"{name} is worth {value:.2f}" for name, value in values.items())
    return (
        f"{what}: first right {likely.first:.2f}, among three {likely.in_top3:.2f}, "
        f"not covered {likely.not_covered:.2f}; {worth}"
    )
