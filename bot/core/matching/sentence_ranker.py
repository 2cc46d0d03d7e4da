"""Sentences of a message, and all of them as a whole, ranked: steps 3 and 4 of the decision (decision.py)."""

import math
from collections.abc import Sequence

from bot.core.matching.ambiguity import Ambiguity
from bot.core.matching.back_reference import BackReferences
from bot.core.matching.calibration import LARGEST_MARGIN, Calibration, probabilities
from bot.core.matching.contrast import Contrasts
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.main_clause import MainClauses
from bot.core.matching.provider_reference import ProviderReferences
from bot.core.matching.ranked_text import CLEARLY, SURELY, Message, RankedText, Rating, asking_alone, clear_alone
from bot.core.matching.ranker import Ranker
from bot.core.matching.siblings import Siblings
from bot.core.matching.told_values import ToldValues
from bot.core.matching.told_ways import ToldWays
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.model import Knowledge
from bot.core.text.asking import asks_by_name, asks_in_words, is_plea, is_question, split_questions
from bot.core.text.message_parts import own_sentences
from bot.core.text.present_state import asks_for_state, asks_what_ought_to_be
from bot.core.text.settled import is_settled

MOST_SENTENCES = 25  # that are ranked by themselves; a mail of more is read as a whole beyond them


