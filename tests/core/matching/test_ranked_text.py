"""Ranked texts: which sentences of a message need be ranked at all."""

import numpy as np

from bot.core.matching.calibration import Probabilities
from bot.core.matching.ranked_text import RankedText, Rating, asking_alone, clear_alone
from bot.core.matching.ranker import Ranking

RANKING = Ranking(("imap-ssl",), 1, np.ones(1, dtype=np.float32))
ABOUT_SUBJECTS = (4.0, 2.0, 0.0, 0.0, 1.0, 0.0, 1.0)


def never(words: tuple[str, ...]) -> Rating:
    raise AssertionError(f"{words} was ranked")


def told(text: str) -> RankedText:
    return RankedText(text, lambda: tuple(text.split()), never)


def asked(text: str, first: float) -> RankedText:
    rating = Rating(RANKING, ABOUT_SUBJECTS, Probabilities(first, first, 1 - first), known=True, small_talk=False)
    return RankedText(text, lambda: tuple(text.split()), lambda _: rating)


def test_what_asks_nothing_is_not_ranked_to_see_that() -> None:
    assert not told("We use Outlook at the office.").asks


def test_beside_a_clear_question_nothing_that_is_told_is_ranked() -> None:
    question, beside = asked("Which port does IMAP with SSL use?", 0.95), told("We use Outlook at the office.")
    for alone in (clear_alone, asking_alone):
        assert alone([beside, question], lambda _: False) == [question]
        assert alone([question], lambda _: False) == [], "it is all of the message"
        assert alone([beside, question], lambda _: True) == [], "it fits several entries alike"
    assert clear_alone([beside, asked("Which port?", 0.5)], lambda _: False) == []


def test_a_text_is_ranked_once() -> None:
    times: list[tuple[str, ...]] = []

    def rate(words: tuple[str, ...]) -> Rating:
        times.append(words)
        return asked("", 1.0).rating

    text = RankedText("imap port?", lambda: ("imap", "port"), rate)
    assert text.asks
    assert text.first_entry() == "imap-ssl"
    assert times == [("imap", "port")]
