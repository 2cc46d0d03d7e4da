"""Certainty of an answer to a person's own words: how likely it is right, by more signs than the decision's score.

The score of a decision (bot/core/matching/calibration.py) is fitted to all messages and answers from about one half on;
near 1, where public replies are decided, it hardly tells right from wrong. A logistic regression of the score and of
more signs does: how far the entry leads, whether the whole message is about another entry, whether the sentence begins
with what is not meant, whether an error is told in own words, and how the entry's examples support the answer
(bot/core/matching/example_support.py), so that a neighbour does not answer for an entry that is missing. Its weights
are learnt with the thresholds (thresholds.py).
"""

import math
import re

from bot.core.matching.regression import Signals, Weights, probability
from bot.core.model import Part

SIGNALS = (
    "score",  # of the decision, as log-odds
    "lead",  # of the entry over the next candidate, an entry or a topic: natural logarithm of their shares' ratio
    "disputed",  # 1: the sentence and the whole message are likeliest about different entries
    "denial",  # 1: the sentence begins with what is not meant ("nicht das Postfach, …")
    "told error",  # 1: an error that is told in own words, which people use of much else
    "share",  # of the entry in the ranking, 0..1
    "nearest",  # similarity to its nearest example, over what is usual between its own; at most MOST_NEAR
    "nearest topic",  # similarity to the nearest example of what is not covered
    "unused concept",  # 1: it names a concept that hardly any of the entry's examples uses
    "constant",
)
# Signals that speak against an answer: the fewer wrong answers there are to learn from, the more it is chance if one
# seems to speak for it, and then it counts nothing
DOUBTS = frozenset({"disputed", "denial", "told error", "nearest topic", "unused concept"})
MOST_ODDS = 6.9  # log-odds of a score of 0.999; beyond them a score tells nothing more
LEADS = (-4.0, 8.0)  # the least and the largest lead that count
MOST_NEAR = 1.5  # times as near as usual; nearer tells nothing more
LEAST_SHARE = 1e-6  # of a candidate that is not listed
# Beginning of a part's text, which is folded
_DENIAL = re.compile(r"(?:(?:und|aber|also|but|and|so) )?(?:nicht|kein\w*|ohne|nie|not?|without|never)\b")


def certainty_signals(part: Part) -> Signals:
    """Signals of an answered question, as in SIGNALS."""
    score = min(max(part.score, 1e-3), 1.0 - 1e-9)
    entry = part.entries[0]
    own = max((c.score for c in part.candidates if c.id == entry), default=0.0)
    next_best = max((c.score for c in part.candidates if c.id != entry), default=0.0)
    lead = math.log(max(own, LEAST_SHARE) / max(next_best, LEAST_SHARE))
    return (
        min(MOST_ODDS, math.log(score / (1.0 - score))),
        min(max(lead, LEADS[0]), LEADS[1]),
        float(part.disputed),
        float(_DENIAL.match(part.text) is not None),
        float(part.told_error),
        own,
        min(part.nearest, MOST_NEAR),
        part.nearest_topic,
        float(part.unused_concept),
        1.0,
    )


def certainty(weights: Weights, part: Part) -> float:
    """Probability that an answered question is answered rightly, 0..1. `weights`: one for each of SIGNALS."""
    return probability(weights, certainty_signals(part))
