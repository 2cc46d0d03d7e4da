"""Young base: how a base with few examples is learnt (learning.py), beside a general layer with thousands.

Three things are learnt from the base at hand, when the model is trained:

- **What yields.** An example of the general layer that says nearly the same as one of an entry is left out, unless it
  names something outside that the entry's does not (another provider, say). A topic of which many examples do so is
  left out as a whole: the base has an entry about it.
- **Weight.** Examples of an entry with few are repeated, so that topics with hundreds do not drown it.
- **The decision's figures.** The base's own examples are held out, a fold at a time, and decided by a model that
  learnt without them; so are examples of the general layer, which are not covered. The regressions of calibration.py
  are fitted to that, near YOUNG where there is little to learn from. A base whose entries cannot be told apart gets
  figures with which menus and refusals are worth more than guesses.

Sources of the constants: chosen with the invented hoster of tests/hosters and with shares of the base that comes with
Postbote; see bot/DECISIONS.md.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.core.matching.calibration import Sample
from bot.core.matching.concept_groups import OUTSIDE
from bot.core.matching.features import FeatureExtractor, ReadText
from bot.core.matching.questions import QuestionMatcher
from bot.core.matching.ranker import Ranker
from bot.core.matching.training import train, training_examples
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.model import Knowledge
from bot.core.text.message_parts import without_courtesy

YIELDS_FROM = 0.5  # cosine to an example of an entry, from which one of the general layer is left out
NEAR_FROM = 0.4  # cosine from which an example counts for its topic
TOPIC_YIELDS_FROM = 0.25  # share of a topic's examples that are near to an entry's, from which all of them are left out
FEWEST_WEIGHED = 40  # examples that an entry has at least, once they are repeated
FOLDS = 3
MOST_OF_ENTRY = 12  # examples of an entry that are decided: a condition's many would speak for all entries
MOST_HELD_OUT = 400  # examples of the general layer that are decided in all folds


class RememberingExtractor(FeatureExtractor):
    """Extractor that reads each text once: the folds learn nearly the same examples."""

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._read: dict[str, list[str]] = {}
        self._concepts: dict[tuple[str, ...], list[str]] = {}
        self._examples: dict[str, ReadText] = {}

    def read(self, texts: Sequence[str]) -> Sequence[ReadText]:
        """Words and concepts of each text, as FeatureExtractor gives them."""
        new = [text for text in dict.fromkeys(texts) if text not in self._examples]
        self._examples.update(zip(new, super().read(new), strict=True))
        return [self._examples[text] for text in texts]

    def words(self, text: str) -> list[str]:
        """Tokens of a text, as FeatureExtractor gives them."""
        if text not in self._read:
            self._read[text] = super().words(text)
        return self._read[text]

    def concepts(self, words: Sequence[str]) -> list[str]:
        """Concepts of a message, as FeatureExtractor gives them."""
        key = tuple(words)
        if key not in self._concepts:
            self._concepts[key] = super().concepts(words)
        return self._concepts[key]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Example that was decided by a model that learnt without it."""

    owner: str  # id of its entry or topic
    text: str
    first: str  # id of the entry or topic that it was ranked to
    entries: tuple[str, ...]  # the likeliest entries, best first
    sample: Sample


