"""Ranked texts: sentences of a message and the whole, ranked, and which of them a message is about. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.matching.calibration import Calibration, Weights, probability
from bot.core.matching.ranker import Ranking
from bot.core.text.asking import asks_for_something

SUGGESTIONS = 3  # entries of a menu
SURELY = 0.97  # probability from which a question is surely not covered, whatever is told beside it
LIKELY = 0.5  # probability from which a question is rather covered


@dataclass(frozen=True, slots=True)
class RankedText:
    """Sentence or whole message, ranked."""

    text: str
    words: tuple[str, ...]  # as the FeatureExtractor gives them
    ranking: Ranking
    signals: Weights  # as in calibration.SINGLE
    known: bool  # True if the examples use any of its words, and one of them says something
    asks: bool = False  # True for a sentence that asks for something by name; a plea ("can you help?") does not

    def first(self) -> str:
        """Id of the likeliest entry."""
        return self.ranking.best_entries(1)[0]


def asking_alone(ranked: Sequence[RankedText], calibration: Calibration) -> list[RankedText]:
    """Questions of a message that decide it alone: one of them is surely not covered, and none likely is; else empty.

    What is told beside them asks nothing then, however well it fits an entry.
    """
    asking = [r for r in ranked if r.known and r.asks]
    covered = any(probability(calibration.single.first, r.signals) >= LIKELY for r in asking)
    missed = any(probability(calibration.single.not_covered, r.signals) >= SURELY for r in asking)
    return asking if missed and not covered and len(asking) < len(ranked) else []


def best_of(surest: RankedText, whole: RankedText) -> list[str]:
    """First three entries of a message of several sentences: by turns the surest one's and the whole's."""
    turns = zip(surest.ranking.best_entries(SUGGESTIONS), whole.ranking.best_entries(SUGGESTIONS), strict=True)
    return list(dict.fromkeys(entry for turn in turns for entry in turn))[:SUGGESTIONS]


def surest_of(ranked: Sequence[RankedText], whole: RankedText, calibration: Calibration) -> RankedText:
    """The sentence, or the whole, whose first entry is the likeliest to be right."""
    known = [r for r in (*ranked, whole) if r.known] or [whole]
    return max(known, key=lambda r: probability(calibration.single.first, r.signals))


def signals_of_several(
    surest: RankedText, whole: RankedText, ranked: Sequence[RankedText], calibration: Calibration
) -> Weights:
    """Signals of a message of several sentences, as in calibration.SEVERAL."""
    same_first = float(surest.first() == whole.first())
    asks = asks_for_something(surest.text)
    others = [r for r in ranked if r is not surest and r.known]
    missed = [] if asks else [r for r in others if asks_for_something(r.text)]
    rivals = [r for r in others if r.first() != surest.first() and r.text not in surest.text]
    return (
        *surest.signals[:-1],
        *whole.signals[:2],
        same_first,
        float(asks),
        max((probability(calibration.single.not_covered, r.signals) for r in missed), default=0.0),
        max((probability(calibration.single.first, r.signals) for r in rivals), default=0.0),
        1.0,
    )
