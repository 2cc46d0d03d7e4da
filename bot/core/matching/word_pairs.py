"""Word pairs: what words that stand side by side say for each owner of examples.

The scorer and the similarity to examples (ranker.py) see words, letters and concepts in any order; pairs see what
belongs to what: "server for sending" and "server works, sending …". A pair speaks for an owner the more, the fewer
examples of all others have it: with n of them among all examples, and m of these the owner's, by
log((a + n) / (a + n - m)). That is complement naive Bayes (Rennie, Shih, Teevan, Karger 2003) of what is there or not.
As features of the scorer the same pairs gained a fifth of it (bot/DECISIONS.md). Pure.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.example_features import Floats, Ints
from bot.core.text.normalize import REMEMBERED

Keys = NDArray[np.uint64]

UNSEEN = 0.5  # examples of others that are taken to have every pair (a)


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """Evidence of each pair for its owners, as arrays: an inverted index."""

    keys: Keys  # of the pairs, sorted; none where nothing was learnt of pairs
    start: Ints  # per pair, and one more: index of its first owner
    owner: Ints  # numbers of the owners of a pair
    value: Floats  # what it says for each of these, above 0
    prior: Floats  # per owner: what any known pair says against it, 0 or less: all others have the fewer examples

    def of(self, words: Sequence[str]) -> Floats:
        """Evidence for every owner that the pairs of a text give together, each pair once."""
        sought = np.unique(pair_keys(words))
        places = self.keys.searchsorted(sought)
        places = places[self.keys.take(places, mode="clip") == sought] if len(self.keys) else places[:0]
        begins, counts = self.start.take(places), self.start.take(places + 1) - self.start.take(places)
        at = np.repeat(begins - counts.cumsum() + counts, counts) + np.arange(counts.sum())
        found = np.bincount(self.owner.take(at), self.value.take(at), len(self.prior))
        return (found + len(places) * self.prior).astype(np.float32)


def learn_pairs(texts: Sequence[Sequence[str]], owner: Ints, owners: int) -> PairEvidence:
    """Evidence of all pairs in some examples. `texts`: words of each; `owner`: number of each one's owner."""
    keys = [np.unique(pair_keys(words)) for words in texts]
    distinct, pair = np.unique(np.concatenate([*keys, np.zeros(0, dtype=np.uint64)]), return_inverse=True)
    of = np.repeat(owner, [len(of_example) for of_example in keys])
    cells, times = np.unique(pair.astype(np.int64) * owners + of, return_counts=True)
    pair, of = cells // owners, (cells % owners).astype(np.int32)
    all_times = np.bincount(pair, times, len(distinct))[pair] + UNSEEN
    value = np.log(all_times / (all_times - times)).astype(np.float32)
    of_owner = np.bincount(of, times, owners)
    prior = np.log(UNSEEN * len(distinct) + of_owner.sum() - of_owner) if len(distinct) else np.zeros(owners)
    start = np.searchsorted(pair, np.arange(len(distinct) + 1)).astype(np.int32)
    return PairEvidence(distinct, start, of, value, (prior - prior.max(initial=-np.inf)).astype(np.float32))


def pair_keys(words: Sequence[str]) -> Keys:
    """Keys of the pairs of neighbouring words, in their order: both words' CRC-32, one behind the other."""
    hashes = np.array([_hash(word) for word in words], dtype=np.uint64)
    keys: Keys = hashes[:-1] << np.uint64(32) | hashes[1:]
    return keys


@lru_cache(REMEMBERED)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode())
