"""Unexplained words: how much of a question neither an entry's examples nor the vocabulary know.

"Username for the timesheet tool" is about a user name, but of which thing? A word that no example of the entry uses and
that no concept means is a sign that something else is asked. It only counts against an answer, with a weight that is
learnt (calibration.py): people tell stories, and most of their words are in no example.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.core.matching.concept_groups import CIRCUMSTANCES, OUTSIDE
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.other_provider import PROVIDERS, names_other_provider
from bot.core.matching.training import TrainedModel
from bot.core.matching.vocabulary import words_of
from bot.core.text.normalize import CACHED_WORDS

FEWEST_LETTERS = 3  # of a word that says something
MOST_SUBJECTS = 2  # more of them tell nothing more


class _Use(NamedTuple):
    """Use of a word, in whatever form, by the examples."""

    known: bool  # True if any example uses it, of an entry or of a topic
    weight: float  # the rarer, the more
    users: int  # a bit for each entry whose examples use it


class UnexplainedWords:
    """Index of the words that the examples of each entry use."""

    def __init__(self, extractor: FeatureExtractor, trained: TrainedModel, entries: int) -> None:
        """`entries`: how many of the trained owners are entries; they come before the topics."""
        self._extractor = extractor
        stems = trained.features["word"]
        first = len(trained.hashes) - len(stems)  # the last group
        self._number = {stem: number for number, stem in enumerate(stems)}
        self._idf: list[float] = trained.idf[first:].tolist()
        self._rarest = float(trained.idf.max(initial=1.0))
        self._entry = {owner: number for number, owner in enumerate(trained.owners[:entries])}
        self._users = trained.word_users
        self._of = lru_cache(CACHED_WORDS)(self._find)

    def subjects(self, words: Sequence[str]) -> float:
        """Subjects that a question names, as a share of MOST_SUBJECTS, 0..1: concepts that are no mere circumstances.

        "I'm in the office until 5 pm" has times, and still is about nothing.
        """
        vocabulary = self._extractor.vocabulary
        named = sum(vocabulary.group_of(concept) not in CIRCUMSTANCES for concept in vocabulary.concepts(words))
        return min(named, MOST_SUBJECTS) / MOST_SUBJECTS

    def names_other_provider(self, words: Sequence[str]) -> float:
        """Signal of another provider: 1 where a question names one, else 0 (other_provider.py)."""
        vocabulary = self._extractor.vocabulary
        said = vocabulary.concepts(words)
        others = words_of(said[concept] for concept in PROVIDERS & said.keys())
        meant = words_of(said.values())

        def is_new(word: str) -> bool:
            return not self._of(word).known and word not in meant and not self._extractor.is_function_word(word)

        return float(names_other_provider(words, others, is_new))

    def used_by_all(self, word: str, entries: Collection[str]) -> bool:
        """True if the examples of each of some entries use a word, in whatever form."""
        users = self._of(word).users
        return all(users >> self._entry[entry] & 1 for entry in entries)

    def share_of(self, word: str, entries: Sequence[str]) -> float:
        """Share of some entries whose examples use a word, in whatever form, 0..1."""
        users = self._of(word).users
        uses = [users >> self._entry[entry] & 1 for entry in entries]
        return sum(uses) / len(uses) if uses else 0.0

    def shares(self, words: Sequence[str], entry: str) -> tuple[float, float]:
        """Shares of a question's content, 0..1, rare words counting more: unexplained by the entry, and by any entry.

        `words`: as the FeatureExtractor gives them. Without a content word both are 0.
        """
        function_word = self._extractor.is_function_word
        content = [w for w in words if w.isalpha() and len(w) >= FEWEST_LETTERS and not function_word(w)]
        if not content:
            return 0.0, 0.0
        vocabulary = self._extractor.vocabulary
        said = vocabulary.concepts(words)
        outside = words_of(said[concept] for concept in vocabulary.of_groups(said, (OUTSIDE,)))
        meant = words_of(said.values())
        whole = by_entry = by_any = 0.0
        number = self._entry[entry]
        for word in content:
            of = self._of(word)
            whole += of.weight
            if word in outside or word not in meant:
                by_entry += of.weight * (word in outside or not of.users >> number & 1)
                by_any += of.weight * (not of.users)
        return by_entry / whole, by_any / whole

    def _find(self, word: str) -> _Use:
        numbers = [n for stem in self._extractor.stems(word) if (n := self._number.get(stem)) is not None]
        users = 0
        for number in numbers:
            users |= int.from_bytes(self._users[number].tobytes(), "little")
        return _Use(bool(numbers), min([self._idf[n] for n in numbers], default=self._rarest), users)
