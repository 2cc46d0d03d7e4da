"""Support of an answer by the examples: whether they speak of what a question names, and how near they are to it.

A ranking says which entry comes first, not whether any fits: where the right entry is missing, its neighbour comes
first. Three signs tell more: how near the nearest example is, over what is usual among the entry's own examples; how
near one of what is not covered is; and whether a concept is named of which hardly any of the entry's examples speaks.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.concept_groups import CIRCUMSTANCES
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.ranker import Ranker
from bot.core.matching.training import TrainedModel
from bot.core.text.message_parts import without_courtesy

LOOKED_AT = 12  # examples of an entry, by which is known how near they usually are to each other
MOST_LEARNT = 200  # entries of which it is learnt with the model; of more, when one is first answered with
LEAST_USUAL = 0.05  # similarity below which examples are not alike at all
RARELY = 0.005  # share of an entry's examples: a concept that fewer use is not what the entry is about
THE_SAME = 0.999  # similarity from which an example is another one's copy


class Support(NamedTuple):
    """Signs of how well an entry's examples support an answer."""

    nearest: float  # similarity to its nearest example, over what is usual between its own; 1: as usual
    topic: float  # similarity to the nearest example of what is not covered, 0..1
    unused_concept: bool  # True: a concept is named that hardly any of its examples uses (RARELY)


class ExampleSupport:
    """Index of what the examples of each entry speak of."""

    def __init__(
        self,
        extractor: FeatureExtractor,
        ranker: Ranker,
        trained: TrainedModel,
        entries: int,
        examples: Callable[[], Sequence[str]],
    ) -> None:
        """`entries`: how many of the trained owners are entries; they come before the topics.

        `examples`: gives the texts of all, which only a model without usual nearness has need of.
        """
        self._extractor = extractor
        self._ranker = ranker
        self._examples = examples
        self._owner = trained.example_owner
        # Places of the examples of each entry, and of what is not covered; they stand beside each other
        self._own = [_places(self._owner == number) for number in range(entries)]
        self._of_topics = _places(self._owner >= entries)
        self._number = {owner: number for number, owner in enumerate(trained.owners[:entries])}
        usual: list[float] = trained.usual_nearness.tolist()  # of entries alone, which come first
        self._usual = dict(zip(trained.owners, usual, strict=False))
        concepts = trained.features["concept"]
        first = int(np.cumsum([0, *map(len, trained.features.values())])[list(trained.features).index("concept")])
        start = trained.posting_start[first : first + len(concepts) + 1]
        concept = np.repeat(np.arange(len(concepts)), np.diff(start))
        owner = trained.example_owner[trained.posting_example[start[0] : start[-1]]]
        uses = np.zeros((len(concepts), entries))  # concept × entry
        np.add.at(uses, (concept[owner < entries], owner[owner < entries]), 1.0)
        size = np.bincount(self._owner, minlength=entries)[:entries]
        self._used = uses >= RARELY * np.maximum(size, 1.0 / RARELY)
        self._concept = {name: number for number, name in enumerate(concepts)}

    def of(self, words: Sequence[str], entry: str) -> Support:
        """Support of an entry for a question. `words`: as the FeatureExtractor gives them."""
        cosine = self._ranker.cosines(words)
        own = float(cosine[self._own[self._number[entry]]].max(initial=0.0))
        topic = float(cosine[self._of_topics].max(initial=0.0))
        return Support(own / self._usual_nearness(entry), topic, self._names_unused(words, entry))

    def _names_unused(self, words: Sequence[str], entry: str) -> bool:
        vocabulary = self._extractor.vocabulary
        named = [name for name in vocabulary.concepts(words) if vocabulary.group_of(name) not in CIRCUMSTANCES]
        numbers = [self._concept.get(name) for name in named]
        return any(number is None or not self._used[number, self._number[entry]] for number in numbers)

    def _usual_nearness(self, entry: str) -> float:
        """Usual nearness of an entry's examples, of which a model of many entries has none (MOST_LEARNT)."""
        if entry not in self._usual:
            own = np.flatnonzero(self._owner == self._number[entry])
            self._usual[entry] = _nearness(self._extractor, self._ranker, own, self._examples())
        return self._usual[entry]


def _places(which: NDArray[np.bool_]) -> slice | NDArray[np.intp]:
    """Places that are True: from the first to the last where all between are."""
    found = np.flatnonzero(which)
    begin, end = (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)
    return slice(begin, end) if end - begin == len(found) else found


def usual_nearness(
    extractor: FeatureExtractor, trained: TrainedModel, entries: int, examples: Sequence[str]
) -> NDArray[np.float64]:
    """Usual nearness of the examples of each entry (`entries` of them), for the model; empty for more than MOST_LEARNT.

    `examples`: texts of the model's examples. It takes some milliseconds an entry, for which no question should wait.
    """
    if entries > MOST_LEARNT:
        return np.zeros(0)
    ranker = Ranker(extractor, trained, entries)
    own = [np.flatnonzero(trained.example_owner == number) for number in range(entries)]
    return np.array([_nearness(extractor, ranker, numbers, examples) for numbers in own])


def _nearness(extractor: FeatureExtractor, ranker: Ranker, own: NDArray[np.intp], examples: Sequence[str]) -> float:
    """Median similarity of some of an entry's examples to the nearest other one of its own. `own`: their numbers."""
    near = []
    for example in own[np.linspace(0, len(own) - 1, min(LOOKED_AT, len(own))).astype(int)]:
        cosine = ranker.cosines(extractor.words(without_courtesy(examples[example])))[own]
        near.append(float(cosine[cosine < THE_SAME].max(initial=0.0)))
    return max(float(np.median(near)) if near else 1.0, LEAST_USUAL)
