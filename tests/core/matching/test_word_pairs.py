"""What words that stand side by side say for each owner of examples."""

import math
import zlib
from itertools import permutations

import numpy as np
import pytest

from bot.core.matching.word_pairs import UNSEEN, PairEvidence, learn_pairs

EXAMPLES = {
    "server for sending": 0,
    "which server for sending": 0,
    "server works now sending does not": 1,
    "sending works which server": 2,
}


def of(*words: str) -> list[int]:
    return [zlib.crc32(word.encode()) for word in words]


@pytest.fixture(scope="module")
def evidence() -> PairEvidence:
    return learn_pairs([of(*text.split()) for text in EXAMPLES], np.array([*EXAMPLES.values()], dtype=np.int32), 3)


def test_a_pair_speaks_for_the_owner_that_others_do_not_share(evidence: PairEvidence) -> None:
    assert evidence.of(of("for", "sending")).argmax() == 0
    assert evidence.of(of("works", "now")).argmax() == 1
    both = evidence.of(of("which", "server"))  # once with the first owner, once with the third
    assert both[0] - evidence.prior[0] == pytest.approx(math.log((UNSEEN + 2) / (UNSEEN + 1)))
    assert both[1] == pytest.approx(evidence.prior[1])


def test_the_order_of_two_words_is_what_counts(evidence: PairEvidence) -> None:
    known = {
        " ".join(words) for words in permutations(("server", "for", "sending"), 2) if evidence.of(of(*words)).any()
    }
    assert known == {"server for", "for sending"}


def test_a_pair_counts_once_in_a_text_and_in_an_example(evidence: PairEvidence) -> None:
    twice = of("for", "sending", "for", "sending")
    assert np.array_equal(evidence.of(twice), evidence.of(of("for", "sending")))
    again = learn_pairs([of(*text.split() * 2) for text in EXAMPLES], np.array([*EXAMPLES.values()], dtype=np.int32), 3)
    assert np.array_equal(again.of(of("for", "sending"))[:2].argsort(), evidence.of(of("for", "sending"))[:2].argsort())


def test_what_is_not_known_says_nothing(evidence: PairEvidence) -> None:
    nothing = learn_pairs([], np.zeros(0, dtype=np.int32), 3)
    for words in ((), ("server",), ("no", "such", "pair")):
        assert not evidence.of(of(*words)).any()
        assert not nothing.of(of(*words)).any()
    assert len(nothing.of(of("server", "for"))) == 3
