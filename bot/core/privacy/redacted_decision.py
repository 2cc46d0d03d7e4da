"""Redaction of a decision: what `redact` takes out of a question does not come back by way of its words.

A decision splits, folds and repairs the words of a question, and no pattern finds an address or a password among them
any more. So the question is redacted as a whole, and of the decision's words those stay that the redacted text has.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import groupby

from bot.core.lazy_regex import lazy_regex
from bot.core.model import Decision
from bot.core.privacy.redaction import redact

OMITTED = "…"  # in place of words that were taken out

_MARK = lazy_regex(r"<(?:account|address|ip|number|person|secret|token)>")


def redact_decision(decision: Decision, asked: str, before: str, words: Callable[[str], Collection[str]]) -> Decision:
    """Decision without personal data of its question; the decision itself where there is none. Scores stay.

    `asked`: the question, cleaned; `before`: the one before it, empty: none. `words`: a text → its words as the parts
    of a decision have them (Matcher.words_in).
    """
    shown, shown_before = redact(asked), before and redact(before)
    if shown == asked and shown_before == before:
        return decision
    kept = {word for text in (shown, shown_before) for word in words(_MARK.sub(" ", text))}
    typed = asked.startswith(decision.normalised)  # else it is made of words: a follow-up
    return replace(
        without_words(decision),
        normalised=redact(decision.normalised) if typed else _only(kept, decision.normalised),
        parts=tuple(replace(part, text=_only(kept, part.text), asked=redact(part.asked)) for part in decision.parts),
        address="<address>" if decision.address else "",
        domain=decision.domain if decision.domain in shown.lower() else "<domain>",
        codes=tuple(code for code in decision.codes if code in shown),
    )


def without_words(decision: Decision) -> Decision:
    """Decision without any word of its message: of what was only overheard, entries, scores and rules are kept."""
    return replace(
        decision,
        normalised="",
        parts=tuple(replace(part, text="", asked="") for part in decision.parts),
        address="",
        domain="",
        codes=(),
        targets=(),
        damaged_addresses=(),
    )


def _only(kept: Collection[str], text: str) -> str:
    words = [word if word in kept else OMITTED for word in text.split()]
    return " ".join(word for word, same in groupby(words) for _ in ([0] if word == OMITTED else same))
