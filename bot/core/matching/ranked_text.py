"""Ranked texts: sentences of a message and the whole, ranked, and which of them a message is about. Pure."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from bot.core.matching.calibration import SINGLE, Probabilities
from bot.core.matching.ranker import Ranking
from bot.core.matching.regression import Signals
from bot.core.text.asking import asks_for_something, asks_in_words, reports_fault

SUBJECTS = SINGLE.index("subjects")
SUGGESTIONS = 3  # entries of a menu
CLEARLY = 0.85  # probability that its first entry is right, from which a question needs nothing that is told beside it
SURELY = 0.9  # probability from which a question is surely not covered, whatever is told beside it
LIKELY = 0.5  # probability from which a question is rather covered
FEWEST_WORDS_CLEAR = 4  # of a question that says by itself what it is about; "which digits?" does not
FEWEST_WORDS_MISSED = 5  # of one that is surely not covered by itself


class Message(NamedTuple):
    """Message as it is ranked, once its error lines have been looked at. `own` or `pasted` is empty, or neither."""

    own: str  # the person's own words, cleaned
    pasted: str  # the reasons that were pasted, without scaffolding
    vetoed: frozenset[str]  # ids of entries that it cannot be about: they come last


class Rating(NamedTuple):
    """Rating of a text: what its ranking says of it."""

    ranking: Ranking
    signals: Signals  # as in calibration.SINGLE
    likely: Probabilities  # of it, if it stood alone
    known: bool  # True if the examples use any of its words, and one of them says something
    small_talk: bool  # True if the likeliest of all owners is a topic of small talk


class RankedText:
    """Sentence or whole message, read and ranked when that is first asked for: often one sentence decides alone."""

    def __init__(
        self,
        text: str,
        read: Callable[[], tuple[str, ...]],
        rate: Callable[[tuple[str, ...]], Rating],
        *,
        by_name: bool = False,
    ) -> None:
        """`read`: gives its words as the FeatureExtractor does, `rate` their rating.

        `by_name`: True for a sentence that asks for something by name; a plea ("can you help?") does not.
        """
        self.text = text
        self.by_name = by_name
        self._read, self._rate = read, rate

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words, as the FeatureExtractor gives them."""
        return self._read()

    @cached_property
    def rating(self) -> Rating:
        """Rating; it takes most of the time of a message."""
        return self._rate(self.words)

    def first_entry(self) -> str:
        """Id of the likeliest entry."""
        return self.rating.ranking.best_entries(1)[0]

    @property
    def asks(self) -> bool:
        """True for a question or request that wants an answer, and has words that the examples use."""
        return asks_in_words(self.text) and self.rating.known and not self.rating.small_talk

    @property
    def subjects(self) -> float:
        """Number of subjects that it names, as in calibration.SINGLE: 0, 0.5 or 1 for none, one, more."""
        return self.rating.signals[SUBJECTS]


def clear_alone(ranked: Sequence[RankedText], is_alike: Callable[[RankedText], bool]) -> list[RankedText]:
    """Questions and requests that decide a message alone, since those that are likely covered are clear; else empty.

    They say themselves what they are about. `is_alike`: as of `asking_alone`.
    """
    asking = [r for r in ranked if r.asks]
    clear = [r for r in asking if r.rating.likely.first >= CLEARLY]
    alone = clear and all(r.subjects >= 1.0 and len(r.words) >= FEWEST_WORDS_CLEAR and not is_alike(r) for r in clear)
    return asking if alone and len(asking) < len(ranked) else []


def asking_alone(ranked: Sequence[RankedText], is_alike: Callable[[RankedText], bool]) -> list[RankedText]:
    """Questions and requests of a message that decide it alone, whatever is told beside them; else empty.

    They do where those that are likely covered say themselves what they are about, and are clear; or where one is
    surely not covered and none likely is. `is_alike`: True for a text that fits several entries alike, and so hangs on
    what is told ("which port?").
    """
    asking = [r for r in ranked if r.asks]
    if any(r.rating.likely.first >= CLEARLY for r in asking):
        return clear_alone(ranked, is_alike)
    is_covered = any(r.rating.likely.first >= LIKELY for r in asking)
    asking = [r for r in ranked if r.rating.known and (r.asks or r.by_name)]  # "Who brings the cake?", in small talk
    missed = [r for r in asking if r.by_name and len(r.words) >= FEWEST_WORDS_MISSED]
    alone = not is_covered and any(r.rating.likely.not_covered >= SURELY for r in missed)
    return asking if alone and len(asking) < len(ranked) else []


def best_of(surest: RankedText, whole: RankedText) -> list[str]:
    """First three entries of a message of several sentences: by turns the surest one's and the whole's."""
    turns = zip(
        surest.rating.ranking.best_entries(SUGGESTIONS), whole.rating.ranking.best_entries(SUGGESTIONS), strict=True
    )
    return list(dict.fromkeys(entry for turn in turns for entry in turn))[:SUGGESTIONS]


def surest_of(ranked: Sequence[RankedText], whole: RankedText) -> RankedText:
    """The sentence, or the whole, whose first entry is the likeliest to be right.

    Where something is asked for by name, a sentence that neither asks nor reports a fault is not looked at: what it
    tells fits an entry and wants no answer ("SMTP-AUTH is mandatory with you, so how can anybody send as us?").
    """
    known = [r for r in (*ranked, whole) if r.rating.known] or [whole]
    if any(r.by_name and r.rating.known for r in ranked):
        known = [r for r in known if r is whole or r.asks or r.by_name or reports_fault(r.text)]
    return max(known, key=lambda r: r.rating.likely.first)


def signals_of_several(surest: RankedText, whole: RankedText, ranked: Sequence[RankedText]) -> Signals:
    """Signals of a message of several sentences, as in calibration.SEVERAL."""
    same_first = float(surest.first_entry() == whole.first_entry())
    asks = asks_for_something(surest.text)
    others = [r for r in ranked if r is not surest and r.rating.known]
    missed = [] if asks else [r for r in others if asks_for_something(r.text)]
    rivals = [r for r in others if r.first_entry() != surest.first_entry() and r.text not in surest.text]
    if surest.asks:  # what is told beside a question is no rival of it
        rivals = [r for r in rivals if r.asks]
    return (
        *surest.rating.signals[:-1],
        *whole.rating.signals[:2],
        same_first,
        float(asks),
        max((r.rating.likely.not_covered for r in missed), default=0.0),
        max((r.rating.likely.first for r in rivals), default=0.0),
        1.0,
    )
