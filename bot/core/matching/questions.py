"""Questions of a message: its sentences are ranked one by one, and what is sure outranks the whole.

Steps 3 to 6 of the decision (bot/core/matching/decision.py), for what a person says in own words.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.matching.back_reference import BackReferences
from bot.core.matching.calibration import (
    LARGEST_MARGIN,
    Calibration,
    QuestionWeights,
    Weights,
    expected_values,
    probabilities,
    probability,
)
from bot.core.matching.contrast import Contrasts
from bot.core.matching.example_support import ExampleSupport, Support
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.known_errors import MOST_CANDIDATES
from bot.core.matching.main_clause import MainClauses
from bot.core.matching.ranked_text import (
    CLEARLY,
    SUGGESTIONS,
    SURELY,
    RankedText,
    asking_alone,
    best_of,
    signals_of_several,
    surest_of,
)
from bot.core.matching.ranker import Ranker
from bot.core.matching.siblings import Siblings
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.matching.vague import VagueQuestions
from bot.core.model import Candidate, Part
from bot.core.text.asking import asks_by_name, asks_in_words, halves, is_question
from bot.core.text.message_parts import own_sentences
from bot.core.text.settled import is_settled

MOST_PARTS = 8  # questions or errors of one message that are answered
LEAST_MARGIN = 1.0  # of a topic over every entry, from which a question is surely not covered
MOST_SENTENCES = 25  # that are ranked by themselves; a mail of more is read as a whole beyond them
NO_SUPPORT = Support(1.0, 0.0, unused_concept=False)  # of what is not answered


class QuestionMatcher:
    """Decision maker for what a person asks in own words."""

    def __init__(
        self,
        extractor: FeatureExtractor,
        ranker: Ranker,
        unexplained: UnexplainedWords,
        small_talk: frozenset[str] = frozenset(),
        siblings: Siblings | None = None,
        errors: frozenset[str] = frozenset(),
        vague: VagueQuestions | None = None,
        support: ExampleSupport | None = None,
        told: frozenset[str] = frozenset(),
    ) -> None:
        """`small_talk`: ids of the topics whose sentences want no answer. `siblings`: None: no entry has any.

        `errors`: ids of the entries about errors. `vague`: None: no question is. `support`: None: it is not told.
        `told`: ids of the topics whose sentences ask nothing.
        """
        self._told = told
        self._vague = vague
        self._contrasts = Contrasts(extractor)
        self._back = BackReferences(extractor)
        self._main = MainClauses(extractor)
        self._siblings = siblings
        self._extractor = extractor
        self._ranker = ranker
        self._unexplained = unexplained
        self._small_talk = small_talk
        self._errors = errors
        self._support = support

    def parts(self, own: str, pasted: str, calibration: Calibration, vetoed: frozenset[str]) -> list[Part]:
        """Parts of the decision about a message: one, or one for each question that is answered.

        `own`: the person's own words, cleaned; `pasted`: what is no sentence of theirs. Each may be empty. `vetoed`:
        entries that the message's error lines rule out.
        """
        ranked, whole = self._relevant(*self._sentences(own, pasted, vetoed), calibration, vetoed)
        if len(ranked) == 1:
            return [self._part(ranked[0], calibration)]
        answered = [p for p in self._asked(ranked, calibration) if p.outcome == "answer"]
        distinct = list({p.entries: p for p in reversed(answered)}.values())[::-1]
        parts = distinct if len(distinct) > 1 else [self._part_of_several(ranked, whole, calibration)]
        return [*parts[:MOST_PARTS], *self._left_over(ranked, parts, calibration)]

    def part(self, text: str, calibration: Calibration) -> Part:
        """Part of one question, read as it stands."""
        return self._part(self._rank(text), calibration)

    def signals(
        self, own: str, pasted: str, calibration: Calibration, vetoed: frozenset[str]
    ) -> tuple[list[str], Weights, bool]:
        """Signals that the calibration is fitted to: (first three entries, signals, True if they are SEVERAL).

        Of all that is told (`_relevant` is not asked): else the fit would lack the very messages that are hard.
        """
        ranked, whole = self._sentences(own, pasted, vetoed)
        if len(ranked) == 1:
            return ranked[0].ranking.best_entries(SUGGESTIONS), ranked[0].signals, False
        surest = surest_of(ranked, whole, calibration)
        return best_of(surest, whole), signals_of_several(surest, whole, ranked, calibration), True

    def single_signals(self, text: str) -> tuple[list[str], Weights]:
        """(first three entries, signals as in SINGLE) of a text that is read as one question."""
        ranked = self._rank(text)
        return ranked.ranking.best_entries(SUGGESTIONS), ranked.signals

    def words(self, text: str) -> list[str]:
        """Words of a text, as they are ranked."""
        return self._extractor.words(text)

    def _sentences(self, own: str, pasted: str, vetoed: frozenset[str]) -> tuple[list[RankedText], RankedText]:
        """(sentences that say something, ranked, and then what is pasted, as one text; never empty, the whole)."""
        said, program = [*map(self._contrasts.open_clauses, own_sentences(own))], [pasted] if pasted else []
        places = [n for n, sentence in enumerate(said) if not is_settled(sentence)] or range(len(said))
        told = [*(said[n] for n in places), *program]
        read = [self._back.with_referents([*said, *program], n) if is_question(said[n]) else said[n] for n in places]
        asked = [
            (half, asks_by_name(said[n])) for n, text in zip(places, read, strict=True) for half in self._halves(text)
        ]
        texts = [*asked[:MOST_SENTENCES], *((text, True) for text in program)] or [(own, True)]
        ranked = [self._rank(text, vetoed, names=names) for text, names in texts]
        telling = [r for r in ranked if len(r.words) > 1 or self._unexplained.subjects(r.words)]
        telling = telling or ranked  # a word alone that names no subject says nothing beside a sentence
        # What somebody tells of the own mail may say which port is meant
        is_open = any(r.asks and self._hangs_on_others(r) for r in telling)
        meant = telling if is_open else [r for r in telling if not r.small_talk] or telling
        said_all = len(meant) == len(telling)
        text = " ".join(told if said_all else (r.text for r in meant))
        return meant, self._rank(text, vetoed) if len(meant) > 1 else meant[0]

    def _relevant(
        self, ranked: list[RankedText], whole: RankedText, calibration: Calibration, vetoed: frozenset[str]
    ) -> tuple[list[RankedText], RankedText]:
        """(the sentences, the whole): of the questions alone, where they decide the message alone.

        What is told beside them asks nothing then, however well it fits an entry. A sentence counts as its main clause
        where that is clear.
        """
        mains = [self._main_of(r, calibration, vetoed) for r in ranked]
        if mains != ranked:
            whole = mains[0] if len(mains) == 1 else self._rank(" ".join(r.text for r in mains), vetoed)
            ranked = mains
        asking = asking_alone(ranked, calibration, self._hangs_on_others)
        if len(asking) < 2:
            return (asking, asking[0]) if asking else (ranked, whole)
        return asking, self._rank(" ".join(r.text for r in asking))

    def _main_of(self, ranked: RankedText, calibration: Calibration, vetoed: frozenset[str]) -> RankedText:
        """Main clause of a sentence, where that is clear by itself and the sentence not surely uncovered; else it."""
        text = self._main.of(ranked.text)
        if text == ranked.text or probability(calibration.single.not_covered, ranked.signals) >= SURELY:
            return ranked
        main = replace(self._rank(text, vetoed), names=ranked.names)
        is_clear = main.known and probability(calibration.single.first, main.signals) >= CLEARLY
        return main if is_clear and not self._hangs_on_others(main) else ranked

    def _hangs_on_others(self, ranked: RankedText) -> bool:
        """True for a text that fits several entries alike, or any, or is about something that it does not name."""
        is_open = self._siblings is not None and self._siblings.leave_open(ranked.words)
        alike = is_open or bool(self._alike(ranked.first(), ranked.words))
        return alike or self._is_vague(ranked.words) or self._back.refers_back(ranked.text)

    def _halves(self, sentence: str) -> list[str]:
        """Questions of a sentence; "…, and what is it?" is none of its own."""
        found = halves(sentence)
        vague = len(found) > 1 and any(
            self._is_vague(self._extractor.words(half)) or self._back.refers_back(half) for half in found
        )
        return [sentence] if vague else found

    def _rank(self, text: str, vetoed: frozenset[str] = frozenset(), *, names: bool = False) -> RankedText:
        words = tuple(self._contrasts.words(text))
        ranking = self._ranker.rank(words).without(vetoed | self._told if asks_in_words(text) else vetoed)
        over_topics, over_entries = (max(-LARGEST_MARGIN, min(LARGEST_MARGIN, m)) for m in ranking.margins())
        shares = self._unexplained.shares(words, ranking.best_entries(1)[0])
        return RankedText(
            text,
            words,
            ranking,
            (
                over_topics,
                over_entries,
                *shares,
                self._unexplained.subjects(words),
                self._unexplained.names_other_owner(words),
                1.0,
            ),
            self._ranker.knows(words) and not (self._vague and self._vague.says_nothing(words)),
            names=names,
            small_talk=ranking.first() in self._small_talk,
        )

    def _left_over(self, ranked: Sequence[RankedText], parts: Sequence[Part], calibration: Calibration) -> list[Part]:
        """Parts of the questions that are surely none of the FAQ's, beside others that are answered."""
        if all(p.outcome != "answer" for p in parts):
            return []
        said = {p.text for p in parts}
        others = [r for r in ranked if r.text.endswith("?") and r.known and " ".join(r.words) not in said]
        missed = [r for r in others if -r.signals[0] >= LEAST_MARGIN and r.ranking.first() not in self._small_talk]
        declined = [(r, self._part(r, calibration)) for r in missed[:MOST_PARTS]]
        return [replace(p, asked=r.text) for r, p in declined if p.outcome == "decline"]

    def _asked(self, ranked: Sequence[RankedText], calibration: Calibration) -> list[Part]:
        """Parts of the sentences that ask, each decided as if it stood alone."""
        return [self._part(r, calibration) for r in ranked if is_question(r.text)]

    def _part(self, ranked: RankedText, calibration: Calibration) -> Part:
        if not ranked.known:
            return Part(" ".join(ranked.words), "decline", (), 1.0, "question: none of its words is known")
        return self._decided(
            ranked,
            ranked.ranking.best_entries(SUGGESTIONS),
            ranked.signals,
            calibration.single,
            calibration,
            "question",
            ranked.words,
        )

    def _part_of_several(self, ranked: Sequence[RankedText], whole: RankedText, calibration: Calibration) -> Part:
        surest = surest_of(ranked, whole, calibration)
        if not whole.known:
            return self._part(whole, calibration)
        what = f"surest of {len(ranked)} sentences" if surest is not whole else f"{len(ranked)} sentences as a whole"
        part = self._decided(
            surest,
            best_of(surest, whole),
            signals_of_several(surest, whole, ranked, calibration),
            calibration.several,
            calibration,
            what,
            whole.words,
        )
        return replace(part, disputed=surest.first() != whole.first())

    def _decided(
        self,
        ranked: RankedText,
        best: Sequence[str],
        signals: Weights,
        weights: QuestionWeights,
        calibration: Calibration,
        what: str,
        said: Sequence[str],
    ) -> Part:
        """Part with the outcome of the greatest expected value; of several that fit alike, a menu.

        `best`: first three entries; `what`: for `--why`; `said`: words of the whole message.
        """
        likely = probabilities(weights, signals)
        values = expected_values(calibration, likely)
        outcome = max(values, key=lambda name: values[name])
        if outcome == "answer" and self._says_too_little(best[0], said):
            outcome, what = "suggest", f"{what} that does not say what it is about"
        alike = self._alike(best[0], said) if outcome == "answer" else frozenset()
        if alike:
            outcome, what = "suggest", f"{what} that fits {len(alike)} entries alike"
            best = [entry for entry in ranked.ranking.best_entries(len(ranked.ranking.owners)) if entry in alike]
        support = self._support.of(ranked.words, best[0]) if self._support and outcome == "answer" else NO_SUPPORT
        return Part(
            text=" ".join(ranked.words),
            outcome=outcome,
            entries=tuple(best[: {"answer": 1, "suggest": SUGGESTIONS, "decline": 0}[outcome]]),
            score=likely.of(outcome),
            rule=f"{what}: first right {likely.first:.2f}, among three {likely.in_top3:.2f}, "
            f"not covered {likely.not_covered:.2f}; "
            + ", ".join(f"{name} is worth {value:.2f}" for name, value in values.items()),
            candidates=tuple(Candidate(owner, share) for owner, share in ranked.ranking.shares(MOST_CANDIDATES)),
            told_error=outcome == "answer" and best[0] in self._errors,
            nearest=support.nearest,
            nearest_topic=support.topic,
            unused_concept=support.unused_concept,
        )

    def _is_vague(self, words: Sequence[str]) -> bool:
        return self._vague is not None and self._vague.is_vague(words)

    def _says_too_little(self, entry: str, said: Sequence[str]) -> bool:
        """True if a text fits any entry, is a single word, or asks for a server alone, and an entry is about a port."""
        is_another = self._siblings is not None and self._siblings.is_another(entry, said)
        is_single_word = self._vague is not None and self._vague.is_single_word(said, entry)
        return is_another or is_single_word or self._is_vague(said)

    def _alike(self, entry: str, said: Sequence[str]) -> frozenset[str]:
        """Ids of the entries that a question fits as well as its first one, itself included; empty: it alone fits."""
        return self._siblings.equals(entry, said) if self._siblings else frozenset()
