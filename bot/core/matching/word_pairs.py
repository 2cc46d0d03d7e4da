"""Word pairs: what words that stand side by side say for each owner of examples.

The scorer and the similarity to examples (ranker.py) see words, letters and concepts in any order; pairs see what
belongs to what: "server for sending" and "server works, sending …". A pair speaks for an owner the more, the fewer
examples of all others have it: with n of them among all examples, and m of these the owner's, by
log((a + n) / (a + n - m)). That is complement naive Bayes (Rennie, Shih, Teevan, Karger 2003) of what is there or not.
As features of the scorer the same pairs gained a fifth of it (bot/DECISIONS.md). Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from bot.core.matching.example_features import Floats, Ints, Longs, indexes_of

Keys = NDArray[np.uint64]

UNSEEN = 0.5  # examples of others that are taken to have every pair (a)


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """Evidence of each pair for its owners, as arrays: an inverted index."""

    keys: Keys  # of the pairs, sorted; none where nothing was learnt of pairs
    start: Longs  # per pair, and one more: index of its first owner
    owner: Ints  # numbers of the owners of a pair
    value: Floats  # what it says for each of these, above 0
    prior: Floats  # per owner: what any known pair says against it, 0 or less: all others have the fewer examples

    def of(self, names: Sequence[int]) -> Floats:
        """Evidence for every owner that the pairs of a text give together, each pair once.

        `names`: of each word its FeatureExtractor.name_hash.
        """
        # Not by np.unique, which loads masked arrays when it is first called
        sought = np.array(sorted({one << 32 | other for one, other in pairwise(names)}), dtype=np.uint64)
        places = self.keys.searchsorted(sought)
        places = places[self.keys.take(places, mode="clip") == sought] if len(self.keys) else places[:0]
        begins, counts = self.start.take(places), self.start.take(places + 1) - self.start.take(places)
        at = indexes_of(begins, counts)
        found = np.bincount(self.owner.take(at), self.value.take(at), len(self.prior))
        return (found + len(places) * self.prior).astype(np.float32)


def learn_pairs(texts: Sequence[Sequence[int]], owner: Ints, owners: int) -> PairEvidence:
    """Evidence of all pairs in some examples.

    `texts`: of each example its words, as FeatureExtractor.name_hash; `owner`: number of its owner.
    """
    length = [len(names) for names in texts]
    example = np.repeat(np.arange(len(texts)), length)
    keys = _keys(np.fromiter(chain.from_iterable(texts), dtype=np.uint64, count=len(example)))
    within = np.flatnonzero(example[1:] == example[:-1])  # no pair reaches from one example into the next
    distinct, pair = np.unique(keys[within], return_inverse=True)
    once = np.unique(example[within] * max(1, len(distinct)) + pair)  # in an example
    example, pair = np.divmod(once, max(1, len(distinct)))
    cells, times = np.unique(pair * owners + owner[example], return_counts=True)
    pair, of = cells // owners, (cells % owners).astype(np.int32)
    all_times = np.bincount(pair, times, len(distinct))[pair] + UNSEEN
    value = np.log(all_times / (all_times - times)).astype(np.float32)
    of_owner = np.bincount(of, times, owners)
    prior = np.log(UNSEEN * len(distinct) + of_owner.sum() - of_owner) if len(distinct) else np.zeros(owners)
    start = np.searchsorted(pair, np.arange(len(distinct) + 1))
    return PairEvidence(distinct, start, of, value, (prior - prior.max(initial=-np.inf)).astype(np.float32))


def _keys(names: Keys) -> Keys:
    """Keys of the pairs of neighbours, in their order: both hashes, one behind the other."""
    keys: Keys = names[:-1] << np.uint64(32) | names[1:]
    return keys
