"""Example features: the features of all examples at once, numbered and weighted, as a sparse matrix.

The same features as MessageFeatures finds for one message; thousands of examples are put together by NumPy.
"""

import zlib
from collections.abc import Mapping, Sequence
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
AT_A_TIME = 2_000  # examples whose features are put together: so many fit into the processor's cache


@dataclass(frozen=True, slots=True)
class ExampleFeatures:
    """Features of all examples, one after the other: a sparse matrix by rows."""

    ids: Ints | Longs  # number of the feature
    values: Floats  # its weight
    ends: Longs  # per example: index behind its last feature

    def of(self, example: int) -> slice:
        """Indexes of an example's features."""
        return slice(int(self.ends[example - 1]) if example else 0, int(self.ends[example]))

    def example(self) -> Ints:
        """Number of the example, per feature."""
        return np.arange(len(self.ends), dtype=np.int32).repeat(self.sizes())

    def sizes(self) -> Longs:
        """Number of features, per example."""
        return np.diff(self.ends, prepend=0)


@dataclass(frozen=True, slots=True)
class _Found:
    """Names that were found in examples: each once, and in the order of the examples where it was found."""

    names: Sequence[str]
    place: Ints  # in `names`
    example: Ints  # number of the example

    def among(self, begin: int, end: int) -> "_Found":
        """Names that were found in some of the examples, which are numbered anew."""
        first, behind = np.searchsorted(self.example, (begin, end))
        return _Found(self.names, self.place[first:behind], self.example[first:behind] - np.int32(begin))


def weighted_features(
    extractor: FeatureExtractor, read: Sequence[ReadText]
) -> tuple[Mapping[str, tuple[str, ...]], Hashes, Floats, ExampleFeatures]:
    """Names of all features, sorted; hashes of them; inverse document frequency; the examples' features, weighted."""
    words, concepts = _named([words for words, _ in read]), _named([concepts for _, concepts in read])
    pairs = _pairs_of(concepts)
    # A word comes again and again: its stems and letters are found once
    stems, letters = _named([*map(extractor.stems, words.names)]), _named([*map(extractor.letters, words.names)])
    named = dict(zip(GROUPS, (stems.names, letters.names, concepts.names, pairs.names), strict=True))
    names = {group: tuple(sorted({*named[group]})) for group in sorted(GROUPS)}
    hashes = np.array(
        [zlib.crc32(f"{g}:{name}".encode()) for g, of_group in names.items() for name in of_group], np.uint32
    )
    number = numbers(names)
    numbered = [np.array([number[group][name] for name in named[group]], dtype=np.int32) for group in GROUPS]
    counted = []
    for begin in range(0, max(1, len(read)), AT_A_TIME):
        end = min(begin + AT_A_TIME, len(read))
        some, of_concepts, of_pairs = (found.among(begin, end) for found in (words, concepts, pairs))
        parts = [_parts_of(some, stems), _parts_of(some, letters), of_concepts, of_pairs]
        counted.append(_counted(parts, numbered, end - begin))
    ids, sizes = (np.concatenate(arrays) for arrays in list(zip(*counted, strict=True))[:2])
    idf = (np.log((1 + len(read)) / (1 + np.bincount(ids, minlength=len(hashes)))) + 1).astype(np.float32)
    values = np.concatenate([_weighted(times, idf[of], sizes) for of, sizes, times in counted])
    ends = sizes.reshape(-1, len(GROUPS)).sum(axis=1).cumsum()
    return names, hashes, idf, ExampleFeatures(ids, values, ends)


def _counted(found: Sequence[_Found], numbered: Sequence[Ints], examples: int) -> tuple[Ints, Longs, Floats]:
    """Features of some examples, each once: numbers, sizes of segments (those of one group in an example), frequencies.

    `found`, `numbered`: by group; numbers of the names. The frequency is 1 and the logarithm of how often it is there.
    """
    keys = np.concatenate(
        [
            (of.example.astype(np.int64) * len(GROUPS) + group) << 32 | numbered[group][of.place]
            for group, of in enumerate(found)
        ]
    )
    keys.sort(kind="stable")  # they are nearly sorted: a third of the time that np.unique takes
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    times = np.diff(first, append=len(keys))
    keys = keys[first]
    sizes = np.bincount(keys >> 32, minlength=examples * len(GROUPS))
    return keys.astype(np.int32), sizes, (1 + np.log(times)).astype(np.float32)


def _weighted(times: Floats, idf: Floats, sizes: Longs) -> Floats:
    """Weights of features, the segments brought to the length of their GROUP_WEIGHT. `times`, `sizes`: as of _counted.

    Some examples at a time need memory that is there already; more of it takes longer than what is calculated in it.
    """
    values = times * idf
    squares = np.square(values, dtype=np.float64)
    lengths = np.sqrt(np.bincount(np.arange(len(sizes)).repeat(sizes), squares, minlength=len(sizes)))
    weight = np.tile(np.array([GROUP_WEIGHT[group] for group in GROUPS], dtype=np.float32), len(sizes) // len(GROUPS))
    values *= (weight / np.where(lengths > 0, lengths, 1)).repeat(sizes)
    return values


def numbers(features: Mapping[str, Sequence[str]]) -> Mapping[str, Mapping[str, int]]:
    """Numbers of features: group → feature → its number."""
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    begin = 0
    for group, names in features.items():
        found[group] = dict(zip(names, range(begin, begin + len(names)), strict=True))
        begin += len(names)
    return found


def _named(of_examples: Sequence[Sequence[str]]) -> _Found:
    """Names that were found in each example."""
    place: dict[str, int] = {}
    places = [place.setdefault(name, len(place)) for names in of_examples for name in names]
    example = np.repeat(np.arange(len(of_examples), dtype=np.int32), [len(names) for names in of_examples])
    return _Found([*place], np.array(places, dtype=np.int32), example)


def _parts_of(words: _Found, parts: _Found) -> _Found:
    """Parts of the words where these were found. `parts`: of each word's name, as of an example."""
    count = np.bincount(parts.example, minlength=len(words.names))  # of a word's parts
    times = count[words.place]
    at = indexes_of((count.cumsum() - count)[words.place], times)
    return _Found(parts.names, parts.place[at], np.repeat(words.example, times))


def indexes_of(begins: Longs, counts: Longs) -> Longs:
    """Indexes of several runs, one after the other: of each so many, from where it begins."""
    indexes: Longs = (begins - counts.cumsum() + counts).repeat(counts)
    indexes += np.arange(len(indexes))
    return indexes


def _pairs_of(concepts: _Found) -> _Found:
    """Pairs of the concepts of an example, in their order there: "a+b"."""
    count = np.bincount(concepts.example)
    begin = count.cumsum() - count
    pairs, examples = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    for size in np.unique(count):  # the examples with equally many concepts are a table
        example = np.flatnonzero(count == size).astype(np.int32)
        table = concepts.place.astype(np.int64)[begin[example][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        pairs.append((table[:, one] << 32 | table[:, other]).ravel())
        examples.append(np.repeat(example, len(one)))
    different, place = np.unique(np.concatenate(pairs), return_inverse=True)
    names = [f"{concepts.names[key >> 32]}+{concepts.names[key & 0xFFFFFFFF]}" for key in different.tolist()]
    example = np.concatenate(examples)
    order = np.argsort(example, kind="stable")
    return _Found(names, place[order].astype(np.int32), example[order])
