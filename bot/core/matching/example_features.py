"""Example features: the features of all examples at once, numbered and weighted, as a sparse matrix.

The same features as MessageFeatures finds for one message; thousands of examples are put together by NumPy.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.features import GROUPS, FeatureExtractor, ReadText

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Hashes = NDArray[np.uint32]
Longs = NDArray[np.int64]

# Concepts alone weigh less than in pairs: a careless word in the vocabulary then does less harm.
GROUP_WEIGHT: Mapping[str, float] = {"word": 1.3, "letters": 1.3, "concept": 0.5, "pair": 0.7}


@dataclass(frozen=True, slots=True)
class ExampleFeatures:
    """Features of all examples, one after the other: a sparse matrix by rows."""

    ids: Ints  # number of the feature
    values: Floats  # its weight
    ends: Longs  # per example: index behind its last feature

    def of(self, example: int) -> slice:
        """Indexes of an example's features."""
        return slice(int(self.ends[example - 1]) if example else 0, int(self.ends[example]))

    def example(self) -> Ints:
        """Number of the example, per feature."""
        return np.repeat(np.arange(len(self.ends), dtype=np.int32), np.diff(self.ends, prepend=0))


@dataclass(frozen=True, slots=True)
class _Found:
    """Features of one group, as they were found: each name once, and where it was found, as often as it was."""

    names: Sequence[str]
    feature: Ints  # place in `names`
    example: Ints  # number of the example


def weighted_features(
    extractor: FeatureExtractor, read: Sequence[ReadText]
) -> tuple[Mapping[str, tuple[str, ...]], Hashes, Floats, ExampleFeatures]:
    """Names of all features, sorted; hashes of them; inverse document frequency; the examples' features, weighted."""
    found = _found(extractor, read)
    names = {group: tuple(sorted({*found[group].names})) for group in sorted(GROUPS)}
    hashes = np.array(
        [zlib.crc32(f"{g}:{name}".encode()) for g, of_group in names.items() for name in of_group], np.uint32
    )
    number = numbers(names)
    keys = np.concatenate([_keys(found[group], place, number[group]) for place, group in enumerate(GROUPS)])
    keys.sort(kind="stable")  # they are nearly sorted: a third of the time that np.unique takes
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    times, keys = np.diff(first, append=len(keys)), keys[first]
    segment = keys >> 32  # an example's features of one group
    ids = (keys & 0xFFFFFFFF).astype(np.int32)
    documents = np.bincount(ids, minlength=len(hashes))
    idf = (np.log((1 + len(read)) / (1 + documents)) + 1).astype(np.float32)
    values = (1 + np.log(times)).astype(np.float32) * idf[ids]
    lengths = np.sqrt(np.bincount(segment, values.astype(np.float64) ** 2, minlength=len(read) * len(GROUPS)))
    weight = np.array([GROUP_WEIGHT[group] for group in GROUPS], dtype=np.float32)
    values *= weight[segment % len(GROUPS)] / np.where(lengths > 0, lengths, 1)[segment]
    of_example = np.bincount(segment // len(GROUPS), minlength=len(read))
    return names, hashes, idf, ExampleFeatures(ids, values, of_example.cumsum())


def _keys(found: _Found, group: int, number: Mapping[str, int]) -> Longs:
    """Example, group and number of each feature that was found, in one integer."""
    numbered = np.array([number[name] for name in found.names], dtype=np.int64)
    return (found.example.astype(np.int64) * len(GROUPS) + group) << 32 | numbered[found.feature]


def numbers(features: Mapping[str, Sequence[str]]) -> Mapping[str, Mapping[str, int]]:
    """Numbers of features: group → feature → its number."""
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    begin = 0
    for group, names in features.items():
        found[group] = dict(zip(names, range(begin, begin + len(names)), strict=True))
        begin += len(names)
    return found


def _found(extractor: FeatureExtractor, read: Sequence[ReadText]) -> Mapping[str, _Found]:
    """Features of each group. A word comes again and again: its stems and letters are found once."""
    words, concepts = _named([words for words, _ in read]), _named([concepts for _, concepts in read])
    return {
        "word": _parts_of(words, map(extractor.stems, words.names)),
        "letters": _parts_of(words, map(extractor.letters, words.names)),
        "concept": concepts,
        "pair": _pairs_of(concepts),
    }


def _named(of_examples: Sequence[Sequence[str]]) -> _Found:
    """Names that were found in each example."""
    number: dict[str, int] = {}
    places = [number.setdefault(name, len(number)) for names in of_examples for name in names]
    example = np.repeat(np.arange(len(of_examples), dtype=np.int32), [len(names) for names in of_examples])
    return _Found([*number], np.array(places, dtype=np.int32), example)


def _parts_of(words: _Found, parts: Iterable[Sequence[str]]) -> _Found:
    """Parts of the words where these were found. `parts`: of each word's name."""
    of_words = _named([*parts])
    count = np.bincount(of_words.example, minlength=len(words.names))  # of a word's parts
    times = count[words.feature]
    behind = times.cumsum()
    first = (count.cumsum() - count)[words.feature]
    place = np.repeat((first - behind + times).astype(np.int32), times)
    place += np.arange(len(place), dtype=np.int32)
    return _Found(of_words.names, of_words.feature[place], np.repeat(words.example, times))


def _pairs_of(concepts: _Found) -> _Found:
    """Pairs of the concepts of an example, in their order there: "a+b"."""
    count = np.bincount(concepts.example)
    begin = count.cumsum() - count
    pairs, examples = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    for size in np.unique(count):  # the examples with equally many concepts are a table
        example = np.flatnonzero(count == size).astype(np.int32)
        table = concepts.feature.astype(np.int64)[begin[example][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        pairs.append((table[:, one] << 32 | table[:, other]).ravel())
        examples.append(np.repeat(example, len(one)))
    different, feature = np.unique(np.concatenate(pairs), return_inverse=True)
    names = [f"{concepts.names[key >> 32]}+{concepts.names[key & 0xFFFFFFFF]}" for key in different.tolist()]
    return _Found(names, feature.astype(np.int32), np.concatenate(examples))
