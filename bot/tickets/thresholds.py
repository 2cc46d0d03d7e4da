"""Thresholds of tickets: how certain an answer must be that nobody looks at before the customer does.

A note may be wrong: an agent reads it. A public reply may not, so it has thresholds of its own, above those by which
the decision answers (bot/core/matching/calibration.py), and a certainty of its own (certainty.py). LEARNT is what
`python -m tests.eval.tickets --write` wrote: the least thresholds with which of wrapped tickets, whose questions and
surroundings neither the decision's figures nor the thresholds had seen, at most MOST_WRONG get a wrong public answer,
and of those about an entry that a Postbote learnt without, at most MOST_UNSEEN. Nothing in it is set by hand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.regression import Weights
from bot.core.matching.smtp_codes import reply_codes
from bot.core.model import Decision, Part
from bot.core.text.asking import asks_by_name, asks_for_something, reports_fault
from bot.core.text.foreign import is_foreign
from bot.core.text.message_parts import own_sentences
from bot.core.text.normalize import clean, error_text
from bot.tickets.certainty import certainty
from bot.tickets.quotation import understood_sentences

# "Is it 110?", "oder 587?": an answer that names another figure would leave the question open
_OF_FIGURE = lazy_regex(
    r"^\W*(?:(?:is|was|ist|sind|are|stimmt|gilt|or|oder|also|so|dann|then|doch) ){0,2}(?:(?:it|es|das|this|that) )?"
    r"(?:port )?\d{2,5}\W*\?$",
    re.IGNORECASE,
)
MOST_WRONG = 0.005  # share of all tickets that may get a wrong public answer
MOST_UNSEEN = 0.045  # share of the tickets about an entry that is missing that may be answered with another entry
FEWEST_RIGHT = 0.8  # share of the notes with a choice of entries that must hold the right one


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least certainties, 0..1, and the weights of the certainty of questions."""

    weights: Weights  # of certainty.SIGNALS
    question: float  # of a public answer to what a person asks in own words: the product over the questions
    error_line: float  # of a public explanation of an error line: the least of all lines
    menu: float  # that the right entry is among those that a note names where no answer is certain


LEARNT = Thresholds(
    weights=(0.51, 0.27, -0.99, -2.05, -0.12, 2.99, 0.9, -2.95, -1.53, -2.49),
    question=0.825,
    error_line=0.5,
    menu=0.67,
)


def certainties(parts: Sequence[Part], weights: Weights) -> tuple[float, float]:
    """Certainties of an answer: (of its questions, all of them right; of its error lines); 1.0 where it has none.

    `weights`: of the certainty of questions.
    """
    answered = [part for part in parts if part.outcome == "answer"]
    of_questions = prod(certainty(weights, part) for part in answered if not _is_line(part))
    return of_questions, min((part.score for part in answered if _is_line(part)), default=1.0)


def public_doubts(
    decision: Decision, text: str, *, by_subject: bool, thresholds: Thresholds = LEARNT
) -> tuple[str, ...]:
    """Codes of what speaks against sending an answer unseen; empty: it may be sent.

    `text`: what was asked. `by_subject`: True if a subject was needed that is not itself the question.
    """
    of_questions, of_lines = certainties(decision.parts, thresholds.weights)
    uncertain = of_questions < thresholds.question or of_lines < thresholds.error_line
    return (*(("not-certain",) if uncertain else ()), *other_doubts(decision, text, by_subject=by_subject))


def other_doubts(decision: Decision, text: str, *, by_subject: bool) -> tuple[str, ...]:
    """Codes of what speaks against a public answer however certain it is; `text`, `by_subject`: see public_doubts."""
    explained = any(map(_is_line, decision.parts))
    doubts = {
        "asks-nothing": not (explained or by_subject or any(part.told_error for part in decision.parts))
        and not _asks(decision, text),
        "asks-of-figure": not explained and any(map(_OF_FIGURE.match, own_sentences(clean(text)))),
        "left-over": any(part.outcome == "decline" for part in decision.parts),
        "unexplained-code": not explained and bool(reply_codes(error_text(clean(text)))),
        "by-subject": by_subject,
        "foreign-sentence": any(
            is_foreign(sentence, (decision.language,)) for sentence in understood_sentences(decision, text)
        ),
    }
    return tuple(code for code, applies in doubts.items() if applies)


def _asks(decision: Decision, text: str) -> bool:
    """True if what is answered asks or reports a fault, or a plea stands beside it ("what shall I do?").

    A question about something else ("Who brings the cake?") does not ask for what is told beside it.
    """
    own = own_sentences(clean(text))
    pleas = any(asks_for_something(sentence) and not asks_by_name(sentence) for sentence in own)
    understood = understood_sentences(decision, text) or own
    return pleas or any(asks_for_something(sentence) or reports_fault(sentence) for sentence in understood)


def _is_line(part: Part) -> bool:
    return part.rule.startswith("error line")


def is_worth_a_note(decision: Decision, *, by_subject: bool, thresholds: Thresholds = LEARNT) -> bool:
    """True if a choice of entries is likely enough to hold the right one; else a note would be noise."""
    return decision.score >= thresholds.menu and not by_subject