def weighed(knowledge: Knowledge, examples: Sequence[tuple[str, str]], chosen: Sequence[int]) -> list[int]:
    """Numbers of the chosen examples, those of an entry with few of them several times."""
    count = Counter(examples[n][0] for n in chosen)
    times = {name: max(1, FEWEST_WEIGHED // max(1, count[name])) for name in knowledge.entries}
    return [n for n in chosen for _ in range(times.get(examples[n][0], 1))]


def yielding(knowledge: Knowledge, extractor: FeatureExtractor) -> frozenset[int]:
    """Numbers in `training_examples` of what the general layer leaves to the entries; empty where nothing is alike."""
    examples = training_examples(knowledge)
    general = {name for name, topic in knowledge.topics.items() if topic.general}
    ours = [n for n, (owner, _) in enumerate(examples) if owner in knowledge.entries]
    theirs = [n for n, (owner, _) in enumerate(examples) if owner in general]
    if not ours or not theirs:
        return frozenset()
    nearest = _nearest(knowledge, extractor, examples, ours)
    outside = [_outside(extractor, words) for words, _ in extractor.read([text for _, text in examples])]
    near = {n: cosine for n in theirs for cosine, own in [nearest[n]] if outside[n] <= outside[own]}
    count = Counter(examples[n][0] for n in theirs)
    close = Counter(examples[n][0] for n, cosine in near.items() if cosine >= NEAR_FROM)
    topics = {name for name, times in close.items() if times >= TOPIC_YIELDS_FROM * count[name]}
    return frozenset(n for n in theirs if examples[n][0] in topics or near.get(n, 0.0) >= YIELDS_FROM)


def _nearest(
    knowledge: Knowledge, extractor: FeatureExtractor, examples: Sequence[tuple[str, str]], ours: Sequence[int]
) -> list[tuple[float, int]]:
    """Per example the highest cosine to an entry's example, and the number of that."""
    index = train(knowledge, extractor, examples, scorers=False)
    ranker = Ranker(extractor, index, len(knowledge.entries))
    best = [(0.0, ours[0])] * len(examples)
    for number, (words, _) in zip(ours, extractor.read([examples[n][1] for n in ours]), strict=True):
        cosines = ranker.cosines(words)
        for other in np.flatnonzero(cosines > NEAR_FROM / 2):
            best[other] = max(best[other], (float(cosines[other]), number))
    return best


def _outside(extractor: FeatureExtractor, words: Sequence[str]) -> frozenset[str]:
    """Concepts of what is outside that an example names."""
    vocabulary = extractor.vocabulary
    found = vocabulary.concepts(words)
    return frozenset(concept for concept in found if vocabulary.group_of(concept) == OUTSIDE)


def held_out(knowledge: Knowledge, extractor: FeatureExtractor, chosen: Sequence[int]) -> list[HeldOut]:
    """Examples of the entries, and some of what is not covered, each decided by a model that learnt without it."""
    examples = training_examples(knowledge)
    expected = _expected(knowledge, examples, chosen)
    fold_of = _folds(examples, chosen)
    found = []
    for fold in range(FOLDS):
        rest = weighed(knowledge, examples, [n for n in chosen if fold_of[n] != fold])
        trained = train(knowledge, extractor, [examples[n] for n in rest])
        ranker = Ranker(extractor, trained, len(knowledge.entries))
        unexplained = UnexplainedWords(extractor, trained, len(knowledge.entries))
        matcher = QuestionMatcher(knowledge, extractor, ranker, unexplained)
        of_fold = [n for n in chosen if n in expected and fold_of[n] == fold]
        found += [_hold_out(matcher, ranker, expected[n], *examples[n]) for n in of_fold]
    return found


def _expected(knowledge: Knowledge, examples: Sequence[tuple[str, str]], chosen: Sequence[int]) -> Mapping[int, str]:
    """Number of each example that is decided → the entry that it must get; empty: it is not covered."""
    asked = {
        text
        for entry in knowledge.entries.values()
        for text in [text for texts in entry.questions.values() for text in texts][:MOST_OF_ENTRY]
    }
    covered = {
        n: owner for n in chosen for owner, text in [examples[n]] if owner in knowledge.entries and text in asked
    }
    uncovered = [n for n in chosen if examples[n][0] in knowledge.topics]
    return covered | dict.fromkeys(uncovered[:: max(1, len(uncovered) // MOST_HELD_OUT)], "")


def _folds(examples: Sequence[tuple[str, str]], chosen: Sequence[int]) -> Mapping[int, int]:
    """Number of an example → its fold; those of one owner are spread over all folds."""
    seen: Counter[str] = Counter()
    fold = {}
    for n in chosen:
        owner = examples[n][0]
        fold[n] = seen[owner] % FOLDS
        seen[owner] += 1
    return fold


def _hold_out(matcher: QuestionMatcher, ranker: Ranker, expected: str, owner: str, text: str) -> HeldOut:
    """Decision about one example of `owner`. `expected`: its entry; empty: it is not covered."""
    entries, signals = matcher.single_signals(without_courtesy(text))
    sample = Sample(signals, entries[:1] == [expected], expected in entries, not expected)
    first = ranker.rank(tuple(matcher.words(without_courtesy(text)))).first()
    return HeldOut(owner, text, first, tuple(entries), sample)