class SentenceRanker:
    """Ranker of a message's sentences, and of the whole."""

    def __init__(
        self,
        knowledge: Knowledge,
        extractor: FeatureExtractor,
        ranker: Ranker,
        unexplained: UnexplainedWords,
        ambiguity: Ambiguity,
        siblings: Siblings | None,
    ) -> None:
        topics = knowledge.topics.values()
        self._extractor = extractor
        self._ranker = ranker
        self._unexplained = unexplained
        self._ambiguity = ambiguity
        self._small_talk = frozenset(topic.id for topic in topics if topic.small_talk)
        self._told = frozenset(topic.id for topic in topics if topic.told)
        self._states = frozenset(topic.id for topic in topics if topic.state)
        self._entries = frozenset(knowledge.entries)
        self._contrasts = Contrasts(extractor, siblings)
        self._back = BackReferences(extractor)
        self._providers = ProviderReferences(extractor)
        self._main = MainClauses(extractor)
        self._ways = ToldWays(extractor, self._contrasts, siblings)
        self._values = ToldValues(knowledge, ranker)

    def rank_message(self, message: Message, calibration: Calibration) -> tuple[list[RankedText], RankedText]:
        """(sentences that say something, and then what is pasted, as one text; never empty, the whole), all ranked."""
        return self._meant(*self._telling(message, calibration), calibration, message.vetoed)

    def _telling(self, message: Message, calibration: Calibration) -> tuple[list[RankedText], list[str]]:
        """(sentences that say something, and then what is pasted; never empty, what the whole is made of)."""
        texts, said = self._texts_to_rank(message.own, message.pasted, calibration)
        ranked = [self.rank(text, calibration, message.vetoed, by_name=by_name) for text, by_name in texts]
        telling = [r for r in ranked if len(r.words) > 1 or self._unexplained.subjects(r.words)]
        return telling or ranked, said  # a word alone that names no subject says nothing beside a sentence

    def _meant(
        self, telling: list[RankedText], said: Sequence[str], calibration: Calibration, vetoed: frozenset[str]
    ) -> tuple[list[RankedText], RankedText]:
        """(the sentences, the whole) without small talk, beside others. `said`: what the whole is made of."""
        # What somebody tells of the own mail may say which port is meant
        is_open = any(r.asks and self._hangs_on_others(r) for r in telling)
        meant = telling if is_open else [r for r in telling if not r.rating.small_talk] or telling
        text = " ".join(said if len(meant) == len(telling) else (r.text for r in meant))
        return meant, self.rank(text, calibration, vetoed) if len(meant) > 1 else meant[0]

    def _texts_to_rank(
        self, own: str, pasted: str, calibration: Calibration
    ) -> tuple[list[tuple[str, bool]], list[str]]:
        """(texts to rank by themselves, each with `by_name` of RankedText, never empty; what the whole is made of).

        Left out is what is settled, or tells of another way than is asked about, where anything else is said. A
        question is read with what it points back at; the whole has each sentence as it stands.
        """
        sentences, program = own_sentences(own), [pasted] if pasted else []
        said = [*map(self._contrasts.without_settled_clauses, sentences)]
        all_said = [*said, *program]
        settled = self._settled_places(said)
        places = [n for n in range(len(said)) if n not in settled] or range(len(said))
        places = [n for n in places if not is_plea(said[n])] or places
        texts = [
            (half, asks_by_name(said[n]))
            for n in places
            for half in self._split_questions(self._completed(n, all_said, sentences, settled, calibration))
        ]
        whole = [*(said[n] for n in places), *program]
        return [*texts[:MOST_SENTENCES], *((text, True) for text in program)] or [(own, True)], whole

    def _completed(
        self, place: int, said: Sequence[str], sentences: Sequence[str], settled: set[int], calibration: Calibration
    ) -> str:
        """Sentence at a place, with what it leaves to others: the ways, or what it points back at, and the provider.

        `said`: the sentences and what is pasted; `sentences`: as they stood; `settled`: places of what is left out.
        A question that is not covered whatever the way ("Where is the server?") gets none: it would hide that.
        """
        text = said[place]
        with_ways = self._ways.with_ways(text, place, sentences, settled)
        if with_ways != text:
            return text if self.rank(text, calibration).rating.likely.not_covered >= SURELY else with_ways
        if not is_question(text):
            return text
        completed = self._back.with_referents(said, place, settled)
        completed = self._providers.with_provider(completed, text, sentences[:place])
        return completed if completed == text else self._ways.with_ways(completed, place, sentences, settled)

    def _settled_places(self, said: Sequence[str]) -> set[int]:
        """Places of the sentences that are settled, or tell of another way than is asked about."""
        questions = [sentence for sentence in said if asks_in_words(sentence)]
        settled = {n for n, text in enumerate(said) if self._is_settled(text, questions)}
        return self._without_way_meant(said, settled, questions)

    def _is_settled(self, sentence: str, questions: Sequence[str]) -> bool:
        """True for a sentence that says what works or is set already, or tells of another way than is asked about."""
        return (
            is_settled(sentence)
            or self._contrasts.tells_of_another(sentence, questions)
            or self._values.tells(sentence, self._contrasts.words_meant)
        )

    def _without_way_meant(self, said: Sequence[str], settled: set[int], questions: Sequence[str]) -> set[int]:
        """Places of what is settled, without those that alone say which protocol or encryption a question means.

        "I've set up encrypted IMAP. Which port does my firewall need?"
        """
        if not settled or not any(map(self._contrasts.leaves_way_open, questions)):
            return settled
        if any(self._contrasts.names_way(s) for n, s in enumerate(said) if n not in settled):
            return settled
        return {n for n in settled if not self._contrasts.names_way(said[n])}

    def relevant(self, message: Message, calibration: Calibration) -> tuple[list[RankedText], RankedText]:
        """(the sentences, the whole) of a message: of the questions alone, where they decide it alone.

        What is told beside them asks nothing then, however well it fits an entry. A sentence counts as its main clause
        where that is clear.
        """
        telling, said = self._telling(message, calibration)
        alone = clear_alone(telling, self._hangs_on_others)
        if alone and all(self._main.of(r.text) == r.text for r in telling):
            return self._together(alone, calibration, message.vetoed)  # what is told beside them need not be ranked
        ranked, whole = self._meant(telling, said, calibration, message.vetoed)
        mains = [self._main_of(r, calibration, message.vetoed) for r in ranked]
        if mains != ranked:
            ranked, whole = self._together(mains, calibration, message.vetoed)
        asking = asking_alone(ranked, self._hangs_on_others)
        return self._together(asking, calibration, message.vetoed) if asking else (ranked, whole)

    def _together(
        self, texts: list[RankedText], calibration: Calibration, vetoed: frozenset[str]
    ) -> tuple[list[RankedText], RankedText]:
        """(texts of a message, the whole of them)."""
        whole = texts[0] if len(texts) == 1 else self.rank(" ".join(r.text for r in texts), calibration, vetoed)
        return texts, whole

    def rank(
        self, text: str, calibration: Calibration, vetoed: frozenset[str] = frozenset(), *, by_name: bool = False
    ) -> RankedText:
        """Text, ranked as it stands. `vetoed`: entries that come last. `by_name`: see RankedText."""

        def rate(words: tuple[str, ...]) -> Rating:
            return self._rated(text, words, calibration, vetoed)

        return RankedText(text, lambda: tuple(self._contrasts.words_meant(text)), rate, by_name=by_name)

    def _rated(self, text: str, words: tuple[str, ...], calibration: Calibration, vetoed: frozenset[str]) -> Rating:
        ranking = self._ranker.rank(words).without(vetoed | self._excluded_by_grammar(text))
        over_topics, over_entries = ranking.margins()
        signals = (  # as in calibration.SINGLE
            max(-LARGEST_MARGIN, min(LARGEST_MARGIN, over_topics)),
            math.sqrt(min(LARGEST_MARGIN, over_entries)),
            *self._unexplained.shares(words, ranking.best_entries(1)[0]),
            self._unexplained.subjects(words),
            self._unexplained.names_other_provider(words),
            1.0,
        )
        known = self._ranker.knows(words) and not self._ambiguity.says_nothing(words)
        likely = probabilities(calibration.single, signals)
        return Rating(ranking, signals, likely, known, ranking.first() in self._small_talk)

    def _excluded_by_grammar(self, text: str) -> frozenset[str]:
        """Ids of the entries and topics that a text is not about, by the form in which it asks; none where it tells."""
        if not asks_in_words(text):
            return frozenset()
        if asks_for_state(text):
            return self._entries
        return self._told | self._states if asks_what_ought_to_be(text) else self._told

    def _main_of(self, ranked: RankedText, calibration: Calibration, vetoed: frozenset[str]) -> RankedText:
        """Main clause of a sentence, where that is clear by itself and the sentence not surely uncovered; else it."""
        text = self._main.of(ranked.text)
        if text == ranked.text or ranked.rating.likely.not_covered >= SURELY:
            return ranked
        main = self.rank(text, calibration, vetoed, by_name=ranked.by_name)
        is_clear = main.rating.known and main.rating.likely.first >= CLEARLY
        return main if is_clear and not self._hangs_on_others(main) else ranked

    def _hangs_on_others(self, ranked: RankedText) -> bool:
        """True for a text that fits several entries alike, or any, or is about something that it does not name."""
        return self._ambiguity.is_open(ranked.first_entry(), ranked.words) or self._back.refers_back(ranked.text)

    def _split_questions(self, sentence: str) -> list[str]:
        """Questions of a sentence; "…, and what is it?" is none of its own."""
        found = split_questions(sentence)
        vague = len(found) > 1 and any(
            self._ambiguity.is_vague(self._extractor.words(half)) or self._back.refers_back(half) for half in found
        )
        return [sentence] if vague else found
