"""Message features: a message's words → numbers and weights of those of its features that the model knows.

The same features as example_features.py finds for learning; but every message is read again and again (its sentences,
the whole), in the same few thousand words. So what a word contributes is looked up once, as numbers.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, combinations

import numpy as np

from bot.core.matching.example_features import GROUP_WEIGHT, Floats, Ints, numbers
from bot.core.matching.features import GROUPS, FeatureExtractor
from bot.core.matching.training import TrainedModel, length
from bot.core.text.normalize import CACHED_WORDS


class MessageFeatures:
    """Reader of messages in the features of one trained model."""

    def __init__(self, extractor: FeatureExtractor, trained: TrainedModel) -> None:
        self._extractor = extractor
        self._number = numbers(trained.features)
        self._idf = trained.idf
        self._of_word = lru_cache(CACHED_WORDS)(self._find_of_word)

    def weigh(self, words: Sequence[str]) -> tuple[Ints, Floats, bool]:
        """Numbers and weights of the known features, and whether one of them is a word (rather than its letters).

        Each group is brought to its length in GROUP_WEIGHT. `words`: as the FeatureExtractor gives them.
        """
        of_words = [self._of_word(w) for w in words]
        concepts = self._extractor.concepts(words)
        stems = Counter(chain.from_iterable([stems for stems, _ in of_words]))
        letters = Counter(chain.from_iterable([letters for _, letters in of_words]))
        named = self._known("concept", concepts)
        pairs = self._known("pair", [f"{a}+{b}" for a, b in combinations(concepts, 2)])
        times = [*stems.values(), *letters.values()]
        ids = np.array([*stems, *letters, *named, *pairs], dtype=np.int32)
        values = self._idf.take(ids)
        values[: len(times)] *= np.array([1.0 if n == 1 else _more_than_once(n) for n in times], dtype=np.float32)
        begin = 0
        for group, size in zip(GROUPS, (len(stems), len(letters), len(named), len(pairs)), strict=True):
            own = values[begin : begin + size]
            own *= GROUP_WEIGHT[group] / length(own)
            begin += size
        return ids, values, bool(stems)

    def _find_of_word(self, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Numbers of a word's known stems and letter n-grams, each as often as it has it."""
        extractor = self._extractor
        return self._known("word", extractor.stems(word)), self._known("letters", extractor.letters(word))

    def _known(self, group: str, features: Sequence[str]) -> tuple[int, ...]:
        number = self._number[group]
        return tuple([found for feature in features if (found := number.get(feature)) is not None])


@lru_cache(CACHED_WORDS)
def _more_than_once(times: int) -> float:
    """Weight of a feature that a message has so many times."""
    return 1 + math.log(times)
